"""Notices to editors' own WeChat about the watched folder."""

import sqlalchemy as sa
from alembic import op

from wxbot.db.base import Moment

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "editor_notice",
        sa.Column("id", ID, nullable=False),
        sa.Column("openid", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("look_again_at", Moment()),
        sa.Column("moved_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_editor_notice"),
    )
    op.create_index("ix_editor_notice_openid", "editor_notice", ["openid"])
    op.create_index("ix_editor_notice_state", "editor_notice", ["state"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("editor_notice")
