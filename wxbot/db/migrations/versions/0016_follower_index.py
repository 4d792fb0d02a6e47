"""Drop the index on when a follower was last heard: every answer updates it, only reports read it."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_follower_last_heard", "follower")


def downgrade() -> None:
    """Make it again."""
    op.create_index("ix_follower_last_heard", "follower", ["last_heard"])
