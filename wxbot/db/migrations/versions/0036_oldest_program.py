"""The oldest program that works with a schema, beside alembic's version, so that old and new run side by side."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; `wxbot.db.schema` fills it after the last migration."""
    op.add_column("alembic_version", sa.Column("oldest_program", sa.String(32), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("alembic_version", "oldest_program")
