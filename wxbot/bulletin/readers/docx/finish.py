"""Compare the lines of a document with its body type; bind what the styles state: code, captions, titles, imprint."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from wxbot.bulletin.blocks import Code, Picture, Span, Table
from wxbot.bulletin.model import Line
from wxbot.bulletin.readers.docx.drafts import DraftLine
from wxbot.bulletin.readers.docx.styles import TextLook

__all__ = ["finish_lines"]

_MAX_LEVEL = 6
_HEADING_FONTS = (
    "黑体",
    "simhei",
    "小标宋",
    "heiti",
    "方正小标宋",
    "华文中宋",
    "方正大标宋",
    "微软雅黑 bold",
    "majoreastasia",
)
_DEFAULT_SIZE = 20  # half points, of a document that states none
_SAME_FONTS = ("_gb2312", " gb2312", "_gbk")


def finish_lines(drafts: Sequence[DraftLine], *, has_open_contents: bool) -> Iterator[Line]:
    """Yield the lines of a document with relative sizes, numbered from 1.

    `has_open_contents`: a field opened contents and did not close them, so that it says nothing about the lines.
    """
    found = [_as_text(draft) for draft in drafts] if has_open_contents else list(drafts)
    found = list(_without_imprint_table(list(_bind_captions(_as_code(found)))))
    body = _body_look(found)
    shift = _title_shift(found)
    below_rule = False
    for at, draft in enumerate(found, start=1):
        evidence = _type_evidence(draft, body, shift)
        below = draft.line.below_rule or below_rule
        yield replace(draft.line, at=at, gap=draft.gap, below_rule=below, **evidence)
        below_rule = draft.rule_below


def _as_text(draft: DraftLine) -> DraftLine:
    """Return a line that was taken for contents because of a field, as text."""
    return replace(draft, line=replace(draft.line, drop_reason="")) if draft.field else draft


def _as_code(drafts: Iterable[DraftLine]) -> Iterator[DraftLine]:
    """Yield the lines; neighbours in a style for code become one block."""
    for is_code, group in groupby(
        drafts, key=lambda one: one.kind == "code" and one.is_printed and not one.line.block
    ):
        if not is_code:
            yield from group
            continue
        lines = list(group)
        text = "\n".join("\n" * one.gap * bool(at) + one.source.rstrip() for at, one in enumerate(lines))
        yield DraftLine(Line(0, text, block=Code(text), complete=True), gap=lines[0].gap)


def _bind_captions(drafts: Iterable[DraftLine]) -> Iterator[DraftLine]:
    """Yield the lines; a line in the style of captions becomes the caption of the picture or table beside it."""
    before: DraftLine | None = None
    for draft in drafts:
        if before is None:
            before = draft
            continue
        if _takes_caption(before, draft):
            before = _with_caption(before, draft.line)
        elif _takes_caption(draft, before) and isinstance(draft.line.block, Table):
            before = _with_caption(draft, before.line)
        else:
            yield before
            before = draft
    if before is not None:
        yield before


def _takes_caption(owner: DraftLine, caption: DraftLine) -> bool:
    """Tell if a line in the style of captions stands beside a picture or table that has none."""
    block = owner.line.block
    is_caption = caption.kind == "caption" and caption.is_printed and caption.line.block is None
    return (
        is_caption and isinstance(block, Picture | Table) and not block.caption and not owner.line.drop_reason
    )


def _with_caption(owner: DraftLine, caption: Line) -> DraftLine:
    """Return the line of a picture or table with its caption."""
    block = owner.line.block
    if not isinstance(block, Picture | Table):
        return owner
    block = replace(block, caption=caption.spans or (Span(caption.text),))
    text = f"{owner.line.text}\n{caption.text}".strip() if isinstance(block, Table) else caption.text
    return replace(owner, line=replace(owner.line, block=block, text=text))


def _without_imprint_table(drafts: list[DraftLine]) -> Iterator[DraftLine]:
    """Yield the lines; the last table of a document that reads like an imprint becomes its rows."""
    last = max((at for at, draft in enumerate(drafts) if draft.is_printed), default=-1)
    for at, draft in enumerate(drafts):
        if at == last and draft.rows:
            yield from (DraftLine(line) for line in draft.rows)
        else:
            yield draft


def _body_look(drafts: Iterable[DraftLine]) -> TextLook:
    """Return the size, typeface and colour in which most of the text is set."""
    sizes: Counter[int] = Counter()
    fonts: Counter[str] = Counter()
    colours: Counter[str] = Counter()
    for draft in drafts:
        if draft.is_printed and not (draft.line.level or draft.line.block or draft.is_finished):
            weight = len(draft.line.text)
            sizes[draft.look.size] += weight
            fonts[_font(draft.look)] += weight
            colours[draft.look.colour] += weight
    first = (next((one for one, _ in found.most_common(1)), None) for found in (sizes, fonts, colours))
    size, font, colour = first
    return TextLook(size=int(size or 0), font=str(font or ""), colour=str(colour or ""))


def _title_shift(drafts: Sequence[DraftLine]) -> int:
    """Return 1 where the style Title heads several places: it then ranks above the first heading level, else 0."""
    return int(sum(draft.kind == "title" and draft.is_printed for draft in drafts) > 1)


def _font(look: TextLook) -> str:
    """Return the name of a typeface without the marks of its editions."""
    name = look.font.lower()
    for mark in _SAME_FONTS:
        name = name.removesuffix(mark)
    return name


def _type_evidence(draft: DraftLine, body: TextLook, shift: int) -> dict[str, Any]:
    """Return the values of a line's type relative to that of the body."""
    line, look = draft.line, draft.look
    if line.block is not None or line.drop_reason or draft.is_finished:
        return {}
    font = _font(look)
    differs = (
        look.colour if look.colour != body.colour else "",
        draft.shade or look.shade,
        font if font != body.font else "",
    )
    level = line.level + shift if line.level else int(draft.kind == "title") * shift
    return {
        "level": min(level, _MAX_LEVEL),
        "bold": line.bold or (font != body.font and font.startswith(_HEADING_FONTS)),
        "size": round((look.size or _DEFAULT_SIZE) / (body.size or _DEFAULT_SIZE), 2),
        "look": "|".join(differs) if any(differs) else "",
    }
