"""Answers that were not ready in time, kept for the member's next message."""

import sqlalchemy as sa
from alembic import op

from wxbot.db.base import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "late",
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("openid", name="pk_late"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("late")
