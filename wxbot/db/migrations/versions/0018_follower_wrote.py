"""Add when a follower last wrote, apart from when they last did anything."""

import sqlalchemy as sa
from alembic import op

from wxbot.db.base import Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was heard until now may have been written."""
    op.add_column("follower", sa.Column("last_wrote", Moment(), nullable=True))
    op.execute("UPDATE follower SET last_wrote = last_heard")


def downgrade() -> None:
    """Drop it."""
    op.drop_column("follower", "last_wrote")
