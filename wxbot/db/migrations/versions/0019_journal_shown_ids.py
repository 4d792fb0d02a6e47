"""The articles and issues that an answer shows, beside the answer in the journal."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

PAGE = 1000
# Page and picture addresses in a stored reply; they end with the XML's or the link's own punctuation.
_ADDRESS = re.compile(r'/(?P<kind>[ai])/(?P<path>[^"?\]<>\s]+)')
_ARTICLE = re.compile(r".+/[0-9]+")
_JOURNAL = sa.table(
    "journal",
    sa.column("id", sa.Integer),
    sa.column("hits", sa.Integer),
    sa.column("answer", sa.Text),
    sa.column("shown_ids", sa.JSON(none_as_null=True)),
)


def upgrade() -> None:
    """Add the column, and fill it from the addresses in the replies that were stored until now."""
    op.add_column("journal", sa.Column("shown_ids", sa.JSON(), nullable=True))
    connection = op.get_bind()
    change = (
        sa.update(_JOURNAL)
        .where(_JOURNAL.c.id == sa.bindparam("row_id"))
        .values(shown_ids=sa.bindparam("ids", type_=sa.JSON))
    )
    for page in _pages(connection):
        rows = [{"row_id": row.id, "ids": ids} for row in page if (ids := shown_ids(row.answer))]
        if rows:
            connection.execute(change, rows)


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("journal", "shown_ids")


def shown_ids(reply: str) -> list[str]:
    """Return the public ids of the articles and the numbers of the issues whose pages a reply links to, in order."""
    ids = list[str]()
    for address in _ADDRESS.finditer(reply):
        path = unquote(address["path"].removesuffix(".jpg"))
        if address["kind"] == "i":
            ids.append(path)
        elif path.startswith("archive/"):
            ids.append(path.removeprefix("archive/"))
        elif _ARTICLE.fullmatch(path):
            ids.append(path)
    return list(dict.fromkeys(ids))


def _pages(connection: sa.Connection) -> Iterator[list[Any]]:
    """Yield the answers of searches that found something, some rows at a time."""
    last = 0
    while True:
        found = sa.select(_JOURNAL.c.id, _JOURNAL.c.answer).where(_JOURNAL.c.hits > 0, _JOURNAL.c.id > last)
        page = list(connection.execute(found.order_by(_JOURNAL.c.id).limit(PAGE)))
        if not page:
            return
        yield page
        last = page[-1].id
