"""The cover that an editor chose for an article, which until here only revisions store."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ISSUE = sa.table("issue", sa.column("id", ID), sa.column("revision", sa.Integer()))
_REVISION = sa.table(
    "revision",
    sa.column("issue_id", ID),
    sa.column("revision", sa.Integer()),
    sa.column("parsed", sa.JSON()),
)
_ARTICLE = sa.table(
    "article",
    sa.column("issue_id", ID),
    *(sa.column(name, sa.Integer()) for name in ("place", "cover")),
    sa.column("status", sa.String(12)),
)


def upgrade() -> None:
    """Add the column, and fill it from the revisions that are in force."""
    op.add_column("article", sa.Column("cover", sa.Integer(), nullable=True))
    in_force = (_REVISION.c.issue_id == _ISSUE.c.id) & (_REVISION.c.revision == _ISSUE.c.revision)
    with_cover = sa.cast(_REVISION.c.parsed, sa.Text()).like('%"cover"%')
    found = op.get_bind().execute(
        sa.select(_REVISION.c.issue_id, _REVISION.c.parsed).join(_ISSUE, in_force).where(with_cover)
    )
    for issue_id, parsed in found.fetchall():
        for place, cover in _covers(parsed):
            here = (_ARTICLE.c.issue_id == issue_id) & (_ARTICLE.c.place == place)
            op.execute(_ARTICLE.update().where(here, _ARTICLE.c.status != "removed").values(cover=cover))


def _covers(parsed: dict[str, Any]) -> list[tuple[int, int]]:
    """Return the places of the articles with a settled cover, and the cover."""
    articles = [each for section in parsed.get("sections", ()) for each in section.get("articles", ())]
    return [(place, each["cover"]) for place, each in enumerate(articles, start=1) if "cover" in each]


def downgrade() -> None:
    """Drop the column; revisions keep the covers."""
    op.drop_column("article", "cover")
