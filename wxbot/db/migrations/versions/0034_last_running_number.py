"""The last running number of an issue that prints several: 总第107-108期."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; it is filled when the issue is read again."""
    op.add_column("issue", sa.Column("total_last", sa.Integer, nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("issue", "total_last")
