"""Add the number of subscription notices that a follower consented to."""

import sqlalchemy as sa
from alembic import op

from wxbot.db.base import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "consent",
        sa.Column("openid", sa.String(64), nullable=False),
        sa.Column("template_id", sa.String(64), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("openid", "template_id", name="pk_consent"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("consent")
