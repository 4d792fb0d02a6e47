"""Find tables of contents and lists of highlights: they name the articles and are not articles themselves.

With a heading (目录, 本期要目) the entries end in page numbers or are repeated in the body. Without one, the
lines above the first repetition are a table if most of them are repeated below.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wxbot.bulletin import line_text
from wxbot.bulletin.contents_keys import BodyKeys, has_leader, key
from wxbot.bulletin.line_text import LineEnd, columns, remove_letterspacing
from wxbot.bulletin.model import Line

__all__ = ["CONTENTS", "ContentsTable", "find_contents", "is_toc_heading", "key"]

CONTENTS = "table of contents"

_HEADING = re.compile(
    r"(?:本期|本周|本月|今日)?(?:目[录錄次]|要目|导读|導讀|内容提要|要[闻聞]速[览覽]|内容速览|看点|热点速览|(?<=[期周月日])内容|Contents|(?:Contents)?目[录錄](?:Contents)?)",
    re.IGNORECASE,
)
_BODY_HEADING = re.compile(r"(?:本期|本周|本月)?(?:详情|正文|内容|详细内容)")
_EDITORIAL_NAMES = "编者按|編者按|编者的话|編者的話|编者|按语|卷首语|主编寄语|导语|导言|前言|致读者"
_EDITORIAL = re.compile(rf"(?:[【\[(（](?:{_EDITORIAL_NAMES})[】\])）]|(?:{_EDITORIAL_NAMES})\s*[：:])\s*\S")
_HINT = re.compile(r"目[录錄次]")
_MAX_HINT = 60
"""Columns of a sentence about the table of contents itself, such as 点击右上角打开目录。, at most."""

_MAX_START = 40
"""Position of the heading of a table of contents, at most."""

_MAX_ENTRIES = 100
"""Lines of a table of contents, at most."""

_MAX_ENTRY = 120
"""Columns of an entry, at most."""

_MAX_NAME = 24
"""Columns of a section's name without marker, at most."""

_MIN_KEY = 4
"""Characters of an entry that must be repeated, at least; shorter words recur by chance."""

_MAX_LOOKED_UP = 500
"""Entries of lists that are looked up in the body, at most, so that time grows with the body alone."""

_MAX_SENTENCES = 0.1
"""Share of the lines of a table without a heading that end within or with a sentence, at most."""

_MOST_REPEATED = 0.7
"""Share of the entries of a table without a heading that the body repeats, at least."""


@dataclass(frozen=True, slots=True)
class ContentsTable:
    """Positions of the lines of tables of contents, and the keys of their entries."""

    lines: frozenset[int]
    entries: tuple[str, ...] = ()


def is_toc_heading(line: Line) -> bool:
    """Tell if a line is the heading of a table of contents, such as 目录."""
    text = line_text.bracket_content(line.text) or line_text.leading_marker(line.text).rest
    return _HEADING.fullmatch(remove_letterspacing(text).replace(" ", "").strip("：:#")) is not None


def find_contents(lines: Sequence[Line]) -> ContentsTable:
    """Return the tables of contents and highlights of a body."""
    body = BodyKeys(lines)
    heading = next((i for i, line in enumerate(lines[: _MAX_START + 1]) if is_toc_heading(line)), None)
    found: set[int] = set()
    if heading is not None and heading + 1 < len(lines):
        end = _end_below_heading(lines, body, heading)
        found = _without_sentences(lines, body, heading, end) if end > heading + 1 else set()
    else:
        found = set(range(_end_without_heading(lines, body)))
    if found and max(found) + 1 < len(lines) and _is_body_heading(lines[max(found) + 1]):
        found.add(max(found) + 1)
    looked_up = 0
    for entries in _entry_runs(lines):
        looked_up += len(entries)
        if looked_up > _MAX_LOOKED_UP:
            break
        repeated = [
            body.find_title(body.keys[i], entries.stop) for i in entries if len(body.keys[i]) >= _MIN_KEY
        ]
        if len(entries) > 1 and repeated and None not in repeated:
            found |= set(entries)
    return ContentsTable(frozenset(found), tuple(_joined_entries(body, sorted(found))))


def _is_body_heading(line: Line) -> bool:
    """Tell if a line only says that the articles begin here, as 本期详情 below 本期要目."""
    text = line_text.bracket_content(line.text) or line_text.leading_marker(line.text).rest
    return _BODY_HEADING.fullmatch(remove_letterspacing(text).strip("：:#")) is not None


def _joined_entries(body: BodyKeys, positions: Sequence[int]) -> Iterator[str]:
    """Yield the keys of entries that the body repeats; one that continues on a second line is joined."""
    end = positions[-1] + 1 if positions else 0
    for position, after in zip(positions, [*positions[1:], -1], strict=False):
        entry = body.keys[position]
        rest = body.keys[after] if after >= 0 else ""
        if (
            rest
            and body.find_repetition(rest, end) is None
            and body.find_repetition(entry + rest, end) is not None
        ):
            yield entry + rest
        elif body.find_repetition(entry, end) is not None:
            yield entry


def _end_below_heading(lines: Sequence[Line], body: BodyKeys, start: int) -> int:
    """Return the position of the first line below a table of contents; `start` where the heading has no entries."""
    level = lines[start].level
    if level:
        end = next((i for i in range(start + 1, len(lines)) if 0 < lines[i].level <= level), len(lines))
        if end < len(lines) and not any(_is_prose(line) for line in lines[start + 1 : end]):
            return end
    below = start + 1
    while any(has_leader(line) for line in lines[below : below + 2]):
        below += 1
    if below > start + 1:
        return _above_headings(lines, start, below)
    if (end := _end_of_marked_entries(lines, body, start)) > start + 2:
        return end
    return _end_by_repetition(lines, body, start)


def _without_sentences(lines: Sequence[Line], body: BodyKeys, start: int, end: int) -> set[int]:
    """Return the positions from a heading to `end` without running text, such as an editor's note below the entries.

    Nothing below the text counts as an entry unless it has the mark of one; a heading alone is no table.
    """
    found = set(range(start, end))
    if len(found) > _MAX_LOOKED_UP:
        return found
    unlisted = {index for index in range(start + 1, end) if _is_unlisted(lines[index], body, index, end)}
    last = max(found - unlisted)
    for index in sorted(unlisted):
        first = index
        if line_text.line_end(lines[index].text) in {LineEnd.STOP, LineEnd.COMMA, LineEnd.SEMI}:
            # The lines above that were wrapped belong to the same paragraph.
            while first - 1 in unlisted and not (
                lines[first].gap or lines[first].complete or lines[first - 1].complete
            ):
                first -= 1
        elif not _EDITORIAL.match(lines[index].text):
            continue
        found -= set(range(first, index + 1 if index < last else end))
    return found if len(found) > 1 else set()


def _is_unlisted(line: Line, body: BodyKeys, index: int, end: int) -> bool:
    """Tell if a line is neither an entry, by its mark or its repetition below `end`, nor a hint on using the table."""
    is_marked = line.item is not None or line_text.leading_marker(line.text).kind or has_leader(line)
    is_hint = _HINT.search(line.text) is not None and columns(line.text) <= _MAX_HINT
    if is_marked or is_hint or line.level or line.block is not None:
        return False
    return body.find_repetition(body.keys[index], end) is None


def _end_of_marked_entries(lines: Sequence[Line], body: BodyKeys, start: int) -> int:
    """Return the position below the entries under a heading that all have a marker of one kind and are no sentences.

    The rest of a wrapped entry has no marker; the body repeats it joined to the line above it.
    """
    kind = _entry_kind(lines[start + 1])
    end = start + 1
    last = 0
    while kind and end < len(lines) and not _is_prose(lines[end]):
        if _entry_kind(lines[end]) != kind:
            whole = body.keys[end - 1] + body.keys[end]
            if end == start + 1 or body.find_title(whole, end + 1) is None:
                break
            end += 1
            continue
        number = line_text.leading_marker(lines[end].text).value
        if end > start + 1 and (lines[end].below_rule or (number is not None and number <= last)):
            break  # the articles begin: their numbers count again
        last = number or last
        end += 1
    # Where text stands below the last entry, it is a title and no entry.
    below = lines[end] if end < len(lines) else None
    heads = below is None or below.level or below.bold or line_text.line_end(below.text) is LineEnd.NONE
    return end if kind and heads else start


def _entry_kind(line: Line) -> str:
    """Return the kind of marker of an entry; "" for lines without one and for headings."""
    if line.level or line.block is not None:
        return ""
    return "item" if line.item is not None else line_text.leading_marker(line.text).kind


def _end_by_repetition(lines: Sequence[Line], body: BodyKeys, start: int) -> int:
    """Return the position below the lines that the body repeats; `start` where the first entries are not repeated."""
    first = next(
        (
            place
            for entry in range(start + 1, min(start + 4, len(lines)))
            if len(body.keys[entry]) >= 2
            and (place := body.find_repetition(body.keys[entry], entry + 1)) is not None
        ),
        None,
    )
    if first is None:
        end = start + 1
        while end < len(lines) and lines[end].item is not None and end - start <= _MAX_ENTRIES:
            end += 1
        return end if start + 2 < end < len(lines) and lines[start].level == 0 else start
    if first - start > _MAX_ENTRIES:
        return start
    end = _above_headings(lines, start, first)
    # A short line above the first title that the body does not repeat is a section's name.
    mark = line_text.leading_marker(lines[start + 1].text).sign
    while (
        end > start + 2
        and (_is_name(lines[end - 1]) or _has_other_glyph(lines[end - 1], mark))
        and body.find_repetition(body.keys[end - 1], end) is None
    ):
        end -= 1
    return end


def _has_other_glyph(line: Line, sign: str) -> bool:
    """Tell if a short line has a glyph other than the sign of the entries, as names of sections have."""
    found = line_text.leading_marker(line.text)
    return found.kind == "glyph" and found.sign != sign != "" and columns(found.rest) <= _MAX_NAME


def _is_name(line: Line) -> bool:
    """Tell if a line is short enough for a section's name and is no entry with a marker."""
    return (
        columns(line.text) <= _MAX_NAME and not line_text.leading_marker(line.text).kind and line.item is None
    )


def _end_without_heading(lines: Sequence[Line], body: BodyKeys) -> int:
    """Return the position of the first line below a table of contents that has no heading; 0 without a table."""
    for entry in range(min(3, len(lines))):
        place = body.find_title(body.keys[entry], entry + 1) if len(body.keys[entry]) >= _MIN_KEY else None
        if place is None or not 2 <= place <= _MAX_ENTRIES:
            continue
        end = _above_headings(lines, 0, place) if entry else place
        if any(_is_prose(line) or columns(line.text) > _MAX_ENTRY or line.block for line in lines[:end]):
            continue
        if sum(_is_within_sentence(line) for line in lines[:end]) > _MAX_SENTENCES * end:
            continue
        repeated = sum(_is_repeated(body, index, end) for index in range(end))
        if repeated >= max(2, _MOST_REPEATED * end):
            return end
    return 0


def _is_repeated(body: BodyKeys, index: int, end: int) -> bool:
    """Tell if the body below `end` repeats a line, alone or with the line before or after it."""
    keys = body.keys
    if body.find_title(keys[index], end) is not None:
        return True
    return index > 0 and body.find_repetition(keys[index - 1] + keys[index], end) is not None


def _above_headings(lines: Sequence[Line], start: int, end: int) -> int:
    """Return the position of the first of the headings directly above `end`, which belong to the body."""
    while end > start + 2 and (line_text.bracket_content(lines[end - 1].text) or lines[end - 1].level):
        end -= 1
    return end


def _entry_runs(lines: Sequence[Line]) -> Iterator[range]:
    """Yield the runs of entries of lists."""
    start: int | None = None
    for index, line in enumerate(lines):
        is_entry = line.item is not None or line_text.leading_marker(line.text).kind == "dash"
        if is_entry and start is None:
            start = index
        elif not is_entry and start is not None:
            yield range(start, index)
            start = None
    if start is not None:
        yield range(start, len(lines))


def _is_prose(line: Line) -> bool:
    """Tell if a line is a sentence of running text and no entry."""
    return (
        line_text.line_end(line.text) is LineEnd.STOP
        and columns(line.text) > 60
        and line.text[-1] not in "….．·"
    )


def _is_within_sentence(line: Line) -> bool:
    """Tell if a line ends with a comma or holds the end of a sentence, as lines of wrapped text do."""
    return line_text.line_end(line.text) in {LineEnd.COMMA, LineEnd.SEMI} or "。" in line.text
