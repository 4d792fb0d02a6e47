"""Add the moment at which a campaign's audience was frozen into its ledger."""

import sqlalchemy as sa
from alembic import op

from wxbot.db.base import Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what has started has its ledger already."""
    op.add_column("campaign", sa.Column("frozen_at", Moment(), nullable=True))
    op.execute("UPDATE campaign SET frozen_at = moved_at WHERE state NOT IN ('planned', 'approved')")


def downgrade() -> None:
    """Drop it."""
    op.drop_column("campaign", "frozen_at")
