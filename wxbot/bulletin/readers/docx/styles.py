"""Resolve the styles of a Word file: character and paragraph properties with their inheritance, and what styles mean.

A run's look is the sum of document defaults, paragraph style, character style and its own properties. The names of
built-in styles say what a paragraph is: heading, quotation, code, contents, caption.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from wxbot.bulletin.readers.docx.markup import Element, child, number, value, w
from wxbot.bulletin.readers.docx.style_names import StyleKind, is_code_style, named_level, style_kind
from wxbot.bulletin.readers.docx.style_properties import (
    TOGGLES,
    paragraph_properties,
    shade_colour,
    text_properties,
)
from wxbot.bulletin.readers.docx.symbols import is_symbol_font

__all__ = ["PLAIN", "ParagraphLook", "StyleSheet", "TextLook"]


_MAX_INHERITANCE = 20
"""Styles that a style inherits from, at most; Word allows 11, and a cycle ends here."""

_ALIGN: dict[str, Literal["", "center", "right"]] = {"center": "center", "right": "right", "end": "right"}


class TextLook(NamedTuple):
    """The look of a run; `size` in half points, `symbols` the symbol font of its characters or ""."""

    bold: bool = False
    italic: bool = False
    script: Literal["", "super", "sub"] = ""
    code: bool = False
    hidden: bool = False
    size: int = 0
    font: str = ""
    symbols: str = ""
    colour: str = ""
    shade: str = ""


PLAIN = TextLook()
"""The look of a run without properties."""


@dataclass(frozen=True, slots=True)
class ParagraphLook:
    """Effective properties of a paragraph.

    Attributes
    ----------
    style : id of its style
    level : rank of a heading, 1 to 9; 0 for other paragraphs
    kind : what its style means
    list_id, list_level : the list definition it is numbered by; "" outside lists, and the level counted from 0
    indent : indentation of its first line, in columns
    rule_above, rule_below : a rule stands on this side of it, and it is not in a box
    continues : it goes on in the next paragraph: its mark was deleted or moved away, or it is a drop cap
    """

    style: str = ""
    level: int = 0
    kind: StyleKind = ""
    align: Literal["", "center", "right"] = ""
    list_id: str = ""
    list_level: int | None = None
    indent: int = 0
    shade: str = ""
    rule_above: bool = False
    rule_below: bool = False
    continues: bool = False


@dataclass(slots=True)
class _Style:
    """A style as stored."""

    id: str
    name: str
    based_on: str
    text: Mapping[str, str]
    paragraph: Mapping[str, str]
    table: Element | None = None


@dataclass
class StyleSheet:
    """The styles of one document; every result is remembered, so that reading is linear."""

    defaults: Mapping[str, str] = field(default_factory=dict)
    default_paragraph: str = ""
    _styles: dict[str, _Style] = field(default_factory=dict)
    _texts: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _paragraphs: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _paragraph_looks: dict[tuple[tuple[str, str], ...], ParagraphLook] = field(default_factory=dict)
    _looks: dict[tuple[str, str, tuple[tuple[str, str], ...]], TextLook] = field(default_factory=dict)

    @classmethod
    def load(cls, root: Element) -> "StyleSheet":
        """Return the style sheet of the styles part."""
        sheet = cls(text_properties(root.find(f"{w('docDefaults')}/{w('rPrDefault')}/{w('rPr')}")))
        for one in root.iterchildren(w("style")):
            style = _Style(
                one.get(w("styleId"), ""),
                " ".join(value(child(one, "name")).lower().split()),
                value(child(one, "basedOn")),
                text_properties(child(one, "rPr")),
                paragraph_properties(child(one, "pPr")),
                one if one.get(w("type")) == "table" else None,
            )
            sheet._styles[style.id] = style
            if one.get(w("type")) == "paragraph" and one.get(w("default")) in {"1", "true", "on"}:
                sheet.default_paragraph = style.id
        return sheet

    def paragraph(self, properties: Element | None) -> ParagraphLook:
        """Return the effective properties of a paragraph with these properties of its own."""
        own = paragraph_properties(properties)
        key = tuple(own.items())
        look = self._paragraph_looks.get(key)
        if look is None:
            look = self._paragraph_looks[key] = self._paragraph(own)
        return look

    def _paragraph(self, own: Mapping[str, str]) -> ParagraphLook:
        """Combine the properties of a paragraph with those of its styles."""
        style = own.get("style", "") if own.get("style", "") in self._styles else self.default_paragraph
        found = {**self._paragraph_style(style), **own}
        return ParagraphLook(
            style=style,
            level=number(found.get("level"), 0, high=9),
            kind=self._kind(style),
            align=_ALIGN.get(found.get("align", ""), ""),
            list_id=found.get("list", ""),
            list_level=number(found["list_level"], 0, high=8) if "list_level" in found else None,
            indent=number(found.get("indent"), 0, high=16),
            shade=found.get("shade", ""),
            rule_above="rule_above" in found and "rule_below" not in found,
            rule_below="rule_below" in found and "rule_above" not in found,
            continues="continues" in own,
        )

    def text(self, paragraph_style: str, properties: Element | None) -> TextLook:
        """Return the look of a run with these properties in a paragraph of this style."""
        own = text_properties(properties)
        key = (paragraph_style, own.get("style", ""), tuple(own.items()))
        look = self._looks.get(key)
        if look is None:
            look = self._looks[key] = self._text(paragraph_style, own)
        return look

    def is_first_row_bold(self, table_style: str) -> bool:
        """Tell if a table style sets the first row in bold type or on a coloured ground, as that of a header."""
        for style in self._chain(table_style):
            for part in style.table.iterchildren(w("tblStylePr")) if style.table is not None else ():
                if part.get(w("type")) == "firstRow":
                    bold = text_properties(child(part, "rPr")).get("b") == "1"
                    return bold or bool(shade_colour(child(child(part, "tcPr"), "shd")))
        return False

    def _text(self, paragraph_style: str, own: Mapping[str, str]) -> TextLook:
        """Combine the properties of a run with those of its styles and the defaults."""
        paragraph = self._text_style(paragraph_style)
        character = self._text_style(own.get("style", ""))
        found = {**self.defaults, **paragraph, **character, **own}
        for name in TOGGLES:
            if name not in own and paragraph.get(name) == character.get(name) == "1":
                found[name] = "0"
        ascii_font = found.get("ascii", "")
        script = found.get("script", "")
        return TextLook(
            bold=found.get("b") == "1",
            italic=found.get("i") == "1",
            script="super" if script == "superscript" else "sub" if script == "subscript" else "",
            code=self._is_code(own.get("style", "")),
            hidden=found.get("vanish") == "1",
            size=number(found.get("size"), 0, high=2000),
            font=found.get("font", "") or ascii_font,
            symbols=ascii_font if is_symbol_font(ascii_font) else "",
            colour=found.get("colour", ""),
            shade=found.get("shade", ""),
        )

    def _chain(self, style: str) -> list[_Style]:
        """Return a style and the styles it is based on, nearest first."""
        chain: list[_Style] = []
        while style in self._styles and len(chain) < _MAX_INHERITANCE:
            chain.append(self._styles[style])
            style = chain[-1].based_on
        return chain

    def _text_style(self, style: str) -> Mapping[str, str]:
        """Return the character properties of a style with those it inherits."""
        if style not in self._texts:
            self._texts[style] = _overlay([one.text for one in self._chain(style)])
        return self._texts[style]

    def _paragraph_style(self, style: str) -> Mapping[str, str]:
        """Return the paragraph properties of a style with those it inherits.

        A style's name gives the level of a heading where no outline level does.
        """
        if style not in self._paragraphs:
            found = [
                one.paragraph if "level" in one.paragraph else {**one.paragraph, **_stated_level(one.name)}
                for one in self._chain(style)
            ]
            self._paragraphs[style] = _overlay(found)
        return self._paragraphs[style]

    def _kind(self, style: str) -> StyleKind:
        """Return what a paragraph style means, by its name or that of a style it is based on."""
        return next((kind for one in self._chain(style) if (kind := style_kind(one.name))), "")

    def _is_code(self, style: str) -> bool:
        """Tell if a character style is one for code."""
        return any(is_code_style(one.name) for one in self._chain(style))


def _stated_level(name: str) -> Mapping[str, str]:
    """Return the level that the name of a heading style states, as a property."""
    level = named_level(name)
    return {"level": str(level)} if level else {}


def _overlay(nearest_first: list[Mapping[str, str]]) -> Mapping[str, str]:
    """Return properties where a nearer style overrides a farther one."""
    found: dict[str, str] = {}
    for one in reversed(nearest_first):
        found.update(one)
    return found
