"""Split a Markdown paragraph into its parts, and make lines of styled text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from wxbot.bulletin.blocks import Span, Spans, plain
from wxbot.bulletin.line_text import clean, columns
from wxbot.bulletin.model import Line, ListItem
from wxbot.bulletin.readers.md_inline import InlineLine
from wxbot.bulletin.readers.styled_text import merge_spans, spans_text

__all__ = ["NOTE", "item_of", "left_out", "parts", "text_line", "with_label"]

COMMENT = "comment"
SCRIPT = "script"
STRUCK = "struck-out text"

NOTE = re.compile(r"\[\^([^\[\]\s]{1,40})\]:\s*")
"""The beginning of a footnote."""

_ITEM = re.compile(r"\s*(?:([-*+])|(\d{1,9})([.)]))\s+(?=\S)")
_BULLETS = "■□◆◇▪▫●○•◦▶►▸△▲★☆※➤✓✔·"
_IMAGE = re.compile(r"\s*!\[[^\[\]]*\]\([^()\s]*(?:\s+[^()]*)?\)\s*")
# Lines of a masthead or an imprint, which stand one below the other without a mark for a line break.
_NUMBER = r"(?:第|[总總]第|\d{4}\s*年\s*第?|No\.?|Vol\.?)\s*[\d〇○零一二三四五六七八九十百]+\s*[期号號]?"
_DAY = r"(?:19|20)\d{2}\s*[-年./]\s*\d{1,2}\s*[-月./]\s*\d{1,2}\s*日?.{0,12}"
_VALUE = re.compile(rf"(?:[（(【]?\s*{_NUMBER}\s*[)）】]?\s*)+|{_DAY}", re.IGNORECASE)
_LABELLED = re.compile(r"[\u3400-\u9fff]{2,8}\s*[：:]\s*\S")
_MAX_VALUE = 44


def parts(texts: Sequence[str], *, split: bool) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a paragraph in groups, each with its position: entries and pictures start a new group."""
    group: list[str] = []
    begin = 0
    for index, text in enumerate(texts):
        is_apart = bool(group) and (_is_value(group[-1]) or _is_value(text) or _is_labelled(group[-1], text))
        is_apart = is_apart or (bool(group) and _IMAGE.fullmatch(group[-1]) is not None)
        is_apart = is_apart or _is_marked_alike(texts, index)
        if group and (split or is_apart or _ITEM.match(text) or _IMAGE.fullmatch(text) or NOTE.match(text)):
            yield begin, group
            group = []
        begin = begin if group else index
        group.append(text)
    if group:
        yield begin, group


def _is_marked_alike(texts: Sequence[str], index: int) -> bool:
    """Tell if a line begins with the same glyph as a line beside it, as entries typed by hand do."""
    sign = texts[index].strip()[:1]
    beside = (*texts[max(0, index - 1) : index], *texts[index + 1 : index + 2])
    return bool(sign) and sign in _BULLETS and any(text.strip()[:1] == sign for text in beside)


def item_of(content: str) -> tuple[ListItem | None, str]:
    """Return the entry of a list that text in the middle of a paragraph opens, None for other text, and its text."""
    found = _ITEM.match(content)
    if found is None:
        return None, content
    label = f"{found[2]}{found[3]} " if found[2] else "- "
    return ListItem(1, label, bool(found[2])), content[found.end() :]


def with_label(line: Line, item: ListItem) -> Line:
    """Return a line as a part of an entry, with the entry's label before its text."""
    spans = merge_spans((Span(item.label), *line.spans)) if line.spans else ()
    return replace(line, text=f"{item.label}{line.text}", spans=spans, item=item)


def _is_value(text: str) -> bool:
    """Tell if a line holds a number or a date of the issue and nothing else."""
    return columns(text) <= _MAX_VALUE and _VALUE.fullmatch(text.strip()) is not None


def _is_labelled(before: str, text: str) -> bool:
    """Tell if two lines are entries such as 编辑：张三, one below the other."""
    return all(columns(one) <= 2 * _MAX_VALUE and _LABELLED.match(one.strip()) for one in (before, text))


def text_line(spans: Spans, at: int) -> Line:
    """Return a line of text."""
    text, styled = spans_text(spans)
    bold = sum(len("".join(span.text.split())) for span in spans if span.bold)
    return Line(
        at,
        text,
        spans=styled,
        bold=bold * 2 > len("".join(plain(spans).split())),
        complete=True,
    )


def left_out(inline: InlineLine, at: int) -> Iterator[Line]:
    """Yield what of a line is not published."""
    if inline.struck:
        yield Line(at, clean("".join(inline.struck)), complete=True, drop_reason=STRUCK)
    if inline.has_comment:
        yield Line(at, "［批注，未收入］", complete=True, drop_reason=COMMENT)
    if inline.has_script:
        yield Line(at, "［脚本，未收入］", complete=True, drop_reason=SCRIPT)
