"""By which route a line of the ledger goes, in which call of a list, and by whose claim."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what is in the ledger already goes by its campaign's route."""
    op.add_column("delivery", sa.Column("route", sa.String(20), nullable=False, server_default=""))
    op.add_column("delivery", sa.Column("segment", sa.Integer(), nullable=True))
    op.add_column("delivery", sa.Column("fence", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE delivery SET route = (SELECT route FROM campaign WHERE campaign.id = delivery.campaign_id)"
    )


def downgrade() -> None:
    """Drop them."""
    for name in ("fence", "segment", "route"):
        op.drop_column("delivery", name)
