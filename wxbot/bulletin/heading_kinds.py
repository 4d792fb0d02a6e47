"""Classify the lines of a body by how they are set: lines of one kind have one rank in the whole document.

A kind is a heading level that the format states, or a combination of numbering, bold type, size, alignment and colour.
Lines that cannot head anything (captions, labels, bylines, sentences, code, quotations, entries of lists) have none.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from wxbot.bulletin import line_text
from wxbot.bulletin.captions import captioned_lines, is_byline, organisation_bylines
from wxbot.bulletin.line_text import LineEnd, columns
from wxbot.bulletin.model import Line

__all__ = ["HeadingKind", "heading_kinds", "is_bold", "repeated_labels"]

_MAX_HEADING = 110
"""Columns of a heading that no format states, at most."""

_MAX_PLAIN = 76
"""Columns of a heading set like text, at most."""

_MAX_NAME = 20
"""Columns of a section's name with a colon behind it, at most."""

_LARGER = 1.06
"""Size relative to the body from which type is larger than text."""

_MUCH_LARGER = 1.2
"""The same for a sentence that is not bold."""

_BOLD_SHARE = 0.6
"""Share of the characters behind the marker that are bold in a bold line."""

_MOST_KINDS = 6
"""Kinds whose ranks are tried; rarer ones join the kind most like them."""

_CENTRED = 9
"""Class of the indentation of lines that are centred or stand further in than a paragraph."""

_LABELLED = re.compile(r"([^\W\d]{2,8})\s*[：:]\s*\S")
_MIN_PARAGRAPH = 40
"""Columns of a paragraph whose indentation counts, at least."""

_INTRODUCTION = re.compile(r"(?:如下|以下|下列|分别是|分别为|包括|材料)\S{0,4}[：:]$")
"""End of a line that announces a list."""

_COUNTED = "1 "
"""Marker of a kind: a number with only a blank behind it."""

_COUNT = re.compile(r"([1-9]\d?)\s+[^\W\d]")
_DATE_OR_PLACE = re.compile(
    r"[\s0-9０-９年月日时分./:：—–~～-]+|(?:https?://|www\.)\S+|[!-~]{12,}|[!-~]*[./?=&][!-~]*(?:\s+[!-~]*[./?=&][!-~]*)*"
    r"|(?:\S+\s+)?(?:[-+]?[\d.,]+[%％‰]?\s*){2,}"
)


@dataclass(frozen=True, slots=True)
class HeadingKind:
    """Typesetting of a line; lines with equal values are of one kind.

    Attributes
    ----------
    level : heading level that the format states; 0 for other lines
    marker : style of the number or glyph before the text, or the bracket around it
    bold, align, look : as in `Line`
    size : size relative to the body in tenths, 10 for text
    below_number : a number on a line of its own stands above
    linked : all of the text is a link
    entry : depth in a list that the format states, for entries that text follows
    run_in : a title whose text stood on the same line
    outer : a short line above another one of the same type, as a section's name set like its titles
    indent : class of the indentation in plain text: 0, 1 for a blank or two, 4 for a paragraph's, 9 for centred lines
    below_rule : a horizontal rule stands above a line with a link, as in lists of links
    """

    level: int = 0
    marker: str = ""
    bold: bool = False
    size: int = 10
    align: str = ""
    look: str = ""
    below_number: bool = False
    linked: bool = False
    entry: int = 0
    run_in: bool = False
    outer: bool = False
    below_rule: bool = False
    indent: int = 0

    @property
    def is_plain(self) -> bool:
        """The line is set like text and has no marker."""
        return self == HeadingKind(indent=self.indent)

    @property
    def is_visual(self) -> bool:
        """The type of the line differs from text."""
        return bool(self.bold or self.size != 10 or self.look or self.align or self.below_number)


def is_bold(line: Line) -> bool:
    """Tell if a line is bold apart from its marker, of which editors often make only one part bold."""
    if line.bold or not line.spans:
        return line.bold
    marker = len(line_text.leading_marker(line.text).sign)
    done = bold = total = 0
    for span in line.spans:
        inside = max(0, len(span.text.strip()) - max(0, marker - done))
        done += len(span.text)
        total += inside
        bold += inside if span.bold else 0
    return total > 0 and bold >= _BOLD_SHARE * total


def heading_kinds(lines: Sequence[Line], *, with_plain: bool) -> list[HeadingKind | None]:
    """Return the kind of each line that may be a heading; `with_plain` admits lines set like text."""
    captions = captioned_lines(lines)
    entries = _entries_with_text(lines)
    labels = repeated_labels(lines) | organisation_bylines(lines)
    indent = _text_indent(lines)
    counted = _counted_lines(lines)
    found: list[HeadingKind | None] = []
    indented: dict[int, HeadingKind] = {}
    for index, line in enumerate(lines):
        if (
            index in captions
            or not _may_head(line)
            or (line.item and index not in entries and not _is_ruled_link(line))
        ):
            found.append(None)
            continue
        kind = _kind(line)
        if index in counted and not kind.marker and not kind.level:
            kind = replace(kind, marker=_COUNTED)
        is_text = (kind.is_plain and not with_plain) or (
            kind.marker == "dash" and not (kind.linked or kind.below_rule or kind.run_in)
        )
        is_text = is_text or index in labels
        if not is_text and kind.is_plain and line.indent == indent:
            indented[index] = kind
            is_text = True
        found.append(None if is_text else kind)
    _restore_indented(found, indented)
    _drop_sentence_markers(lines, found)
    _drop_plain_between_levels(found)
    _split_level(lines, found)
    return _without_rare_kinds(found)


def _counted_lines(lines: Sequence[Line]) -> set[int]:
    """Return the positions of bold or large lines that a number and a blank head, as parts of papers are: `1 引言`.

    The numbers count from 1, at least to 2.
    """
    found: set[int] = set()
    series: list[int] = []
    for index, line in enumerate(lines):
        match = _COUNT.match(line.text)
        if (
            match is None
            or line.level
            or line.block is not None
            or not (is_bold(line) or line.size >= _LARGER)
        ):
            continue
        number = int(match[1])
        if number == 1:
            series = [index]
        elif series and number == len(series) + 1:
            series.append(index)
            found.update(series)
    return found


def _restore_indented(found: list[HeadingKind | None], indented: Mapping[int, HeadingKind]) -> None:
    """Give lines indented like paragraphs their kind where names in brackets alone stand above them.

    At least half of the names have such a line directly below: these are titles set like text.
    """
    names = [index for index, kind in enumerate(found) if kind and kind.indent < _CENTRED]
    if names and all((found[index] or HeadingKind()).marker[:1] == "[" for index in names):
        below = sum(index + 1 in indented for index in names)
        if below * 2 >= len(names):
            for index, kind in indented.items():
                found[index] = kind


def _text_indent(lines: Sequence[Line]) -> int:
    """Return the indentation of most paragraphs; -1 where it is none."""
    indents = Counter(
        line.indent
        for line in lines
        if line_text.line_end(line.text) is LineEnd.STOP and columns(line.text) > _MIN_PARAGRAPH
    )
    usual = indents.most_common(1)
    return usual[0][0] if usual and usual[0][0] > 1 else -1


def repeated_labels(lines: Sequence[Line]) -> set[int]:
    """Return the positions of lines that begin with a label, such as 漏洞编号：, which other lines begin with too."""
    found: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        if not line.level and line.block is None and (match := _LABELLED.match(line.text)):
            found.setdefault(match[1], []).append(index)
    return {index for places in found.values() if len(places) > 1 for index in places}


def _may_head(line: Line) -> bool:
    """Tell if a line may head anything, by its own text and type."""
    if not line.text or line.block is not None or line.quote or line.table_row:
        return False
    if line.level or line.run_in:
        return True
    text = line.text
    if columns(text) > _MAX_HEADING or line.align == "right" or text.startswith("```"):
        return False
    if line_text.leading_marker(text).kind == "label" or is_byline(text) or _DATE_OR_PLACE.fullmatch(text):
        return False
    return _ends_like_heading(line)


def _ends_like_heading(line: Line) -> bool:
    """Tell if a line ends as headings do; one in other type than text may also end in a full stop."""
    text = line.text
    end = line_text.line_end(text)
    strong = (
        is_bold(line) or line.size >= _LARGER or line.below_number or bool(line_text.bracket_content(text))
    )
    if end is LineEnd.STOP and not is_bold(line) and (line.size < _MUCH_LARGER or text[0] in "“「『"):
        return bool(line_text.bracket_content(text) or line.below_number)
    if strong:
        return end is not LineEnd.SEMI and not (end is LineEnd.STOP and "，" in text)
    if end is LineEnd.COLON:
        return columns(text) <= _MAX_NAME and not _INTRODUCTION.search(text)
    return end in {LineEnd.NONE, LineEnd.ASK} and "。" not in text and columns(text) <= _MAX_PLAIN


def _kind(line: Line) -> HeadingKind:
    """Return the kind of a line that may be a heading."""
    if line.level:
        return HeadingKind(level=line.level)
    marker = line_text.leading_marker(line.text)
    style = marker.sign if marker.kind in {"glyph", "#"} else marker.kind
    if line_text.bracket_content(line.text):
        style = f"[{line.text[0]}"
    elif not style and line_text.line_end(line.text) is LineEnd.COLON:
        style = "："
    return HeadingKind(
        marker=style,
        bold=is_bold(line),
        size=round(line.size * 10) if line.size >= _LARGER else 10,
        align=line.align,
        look=line.look,
        below_number=line.below_number,
        linked=_is_link(line, marker.sign),
        entry=line.item.depth if line.item else 0,
        run_in=line.run_in,
        below_rule=_is_ruled_link(line),
        indent=0
        if line.indent == 0 or line.page_start
        else 1
        if line.indent < 3
        else 4
        if line.indent < 6
        else _CENTRED,
    )


def _is_ruled_link(line: Line) -> bool:
    """Tell if a line with a link stands below a horizontal rule."""
    return line.below_rule and (any(span.url and span.url != span.text for span in line.spans))


def _is_link(line: Line, sign: str) -> bool:
    """Tell if all of a line but its marker is a link, and not a printed address."""
    linked = "".join(span.text for span in line.spans if span.url)
    bare = line.text.removeprefix(sign).strip()
    return bool(linked) and "://" not in linked and len(linked.strip()) >= len(bare) - 1


def _entries_with_text(lines: Sequence[Line]) -> set[int]:
    """Return the positions of entries of lists that text follows, as numbered headings are saved by some programs.

    At least four in five entries of one depth are followed by text or by a deeper entry.
    """
    by_depth: dict[tuple[int, bool], list[tuple[int, bool]]] = {}
    for index, line in enumerate(lines):
        if line.item is None or not line.item.label:
            continue
        after = lines[index + 1] if index + 1 < len(lines) else None
        leads = after is not None and (
            (after.item is None and after.level == 0)
            or (after.item is not None and after.item.depth > line.item.depth)
        )
        by_depth.setdefault((line.item.depth, line.item.ordered), []).append((index, leads))
    return {
        index
        for (_, ordered), found in by_depth.items()
        if ordered and sum(leads for _, leads in found) * 5 >= len(found) * 4
        for index, _ in found
    }


def _drop_sentence_markers(lines: Sequence[Line], found: list[HeadingKind | None]) -> None:
    """Drop the kinds known by their marker alone whose lines mostly are sentences: these are entries of lists."""
    total = Counter(
        line_text.leading_marker(line.text).kind for line in lines if line.text and line.item is None
    )
    heading = Counter(
        line_text.leading_marker(line.text).kind for line, kind in zip(lines, found, strict=True) if kind
    )
    for index, kind in enumerate(found):
        if kind is None or kind.level or kind.is_visual or kind.below_rule or kind.run_in or not kind.marker:
            continue
        marker = line_text.leading_marker(lines[index].text).kind
        if marker and heading[marker] * 5 < total[marker] * 3:
            found[index] = None


def _drop_plain_between_levels(found: list[HeadingKind | None]) -> None:
    """Drop lines set like text where the format states heading levels of two ranks: they are text."""
    if len({kind.level for kind in found if kind and kind.level}) > 1:
        found[:] = [kind if kind and _is_strong(kind) else None for kind in found]


def _is_strong(kind: HeadingKind) -> bool:
    """Tell if lines of a kind differ from text by more than a glyph before them."""
    counted = kind.marker[:1] in {"一", "（", "1", "①", "❶", "⑴", "第", "["}
    strong = kind.level or kind.bold or kind.size > 10 or kind.below_number or kind.linked
    strong = strong or kind.run_in or kind.entry or kind.below_rule
    return bool(strong or counted)


def _split_level(lines: Sequence[Line], found: list[HeadingKind | None]) -> None:
    """Split the only heading level by numbering where both 一、 and 1. number its headings."""
    levels = {kind.level for kind in found if kind and kind.level}
    if len(levels) != 1:
        return
    styles = [
        line_text.leading_marker(line.text).kind if kind and kind.level else ""
        for line, kind in zip(lines, found, strict=True)
    ]
    count = Counter(styles)
    outer = count["一、"] + count["（一）"]
    inner = sum(count[style] for style in ("1.", "1、", "1．", "（1）"))
    if outer > 1 and inner > 1 and count["一、"]:
        for index, kind in enumerate(found):
            if kind and kind.level and styles[index]:
                found[index] = replace(kind, marker=styles[index])


def _without_rare_kinds(found: list[HeadingKind | None]) -> list[HeadingKind | None]:
    """Give the lines of rare kinds the kind most like theirs, so that few kinds remain to be ranked."""
    count = Counter(kind for kind in found if kind)
    kept = [kind for kind, _ in count.most_common()]
    kept.sort(key=lambda kind: (kind.level == 0, -count[kind]))
    common = kept[:_MOST_KINDS]
    merged = {
        kind: kind if kind in common else max(common, key=lambda one: _likeness(one, kind)) for kind in count
    }
    for kind in count:
        # A kind of one line that differs only in colour or alignment is an accident of typesetting.
        if kind.level or count[kind] > 1 or kind.is_plain:
            continue
        like = [
            one
            for one in common
            if one != kind
            and replace(one, look=kind.look, align=kind.align, indent=kind.indent) == kind
            and count[one] > 1
        ]
        if like:
            merged[kind] = like[0]
    return [merged[kind] if kind else None for kind in found]


def _likeness(one: HeadingKind, other: HeadingKind) -> float:
    """Return how much two kinds are alike."""
    if one.level != other.level:
        return -10.0 - abs(one.level - other.level)
    same = (
        3.0 * (one.marker == other.marker),
        2.0 * (one.bold == other.bold),
        2.0 * (one.size == other.size),
        1.5 * (one.below_number == other.below_number),
        1.0 * (one.align == other.align),
        1.0 * (one.look == other.look),
        1.0 * (one.linked == other.linked),
        2.0 * (one.entry == other.entry),
        1.0 * (one.indent == other.indent),
    )
    return sum(same)
