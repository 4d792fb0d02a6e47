"""Steps in which editors settled the reading of a file, so that each can be taken back."""

import sqlalchemy as sa
from alembic import op

from wxbot.db.base import Moment

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "fix_edit",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("says", sa.Text, nullable=False),
        sa.Column("text_before", sa.Text, nullable=False),
        sa.Column("text_after", sa.Text, nullable=False),
        sa.Column("undone", sa.Boolean, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fix_edit"),
    )
    op.create_index("ix_fix_edit_source", "fix_edit", ["source"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("fix_edit")
