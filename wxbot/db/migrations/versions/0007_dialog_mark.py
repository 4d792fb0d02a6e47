"""Add the question that a list answers, for the links on its further pages."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; lists of before carry no mark."""
    op.add_column("dialog", sa.Column("mark", sa.String(length=16), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("dialog", "mark")
