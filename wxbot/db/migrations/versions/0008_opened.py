"""Add the counts of articles opened from the answer to a question."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "opened",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "mark", "article", name="pk_opened"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("opened")
