"""Count what members asked about an issue in the days after it went out; openids are not read."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, func, select

from wxbot.db import Session
from wxbot.journal import JournalEntry

__all__ = ["MemberQuestions", "questions_about"]

MOST = 20  # questions that are shown
PAGE = 1000
Key = TypeVar("Key", int, str)


@dataclass(frozen=True)
class MemberQuestions:
    """Questions from `since` until before `until`, most frequent first, each with how often it was asked.

    about : questions whose answer showed the issue or one of its articles
    times : how often such a question was asked
    shown : how often each article was shown in an answer, by its number in the issue
    missed : questions that found nothing at all
    """

    since: dt.datetime
    until: dt.datetime
    about: tuple[tuple[str, int], ...] = ()
    times: int = 0
    shown: tuple[tuple[int, int], ...] = ()
    missed: tuple[tuple[str, int], ...] = ()


def questions_about(session: Session, number: str, since: dt.datetime, until: dt.datetime) -> MemberQuestions:
    """Return what members asked about the issue `number` in this time."""
    in_time = (
        (JournalEntry.kind == "text")
        & (JournalEntry.received_at >= since)
        & (JournalEntry.received_at < until)
    )
    about, shown = _count_shown(session, in_time, number)
    missed = _count_missed(session, in_time)
    return MemberQuestions(since, until, _ranked(about)[:MOST], about.total(), _ranked(shown), missed)


def _count_shown(
    session: Session, in_time: ColumnElement[bool], number: str
) -> tuple[Counter[str], Counter[int]]:
    """Count the questions whose answer showed the issue, and the articles of the issue that were shown."""
    about, shown = Counter[str](), Counter[int]()
    found = select(JournalEntry.asked, JournalEntry.shown_ids).where(
        in_time, JournalEntry.hits > 0, JournalEntry.shown_ids.is_not(None)
    )
    for asked, shown_ids in session.execute(found.execution_options(yield_per=PAGE)):
        ids = shown_ids or []
        articles = [id_.removeprefix(f"{number}/") for id_ in ids if id_.startswith(f"{number}/")]
        if articles or number in ids:
            about[asked] += 1
            shown.update(int(n) for n in articles if n.isdecimal())
    return about, shown


def _count_missed(session: Session, in_time: ColumnElement[bool]) -> tuple[tuple[str, int], ...]:
    times = func.count().label("times")
    found = select(JournalEntry.asked, times).where(in_time, JournalEntry.hits == 0)
    rows = session.execute(
        found.group_by(JournalEntry.asked).order_by(times.desc(), JournalEntry.asked).limit(MOST)
    )
    return tuple((row.asked, row.times) for row in rows)


def _ranked(counted: Counter[Key]) -> tuple[tuple[Key, int], ...]:
    """Return keys and counts, most frequent first, equal counts by key."""
    return tuple(sorted(counted.items(), key=lambda each: (-each[1], each[0])))
