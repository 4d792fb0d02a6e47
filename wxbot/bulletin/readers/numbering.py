"""Compute the numbers and bullets that Word prints before paragraphs; they are not part of the stored text."""

from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from wxbot.numbers import chinese_numeral

__all__ = ["Numbering"]

# An lxml element; lxml ships no types.
Element = Any

_CHINESE_FORMATS = {
    "chineseCounting",
    "chineseCountingThousand",
    "japaneseCounting",
    "ideographDigital",
    "taiwaneseCounting",
}
# Bullets in Word's symbol fonts (Wingdings, Symbol), with the characters that they look like.
_BULLETS = {
    "\uf06e": "■",
    "\uf06c": "●",
    "\uf075": "◆",
    "\uf0d8": "➢",
    "\uf0a7": "▪",
    "\uf0fc": "√",
    "\uf0b7": "·",
    "\uf076": "❖",
    "\uf070": "□",
    "\uf0b2": "◇",
}
_DEFAULT_BULLET = "●"
_MAX_LEVEL = 6


@dataclass(frozen=True, slots=True)
class _ListLevel:
    """Number format of one level of a list."""

    form: str
    text: str
    start: int


class Numbering:
    """Counter of the numbered paragraphs of one document; call `next_label` for each paragraph in order."""

    def __init__(self, document: Document) -> None:
        self._levels: dict[str, dict[int, _ListLevel]] = {}
        self._lists: dict[str, str] = {}
        self._counts: dict[str, list[int]] = {}
        parts = [r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering")]
        for part in parts:
            self._load_definitions(part.element)

    def level(self, paragraph: Paragraph) -> int:
        """Return the level of a heading, 1 to 6; 0 for other paragraphs."""
        outline = self._property(paragraph, "w:outlineLvl")
        rank = int(outline.get(qn("w:val"), "9")) + 1 if outline is not None else 0
        return rank if rank <= _MAX_LEVEL else 0

    def next_label(self, paragraph: Paragraph) -> str:
        """Count a paragraph and return the number or bullet before it; empty for a paragraph outside lists."""
        found = self._property(paragraph, "w:numPr")
        if found is None:
            return ""
        which, depth = found.find(qn("w:numId")), found.find(qn("w:ilvl"))
        name = self._lists.get(which.get(qn("w:val")), "") if which is not None else ""
        at = int(depth.get(qn("w:val"))) if depth is not None else 0
        levels = self._levels.get(name, {})
        if at not in levels:
            return ""
        return self._count(name, levels, at)

    def _count(self, name: str, levels: dict[int, _ListLevel], at: int) -> str:
        """Increase the counter of one level, reset the deeper ones, and return the label."""
        counts = self._counts.setdefault(name, [])
        while len(counts) <= at:
            counts.append(levels[len(counts)].start - 1 if len(counts) in levels else 0)
        counts[at] += 1
        del counts[at + 1 :]
        level = levels[at]
        if level.form == "none":
            return ""
        if level.form == "bullet":
            shown = level.text if level.text.isprintable() else _DEFAULT_BULLET
            return f"{_BULLETS.get(level.text, shown) or _DEFAULT_BULLET} "
        text = level.text
        for index in range(at, -1, -1):
            form = levels[index].form if index in levels else "decimal"
            text = text.replace(f"%{index + 1}", _format_number(max(counts[index], 1), form))
        return f"{text} " if text[-1:].isascii() else text

    def _property(self, paragraph: Paragraph, name: str) -> Element | None:
        """Return a property of a paragraph, of its style, or of a base style; None if none has it."""
        own = paragraph._p.pPr
        if own is not None and (found := own.find(qn(name))) is not None:
            return found
        style = paragraph.style
        while style is not None:
            properties = style.element.find(qn("w:pPr"))
            if properties is not None and (found := properties.find(qn(name))) is not None:
                return found
            style = style.base_style
        return None

    def _load_definitions(self, root: Element) -> None:
        """Load the list definitions of the numbering part: format, text and start of each level."""
        for abstract in root.iterchildren(qn("w:abstractNum")):
            levels = {}
            for level in abstract.iterchildren(qn("w:lvl")):
                values = {
                    key: found.get(qn("w:val"), default)
                    if (found := level.find(qn(key))) is not None
                    else default
                    for key, default in (("w:numFmt", "decimal"), ("w:lvlText", ""), ("w:start", "1"))
                }
                levels[int(level.get(qn("w:ilvl")))] = _ListLevel(
                    values["w:numFmt"], values["w:lvlText"], int(values["w:start"])
                )
            self._levels[abstract.get(qn("w:abstractNumId"))] = levels
        for number in root.iterchildren(qn("w:num")):
            target = number.find(qn("w:abstractNumId"))
            self._lists[number.get(qn("w:numId"))] = target.get(qn("w:val"))


def _format_number(value: int, form: str) -> str:
    """Return a number in one of Word's formats; Arabic digits for formats that bulletins do not use."""
    if form in _CHINESE_FORMATS:
        return chinese_numeral(value)
    if form in {"decimalEnclosedCircleChinese", "decimalEnclosedCircle"}:
        return chr(ord("①") + value - 1) if value <= 20 else str(value)
    if form == "decimalFullWidth":
        return "".join(chr(ord(digit) + 0xFEE0) for digit in str(value))
    if form in {"lowerLetter", "upperLetter"}:
        letter = chr(ord("a") + (value - 1) % 26)
        return letter.upper() if form == "upperLetter" else letter
    return str(value)
