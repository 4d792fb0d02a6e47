"""Click counts: how often each article was opened from the answers to a question, by day; statistics of questions.

A link in an answer carries a click token, and the page that it opens counts the click. The token is a keyed hash of the
*words* of the question, the same for everybody who asks them. It contains neither openid nor message, so that even with
this database nobody can find out who opened what. The key is the library's secret, so that outsiders can neither test
which words a token stands for nor forge tokens.
"""

import base64
import datetime as dt
import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Date, String, Text, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from wxbot import library
from wxbot.db import Base, Session, insert_into
from wxbot.journal import JournalEntry
from wxbot.text import normalise

__all__ = [
    "QUESTION_CHARS",
    "Click",
    "ClickCount",
    "ClickTokens",
    "QuestionStats",
    "add",
    "asked_questions",
    "counts_since",
    "prune",
]

QUESTION_CHARS = 200  # longer messages are cut: a member who pastes an article means its beginning
_BODY_BYTES = 6
_CHECK_BYTES = 2
_TOKEN_CHARS = 13  # eight bytes in base 32


class ClickCount(Base):
    """The number of clicks on one article on one day (UTC) from answers to one question; `mark` is the token."""

    __tablename__ = "opened"

    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    mark: Mapped[str] = mapped_column(String(16), primary_key=True)
    article: Mapped[str] = mapped_column(Text, primary_key=True)
    times: Mapped[int] = mapped_column(default=0)


class Click(NamedTuple):
    """A click: the day (UTC), the click token, and the public id of the article."""

    day: dt.date
    mark: str
    article: str


class ClickTokens:
    """Creates and verifies click tokens; `secret` is `library.identity`, which no page shows."""

    def __init__(self, secret: str) -> None:
        self._key = secret.encode()[:64]

    def token_for(self, question: str) -> str:
        """Return the token of a question, independent of case, width and spaces: 13 lower-case letters and digits."""
        body = self._hash(normalise(question[:QUESTION_CHARS]).encode("utf-8", "ignore"), _BODY_BYTES)
        return base64.b32encode(body + self._hash(body, _CHECK_BYTES)).decode().rstrip("=").lower()

    def is_genuine(self, token: str) -> bool:
        """Return whether a token was created with our secret."""
        if len(token) != _TOKEN_CHARS or not token.isascii():
            return False
        try:
            whole = base64.b32decode(token.upper() + "===")
        except ValueError:
            return False
        return hmac.compare_digest(whole[_BODY_BYTES:], self._hash(whole[:_BODY_BYTES], _CHECK_BYTES))

    def _hash(self, value: bytes, size: int) -> bytes:
        return hashlib.blake2b(value, key=self._key, digest_size=size).digest()


def add(session: Session, clicks: Mapping[Click, int]) -> None:
    """Add clicks to the stored counts."""
    rows = [
        {"day": click.day, "mark": click.mark, "article": click.article, "times": times}
        # Sorted: two processes that update the same rows in different orders would deadlock.
        for click, times in sorted(clicks.items())
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
    """Return the click counts since the day of `moment`: token → article's public id → number of clicks."""
    found: dict[str, Counter[str]] = {}
    rows = select(ClickCount.mark, ClickCount.article, ClickCount.times).where(
        ClickCount.day >= moment.astimezone(dt.UTC).date()
    )
    for row in session.execute(rows):
        found.setdefault(row.mark, Counter())[row.article] += row.times
    return found


@dataclass(frozen=True, slots=True)
class QuestionStats:
    """Statistics of one question.

    query : its most frequent spelling
    times : how often it was asked
    hits : the most articles that were found for it
    articles : how often each article was opened from its answers, by public id
    """

    query: str
    times: int
    hits: int
    articles: Counter[str]

    @property
    def click_count(self) -> int:
        """The number of clicks on all articles in its answers."""
        return self.articles.total()


def asked_questions(session: Session, since: dt.datetime) -> list[QuestionStats]:
    """Return the questions searched for since then, most frequent first.

    Spellings that differ only in width, case or blanks are one question.
    """
    times = func.count().label("times")
    rows = session.execute(
        select(JournalEntry.asked, times, func.max(JournalEntry.hits).label("hits"))
        .where(JournalEntry.kind == "text", JournalEntry.hits.is_not(None), JournalEntry.received_at >= since)
        .group_by(JournalEntry.asked)
        .order_by(times.desc(), JournalEntry.asked)
    )
    tokens, clicks = ClickTokens(library.identity(session)), counts_since(session, since)
    by_token: dict[str, QuestionStats] = {}
    for row in rows:
        token = tokens.token_for(row.asked)
        before = by_token.get(token) or QuestionStats(row.asked, 0, 0, clicks.get(token, Counter()))
        by_token[token] = QuestionStats(
            before.query, before.times + row.times, max(before.hits, row.hits), before.articles
        )
    return sorted(by_token.values(), key=lambda question: (-question.times, question.query))


def prune(session: Session, before: dt.datetime) -> int:
    """Delete the counts of days before that of `before`; return how many rows."""
    gone = delete(ClickCount).where(ClickCount.day < before.astimezone(dt.UTC).date())
    return int(session.connection().execute(gone).rowcount)
