"""The editors' accounts at the console: who they are, their sessions, and tries to log in."""

import sqlalchemy as sa
from alembic import op

from wxbot.db.base import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "editor",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=True),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("last_login_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_editor"),
        sa.UniqueConstraint("name", name="uq_editor_name"),
        sa.UniqueConstraint("openid", name="uq_editor_openid"),
    )
    op.create_table(
        "editor_session",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("editor_id", ID, nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["editor_id"], ["editor.id"], name="fk_editor_session_editor_id_editor"),
        sa.PrimaryKeyConstraint("token", name="pk_editor_session"),
    )
    op.create_table(
        "login_try",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_try"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("login_try")
    op.drop_table("editor_session")
    op.drop_table("editor")
