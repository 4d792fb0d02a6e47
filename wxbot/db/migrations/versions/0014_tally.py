"""Add the number of calls begun in each second, so that the rate limit per minute holds over all workers."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "tally",
        sa.Column("second", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("second", name="pk_tally"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("tally")
