"""The people of a list that an editor gave with a plan, or of a tag, until the campaign starts."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "guest",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("openid", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_guest_campaign_id_campaign"),
        sa.PrimaryKeyConstraint("campaign_id", "openid", name="pk_guest"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("guest")
