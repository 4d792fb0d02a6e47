"""What members asked about an issue in the days after it went out; who asked is not told."""

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import ColumnElement, func, or_, select

from wxbot.db import Session
from wxbot.journal import JournalEntry

__all__ = ["MemberQuestions", "questions_about"]

MOST = 20  # questions that are shown
PAGE = 1000


@dataclass(frozen=True)
class MemberQuestions:
    """Questions of some days, most asked first, each with how often.

    `about` are those whose answer showed articles of the issue, `times` how often there was one at all, `shown` how
    often each article (its number in the issue) stood in an answer; `missed` are those that found nothing anywhere.
    """

    since: dt.datetime
    until: dt.datetime
    about: tuple[tuple[str, int], ...] = ()
    times: int = 0
    shown: tuple[tuple[int, int], ...] = ()
    missed: tuple[tuple[str, int], ...] = ()


def questions_about(session: Session, number: str, since: dt.datetime, until: dt.datetime) -> MemberQuestions:
    """What was asked in this time: an answer shows an article by the address of its page."""
    here = (
        (JournalEntry.kind == "text")
        & (JournalEntry.received_at >= since)
        & (JournalEntry.received_at < until)
    )
    shows = here & (JournalEntry.hits > 0) & _shows(number)
    return MemberQuestions(
        since,
        until,
        _most(session, shows),
        session.scalar(select(func.count()).where(shows)) or 0,
        _shown(session, shows, number),
        _most(session, here & (JournalEntry.hits == 0)),
    )


def _shows(number: str) -> ColumnElement[bool]:
    """Whether an answer holds the address of the issue's page, or of one of its articles' (see wxbot.bot.addresses)."""
    path = quote(number)
    # An address ends in a quotation mark inside a text, and with its CDATA in a card.
    ways = (f"/a/{path}/", f'/i/{path}"', f"/i/{path}]")
    return or_(*(JournalEntry.answer.contains(way, autoescape=True) for way in ways))


def _most(session: Session, here: ColumnElement[bool]) -> tuple[tuple[str, int], ...]:
    times = func.count().label("times")
    asked = select(JournalEntry.asked, times).where(here).group_by(JournalEntry.asked)
    rows = session.execute(asked.order_by(times.desc(), JournalEntry.asked).limit(MOST))
    return tuple((row.asked, row.times) for row in rows)


def _shown(session: Session, here: ColumnElement[bool], number: str) -> tuple[tuple[int, int], ...]:
    """How often each article was shown, most often first; one answer at a time is looked through."""
    address = re.compile(rf"/a/{re.escape(quote(number))}/(\d+)(?!\d)")
    counted: Counter[int] = Counter()
    answers = select(JournalEntry.answer).where(here).execution_options(yield_per=PAGE)
    for answer in session.scalars(answers):
        counted.update({int(n) for n in address.findall(answer)})
    return tuple(sorted(counted.items(), key=lambda each: (-each[1], each[0])))
