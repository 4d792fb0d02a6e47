"""Issues without a year or a count, combined issues, and a sort key for all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
OLDEST_PROGRAM = "0023"  # issue.year and issue may be NULL, and are in other columns meanwhile

_ISSUE = sa.table(
    "issue",
    *(sa.column(name, sa.Integer()) for name in ("year", "issue", "issue_last", "old_year", "old_issue")),
    sa.column("place", sa.BigInteger()),
)


def upgrade() -> None:
    """Allow issues without year or count; existing ones are counted, and keep their order.

    The columns are replaced: SQLite changes no column in place, and a copy of the table would lose its articles.
    """
    op.alter_column("issue", "year", new_column_name="old_year")
    op.alter_column("issue", "issue", new_column_name="old_issue")
    for name in ("year", "issue", "issue_last"):
        op.add_column("issue", sa.Column(name, sa.Integer(), nullable=True))
    op.add_column("issue", sa.Column("place", sa.BigInteger(), nullable=False, server_default="0"))
    old_year, old_issue = _ISSUE.c.old_year, _ISSUE.c.old_issue
    place = sa.cast(old_year, sa.BigInteger()) * 10**10 + old_issue * 1000
    op.execute(_ISSUE.update().values(year=old_year, issue=old_issue, issue_last=old_issue, place=place))
    op.drop_column("issue", "old_year")
    op.drop_column("issue", "old_issue")
    op.create_index("ix_issue_place", "issue", ["place"])


def downgrade() -> None:
    """Drop the columns; an issue without year or count gets 0."""
    op.drop_index("ix_issue_place", "issue")
    for name in ("old_year", "old_issue"):
        op.add_column("issue", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    values = {f"old_{name}": sa.func.coalesce(_ISSUE.c[name], 0) for name in ("year", "issue")}
    op.execute(_ISSUE.update().values(values))
    for name in ("place", "issue_last", "issue", "year"):
        op.drop_column("issue", name)
    op.alter_column("issue", "old_issue", new_column_name="issue")
    op.alter_column("issue", "old_year", new_column_name="year")
