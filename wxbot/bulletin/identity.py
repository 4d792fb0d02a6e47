"""Decide which issue a masthead names, by its number, its period or its date, and report what is doubtful about it."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from wxbot.bulletin import printed_number as printed
from wxbot.bulletin.habits import PublicationHabits
from wxbot.bulletin.issue_number import IssueNumber, NumberKind
from wxbot.bulletin.masthead import Masthead
from wxbot.bulletin.model import Line, Problem

__all__ = [
    "NO_NUMBER",
    "Settled",
    "identify",
    "number_of_day_in_name",
    "report_other_number",
    "report_problems",
    "settle",
]

NO_NUMBER = "全文没有期号（如“2021 年第 2 期”），也没有日期"
"""Problem of a text that prints nothing that names the issue."""

_YEARLY = 60
"""Counts up to this one restart every year as a rule; without a year they are doubtful."""

_YEAR_IN_NAME = re.compile(r"(?<!\d)(?P<year>(?:19[89]|20\d)\d)(?=年|[-_. ]|$|0[1-9]|1[0-2])")
_NUMBER_IN_NAME = re.compile(r"(?<!\d)(?P<year>(?:19[89]|20\d)\d)\s*[-_.]\s*(?P<count>\d{2,3})(?![-_.]?\d)")
_DAY_IN_NAME = re.compile(
    r"(?<!\d)(?P<year>20\d\d)(?P<sign>[-_.]?)(?P<month>\d\d)(?P=sign)(?P<day>\d\d)(?!\d)"
)
_SUFFIX = re.compile(r"\.[A-Za-z]{2,8}$")


@dataclass(frozen=True, slots=True)
class Settled:
    """Values that an editor gave by hand; they come before everything in the file. None: not given."""

    number: IssueNumber | None = None
    date: dt.date | None = None
    publication: str | None = None


def settle(head: Masthead, settled: Settled) -> None:
    """Put the values that an editor gave in place of those that were read, and fill in who stands for the editor."""
    head.editor = head.editor or head.sponsor or head.author or None
    head.title = settled.publication or head.title
    head.date = settled.date or head.date
    number = settled.number
    if number is None:
        head.year = head.year or (head.date.year if head.date else None)
        return
    head.year = number.year or head.year or (head.date.year if head.date else None)
    head.supplement = number.kind is NumberKind.SUPPLEMENT
    is_counted = number.kind in {NumberKind.COUNT, NumberKind.RUNNING, NumberKind.SUPPLEMENT}
    head.counts = number.counts if is_counted else ()


def identify(head: Masthead, lines: Sequence[Line], file_name: str) -> IssueNumber | None:
    """Return the number of the issue: what is printed, else its period, else its day; None where nothing tells.

    A year that the number lacks, or a number where none is printed, is taken from the file's name and reported.
    """
    _take_year_of_file(head, lines, file_name)
    try:
        found = _number_of_masthead(head)
    except ValueError:  # such as the 54th week
        head.problems.append(Problem(_at(head, lines), "报头的期号不是一个可能的期号"))
        found = None
    if found is None and head.date is not None:
        found = IssueNumber.of_day(head.date)
    return found or _number_of_file(head, lines, file_name)


def _number_of_masthead(head: Masthead) -> IssueNumber | None:
    """Return the number that is printed, in numbers or as a period; a running number keeps the year beside it."""
    year = head.year
    if head.supplement:
        return IssueNumber(NumberKind.SUPPLEMENT, year, head.counts[:1] or (1,)) if year else None
    if head.counts:
        return IssueNumber(NumberKind.COUNT if year else NumberKind.RUNNING, year, head.counts)
    if head.totals:
        return IssueNumber(NumberKind.COUNT if year else NumberKind.RUNNING, year, head.totals)
    return _period_number(head, year)


def _period_number(head: Masthead, year: int | None) -> IssueNumber | None:
    """Return the week, the period, the day or the month that stands for a number."""
    days = head.period.days(_year_of_period(head)) if head.period else None
    found: IssueNumber | None = None
    if head.week and year and not head.week_month:
        found = IssueNumber(NumberKind.WEEK, year, (head.week,))
    elif days:
        found = IssueNumber.of_period(*days)
    elif head.week and head.week_month and year:
        day = dt.date(year, head.week_month, min(7 * head.week - 6, 28))
        found = IssueNumber(NumberKind.WEEK, *_iso_week(day))
    elif head.name_day and year:
        found = IssueNumber(NumberKind.DAY, year, head.name_day)
    elif head.month and year:
        found = IssueNumber(NumberKind.MONTH, year, (head.month,))
    return found


def _year_of_period(head: Masthead) -> int | None:
    """Return the year of a period's last day: an issue of January reports on December."""
    if head.period is None or head.period.year or head.date is None:
        return head.year
    is_before = head.period.last[1:] <= (head.date.month, head.date.day)
    late = head.date.month <= 2 and head.period.last[1] == 12
    return head.date.year - 1 if late and not is_before else head.date.year


def _iso_week(day: dt.date) -> tuple[int, tuple[int]]:
    """Return year and week of a day by ISO 8601."""
    year, week, _ = day.isocalendar()
    return year, (week,)


def _take_year_of_file(head: Masthead, lines: Sequence[Line], file_name: str) -> None:
    """Take the year from the file's name where the number or the period is printed without one."""
    found = _YEAR_IN_NAME.search(_SUFFIX.sub("", file_name))
    if head.year is None and found and (head.counts or head.week or head.period or head.supplement):
        head.year = int(found["year"])
        head.problems.append(Problem(_at(head, lines), f"没有印年份，按文件名取 {head.year} 年"))


def report_other_number(head: Masthead, lines: Sequence[Line], file_name: str) -> None:
    """Report a number in the file's name that is neither the printed number nor the running one."""
    found = printed.find_number(printed.fold(_SUFFIX.sub("", file_name)))
    known = {*head.counts, *head.totals}
    if found is None or not known:
        return
    if not known & set(found.counts):
        says = f"文件名写的是第{found.counts[0]}期，报头是第{min(head.counts or head.totals)}期；按报头"
    elif found.year and head.year and found.year != head.year:
        says = f"文件名写的是 {found.year} 年，报头是 {head.year} 年；按报头"
    else:
        return
    head.problems.append(Problem(_at(head, lines), says))


def _number_of_file(head: Masthead, lines: Sequence[Line], file_name: str) -> IssueNumber | None:
    """Return the number in the file's name, and report that it was taken from there."""
    stem = printed.fold(_SUFFIX.sub("", file_name))
    found: IssueNumber | None = None
    number = printed.find_number(stem)
    if number and number.year:
        found = IssueNumber(NumberKind.COUNT, number.year, number.counts)
    elif match := _NUMBER_IN_NAME.search(stem):
        found = IssueNumber(NumberKind.COUNT, int(match["year"]), (int(match["count"]),))
    if found:
        head.problems.append(Problem(_at(head, lines), f"没有印期号和日期，按文件名取 {found.label}"))
    return found


def number_of_day_in_name(file_name: str) -> IssueNumber | None:
    """Return the day in a file's name as a number; None where there is none."""
    found = _DAY_IN_NAME.search(_SUFFIX.sub("", file_name))
    try:
        return found and IssueNumber.of_day(dt.date(*map(int, found.group("year", "month", "day"))))
    except ValueError:  # no day of the calendar
        return None


def report_problems(
    head: Masthead, number: IssueNumber | None, lines: Sequence[Line], known: PublicationHabits | None = None
) -> None:
    """Report missing and contradictory values of the masthead; `known` are the habits of the publication."""
    at = _at(head, lines)
    if number is None:
        head.problems.append(Problem(at, NO_NUMBER))
    elif head.counts and _may_restart(number, known):
        head.problems.append(Problem(at, f"第{number.counts[0]}期没有年份，按总期号处理"))
    if head.title is None and not head.is_stated:
        head.problems.append(Problem(at, "报头没有简报名称"))
    if head.date is not None and head.year is not None and head.date.year != head.year:
        head.problems.append(
            Problem(at, f"期号的年份是 {head.year} 年，出版日期却是 {head.date.isoformat()}")
        )


def _may_restart(number: IssueNumber, known: PublicationHabits | None) -> bool:
    """Tell if a running number is so small that it may count the issues of a year."""
    is_usual = known is not None and known.numbered_by is NumberKind.RUNNING
    return number.kind is NumberKind.RUNNING and number.counts[0] <= _YEARLY and not is_usual


def _at(head: Masthead, lines: Sequence[Line]) -> int:
    """Return the line number for a problem of the masthead."""
    first = min(head.lines, default=0)
    return lines[first].at if head.lines and first < len(lines) else 1
