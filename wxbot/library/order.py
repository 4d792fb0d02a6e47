"""Order of the issues: counted issues by their number, and the others between them by their day.

`Issue.place` is the sort key, so that supplements, weeks and days stand where they appeared. It is computed again for
the uncounted issues of a year whenever an issue of that year is stored.
"""

import datetime as dt
from typing import Any

from sqlalchemy import select

from wxbot.bulletin.issue_number import IssueNumber, NumberKind
from wxbot.db import Session
from wxbot.library.tables import Issue

__all__ = ["number_columns", "place_issues"]

_YEAR = 10**10
_COUNT = 1_000
"""Places between two counts; the days of a year fit between them."""


def number_columns(number: str, printed_year: int | None) -> dict[str, Any]:
    """Return the values of the columns that an issue's number fills; a number without a year takes the printed one."""
    parsed = IssueNumber.parse(number)
    if parsed is None or parsed.kind not in {NumberKind.COUNT, NumberKind.RUNNING}:
        return {"year": parsed.year if parsed else None, "issue": None, "issue_last": None}
    return {"year": parsed.year or printed_year, "issue": parsed.counts[0], "issue_last": parsed.counts[-1]}


def place_issues(session: Session, changed: Issue) -> None:
    """Set the place of an issue that was written, and of the uncounted issues of its year."""
    if changed.issue_last is not None:
        changed.place = _year(changed) * _YEAR + changed.issue_last * _COUNT
        session.flush()
    if changed.year is None:
        return
    same_year = select(Issue).where(Issue.year == changed.year)
    if (
        session.scalar(same_year.where(Issue.issue_last.is_(None)).with_only_columns(Issue.id).limit(1))
        is None
    ):
        return
    of_year = list(session.scalars(same_year))
    counted = [(_day(issue), issue.issue_last) for issue in of_year if issue.issue_last is not None]
    for issue in of_year:
        if issue.issue_last is None:
            day = _day(issue)
            before = max((count for other, count in counted if other <= day), default=0)
            issue.place = changed.year * _YEAR + before * _COUNT + day.timetuple().tm_yday
    session.flush()


def _year(issue: Issue) -> int:
    """Return the year by which an issue is sorted; 0 where nothing tells."""
    return issue.year or (issue.date.year if issue.date else 0)


def _day(issue: Issue) -> dt.date:
    """Return the day by which an issue is compared: its date, the end of its period, or the day of storing it."""
    if issue.date is not None:
        return issue.date
    number = IssueNumber.parse(issue.number)
    if number and number.kind in {NumberKind.DAY, NumberKind.WEEK, NumberKind.MONTH}:
        return number.last_day
    return issue.shelved_at.date()
