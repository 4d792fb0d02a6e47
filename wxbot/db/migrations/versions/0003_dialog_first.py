"""Add the first position of the page that a member was shown last, for 上一页."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; lists of before begin at their first title."""
    op.add_column("dialog", sa.Column("first", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("dialog", "first")
