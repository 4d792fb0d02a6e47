"""Markdown: its blocks as lines, each with the rank, list, links and pictures that its marks tell.

Only what bulletins use is read: front matter, headings of both kinds, lists, quotes, rules, fences,
links and pictures. A paragraph is one line here, for Markdown wraps where it likes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from wxbot.bulletin.model import Line
from wxbot.bulletin.typeset import join, tidy

__all__ = ["lines"]

FRONT_MATTER = "front matter"
PICTURE = "picture"

_LINE_END = re.compile(r"\r\n|\r|\n")
_FENCE = re.compile(r"\s{0,3}(```+|~~~+)")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*)")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-+)\s*$")
_RULE = re.compile(r"\s{0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$")
_ITEM = re.compile(r"\s*(?:([-*+])|(\d{1,9})[.)])\s+(?=\S)")
_QUOTE = re.compile(r"^\s{0,3}>\s?")
_TARGET = r"\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)?)>?(?:\s+[\"'][^\"']*[\"'])?\s*\)"
_IMAGE = re.compile(rf"!\[([^\[\]]*)\]{_TARGET}")
_LINK = re.compile(rf"\[([^\[\]]*)\]{_TARGET}")
_AUTOLINK = re.compile(r"<(https?://[^<>\s]+)>")
_TAG = re.compile(r"<!--[^<>]{0,2000}-->|</?[A-Za-z][^<>]*>")
_BOLD = re.compile(r"\*\*(?=\S)([^*]+)(?<=\S)\*\*|__(?=\S)([^_]+)(?<=\S)__")
_ALL_BOLD = re.compile(r"\*\*[^*]+\*\*|__[^_]+__")
_ITALIC = re.compile(
    r"(?<![*\w])\*(?=[^\s*])([^*]+)(?<=[^\s*])\*(?![*\w])|(?<![_\w])_(?=[^\s_])([^_]+)(?<=[^\s_])_(?![_\w])"
)
_ROW = re.compile(r"\s{0,3}\|.*\|\s*$")
_FIELD = re.compile(r"(title|date|author)s?\s*:\s*(.+)")


@dataclass(slots=True)
class _Open:
    """The paragraph that further lines may carry on."""

    at: int = 0
    parts: list[str] = field(default_factory=list)
    ruled: bool = False


def lines(text: str) -> tuple[Line, ...]:
    """The blocks of a Markdown text; `at` is the line in the source on which each begins."""
    source = list(enumerate(_LINE_END.split(text), start=1))
    front, start = _front_matter(source)
    return (*front, *_blocks(source[start:]))


def _front_matter(source: list[tuple[int, str]]) -> tuple[list[Line], int]:
    """The settings before the text, between two rules of dashes: title and date are read, the rest is not text."""
    if not source or source[0][1].strip() != "---":
        return [], 0
    end = next((i for i, (_, line) in enumerate(source[1:], start=1) if line.strip() == "---"), 0)
    found = []
    for at, line in source[1:end]:
        known = _FIELD.fullmatch(line.strip())
        if known:
            text = tidy(line if known[1] == "author" else known[2].strip("\"'"))
            found.append(Line(at, text, level=int(known[1] == "title"), whole=True))
        elif tidy(line):
            found.append(Line(at, tidy(line), why=FRONT_MATTER))
    return found, end + 1 if end else 0


def _blocks(source: list[tuple[int, str]]) -> Iterator[Line]:
    """The blocks below the front matter, in order."""
    held = _Open()
    fence: list[str] = []
    fence_at, mark = 0, ""
    for at, raw in source:
        if mark:
            fence.append(raw.rstrip())
            if raw.strip().startswith(mark):
                yield Line(fence_at, "\n".join(fence), whole=True)
                mark = ""
        elif opening := _FENCE.match(raw):
            yield from _flush(held)
            fence, fence_at, mark = [raw.rstrip()], at, opening[1]
        else:
            yield from _plain(held, at, _QUOTE.sub("", raw))
    yield from _flush(held)
    if mark:
        yield Line(fence_at, "\n".join(fence), whole=True)


def _plain(held: _Open, at: int, raw: str) -> Iterator[Line]:
    """Take in one line outside of fences; what it ends comes out."""
    underline = _UNDERLINE.match(raw)
    if not raw.strip():
        yield from _flush(held)
    elif underline and held.parts and not _ITEM.match(held.parts[0]):
        level = 1 if underline[1][0] == "=" else 2
        yield from (replace(line, level=level) for line in _flush(held))
    elif _RULE.match(raw):
        yield from _flush(held)
        held.ruled = True
    elif heading := _HEADING.match(raw):
        yield from _flush(held)
        yield from (replace(line, level=len(heading[1])) for line in _inline(at, heading[2].rstrip(" \t#")))
    elif _ROW.match(raw):
        yield from _flush(held)
        yield from (replace(line, row=True) for line in _inline(at, raw))
    else:
        if _ITEM.match(raw) or _IMAGE.fullmatch(raw.strip()) or raw.endswith("  "):
            yield from _flush(held)
        held.at = held.at or at
        held.parts.append(raw.strip())


def _flush(held: _Open) -> Iterator[Line]:
    """The paragraph so far as one line; after it a new one may begin."""
    if held.parts:
        yield from (replace(line, ruled=held.ruled) for line in _inline(held.at, join(held.parts)))
        held.ruled = False
    held.at, held.parts = 0, []


def _inline(at: int, raw: str) -> Iterator[Line]:
    """A block's text without the marks inside it; a picture alone is no text, but belongs to the article."""
    images = tuple(image[2] for image in _IMAGE.finditer(raw) if image[2])
    caption = tidy(" ".join(image[1] for image in _IMAGE.finditer(raw)))
    bare = _IMAGE.sub("", raw)
    anchors = [(link[1], link[2]) for link in _LINK.finditer(bare) if link[2]]
    links = (*(url for _, url in anchors), *_AUTOLINK.findall(bare))
    anchor = next((tidy(_BOLD.sub(r"\1\2", text)) for text, _ in anchors), "")
    bold = _ALL_BOLD.fullmatch(bare.strip()) is not None
    text = _AUTOLINK.sub(r"\1", _LINK.sub(r"\1", bare))
    text = tidy(_ITALIC.sub(r"\1\2", _BOLD.sub(r"\1\2", _TAG.sub("", text))))
    if item := _ITEM.match(text):
        text = f"{f'{item[2]}.' if item[2] else '-'} {text[item.end() :]}"
    if text or links:
        yield Line(at, text, bold=bold, whole=True, links=links, images=images, anchor=anchor)
        if caption:
            yield Line(at, caption, why=PICTURE)
    elif images:
        yield Line(at, caption, images=images, why=PICTURE)
