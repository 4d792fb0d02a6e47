"""Roles of editors, their devices and one-time links; where a session runs; where an approval came from.

Existing accounts could do everything, and so become admins.
"""

import sqlalchemy as sa
from alembic import op

from wxbot.db.base import Moment

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0032"  # a program of before lets every account do everything

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TABLES = ("editor_device", "password_link")


def upgrade() -> None:
    """Add the columns and tables."""
    op.add_column("editor", sa.Column("role", sa.String(10), nullable=False, server_default="admin"))
    op.add_column("editor_session", sa.Column("started_at", Moment()))
    op.add_column("editor_session", sa.Column("seen_at", Moment()))
    op.add_column("editor_session", sa.Column("address", sa.String(64), nullable=False, server_default=""))
    op.add_column("editor_session", sa.Column("browser", sa.String(80), nullable=False, server_default=""))
    op.add_column("login_try", sa.Column("device", sa.String(64), nullable=False, server_default=""))
    op.add_column("approval", sa.Column("account", sa.String(40), nullable=False, server_default=""))
    op.add_column(
        "approval", sa.Column("at_terminal", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for name in _TABLES:
        op.create_table(
            name,
            sa.Column("token", sa.String(64), nullable=False),
            sa.Column("editor_id", ID, nullable=False),
            sa.Column("expires_at", Moment(), nullable=False),
            sa.ForeignKeyConstraint(["editor_id"], ["editor.id"], name=f"fk_{name}_editor_id_editor"),
            sa.PrimaryKeyConstraint("token", name=f"pk_{name}"),
        )


def downgrade() -> None:
    """Drop the columns and tables."""
    for name in _TABLES:
        op.drop_table(name)
    for table, columns in {
        "approval": ("at_terminal", "account"),
        "login_try": ("device",),
        "editor_session": ("browser", "address", "seen_at", "started_at"),
        "editor": ("role",),
    }.items():
        for column in columns:
            op.drop_column(table, column)
