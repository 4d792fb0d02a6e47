"""Split lines that hold a title and its text: 【题】正文, 1、[名](址)：正文, 1、题。正文, or a bold lead-in.

A single line of such a form proves nothing, so each form counts only where the document uses it consistently.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from statistics import median

from wxbot.bulletin import line_text
from wxbot.bulletin.blocks import Spans
from wxbot.bulletin.heading_kinds import is_bold
from wxbot.bulletin.line_text import LineEnd, columns
from wxbot.bulletin.linked_entries import as_title, find_linked_entries, link_end
from wxbot.bulletin.model import Line, ListItem

__all__ = ["cut_spans", "split_run_in_titles"]

_BRACKETED = re.compile(r"(?P<title>【[^【】]+】)\s*(?P<text>[^\s【】].*)")
_AFTER_TITLE = re.compile(r"\s*[：:—–-]+\s*(?=\S)|\s*。\s*(?=\S)|\s+(?=\S)")
_COUNTED = re.compile(
    r"(?P<title>[^。？！；：，]{6,40}[。？！]|[^。？！；：，\s]{6,30}[ \u3000])\s*(?P<text>\S.*)"
)
_CONTACT = re.compile(r"\S{0,4}(?:电话|邮箱|热线|传真)[：:]")
_LABELS = re.compile(
    r"(?:(?:信息|消息)?来源|参考|原文|链接|作者|(?:项目)?地址|官网|论文|代码|下载|时间|地点|https?:).*"
)

_MIN_TITLES = 2
_MIN_BRACKETED = 14
"""Median columns of titles in brackets, at least; shorter brackets name a place, a source or a part of an article."""

_MIN_TEXT = 20
"""Columns of the text on the same line, at least."""

_MIN_LINKED_TEXT = 8
"""Columns of the text behind a title that is a link, at least."""

_MAX_SECTION = 16
"""Columns of the name of a section above bold lead-ins, at most; longer ones are titles."""

_MIN_LEAD_INS = 3
_MIN_BOLD_ENTRIES = 2
_LEAD_IN = (8, 80)
"""Columns of a bold lead-in that is a title."""

_MIN_COUNTED = 14
"""Median columns of first sentences that are titles, at least; shorter ones, as 加强领导, name the points of a plan."""

_MIN_SHORT = 3
"""Columns of a lead-in beside longer ones, at least."""


def split_run_in_titles(lines: Sequence[Line]) -> list[Line]:
    """Split each line that holds a title and its text into two; both keep the number of the source line."""
    lines = _with_bold_entries(lines)
    entries, below = find_linked_entries(lines)
    whole = {entry.index for entry in entries if entry.cut is None}
    if entries:
        lines = [
            as_title(line) if i in whole else replace(line, item=None) if i in below else line
            for i, line in enumerate(lines)
        ]
    cuts = {entry.index: entry.cut for entry in entries if entry.cut is not None}
    cuts |= _bracket_cuts(lines) | _link_cuts(lines)
    if not cuts:
        cuts = _lead_ins(lines) or _counted_cuts(lines)
    cuts = {index: cut for index, cut in cuts.items() if not lines[index].is_body}
    if not cuts:
        return list(lines)
    return [part for index, line in enumerate(lines) for part in _split_line(line, cuts.get(index))]


def _with_bold_entries(lines: Sequence[Line]) -> Sequence[Line]:
    """Return the lines with the bold entries of lists as titles, and what stands within these entries below them.

    Every entry of such a list is bold and has text of its own below; lists inside articles are not set so.
    """
    titles: list[int] = []
    found = list(lines)
    for run in _item_runs(lines):
        first = [i for i in run if (item := lines[i].item) and item.depth == 1 and item.label]
        if not first or first[0] != run.start or not all(_is_bold_entry(lines, i, run.stop) for i in first):
            continue
        titles += first
        for index in run:
            line = lines[index]
            depth = line.item.depth - 1 if line.item else 0
            inner = replace(line.item, depth=depth) if line.item and depth else None
            found[index] = as_title(line) if index in first else replace(line, item=inner)
    return found if len(titles) >= _MIN_BOLD_ENTRIES else lines


def _item_runs(lines: Sequence[Line]) -> Iterator[range]:
    """Yield the runs of lines that belong to lists."""
    start = 0
    for is_item, group in groupby(lines, key=lambda line: line.item is not None):
        end = start + sum(1 for _ in group)
        if is_item:
            yield range(start, end)
        start = end


def _is_bold_entry(lines: Sequence[Line], index: int, end: int) -> bool:
    """Tell if an entry begins with a bold line like a title and has more text below that line."""
    line, after = lines[index], index + 1
    bare = line_text.leading_marker(line.text).rest
    return (
        is_bold(line)
        and _LEAD_IN[0] <= columns(bare) <= _LEAD_IN[1]
        and line_text.line_end(bare) in {LineEnd.NONE, LineEnd.ASK}
        and after < end
        and not (lines[after].item or ListItem()).label
    )


def _bracket_cuts(lines: Sequence[Line]) -> dict[int, int]:
    """Return where the text behind titles in brackets begins: at least two titles, long ones, and no two equal."""
    found = {i: match for i, line in enumerate(lines) if (match := _match_bracketed(line))}
    titles = [match["title"] for match in found.values()]
    if len(titles) < _MIN_TITLES or len(set(titles)) < len(titles):
        return {}
    if median(map(columns, titles)) < _MIN_BRACKETED:
        return {}
    return {index: match.start("text") for index, match in found.items()}


def _match_bracketed(line: Line) -> re.Match[str] | None:
    """Match the title in brackets and the text of a line that holds both."""
    found = None if line.level or line.block else _BRACKETED.fullmatch(line.text)
    return found if found and columns(found["text"]) >= _MIN_TEXT else None


def _link_cuts(lines: Sequence[Line]) -> dict[int, int]:
    """Return where the text begins behind titles that are a number and a link, on at least two lines."""
    found = {i: cut for i, line in enumerate(lines) if (cut := _match_linked(line))}
    counted = sum(_is_linked_title(line) for line in lines)
    return found if found and len(found) + counted >= _MIN_TITLES else {}


def _match_linked(line: Line) -> int | None:
    """Return where the text of a line begins that is a number, a link and its text."""
    marker = line_text.leading_marker(line.text)
    end = link_end(line, len(line.text) - len(marker.rest))
    if marker.value is None or end is None or line.level or line.quote:
        return None
    between = _AFTER_TITLE.match(line.text, end)
    if between is None or columns(line.text[between.end() :]) < _MIN_LINKED_TEXT:
        return None
    return between.end()


def _is_linked_title(line: Line) -> bool:
    """Tell if a line is a number and a link and nothing else."""
    marker = line_text.leading_marker(line.text)
    return marker.value is not None and link_end(line, len(line.text) - len(marker.rest)) == len(line.text)


def _lead_ins(lines: Sequence[Line]) -> dict[int, int]:
    """Return where bold lead-ins end: most paragraphs have one, all are different, and only sections head them."""
    texts = [line for line in lines if line.text and not line.level and line.block is None and not line.quote]
    found = {i: cut for i, line in enumerate(lines) if (cut := _match_lead_in(line))}
    if found and all(lines[index].indent for index in found):  # other lines of wrapped text have none
        texts = [line for line in texts if line.complete or line.indent]
    bold = [i for i, line in enumerate(lines) if line.bold and columns(line.text) > _LEAD_IN[0]]
    bold = [i for i in bold if i not in found and not lines[i].level]
    headings = [i for i in bold if lines[i].block is None and not lines[i].quote]
    if headings and not any(line.level for line in lines) and not _are_sections(lines, headings, found):
        return {}
    if len({line.level for line in lines if line.level}) > 1:
        return {}
    titles = {lines[i].text[:cut] for i, cut in found.items()}
    if len(found) < _MIN_LEAD_INS or len(titles) < len(found) or len(found) * 2 < len(texts):
        return {}
    # Beside longer ones a short lead-in is a title too, as a name in Latin letters.
    depths = {_depth(lines[index]) for index in found}
    short = {i: cut for i, line in enumerate(lines) if (cut := _match_lead_in(line, _MIN_SHORT))}
    return {i: cut for i, cut in short.items() if i in found or _depth(lines[i]) in depths}


def _counted_cuts(lines: Sequence[Line]) -> dict[int, int]:
    """Return where the text begins behind first sentences that are titles: 1、水位回落。今日八时，….

    The bulletin consists of such numbered lines and of the marked names of sections above them. Between a title and
    other paragraphs the same lines are the points of one article.
    """
    found = {i: match for i, line in enumerate(lines) if (match := _match_counted(line))}
    titles = [match["title"] for match in found.values()]
    if (
        len(found) < _MIN_LEAD_INS
        or len(set(titles)) < len(titles)
        or median(map(columns, titles)) < _MIN_COUNTED
    ):
        return {}
    rest = [line for i, line in enumerate(lines) if i not in found]
    kinds = {line_text.leading_marker(lines[i].text).kind for i in found}
    if len(kinds) > 1 or not all(_names_section(line) for line in rest):
        return {}
    return {index: len(lines[index].text) - len(match["text"]) for index, match in found.items()}


def _match_counted(line: Line) -> re.Match[str] | None:
    """Match the first sentence and the text of a line with a number or glyph before it."""
    marker = line_text.leading_marker(line.text)
    if line.level or line.block or line.quote or not (marker.value is not None or marker.kind == "glyph"):
        return None
    found = _COUNTED.fullmatch(marker.rest)
    return found if found and columns(found["text"]) >= _MIN_TEXT else None


def _names_section(line: Line) -> bool:
    """Tell if a line is a label, or short and a heading by its level, its number or its brackets."""
    if line_text.leading_marker(line.text).kind == "label" or _CONTACT.match(line.text):
        return True
    is_marked = line.level or line_text.bracket_content(line.text) or line_text.leading_marker(line.text).kind
    return (
        line.block is None
        and bool(is_marked)
        and columns(line.text) <= _MAX_SECTION + _MIN_SHORT
        and line_text.line_end(line.text) in {LineEnd.NONE, LineEnd.COLON}
    )


def _depth(line: Line) -> int:
    """Return the depth in a list at which a line opens an entry; 0 outside, -1 for a further line of an entry."""
    if line.item is None:
        return 0
    return line.item.depth if line.item.label else -1


def _are_sections(lines: Sequence[Line], headings: Sequence[int], found: Mapping[int, int]) -> bool:
    """Tell if bold lines name sections of numbered lead-ins: short names in brackets, directly above number 1."""
    first = {line_text.leading_marker(lines[i + 1].text).value for i in headings if i + 1 in found}
    names = [line_text.bracket_content(lines[i].text) or "" for i in headings]
    return (
        1 < len(headings) < len(found)
        and all(i + 1 in found for i in headings)
        and first == {1}
        and all(0 < columns(name) <= _MAX_SECTION for name in names)
    )


def _match_lead_in(line: Line, shortest: int = _LEAD_IN[0]) -> int | None:
    """Return where the bold beginning of a paragraph ends; it has at least `shortest` columns."""
    if line.level or line.quote or line.block or not line.spans:
        return None
    end = 0
    for span in line.spans:
        if not span.bold and span.text.strip() and not line_text.leading_marker(span.text + "字").sign:
            break
        end += len(span.text)
    title = line.text[:end].strip()
    bare = title.rstrip("：:。 ")
    text = line.text[end:].lstrip("：:。 ")
    if not bare or not shortest <= columns(bare) <= _LEAD_IN[1] or columns(text) < _MIN_TEXT or "。" in bare:
        return None
    if _LABELS.fullmatch(bare):
        return None
    return end


def _split_line(line: Line, cut: int | None) -> Iterator[Line]:
    """Yield a line unchanged, or its title and its text; signs between the two stay with the title."""
    if cut is None:
        yield line
        return
    start = cut
    title, text, spans = line.text[:start].rstrip(), line.text[start:].lstrip(), line.spans
    head = cut_spans(spans, 0, len(title))
    yield replace(line, text=title, spans=head, item=None, complete=True, run_in=True)
    skip = len(line.text) - len(text)
    rest = cut_spans(spans, skip, len(line.text))
    yield replace(
        line,
        text=text,
        spans=rest,
        bold=line.bold and all(span.bold for span in rest),
        item=None,
        indent=0,
        gap=0,
        page_start=False,
        below_rule=False,
        below_number=False,
    )


def cut_spans(spans: Spans, start: int, end: int) -> Spans:
    """Return the part of spans between two positions of their text."""
    found = []
    done = 0
    for span in spans:
        part = span.text[max(0, start - done) : max(0, end - done)]
        done += len(span.text)
        if part:
            found.append(replace(span, text=part))
    return tuple(found)
