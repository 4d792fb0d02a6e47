"""A member's list is found by its member; what is over is looked for once a day: not worth an index."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_dialog_expires_at", "dialog")


def downgrade() -> None:
    """Make it again."""
    op.create_index("ix_dialog_expires_at", "dialog", ["expires_at"])
