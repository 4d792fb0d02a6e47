"""Read Markdown: its blocks as lines with level, list marker, links and images; front matter gives the masthead.

markdown-it-py parses the text as CommonMark, with some deviations for bulletins: an indented paragraph is text
and not code, a table stays one line a row, and `**` marks bold type in two more places (see `_BOLD`). Nothing is
removed but the marks: a footnote, which CommonMark takes for the definition of a link, stays text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from markdown_it import MarkdownIt
from markdown_it.token import Token

from wxbot.bulletin.line_text import clean, join_lines
from wxbot.bulletin.model import Line

__all__ = ["lines"]

FRONT_MATTER = "front matter"
PICTURE = "picture"

_LINE_END = re.compile(r"\r\n|\r|\n")
_FIELD = re.compile(r"(title|date|author)s?\s*:\s*(.+)")
_FENCE = re.compile(r"\s*(```+|~~~+)\s*")
_ITEM = re.compile(r"\s*(?:([-*+])|(\d{1,9})[.)])\s+(?=\S)")
_ROW = re.compile(r"\s{0,3}\|.*\|\s*")
_IMAGE = re.compile(r"\s*!\[[^\[\]]*\]\([^()\s]*(?:\s+[^()]*)?\)\s*")
_TAG = re.compile(r"<!--[^<>]{0,2000}-->|</?[A-Za-z][^<>]*>")
# Two pieces of bold type side by side, as rich-text editors export one word: **0****1**.
_ADJACENT_BOLD = re.compile(r"(?<=[^\s*`])\*{4}(?=[^\s*`])")
# CommonMark does not close `**` between Chinese punctuation and a 汉字, as in **注意：**先读.
_BOLD = re.compile(r"\*\*(?=\S)([^*]+)(?<=\S)\*\*")


class _Markdown(MarkdownIt):
    """CommonMark without indented code and link definitions, with HTML as text and addresses as written."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.disable(["code", "reference"])

    def normalizeLink(self, url: str) -> str:  # noqa: N802  the library's name
        """Return an address unchanged; the library would percent-encode 汉字 in it."""
        return url


_PARSER = _Markdown()


@dataclass(slots=True)
class _InlineText:
    """Content of one block: the text, as lines to be joined, and what its marks carry."""

    parts: list[str] = field(default_factory=lambda: [""])
    links: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    anchor: str = ""
    has_regular: bool = False
    """Some of the text is not bold."""

    @property
    def text(self) -> str:
        """The text without marks and tags."""
        joined = join_lines([part for part in self.parts if part])
        return clean(_BOLD.sub(r"\1", _TAG.sub("", joined)))


def lines(text: str) -> tuple[Line, ...]:
    """Return the blocks of a Markdown text; `at` is the line of the source on which each begins."""
    source = _LINE_END.split(text)
    front, start = _front_matter(source)
    return (*front, *_blocks(source, start))


def _front_matter(source: Sequence[str]) -> tuple[list[Line], int]:
    """Read the front matter between two `---` lines: title, date and author become lines, the rest is dropped.

    Returns the lines and the position of the first line after it; 0 where there is no front matter.
    """
    if source[0].strip() != "---":
        return [], 0
    end = next((i for i, line in enumerate(source[1:], start=1) if line.strip() == "---"), 0)
    found = []
    for at, line in enumerate(source[1:end], start=2):
        known = _FIELD.fullmatch(line.strip())
        if known:
            text = clean(line if known[1] == "author" else known[2].strip("\"'"))
            found.append(Line(at, text, level=int(known[1] == "title"), complete=True))
        elif clean(line):
            found.append(Line(at, clean(line), drop_reason=FRONT_MATTER))
    return found, end + 1 if end else 0


def _blocks(source: Sequence[str], start: int) -> Iterator[Line]:
    """Yield the blocks below the front matter, in order."""
    level, marker, below_rule, has_sharps = 0, "", False, False
    for token in _PARSER.parse("\n".join(source[start:])):
        first, end = (start + edge for edge in token.map or (0, 0))
        match token.type:
            case "hr":
                below_rule = True
            case "heading_open":
                level, has_sharps = int(token.tag[1:]), token.markup[0] == "#"
            case "heading_close":
                level, has_sharps = 0, False
            case "list_item_open":
                marker = f"{token.info}. " if token.info else "- "
            case "list_item_close":
                marker = ""
            case "fence":
                yield _fence(source, first, end)
            case "inline":
                for line in _inline_lines(token.content, first + 1, is_heading=level > 0):
                    ruled = below_rule and not (line.table_row or has_sharps)
                    below_rule = below_rule and not ruled
                    prefix, marker = ("", marker) if line.drop_reason else (marker, "")
                    yield replace(line, text=f"{prefix}{line.text}", level=level, below_rule=ruled)


def _fence(source: Sequence[str], first: int, end: int) -> Line:
    """Return a fenced code block as one line with its source unchanged; without a closing fence it takes the rest."""
    opening = _FENCE.match(source[first])
    closing = _FENCE.fullmatch(source[end - 1]) if end - 1 > first else None
    if opening and not (closing and closing[1].startswith(opening[1])) and not any(source[end:]):
        end = len(source)
    return Line(first + 1, "\n".join(line.rstrip() for line in source[first:end]), complete=True)


def _inline_lines(content: str, at: int, *, is_heading: bool) -> Iterator[Line]:
    """Yield the lines of a paragraph or heading; rows of a table, list entries and images start a new line."""
    group: list[str] = []
    begin = at
    after_break = False
    for number, raw in zip(count(at), content.split("\n"), strict=False):
        is_row = not is_heading and _ROW.fullmatch(raw) is not None
        starts = is_row or after_break or _ITEM.match(raw) or _IMAGE.fullmatch(raw)
        if group and starts:
            yield from _line(group, begin)
            group = []
        begin = begin if group else number
        after_break = is_row or raw.endswith(("  ", "\\"))
        if is_row:
            yield from (replace(line, table_row=True) for line in _line([raw], number))
        else:
            group.append(raw)
    if group:
        yield from _line(group, begin)


def _line(raw: Sequence[str], at: int) -> Iterator[Line]:
    """Yield one line with links and images; captions follow as dropped text, which keeps an image without text."""
    (token,) = _PARSER.parseInline(_ADJACENT_BOLD.sub("", "\n".join(raw)))
    inline = _render(token.children or [])
    text, caption = inline.text, clean(" ".join(inline.captions))
    links, images = tuple(inline.links), tuple(inline.images)
    if item := _ITEM.match(text):
        text = f"{f'{item[2]}.' if item[2] else '-'} {text[item.end() :]}"
    if text or links:
        bold = bool(text) and not inline.has_regular
        yield Line(at, text, bold=bold, complete=True, links=links, images=images, anchor=inline.anchor)
        if caption:
            yield Line(at, caption, drop_reason=PICTURE)
    elif images:
        yield Line(at, caption, images=images, drop_reason=PICTURE)


def _render(children: Sequence[Token]) -> _InlineText:
    """Collect text, links and images of inline tokens."""
    inline = _InlineText()
    literal = _intraword_stars(children)
    strong = 0
    link, before = "", ""
    for index, token in enumerate(children):
        match token.type:
            case "text" | "code_inline":
                ticks = token.markup if token.type == "code_inline" else ""
                inline.parts[-1] += f"{ticks}{token.content}{ticks}"
                inline.has_regular = inline.has_regular or not (
                    strong or token.content.isspace() or not token.content
                )
            case "softbreak" | "hardbreak":
                inline.parts.append("")
            case "strong_open" | "strong_close":
                strong += token.nesting
            case "em_open" | "em_close" if index in literal:
                inline.parts[-1] += token.markup
            case "link_open":
                link, before = str(token.attrGet("href") or ""), inline.parts[-1]
            case "link_close" if link:
                inline.links.append(link)
                if not inline.anchor and token.markup != "autolink":
                    inline.anchor = clean(inline.parts[-1].removeprefix(before))
            case "image" if token.attrGet("src"):
                inline.images.append(str(token.attrGet("src")))
                inline.captions.append(token.content)
    return inline


def _intraword_stars(children: Sequence[Token]) -> set[int]:
    """Return the positions of emphasis stars between ASCII letters or digits, such as 3*4*5: these are text."""
    found: set[int] = set()
    opened: list[int] = []
    for index, token in enumerate(children):
        if token.type == "em_open":
            opened.append(index)
        elif token.type == "em_close":
            start = opened.pop()
            before = children[start - 1].content[-1:] if start else ""
            after = children[index + 1].content[:1] if index + 1 < len(children) else ""
            if token.markup == "*" and all(char.isascii() and char.isalnum() for char in (before, after)):
                found |= {start, index}
    return found
