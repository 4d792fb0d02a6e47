"""Imports of archives, and what became of their files."""

import sqlalchemy as sa
from alembic import op

from wxbot.db.base import Moment

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INDEXED = ("import_id", "digest", "key")


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "archive_import",
        sa.Column("paths", sa.String(64), nullable=False),
        sa.Column("import_id", sa.String(32), nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("paths", name="pk_archive_import"),
    )
    op.create_table(
        "archive_file",
        sa.Column("id", ID, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("import_id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("publication", sa.Text, nullable=False),
        sa.Column("year", sa.Integer),
        sa.Column("date", sa.Date),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("says", sa.Text, nullable=False),
        sa.Column("remedy", sa.Text, nullable=False),
        sa.Column("problems", sa.JSON, nullable=False),
        sa.Column("counts", sa.JSON),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_archive_file"),
        sa.UniqueConstraint("file", name="uq_archive_file_file"),
    )
    for name in _INDEXED:
        op.create_index(f"ix_archive_file_{name}", "archive_file", [name])


def downgrade() -> None:
    """Drop both tables."""
    op.drop_table("archive_file")
    op.drop_table("archive_import")
