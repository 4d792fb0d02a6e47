"""Fate of each file of the watched folder, and files whose reading process died."""

import sqlalchemy as sa
from alembic import op

from wxbot.db.base import Moment

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "file_report",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("number", sa.String(40)),
        sa.Column("says", sa.Text, nullable=False),
        sa.Column("remedy", sa.Text, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_file_report"),
    )
    op.create_table(
        "reader_failure",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("says", sa.Text, nullable=False),
        sa.Column("remedy", sa.Text, nullable=False),
        sa.Column("limits", sa.String(80), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("final", sa.Boolean, nullable=False),
        sa.Column("failed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_reader_failure"),
    )


def downgrade() -> None:
    """Drop both tables."""
    op.drop_table("reader_failure")
    op.drop_table("file_report")
