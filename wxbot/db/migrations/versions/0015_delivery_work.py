"""A worker finds the planned lines of one route without passing those of the others."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index anew, with the route in it."""
    op.drop_index("ix_delivery_work", "delivery")
    op.create_index("ix_delivery_work", "delivery", ["campaign_id", "state", "route", "id"])


def downgrade() -> None:
    """Back to the one without it."""
    op.drop_index("ix_delivery_work", "delivery")
    op.create_index("ix_delivery_work", "delivery", ["campaign_id", "state", "id"])
