"""Read the entries of lists of links as titles, where whole sections are such lists.

Link digests print `- [title](address)：what it is about`, or the title alone with its text below, directly under the
name of a section. Lists inside articles stay lists: below the headings of the highest level nothing else stands here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from wxbot.bulletin import line_text
from wxbot.bulletin.line_text import columns
from wxbot.bulletin.model import Line

__all__ = ["LinkedEntry", "as_title", "find_linked_entries", "link_end"]

_MIN_LISTS = 2
"""Sections that are lists of links, at least."""

_MIN_BOLD = 10
"""Columns of a bold beginning without a link that is a title beside those with one, at least."""

_MIN_TEXT = 8
"""Columns of the text behind a link, at least."""

_MAX_REMARK = 12
"""Columns of a remark behind a link, such as （英文）, at most."""

_AFTER_LINK = re.compile(r"\s*[：:—–，,-]+\s*(?=\S)|\s*。\s*(?=\S)|\s+(?=\S)")
_REFERENCES = re.compile(
    r".*(?:链接|鏈接|参考|參考|延伸阅读|推荐阅读|往期|友情|关注|投稿|订阅|references|links|see also).*",
    re.IGNORECASE,
)
"""Names of headings below which links are no articles."""


@dataclass(frozen=True, slots=True)
class LinkedEntry:
    """A list entry that is a title: where its text begins on the same line; None where it stands below."""

    index: int
    cut: int | None


def find_linked_entries(lines: Sequence[Line]) -> tuple[list[LinkedEntry], set[int]]:
    """Return the entries that are titles, and the positions of the lines of text below them."""
    levels = [line.level for line in lines if line.level]
    if not levels:
        return [], set()
    top = min(levels)
    found: list[list[LinkedEntry]] = []
    below: set[int] = set()
    for start, end in _parts(lines, top):
        if _REFERENCES.fullmatch(lines[start].text):
            continue
        entries = _read_list(lines, start + 1, end)
        if entries:
            found.append(entries)
            titles = {entry.index for entry in entries}
            below |= {i for i in range(start + 1, end) if i not in titles and not _is_entry(lines[i])}
    entries = [entry for each in found for entry in each]
    if 2 * sum(any(span.url for span in lines[entry.index].spans) for entry in entries) < len(entries):
        return [], set()
    names = [lines[entry.index].text for entry in entries]
    if len(found) < _MIN_LISTS or len(set(names)) < len(names) or max(map(len, found)) < 2:
        return [], set()
    return entries, below


def _parts(lines: Sequence[Line], level: int) -> Iterator[tuple[int, int]]:
    """Yield the position of each heading of a level, and that of the next heading of any level."""
    heads = [index for index, line in enumerate(lines) if line.level]
    for index, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        if lines[index].level == level:
            yield index, end


def _read_list(lines: Sequence[Line], start: int, end: int) -> list[LinkedEntry]:
    """Return the entries of the list between two positions; [] if anything else stands there too."""
    found = []
    for index in range(start, end):
        line = lines[index]
        if line.item is None or line.block is not None or line.is_body or line.quote:
            return []
        if line.item.depth > 1 or not _is_entry(line):
            continue
        after = lines[index + 1] if index + 1 < end else None
        has_text = after is not None and after.item is not None and not _is_entry(after)
        entry = _read_entry(index, line, has_text=has_text)
        if entry is None:
            return []
        found.append(entry)
    return found


def _is_entry(line: Line) -> bool:
    """Tell if an entry of a list begins with this line."""
    return line.item is not None and bool(line.item.label)


def _read_entry(index: int, line: Line, *, has_text: bool) -> LinkedEntry | None:
    """Return the title that an entry begins with; None for an entry without a link or without text."""
    marker = line_text.leading_marker(line.text)
    end = link_end(line, len(line.text) - len(marker.rest))
    end = _bold_end(line) if end is None else end
    if end is None:
        return None
    rest = line.text[end:].strip()
    if has_text and columns(rest) <= _MAX_REMARK:
        return LinkedEntry(index, None)
    between = _AFTER_LINK.match(line.text, end)
    if between is None or columns(line.text[between.end() :]) < _MIN_TEXT:
        return None
    return LinkedEntry(index, between.end())


def link_end(line: Line, start: int) -> int | None:
    """Return where the link ends that begins at a position of a line's text; None where none begins there."""
    done = 0
    end: int | None = None
    for span in line.spans:
        if end is not None and not span.url:
            break
        if span.url and (end is not None or done <= start + 1 < done + len(span.text) + 1):
            if "://" in span.text:
                return None
            end = done + len(span.text)
        elif done > start + 1:
            break
        done += len(span.text)
    return end


def _bold_end(line: Line) -> int | None:
    """Return where the bold text ends that begins an entry, as long as titles are; None for other entries."""
    start = len(line.text) - len(line_text.leading_marker(line.text).rest)
    end = 0
    for span in line.spans:
        if not span.bold and end + len(span.text) > start and span.text.strip():
            break
        end += len(span.text)
    return end if end > start and columns(line.text[start:end]) >= _MIN_BOLD else None


def as_title(line: Line) -> Line:
    """Return an entry as a title on a line of its own."""
    return replace(line, item=None, complete=True, run_in=True)
