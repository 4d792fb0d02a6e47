"""Take the values of a masthead from its rows: byline, number, period, week, dates, month, year and editor."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from wxbot.bulletin import masthead_words as words
from wxbot.bulletin import printed_number as printed
from wxbot.bulletin.line_text import columns
from wxbot.bulletin.masthead_rows import Mark, Part, Row
from wxbot.bulletin.masthead_words import is_periodical_name
from wxbot.bulletin.model import Problem
from wxbot.bulletin.printed_number import Period, PrintedNumber

__all__ = ["MAX_MOTTO", "Masthead", "take_values"]

MAX_MOTTO = 40
"""Columns of the longest masthead line without any value, such as a motto."""

_GREETING = re.compile(r"(?:^|[，。！]\s*)(?:这是|本期[是为]|欢迎)[^，。；]{0,16}$")
"""How a sentence of the text begins that names the number: 大家好，这是第132期."""

_SOURCE = re.compile(
    r"(?:来源|來源|发布者|發布者|发布机构)\s*[：:]\s*(?P<who>\S{4,30}?)(?=\s|$|发布|更新|浏览|作者|时间|日期|阅读|点击)"
)
_PROSE_COLUMNS = 80
_MIN_PUBLISHER = 6
"""Columns of the beginning of a name that names who publishes it, at least."""

_OTHER = re.compile(r"(?:[（(\[【]|^)\s*(?:内?附|随[刊附]|另[附有见]|原|前身)[^（）()\[\]【】]*$")
"""Text before the number of another publication, as in （附：《会展快递》第8期）."""

_PUBLISHED = re.compile(r"\s*(?:出版|出刊|刊出|印发|印行|刊行)\s*$")
"""Word behind a month or a year in a masthead."""


@dataclass(slots=True)
class Masthead:
    """Values of a masthead; `lines` holds the positions of its lines, `end` the position where the body begins.

    Attributes
    ----------
    counts : the number, or the numbers of a combined issue
    totals : the running numbers of a combined issue, `total` the first of them
    supplement : the counts are those of supplements
    week_month : the month whose week `week` is; None for a week of the year
    name_day : month and day that are printed in the name, as in 一周要闻0310
    author, account : those of a WeChat article; the author stands for a missing editor
    sponsor : the organisation that publishes; it stands for a missing editor too
    byline_day : the day on which a WeChat article was published
    is_stated : the file itself states number or date, as front matter does
    """

    title: str | None = None
    year: int | None = None
    counts: tuple[int, ...] = ()
    supplement: bool = False
    total: int | None = None
    totals: tuple[int, ...] = ()
    week: int | None = None
    week_month: int | None = None
    month: int | None = None
    period: Period | None = None
    name_day: tuple[int, int] | None = None
    date: dt.date | None = None
    editor: str | None = None
    account: str = ""
    lines: set[int] = field(default_factory=set)
    end: int = 0
    problems: list[Problem] = field(default_factory=list)
    sponsor: str | None = None
    author: str = ""
    byline_day: dt.date | None = None
    is_stated: bool = False

    @property
    def issue(self) -> int | None:
        """The first count, or the running number where no count is printed."""
        return self.counts[0] if self.counts else self.total

    @property
    def is_numbered(self) -> bool:
        """True if a number or a period stands for the issue."""
        return bool(
            self.counts
            or self.supplement
            or self.total
            or self.week
            or self.month
            or self.period
            or self.name_day
        )


def take_values(head: Masthead, rows: Sequence[Row]) -> None:
    """Take the values that rows print and that are still missing."""
    head.lines.update(row.index for row in rows if row.cut_permit() and row.index >= 0)
    for take in (
        _take_byline,
        _take_number,
        _take_period,
        _take_week,
        _take_date,
        _take_month,
        _take_year,
        _take_day_without_year,
        _take_editor,
        _take_source,
    ):
        take(head, rows)


def _claim(head: Masthead, row: Row, start: int, end: int, mark: Mark) -> None:
    """Mark a part of a row as read, and its line as one of the masthead."""
    row.cut(start, end, mark)
    if row.index >= 0:
        head.lines.add(row.index)


def _take_byline(head: Masthead, rows: Sequence[Row]) -> None:
    """Take author, account and date of a WeChat article; a printed date and editor come before them."""
    for row in rows:
        found = words.find_byline(row.text)
        day = next((each.day for each in printed.find_days(row.folded_rest) if each.day), None)
        if found is None or day is None:
            continue
        if head.byline_day is None:
            head.byline_day, head.account = day, found.account
            head.author = found.author or found.account
            head.editor = head.editor or found.author or None
        _claim(head, row, 0, len(row.text), Mark.BYLINE)


def _take_number(head: Masthead, rows: Sequence[Row]) -> None:
    """Take running number, supplement and number, each from the first row that prints one."""
    for row in rows:
        if total := printed.find_total(row.folded_rest):
            if head.total is None:
                head.total, head.totals = total.counts[0], total.counts
            _claim(head, row, total.start, total.end, Mark.NUMBER)
    special = _take_supplement(head, rows)
    for row in rows:
        found = printed.find_number(row.folded_rest)
        if found and (not head.counts or found.counts == head.counts) and not _is_quoted(row, found):
            head.counts = found.counts
            head.year = head.year or found.year
            if not _GREETING.search(row.text[: found.start]):
                _claim(head, row, found.start, found.end, Mark.NUMBER)
    if special is not None and head.counts and not _is_supplement(rows, special):
        head.supplement = False


def _take_supplement(head: Masthead, rows: Sequence[Row]) -> Row | None:
    """Take 增刊, 特刊 and their number; return their row."""
    for row in rows:
        found = printed.find_supplement(row.folded_rest)
        if found is None or head.supplement or words.is_prose(row.text):
            continue
        head.supplement = True
        head.year = head.year or found.year
        head.counts = head.counts or found.counts
        _claim(head, row, found.start, found.end, Mark.NUMBER)
        return row
    return None


def _is_quoted(row: Row, found: PrintedNumber) -> bool:
    """Tell if a number in the middle of a sentence, or in a note on another publication, is that of something else."""
    if _OTHER.search(row.text[: found.start]):
        return True
    inside = 8 < found.start and found.end < len(row.text) - 8
    return inside and row.line.level == 0 and words.is_prose(row.text)


def _is_supplement(rows: Sequence[Row], row: Row) -> bool:
    """Tell if a counted issue is a supplement: 特刊 beside a regular number only says what the issue is about."""
    text = row.text
    return bool(re.search("增刊|号外", text)) or (
        all(printed.find_number(printed.fold(each.text)) is None or each is row for each in rows)
        and printed.find_number(printed.fold(text)) is None
    )


def _take_period(head: Masthead, rows: Sequence[Row]) -> None:
    """Take the period that the issue reports on."""
    for row in rows:
        found = printed.find_period(row.folded_rest)
        if found is None:
            continue
        rest = words.clean_name(row.rest_without(found.start, found.end))
        in_brackets = row.text[found.start] in "（(【[" or row.text[found.end - 1] in "）)】]"
        belongs = (
            row.index in head.lines
            or not rest
            or is_periodical_name(rest)
            or (row.line.level == 1 and row.index <= 0)
            or (in_brackets and not words.is_prose(row.text))
            or words.is_organisation(rest)
            or words.editor_in(rest) is not None
        )
        if not belongs:
            continue
        if head.period is None:
            head.period = found
            head.year = head.year or found.year
        _claim(head, row, found.start, found.end, Mark.DATE)


def _take_week(head: Masthead, rows: Sequence[Row]) -> None:
    """Take a week, as in 第43周."""
    for row in rows:
        found = printed.find_week(row.folded_rest)
        if found is None or (
            words.is_prose(row.text) and row.index not in head.lines and row.line.level != 1
        ):
            continue
        week, month = found
        if head.week is None:
            head.week, head.week_month = week.counts[0], month
            head.year = head.year or week.year
        _claim(head, row, week.start, week.end, Mark.NUMBER)


def _take_date(head: Masthead, rows: Sequence[Row]) -> None:
    """Take the date of publication."""
    for row in rows:
        found = list(printed.find_days(row.folded_rest))
        if not found:
            continue
        if (head.date is not None or words.is_prose(row.text)) and head.lines and row.index > max(head.lines):
            return  # a date further down belongs to the news
        for each in found:
            if each.day is None:
                wrong = row.text[each.start : each.end]
                head.problems.append(Problem(row.line.at, f"“{wrong}”不是日历上有的日期"))
                continue
            head.year = head.year or each.day.year
            head.date = head.date or each.day
        for each in reversed(found):
            _claim(head, row, each.start, each.end, Mark.DATE)


def _belongs(head: Masthead, row: Row, start: int, end: int) -> bool:
    """Tell if a row holds nothing beside a month, a year or a day but parts of a masthead."""
    if words.is_prose(row.text) or columns(row.text) > _PROSE_COLUMNS:
        return False
    rest = words.clean_name(_PUBLISHED.sub("", row.rest_without(start, end)))
    known = not rest or is_periodical_name(rest) or words.is_organisation(rest)
    return row.index in head.lines or known or words.editor_in(rest) is not None


def _take_month(head: Masthead, rows: Sequence[Row]) -> None:
    """Take a month, as in 2024年11月 and 11月号."""
    for row in rows:
        found = printed.find_month(row.folded_rest)
        if found is None or not (
            _belongs(head, row, found.start, found.end) or (row.line.level == 1 and row.index <= 0)
        ):
            continue
        if head.month is None:
            head.month = found.counts[0]
            head.year = head.year or found.year
        _claim(head, row, found.start, found.end, Mark.DATE)
    for row in rows[:1]:
        if found := printed.find_half_month(row.folded_rest):
            _claim(head, row, found.start, found.end, Mark.DATE)


def _take_year(head: Masthead, rows: Sequence[Row]) -> None:
    """Take a year that stands alone; one in a headline stays there."""
    for row in rows:
        found = printed.find_year(row.folded_rest)
        if found and _belongs(head, row, found.start, found.end):
            head.year = head.year or found.year
            _claim(head, row, found.start, found.end, Mark.DATE)


def _take_day_without_year(head: Masthead, rows: Sequence[Row]) -> None:
    """Take a day without a year, as in 3月10日; the year is that of the number."""
    year = head.year or (head.byline_day.year if head.byline_day else None)
    if head.date is not None or year is None:
        return
    for row in rows:
        found = printed.find_day(row.folded_rest, year)
        if found is None or found.day is None or not _belongs(head, row, found.start, found.end):
            continue
        if head.lines and row.index > max(head.lines) + 1:
            return
        head.date = found.day
        _claim(head, row, found.start, found.end, Mark.DATE)
        return


def _take_editor(head: Masthead, rows: Sequence[Row]) -> None:
    """Take the editor: `编辑：…`, `…编`, else the sponsor, `…主办`; an organisation alone may stand for him."""
    sponsor: str | None = None
    for position, row in enumerate(rows):
        for part in row.parts():
            named = words.editor_in(part.text)
            alone = "" if named else _organisation_alone(head, rows, position, part)
            if not named and not alone:
                continue
            first = _first_half(head, rows, position, part.start)
            if named and named[1]:
                head.editor = head.editor or first + named[0]
            elif named:
                sponsor = sponsor or first + named[0]
            else:
                sponsor = sponsor or first + alone
            _claim(head, row, part.start, part.end, Mark.WHO)
    head.editor = head.editor or sponsor


def _take_source(head: Masthead, rows: Sequence[Row]) -> None:
    """Take the organisation that a website names as the source of the page; a printed editor comes before it."""
    for row in rows:
        found = _SOURCE.search(row.text)
        if found and not head.author and words.is_organisation(found["who"]):
            head.author = found["who"]


def _organisation_alone(head: Masthead, rows: Sequence[Row], position: int, part: Part) -> str:
    """Return the organisation that stands beside number or date, or alone on the line below; else ""."""
    row = rows[position]
    in_head = row.index in head.lines or row.index < 0
    beside = in_head and part.is_marked and row.line.level != 1
    alone = words.without_signatures(part.text).strip(words.LOOSE)
    if (
        beside
        and not words.names_event(alone)
        and (words.is_organisation(alone) or _begins_name(rows, alone))
    ):
        return alone
    under_name = position > 0 and is_periodical_name(words.clean_name(rows[position - 1].text))
    is_half = position + 1 < len(rows) and any(
        words.editor_in(part.text) for part in rows[position + 1].parts()
    )
    # Where the editor is named already, a short line below the masthead names a section as well as an organisation.
    below = (row.index - 1 in head.lines and not head.editor) or (
        under_name and row.index + 1 in head.lines and not is_half
    )
    return row.text.strip(words.LOOSE) if row.index > 0 and below and _stands_alone(rows, position) else ""


def _begins_name(rows: Sequence[Row], text: str) -> bool:
    """Tell if the name of the periodical on another row begins with a text, as 滨湖跑团周记 does with 滨湖跑团."""
    names = (words.clean_name(row.rest_without(0, 0)) for row in rows if text and row.text != text)
    return columns(text) >= _MIN_PUBLISHER and any(
        name != text and name.startswith(text) and is_periodical_name(name) for name in names
    )


def _first_half(head: Masthead, rows: Sequence[Row], position: int, start: int) -> str:
    """Return the first half of an editor's name that was printed on the line above, else ""."""
    if position == 0 or start > 0:
        return ""
    above = rows[position - 1]
    is_first_line = position == 1 and rows[position].index == 1
    if above.has_marks or is_first_line or not words.is_organisation(above.text) or above.line.level:
        return ""
    if columns(above.text) > MAX_MOTTO or (
        above.line.gap != rows[position].line.gap and rows[position].line.gap
    ):
        return ""
    _claim(head, above, 0, len(above.text), Mark.WHO)
    return above.text


def _stands_alone(rows: Sequence[Row], position: int) -> bool:
    """Tell if a row names an organisation and is not a title: no text stands below it."""
    row = rows[position]
    if columns(row.text) > MAX_MOTTO or not words.is_organisation(row.text) or words.names_event(row.text):
        return False
    return row.next_is_text is False
