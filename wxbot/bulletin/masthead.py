"""Read the masthead of a bulletin: its name, number, period, date and editor, in any order.

Values are looked for in this order, and the first place that has one counts: what the file states about itself
(front matter), the first lines, the page headers, a masthead that stands elsewhere (a text box), the imprint at the
end, and the file's name.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from wxbot.bulletin import contents, line_text
from wxbot.bulletin import masthead_words as words
from wxbot.bulletin import printed_number as printed
from wxbot.bulletin.line_text import LineEnd, columns
from wxbot.bulletin.masthead_name import NameEvidence, choose_name
from wxbot.bulletin.masthead_rows import Mark, Part, Row
from wxbot.bulletin.masthead_words import is_periodical_name
from wxbot.bulletin.model import Line, Problem
from wxbot.bulletin.printed_number import Period

__all__ = ["Masthead", "complete", "find", "is_periodical_name"]


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
        """Whether a number or a period stands for the issue."""
        return bool(
            self.counts
            or self.supplement
            or self.total
            or self.week
            or self.month
            or self.period
            or self.name_day
        )


_FIRST_MARKS = {"一、", "（一）", "1.", "1、", "1．"}
_MAX_MOTTO = 40
"""Columns of the longest masthead line without any value, such as a motto."""

_MAX_LINES = 15
"""Lines of a masthead, at most; a number or date further down belongs to the news."""

_PROSE_COLUMNS = 80
_NEIGHBOURS = 3
"""Lines above and below a number in the middle of a bulletin that may belong to its masthead."""


def find(
    lines: Sequence[Line],
    *,
    headers: Sequence[str] = (),
    fields: Mapping[str, str] | None = None,
    file_name: str = "",
    names: Sequence[str] = (),
) -> Masthead:
    """Read the masthead from a bulletin's first lines, its page headers and its front matter.

    `names` are known names of publications. Where no number is found there, a number on a line of its own further
    down is taken.
    """
    head = Masthead()
    stated = _take_fields(head, fields or {})
    region = _region(lines)
    rows = [Row(index, lines[index], _next_is_text(lines, index)) for index in range(region)]
    head_rows = [Row(-1, Line(1, text, level=1)) for text in stated]
    evidence = NameEvidence(
        top_levels=sum(line.level == 1 for line in lines),
        repeated=(*headers, *(line.text for line in lines[region:] if columns(line.text) <= _MAX_MOTTO)),
        file_name=file_name,
        known=tuple(names),
    )
    _read_rows(head, rows, evidence)
    _read_rows(head, head_rows, evidence)
    _read_rows(head, [Row(-1, Line(1, text)) for text in dict.fromkeys(headers)], evidence)
    head.end = _end(head, lines, region)
    if not head.is_numbered:
        _take_elsewhere(head, lines, evidence)
    _settle_day(head)
    return head


def complete(head: Masthead, tail: Sequence[str]) -> None:
    """Fill in a missing date or editor from a bulletin's last lines, such as 某某办公室 2024年3月10日印发."""
    days = [found.day for text in tail for found in printed.find_days(printed.fold(text)) if found.day]
    is_dated = head.date is not None or (head.period is not None and head.year is not None)
    if (
        not is_dated
        and len(set(days)) == 1
        and head.year in {None, days[0].year}
        and (head.title or head.is_numbered)
    ):
        head.date, head.year = days[0], days[0].year
    editors = list(filter(None, map(words.editor_in, tail)))
    explicit = next((who for who, edits in editors if edits), None)
    head.editor = head.editor or explicit or head.sponsor or head.author or None
    head.editor = head.editor or next((who for who, _ in editors), None)


def _take_fields(head: Masthead, fields: Mapping[str, str]) -> list[str]:
    """Take the values that the file states about itself; return the texts that may hold more of them."""
    if number := fields.get("number", "").strip():
        folded = printed.fold(number)
        bare = re.fullmatch(r"\d{1,6}", folded)
        found = printed.find_number(f"第{folded}期" if bare else folded)
        found = found or printed.find_number(f"{folded}期")
        if found and not printed.find_week(folded):
            head.counts, head.year = found.counts, found.year
        elif week := printed.find_week(folded):
            head.week, head.year = week[0].counts[0], week[0].year
        if supplement := printed.find_supplement(folded):
            head.supplement, head.counts = True, supplement.counts
    if total := printed.find_number(f"第{printed.fold(fields.get('total', '')).strip()}期"):
        head.total, head.totals = total.counts[0], total.counts
    date = printed.fold(fields.get("date", ""))
    if day := next((found.day for found in printed.find_days(date) if found.day), None):
        head.date, head.year = day, head.year or day.year
    elif month := printed.find_month(date):
        head.month, head.year = month.counts[0], head.year or month.year
    head.is_stated = bool(head.counts or head.date)
    head.editor = words.stated_name(fields.get("editor", "")) or None
    head.title = words.clean_name(fields.get("publication", "")) or None
    return [text for text in (fields.get("title", ""), number if not head.counts else "") if text.strip()]


def _read_rows(head: Masthead, rows: Sequence[Row], evidence: NameEvidence) -> None:
    """Take the values that rows print and that are still missing."""
    _take_byline(head, rows)
    _take_number(head, rows)
    _take_period(head, rows)
    _take_week(head, rows)
    _take_date(head, rows)
    _take_month(head, rows)
    _take_year(head, rows)
    _take_day_without_year(head, rows)
    _take_editor(head, rows)
    if head.title is None:
        _take_name(head, rows, evidence)


def _claim(head: Masthead, row: Row, start: int, end: int, mark: Mark) -> None:
    """Mark a part of a row as read, and its line as one of the masthead."""
    row.cut(start, end, mark)
    if row.index >= 0:
        head.lines.add(row.index)


def _take_byline(head: Masthead, rows: Sequence[Row]) -> None:
    """Take author, account and date of a WeChat article; a printed date and editor come before them."""
    for row in rows:
        found = words.find_byline(row.text)
        day = next((each.day for each in printed.find_days(row.folded) if each.day), None)
        if found is None or day is None:
            continue
        if head.byline_day is None:
            head.byline_day, head.account = day, found.account
            head.author = found.author or found.account
            head.editor = head.editor or found.author or None
        _claim(head, row, 0, len(row.text), Mark.BYLINE)


def _take_number(head: Masthead, rows: Sequence[Row]) -> None:
    """Take number and running number, each from the first row that prints one."""
    for row in rows:
        if total := printed.find_total(row.folded):
            if head.total is None:
                head.total, head.totals = total.counts[0], total.counts
            _claim(head, row, total.start, total.end, Mark.NUMBER)
    supplement_row: Row | None = None
    for row in rows:
        found = printed.find_supplement(row.folded)
        if found and not head.supplement and not words.is_prose(row.text):
            supplement_row = row
            head.supplement = True
            head.year = head.year or found.year
            if found.counts and not head.counts:
                head.counts = found.counts
            _claim(head, row, found.start, found.end, Mark.NUMBER)
    for row in rows:
        found = printed.find_number(row.folded)
        if found and (not head.counts or found.counts == head.counts):
            if (
                words.is_prose(row.text)
                and row.line.level == 0
                and found.start > 8
                and found.end < len(row.text) - 8
            ):
                continue  # the number of something else in a sentence
            head.counts = found.counts
            head.year = head.year or found.year
            _claim(head, row, found.start, found.end, Mark.NUMBER)
    if supplement_row is not None and head.counts and not _is_supplement(rows, supplement_row):
        head.supplement = False


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
        found = printed.find_period(row.folded)
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
        found = printed.find_week(row.folded)
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
        found = list(printed.find_days(row.folded))
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
    rest = words.clean_name(row.rest_without(start, end))
    return row.index in head.lines or not rest or is_periodical_name(rest) or words.is_organisation(rest)


def _take_month(head: Masthead, rows: Sequence[Row]) -> None:
    """Take a month, as in 2024年11月 and 11月号."""
    for row in rows:
        found = printed.find_month(row.folded)
        if found is None or not (
            _belongs(head, row, found.start, found.end) or (row.line.level == 1 and row.index <= 0)
        ):
            continue
        if head.month is None:
            head.month = found.counts[0]
            head.year = head.year or found.year
        _claim(head, row, found.start, found.end, Mark.DATE)


def _take_year(head: Masthead, rows: Sequence[Row]) -> None:
    """Take a year that stands alone; one in a headline stays there."""
    for row in rows:
        found = printed.find_year(row.folded)
        if found and _belongs(head, row, found.start, found.end):
            head.year = head.year or found.year
            _claim(head, row, found.start, found.end, Mark.DATE)


def _take_day_without_year(head: Masthead, rows: Sequence[Row]) -> None:
    """Take a day without a year, as in 3月10日; the year is that of the number."""
    year = head.year or (head.byline_day.year if head.byline_day else None)
    if head.date is not None or year is None:
        return
    for row in rows:
        found = printed.find_day(row.folded, year)
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
            elif part.is_marked:
                sponsor = sponsor or first + alone
            else:
                head.sponsor = head.sponsor or first + alone
            _claim(head, row, part.start, part.end, Mark.WHO)
    head.editor = head.editor or sponsor


def _organisation_alone(head: Masthead, rows: Sequence[Row], position: int, part: Part) -> str:
    """Return the organisation that stands beside number or date, or alone on the line below; else ""."""
    row = rows[position]
    in_head = row.index in head.lines or row.index < 0
    beside = in_head and part.is_marked and row.line.level != 1
    alone = words.without_signatures(part.text).strip(words.LOOSE)
    if beside and words.is_organisation(alone) and not words.names_event(alone):
        return alone
    below = row.index >= 0 and row.index - 1 in head.lines
    return row.text.strip(words.LOOSE) if below and _stands_alone(rows, position) else ""


def _first_half(head: Masthead, rows: Sequence[Row], position: int, start: int) -> str:
    """Return the first half of an editor's name that was printed on the line above, else ""."""
    if position == 0 or start > 0:
        return ""
    above = rows[position - 1]
    is_first_line = position == 1 and rows[position].index == 1
    if above.has_marks or is_first_line or not words.is_organisation(above.text) or above.line.level:
        return ""
    if columns(above.text) > _MAX_MOTTO or (
        above.line.gap != rows[position].line.gap and rows[position].line.gap
    ):
        return ""
    _claim(head, above, 0, len(above.text), Mark.WHO)
    return above.text


def _stands_alone(rows: Sequence[Row], position: int) -> bool:
    """Tell if a row names an organisation and is not a title: no text stands below it."""
    row = rows[position]
    if columns(row.text) > _MAX_MOTTO or not words.is_organisation(row.text) or words.names_event(row.text):
        return False
    return row.next_is_text is False


def _take_name(head: Masthead, rows: Sequence[Row], evidence: NameEvidence) -> None:
    """Take the publication's name from the row with the best evidence."""
    has_number = any(Mark.NUMBER in row.marks or Mark.DATE in row.marks for row in rows)
    chosen = choose_name(rows, evidence)
    if chosen is None and head.account and is_periodical_name(head.account):
        head.title = head.account
    if chosen is None or not (has_number or chosen.score >= 3.0):
        return
    head.title = chosen.name
    head.name_day = chosen.day if not (head.counts or head.total or head.week or head.period) else None
    for index in chosen.lines:
        if index >= 0:
            head.lines.add(index)


def _end(head: Masthead, lines: Sequence[Line], region: int) -> int:
    """Return where the body begins; short lines before the first section, such as a motto, join the masthead."""
    end = max(head.lines, default=-1) + 1
    rest = range(end, region)
    stray = all(
        columns(lines[index].text) <= _MAX_MOTTO
        and not lines[index].level
        and not contents.is_toc_heading(lines[index])
        for index in rest
    )
    if end and region < min(len(lines), _MAX_LINES) and _opens_section(lines[region]) and stray:
        head.lines.update(rest)
        return region
    return end


def _opens_section(line: Line) -> bool:
    """Tell if a line has the marker of a section's name."""
    return (
        line_text.bracket_content(line.text) is not None
        or line_text.leading_marker(line.text).kind in {"一、", "#"}
        or line.level > 1
    )


def _region(lines: Sequence[Line]) -> int:
    """Return the number of lines that may belong to the masthead: up to the first section, title or sentence."""
    for index, line in enumerate(lines[:_MAX_LINES]):
        if line.block is not None or (index and contents.is_toc_heading(line)):
            return index
        inside = line_text.bracket_content(line.text)
        if inside is not None and not _has_value(inside) and index and not words.is_classification(line.text):
            return index
        if line_text.leading_marker(line.text).kind in _FIRST_MARKS or (
            line.level > 1 and not _has_value(line.text)
        ):
            return index
        if index and line_text.leading_marker(line.text).kind == "#" and not _has_value(line.text):
            return index
        if index and _is_text(line.text):
            return index
    return min(len(lines), _MAX_LINES)


def _has_value(text: str) -> bool:
    """Tell if a line of larger type, as mastheads are set in, holds a number, a date or the editor."""
    folded = printed.fold(text)
    return bool(
        printed.find_number(folded)
        or printed.find_total(folded)
        or next(printed.find_days(folded), None)
        or printed.find_period(folded)
        or printed.find_week(folded)
        or printed.find_supplement(folded)
        or words.editor_in(text)
    )


def _is_text(text: str) -> bool:
    """Tell if a line is a sentence of an article and not a motto."""
    return (
        columns(text) > _MAX_MOTTO
        and line_text.line_end(text) in {LineEnd.STOP, LineEnd.COMMA}
        and words.find_byline(text) is None
    )


def _take_elsewhere(head: Masthead, lines: Sequence[Line], evidence: NameEvidence) -> None:
    """Take a number on a line of its own below the first lines, with the masthead around it.

    A whole masthead that stands there, as a text box does, is as good as one at the top; a number alone, as some
    bulletins print it at the end, is reported.
    """
    for index in range(head.end, len(lines)):
        text = lines[index].text
        folded = printed.fold(text)
        found = printed.find_total(folded) or printed.find_number(folded)
        if found is None or line_text.line_end(text) is not LineEnd.NONE:
            continue
        if columns(f"{text[: found.start]}{text[found.end :]}".strip()) > _MAX_MOTTO or words.names_event(
            text
        ):
            continue
        around = [i for i in _around(lines, index, head.end) if i not in head.lines]
        was_dated, had_name = head.date is not None, head.title is not None
        _read_rows(head, [Row(i, lines[i], _next_is_text(lines, i)) for i in around], evidence)
        head.lines.add(index)
        if had_name or head.title is None or (head.date is None and not was_dated):
            head.problems.append(Problem(lines[index].at, f"期号不在报头，取自这一行：{text[:40]}"))
        return


def _around(lines: Sequence[Line], index: int, first: int) -> Iterable[int]:
    """Return the positions of a number's line and of the short lines directly around it."""
    start = index
    while start > max(first, index - _NEIGHBOURS) and _may_be_masthead(lines[start - 1]):
        start -= 1
    end = index + 1
    while end < min(len(lines), index + _NEIGHBOURS) and _may_be_masthead(lines[end]):
        end += 1
    return range(start, end)


def _may_be_masthead(line: Line) -> bool:
    """Tell if a line in the middle of a bulletin may belong to a masthead."""
    return (
        line.block is None
        and columns(line.text) <= _MAX_MOTTO
        and line_text.line_end(line.text) is LineEnd.NONE
        and line_text.leading_marker(line.text).kind == ""
        and line_text.bracket_content(line.text) is None
        and not words.names_event(line.text)
    )


def _next_is_text(lines: Sequence[Line], index: int) -> bool | None:
    """Tell if the line below is text; None at the end."""
    return _is_text(lines[index + 1].text) if index + 1 < len(lines) else None


def _settle_day(head: Masthead) -> None:
    """Take date and year of the byline where the masthead prints none."""
    day = head.byline_day
    if day is not None:
        head.date = head.date or day
        head.year = head.year or day.year
