"""Read the text of one Markdown paragraph as styled lines with pictures, links, notes and inline HTML."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Literal

from markdown_it.token import Token

from wxbot.bulletin.blocks import Span, Spans
from wxbot.bulletin.line_text import clean
from wxbot.bulletin.readers.styled_text import clean_spans, join_source_lines, remove_zero_width

__all__ = ["InlineLine", "InlinePicture", "inline_lines"]

_NOTE = re.compile(r"\[\^([^\[\]\s]{1,40})\]")
_TAG = re.compile(r"<\s*(?P<close>/?)\s*(?P<name>[a-z][a-z0-9-]*)(?P<rest>[^<>]*?)/?\s*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))", re.IGNORECASE)
# Tags that open and close a style, by the count of `_State` in which they are open.
_COUNTED_TAGS = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("s", "strike", "del"), "struck"),
    **dict.fromkeys(("code", "kbd", "tt", "samp"), "code"),
    **dict.fromkeys(("script", "style", "rt", "rp"), "unseen"),
}
_BREAKING_TAGS = {"br", "p", "div", "hr", "li", "tr", "section"}
_SILENT = """
a abbr b bdi bdo big br center cite code del details dfn div em font h1 h2 h3 h4 h5 h6 hr i img ins kbd label li mark ol
p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td th thead tr tt u ul var wbr
input picture source figure figcaption script style iframe video audio
"""
_SILENT_TAGS = frozenset(_SILENT.split())
"""Elements whose tags are notation; any other word in angle brackets is text, as in List<String>."""


@dataclass(frozen=True, slots=True)
class InlinePicture:
    """A picture in a paragraph: its address, description and title, and the link that it carries."""

    address: str
    alt: str
    title: str
    link: str


@dataclass(slots=True)
class InlineLine:
    """One line of a paragraph, up to a line break; `offset` counts the lines of the source above it."""

    offset: int = 0
    runs: list[Span] = field(default_factory=list)
    pictures: list[InlinePicture] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    has_comment: bool = False
    has_script: bool = False

    @property
    def spans(self) -> Spans:
        """The text in styled runs, with wrapped lines joined."""
        return clean_spans(join_source_lines(self.runs))


@dataclass(slots=True)
class _State:
    """Styles and links that are open at one place of a paragraph; `follow` reads the address of a link."""

    follow: Callable[[str], str]
    bold: int = 0
    italic: int = 0
    struck: int = 0
    code: int = 0
    unseen: int = 0
    script: Literal["", "super", "sub"] = ""
    url: str = ""


def inline_lines(
    tokens: Sequence[Token], is_note: Callable[[str], bool], follow: Callable[[str], str]
) -> Iterator[InlineLine]:
    """Yield the lines of a paragraph's tokens.

    `is_note` tells if a label is that of a footnote, `follow` returns the address on the web of a link, "" for none.
    """
    state, line, offset = _State(follow), InlineLine(), 0
    stars = _intraword_stars(tokens)
    for index, token in enumerate(tokens):
        offset += token.type in {"softbreak", "hardbreak"}
        breaks = token.type == "hardbreak"
        if index in stars:
            _add(line, state, token.markup)
        elif token.type == "text":
            _add_text(line, state, token.content, is_note)
        elif token.type == "html_inline":
            breaks = _apply_tag(line, state, token.content)
        else:
            _apply_token(line, state, token)
        if breaks:
            yield line
            line = InlineLine(offset)
    yield line


def _apply_token(line: InlineLine, state: _State, token: Token) -> None:
    """Apply one token to the style that is open, or append what it stands for."""
    match token.type:
        case "code_inline":
            _add(line, state, token.content, code=True)
        case "softbreak":
            _add(line, state, "\n")
        case "strong_open" | "strong_close":
            state.bold += token.nesting
        case "em_open" | "em_close":
            state.italic += token.nesting
        case "s_open" | "s_close":
            state.struck += token.nesting
        case "link_open" | "link_close":
            state.url = state.follow(str(token.attrGet("href") or ""))
        case "image":
            address, title = str(token.attrGet("src") or ""), str(token.attrGet("title") or "")
            line.pictures.append(InlinePicture(address, clean(token.content), clean(title), state.url))


def _add(line: InlineLine, state: _State, text: str, *, code: bool = False, note: str = "") -> None:
    """Append text in the style that is open."""
    if state.unseen:
        return
    if state.struck and text.strip():
        line.struck.append(text)
        return
    line.runs.append(
        Span(
            remove_zero_width(text),
            "" if note else state.url,
            state.bold > 0,
            state.italic > 0,
            code or state.code > 0,
            state.script,
            note,
        )
    )


def _add_text(line: InlineLine, state: _State, text: str, is_note: Callable[[str], bool]) -> None:
    """Append text with the references to notes in it."""
    done = 0
    for found in _NOTE.finditer(text):
        if is_note(found[1]):
            _add(line, state, text[done : found.start()])
            script, state.script = state.script, "super"
            _add(line, state, found[1], note=found[1])
            state.script = script
            done = found.end()
    _add(line, state, text[done:])


def _apply_tag(line: InlineLine, state: _State, tag: str) -> bool:
    """Apply a tag of HTML to the style that is open; True for a line break."""
    if tag.startswith("<!--"):
        line.has_comment = True
        return False
    found = _TAG.fullmatch(tag)
    name = found["name"].lower() if found else ""
    if found is None or name not in _SILENT_TAGS:
        _add(line, state, tag if not tag.startswith(("<?", "<!")) else "")
        return False
    opens = not found["close"]
    attributes = {key.lower(): unescape(a or b or c) for key, a, b, c in _ATTRIBUTE.findall(found["rest"])}
    if name in _COUNTED_TAGS:
        kind = _COUNTED_TAGS[name]
        line.has_script = line.has_script or name == "script"
        setattr(state, kind, max(0, getattr(state, kind) + (1 if opens else -1)))
    elif name in {"sup", "sub"}:
        state.script = "" if not opens else "super" if name == "sup" else "sub"
    elif name == "a":
        state.url = state.follow(attributes.get("href", "")) if opens else ""
    elif name == "img" and attributes.get("src"):
        title = clean(attributes.get("title", ""))
        line.pictures.append(
            InlinePicture(attributes["src"], clean(attributes.get("alt", "")), title, state.url)
        )
    return name in _BREAKING_TAGS and bool(line.runs)


def _intraword_stars(tokens: Sequence[Token]) -> set[int]:
    """Return the positions of emphasis stars between ASCII letters or digits, such as 3*4*5: these are text."""
    found: set[int] = set()
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.type == "em_open":
            opened.append(index)
        elif token.type == "em_close":
            start = opened.pop()
            before = tokens[start - 1].content[-1:] if start else ""
            after = tokens[index + 1].content[:1] if index + 1 < len(tokens) else ""
            if token.markup == "*" and all(char.isascii() and char.isalnum() for char in (before, after)):
                found |= {start, index}
    return found
