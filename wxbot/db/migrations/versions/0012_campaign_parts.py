"""Add the parts of an approval, so that an editor can be told which part changed."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of older plans only the whole is known."""
    op.add_column("campaign", sa.Column("parts", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("campaign", "parts")
