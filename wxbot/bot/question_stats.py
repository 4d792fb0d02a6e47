"""Statistics of members' questions: how often each was asked, what was found, and what was opened; without openids."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from wxbot import clicks, library
from wxbot.clicks import ClickTokens
from wxbot.db import Session
from wxbot.journal import JournalEntry

__all__ = ["QuestionStats", "asked_questions"]


@dataclass(frozen=True, slots=True)
class QuestionStats:
    """One question.

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
    def opened(self) -> int:
        """Return how often any article was opened from its answers."""
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
    marks, opened = ClickTokens(library.identity(session)), clicks.counts_since(session, since)
    by_mark: dict[str, QuestionStats] = {}
    for row in rows:
        mark = marks.token_for(row.asked)
        before = by_mark.get(mark) or QuestionStats(row.asked, 0, 0, opened.get(mark, Counter()))
        by_mark[mark] = QuestionStats(
            before.query, before.times + row.times, max(before.hits, row.hits), before.articles
        )
    return sorted(by_mark.values(), key=lambda question: (-question.times, question.query))
