"""Files that editors dropped, known by their content."""

import sqlalchemy as sa
from alembic import op

from wxbot.db.base import Moment

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "dropped_file",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_dropped_file"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("dropped_file")
