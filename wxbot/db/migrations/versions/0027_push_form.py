"""The form of an issue's push: titles, digests, order, what is left out, and the cover."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

COLUMNS = ("push_form", "push_form_read")


def upgrade() -> None:
    """Add the columns."""
    for name in COLUMNS:
        op.add_column("issue", sa.Column(name, sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Drop the columns; forms stay in the fix files."""
    for name in COLUMNS:
        op.drop_column("issue", name)
