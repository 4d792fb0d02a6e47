"""Read the masthead of a bulletin: its name, number, period, date and editor, in any order.

Values are looked for in this order, and the first place that has one counts: what the file states about itself
(front matter), the first lines, the page headers, a masthead that stands elsewhere (a text box), the imprint at the
end, and the file's name.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from wxbot.bulletin import contents, line_text
from wxbot.bulletin import masthead_words as words
from wxbot.bulletin import printed_number as printed
from wxbot.bulletin.line_text import LineEnd, columns
from wxbot.bulletin.masthead_name import NameEvidence, choose_name
from wxbot.bulletin.masthead_rows import Mark, Row
from wxbot.bulletin.masthead_values import MAX_MOTTO, Masthead, take_values
from wxbot.bulletin.masthead_words import is_document_title, is_periodical_name
from wxbot.bulletin.model import Line, Problem
from wxbot.bulletin.titles import without_day

__all__ = ["Masthead", "complete", "find", "is_document_title", "is_periodical_name"]


_FIRST_MARKS = {"第一", "一、", "（一）", "1.", "1、", "1．", "①", "❶"}
_QUOTES = ("《{}》", "「{}」", "“{}”", "『{}』", "【{}】")
_MAX_LINES = 15
"""Lines of a masthead, at most; a number or date further down belongs to the news."""

_MAX_NAME = 24
"""Columns of the name of a first section without brackets or level, at most."""

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
        repeated=(*headers, *(line.text for line in lines[region:] if columns(line.text) <= MAX_MOTTO)),
        file_name=file_name,
        known=tuple(names),
    )
    _read_rows(head, rows, evidence)
    _read_rows(head, head_rows, evidence)
    _read_rows(head, [Row(-1, Line(1, text)) for text in dict.fromkeys(headers)], evidence)
    head.end = _end(head, lines, region)
    _report_other_number(head, lines[:region])
    if not head.is_numbered:
        _take_elsewhere(head, lines, evidence)
    if head.title is None and head.is_stated and head.counts:
        _take_stated_title(head, lines, (fields or {}).get("title", ""))
    _settle_day(head)
    return head


def _take_stated_title(head: Masthead, lines: Sequence[Line], title: str) -> None:
    """Take the title that front matter states beside a number for the name, though its words do not say that it is one.

    It is doubtful unless the text mentions the name in quotes: a post of a website states its headline there.
    """
    name = words.clean_name(title)
    if not name or columns(name) > _MAX_NAME or words.names_event(name) or words.is_document_title(name):
        return
    head.title = name
    if not any(quoted.format(name) in line.text for line in lines for quoted in _QUOTES):
        says = f"文件开头写的标题“{name}”按刊名处理；也可能是文章的标题"
        head.problems.append(Problem(1, says))


def _report_other_number(head: Masthead, lines: Sequence[Line]) -> None:
    """Report a printed number other than the one that the file states about itself, which counts."""
    if not (head.is_stated and head.counts):
        return
    own = Masthead()
    take_values(own, [Row(index, line) for index, line in enumerate(lines)])
    if own.counts and own.counts != head.counts:
        at = lines[min(own.lines, default=0)].at
        says = f"文件开头写的是第{head.counts[0]}期，报头印的是第{own.counts[0]}期；按文件开头"
        head.problems.append(Problem(at, says))


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
    head.author = words.stated_name(fields.get("sender", ""))
    head.title = words.clean_name(fields.get("publication", "")) or None
    return [text for text in (fields.get("title", ""), number if not head.counts else "") if text.strip()]


def _read_rows(head: Masthead, rows: Sequence[Row], evidence: NameEvidence) -> None:
    """Take the values and the name that rows print and that are still missing."""
    take_values(head, rows)
    if head.title is None:
        _take_name(head, rows, evidence)


def _take_name(head: Masthead, rows: Sequence[Row], evidence: NameEvidence) -> None:
    """Take the publication's name from the row with the best evidence."""
    has_number = any(Mark.NUMBER in row.marks or Mark.DATE in row.marks for row in rows)
    chosen = choose_name(rows, evidence)
    if chosen is None and head.account and is_periodical_name(head.account):
        head.title = head.account
    if chosen is None or not (has_number or chosen.score >= 3.0):
        return
    head.title = chosen.name
    if chosen.is_guessed:
        at = next((row.line.at for row in rows if row.index in chosen.lines), 1)
        head.problems.append(Problem(at, f"“{chosen.name}”在首行，下面是日期，按刊名处理；也可能是标题"))
    head.name_day = chosen.day if not (head.counts or head.total or head.week or head.period) else None
    for index in chosen.lines:
        if index >= 0:
            head.lines.add(index)


def _end(head: Masthead, lines: Sequence[Line], region: int) -> int:
    """Return where the body begins; short lines before the first section, such as a motto, join the masthead."""
    end = max(head.lines, default=-1) + 1
    while 0 < end < region and _is_quoted(lines[end].text):
        head.lines.add(end)
        end += 1
    rest = range(end, region)
    stray = all(
        columns(lines[index].text) <= MAX_MOTTO
        and not (lines[index].level or (lines[index].bold and index == region - 1))
        and not contents.is_toc_heading(lines[index])
        # A sentence is the lead of the issue; a motto that is one stands in quotes.
        and lines[index].text[-1:] not in {"。", "！", "？"}
        for index in rest
    )
    if end and region < min(len(lines), _MAX_LINES) and _opens_section(lines[region]) and stray:
        body = region - 1 if rest and _is_first_name(lines, region) else region
        head.lines.update(range(end, body))
        return body
    return end


def _is_quoted(text: str) -> bool:
    """Tell if a line stands in quotes, as mottos do."""
    return columns(text) <= MAX_MOTTO and text[0] in "“「『" and text[-1] in "”」』"


def _is_first_name(lines: Sequence[Line], below: int) -> bool:
    """Tell if the line above `below` names the first section: others like it stand above lines like `below`."""
    name, title = lines[below - 1], lines[below]
    if not _may_name(name) or words.is_organisation(name.text) or words.is_classification(name.text):
        return False
    return any(
        _may_name(above) and _look(above) == _look(name) and _look(line) == _look(title)
        for above, line in pairwise(lines[below + 1 :])
    )


def _may_name(line: Line) -> bool:
    """Tell if a line may be a section's name: short, no sentence, no label, and no value of a masthead."""
    return (
        line.block is None
        and 0 < columns(line.text) <= _MAX_NAME
        and line_text.line_end(line.text) in {LineEnd.NONE, LineEnd.COLON}
        and line_text.leading_marker(line.text).kind != "label"
        and not _has_value(line.text)
    )


def _look(line: Line) -> tuple[object, ...]:
    """Return how a line is set: level, weight, size, alignment, colour, brackets, style of its marker."""
    marker = line_text.leading_marker(line.text).kind
    bracket = line.text[0] if line.text and line_text.bracket_content(line.text) is not None else ""
    return line.level, line.bold, round(line.size * 5), line.align, line.look, marker, bracket


def _opens_section(line: Line) -> bool:
    """Tell if a line has the marker of a section's name."""
    return (
        line_text.bracket_content(line.text) is not None
        or line_text.leading_marker(line.text).kind in {"一、", "#"}
        or line.level > 1
    )


def _is_name_above_value(lines: Sequence[Line]) -> bool:
    """Tell whether a periodical's name stands first and its number or date below; below a section stands text."""
    return (
        is_periodical_name(words.clean_name(lines[0].text)) and len(lines) > 1 and _has_value(lines[1].text)
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
            line.level > 1 and not _has_value(line.text) and not (index == 0 and _is_name_above_value(lines))
        ):
            return index
        if (
            index
            and line_text.leading_marker(line.text).kind in {"#", "glyph"}
            and not _has_value(line.text)
            and not words.is_classification(line_text.leading_marker(line.text).rest)
        ):
            return index
        if index and (_is_text(line.text) or _is_dated_title(line.text)):
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
        columns(text) > MAX_MOTTO
        and line_text.line_end(text) in {LineEnd.STOP, LineEnd.COMMA}
        and words.find_byline(text) is None
    )


def _is_dated_title(text: str) -> bool:
    """Tell if a day in brackets stands before a title, and not before a periodical's name or an organisation."""
    title = without_day(text)
    return bool(title) and not (
        is_periodical_name(title) or words.is_organisation(title) or _has_value(title)
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
        if columns(f"{text[: found.start]}{text[found.end :]}".strip()) > MAX_MOTTO or words.names_event(
            text
        ):
            continue
        around = [i for i in _around(lines, index, head.end) if i not in head.lines]
        was_dated = head.date is not None
        _read_rows(head, [Row(i, lines[i], _next_is_text(lines, i)) for i in around], evidence)
        head.lines.add(index)
        if head.title is None or head.date is None or was_dated:
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
        and columns(line.text) <= MAX_MOTTO
        and line_text.line_end(line.text) is LineEnd.NONE
        and line_text.leading_marker(line.text).kind in {"", "label"}
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
