"""Parse Markdown with markdown-it-py: CommonMark, tables and struck-out text, with deviations for bulletins.

An indented paragraph is text and not code; `[^1]: …` is a footnote and no definition of a link; a definition of a link
must have an address; bold type beside Chinese signs is recognised, and stars that rich-text editors leave are removed.
"""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, reference
from markdown_it.token import Token

__all__ = ["is_link_definition", "parse_blocks", "parse_inline"]

# A blank that CommonMark takes for one, so that stars beside it open and close; it is removed afterwards.
_SEAM = "\u200a"
_DEFINITION = re.compile(
    r" {0,3}\[[^\[\]^][^\[\]]*\]:\s*<?(?:[a-z][a-z0-9+.-]*:|/|\.|#|www\.)", re.IGNORECASE
)

# Two pieces of bold type side by side, as rich-text editors export one word: **0****1**.
_ADJACENT_BOLD = re.compile(r"(?<=[^\s*`\\])(?:\*{4})+(?=[^\s*`])")
_DEBRIS = re.compile(r"(?<=[^\s*`\\])\*{4,}(?=\s|$)|(?<![^\s])\*{4,}(?=[^\s*])")
# CommonMark does not close `**` between a Chinese sign and a 汉字, as in **注意：**先读.
_BOLD = re.compile(r"(?<![\\*`])\*\*(?=[^\s*])([^*\n]+)(?<=[^\s*\\])\*\*(?!\*)")
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_MARKS = "<[]!`*_~"
_MAX_MARKS = 5000
"""Marks in one paragraph up to which it is parsed: time grows with their square. More are text."""

_MAX_LINE = 100_000
"""Characters of a paragraph up to which stars are mended."""


class _Markdown(MarkdownIt):
    """CommonMark with tables and struck-out text, without indented code, and with addresses as written."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": True, "maxNesting": 60})
        self.disable(["code"])
        self.enable(["table", "strikethrough"])
        self.block.ruler.at("reference", _link_definition, {"alt": []})

    def normalizeLink(self, url: str) -> str:  # noqa: N802  the library's name
        """Return an address unchanged; the library would percent-encode 汉字 in it."""
        return url

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802  the library's name
        """Accept every address: the reader keeps the text of a link whose address is not published."""
        return True


def _link_definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read the definition of a link where an address follows; other text in brackets is text."""
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    return bool(_DEFINITION.match(line)) and reference(state, start, end, silent)


_BLOCKS, _INLINE = _Markdown(), _Markdown()
# The text of a block is parsed by itself, after its stars are mended.
_BLOCKS.core.ruler.disable(["inline", "text_join"])


def parse_blocks(text: str, env: dict[str, object]) -> list[Token]:
    """Return the blocks of a text; a comment that is not closed is text. `env` takes the definitions of links."""
    end = text.rfind("-->") + 1
    return _BLOCKS.parse(text[:end] + text[end:].replace("<!--", "\\<!--"), env)


def is_link_definition(line: str) -> bool:
    """Tell if a line of the source, perhaps of a quotation, defines a link and prints nothing."""
    return _DEFINITION.match(line.lstrip(" \t>")) is not None


def parse_inline(content: str, env: dict[str, object]) -> Sequence[Token]:
    """Return the tokens of one paragraph's text."""
    if sum(map(content.count, _MARKS)) > _MAX_MARKS:
        return [Token("text", "", 0, content=content)]
    (token,) = _INLINE.parseInline(_with_bold_mended(content), env)
    children = token.children or []
    for child in children:
        child.content = child.content.replace(_SEAM, "")
        for key, value in child.attrs.items():
            if isinstance(value, str):
                child.attrs[key] = value.replace(_SEAM, "")
    return children


def _with_bold_mended(content: str) -> str:
    """Return a text whose bold type is recognised beside Chinese signs, outside code."""
    if "**" not in content or len(content) > _MAX_LINE:
        return content
    parts: list[str] = []
    done = 0
    for found in _CODE.finditer(content) if "`" in content else ():
        parts += [_with_marks_mended(content[done : found.start()]), found[0]]
        done = found.end()
    return "".join([*parts, _with_marks_mended(content[done:])])


def _with_marks_mended(text: str) -> str:
    """Return a text without code with its bold type mended."""
    lines = [_without_debris(_ADJACENT_BOLD.sub("", line)) for line in text.split("\n")]
    return _BOLD.sub(rf"{_SEAM}**\1**{_SEAM}", "\n".join(lines))


def _without_debris(line: str) -> str:
    """Return a line in which four stars and more at the beginning or end of bold type are one mark, or none."""
    parts: list[str] = []
    done = marks = 0
    for found in _DEBRIS.finditer(line):
        before = line[done : found.start()]
        marks += before.count("**")
        opens = not line[found.end() : found.end() + 1].isspace() and found.end() < len(line)
        mark = "**" if opens or marks % 2 else ""
        marks += bool(mark)
        parts += [before, mark]
        done = found.end()
    return "".join([*parts, line[done:]])
