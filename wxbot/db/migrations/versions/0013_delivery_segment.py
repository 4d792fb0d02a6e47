"""The lines of one call of a list are found by their number."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NUMBERED = sa.text("segment IS NOT NULL")


def upgrade() -> None:
    """Make the index, of numbered lines alone."""
    op.create_index(
        "ix_delivery_segment",
        "delivery",
        ["campaign_id", "segment"],
        sqlite_where=NUMBERED,
        postgresql_where=NUMBERED,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_delivery_segment", "delivery")
