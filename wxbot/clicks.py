"""What was opened from the answers to a question: how often, which article, on which day.

Links in answers carry a mark of the *words* that were asked, the same for everybody who asks them, and the page that
they lead to counts it. So nothing tells who opened what, not even to whoever holds this database: a mark is made of no
openid and of no message. It is made with the library's own secret, so that nobody outside can tell the words from the
mark, or make up marks to be counted.
"""

import base64
import datetime as dt
import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Date, String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db import Base, Session, insert_into
from wxbot.text import normalise

__all__ = ["QUESTION_CHARS", "Click", "ClickCount", "ClickTokens", "add", "counts_since", "prune"]

QUESTION_CHARS = 200  # of a message that are a question; a member who pastes an article means its beginning
_BODY_BYTES = 6
_CHECK_BYTES = 2
_MARK_CHARS = 13  # eight bytes in base 32


class ClickCount(Base):
    """How often one article was opened on one day (UTC) from answers to one question."""

    __tablename__ = "opened"

    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    mark: Mapped[str] = mapped_column(String(16), primary_key=True)
    article: Mapped[str] = mapped_column(Text, primary_key=True)
    times: Mapped[int] = mapped_column(default=0)


class Click(NamedTuple):
    """One article, opened on one day from the answer to one question."""

    day: dt.date
    mark: str
    article: str


class ClickTokens:
    """Makes the marks of questions; `secret` is `library.identity`, which no page shows."""

    def __init__(self, secret: str) -> None:
        self._key = secret.encode()[:64]

    def token_for(self, asked: str) -> str:
        """The mark of a question, however it was typed: thirteen characters, lower case letters and digits."""
        body = self._hash(normalise(asked[:QUESTION_CHARS]).encode("utf-8", "ignore"), _BODY_BYTES)
        return base64.b32encode(body + self._hash(body, _CHECK_BYTES)).decode().rstrip("=").lower()

    def is_genuine(self, mark: str) -> bool:
        """Whether a mark is one of ours."""
        if len(mark) != _MARK_CHARS or not mark.isascii():
            return False
        try:
            whole = base64.b32decode(mark.upper() + "===")
        except ValueError:
            return False
        return hmac.compare_digest(whole[_BODY_BYTES:], self._hash(whole[:_BODY_BYTES], _CHECK_BYTES))

    def _hash(self, value: bytes, size: int) -> bytes:
        return hashlib.blake2b(value, key=self._key, digest_size=size).digest()


def add(session: Session, openings: Mapping[Click, int]) -> None:
    """Add to what was counted."""
    rows = [
        {"day": opening.day, "mark": opening.mark, "article": opening.article, "times": times}
        # In order: two processes with the same ones in another order would wait for each other for ever.
        for opening, times in sorted(openings.items())
    ]
    if not rows:
        return
    insert = insert_into(session, ClickCount)
    here = [ClickCount.day, ClickCount.mark, ClickCount.article]
    more = insert.on_conflict_do_update(
        index_elements=here, set_={"times": ClickCount.times + insert.excluded.times}
    )
    session.connection().execute(more, rows)


def counts_since(session: Session, moment: dt.datetime) -> dict[str, Counter[str]]:
    """What was opened from that day on: for each mark, how often each article (by its public id)."""
    found: dict[str, Counter[str]] = {}
    rows = select(ClickCount.mark, ClickCount.article, ClickCount.times).where(
        ClickCount.day >= moment.astimezone(dt.UTC).date()
    )
    for row in session.execute(rows):
        found.setdefault(row.mark, Counter())[row.article] += row.times
    return found


def prune(session: Session, before: dt.datetime) -> int:
    """Forget what was counted on days before; gives how many lines."""
    gone = delete(ClickCount).where(ClickCount.day < before.astimezone(dt.UTC).date())
    return int(session.connection().execute(gone).rowcount)
