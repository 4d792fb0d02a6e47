"""Add the table of orders that editors give from their phones."""

import sqlalchemy as sa
from alembic import op

from wxbot.db.base import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table of orders."""
    op.create_table(
        "phone_order",
        sa.Column("id", ID, nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("word", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("claimed_until", Moment(), nullable=True),
        sa.Column("moved_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_phone_order"),
    )
    op.create_index("ix_phone_order_openid", "phone_order", ["openid"], unique=False)
    op.create_index("ix_phone_order_state", "phone_order", ["state"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("phone_order")
