"""What members asked, what was found, and what they opened of it; nobody's openid is in it."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from wxbot import clicks, library
from wxbot.clicks import ClickTokens
from wxbot.db import Session
from wxbot.journal import JournalEntry

__all__ = ["Question", "asked"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: as it was mostly typed, how often, how many articles were found at most, which were opened."""

    query: str
    times: int
    hits: int
    articles: Counter[str]

    @property
    def opened(self) -> int:
        """How often an article was opened from its answers."""
        return self.articles.total()


def asked(session: Session, since: dt.datetime) -> list[Question]:
    """What was searched for since then, most asked first; forms that differ in width, case or blanks are one."""
    times = func.count().label("times")
    rows = session.execute(
        select(JournalEntry.asked, times, func.max(JournalEntry.hits).label("hits"))
        .where(JournalEntry.kind == "text", JournalEntry.hits.is_not(None), JournalEntry.received_at >= since)
        .group_by(JournalEntry.asked)
        .order_by(times.desc(), JournalEntry.asked)
    )
    marks, counted = ClickTokens(library.identity(session)), clicks.counts_since(session, since)
    found: dict[str, Question] = {}
    for row in rows:
        mark = marks.token_for(row.asked)
        before = found.get(mark) or Question(row.asked, 0, 0, counted.get(mark, Counter()))
        found[mark] = Question(
            before.query, before.times + row.times, max(before.hits, row.hits), before.articles
        )
    return sorted(found.values(), key=lambda question: (-question.times, question.query))
