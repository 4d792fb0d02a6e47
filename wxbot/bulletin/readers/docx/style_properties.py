"""Read the properties of characters and paragraphs that an element sets, by short names.

A value is a string; a property that is not set has no name, so that styles can be laid over one another.
"""

from collections.abc import Callable

from wxbot.bulletin.readers.docx.markup import LEFT_OUT, Element, child, is_on, number, value, w

__all__ = ["TOGGLES", "paragraph_properties", "shade_colour", "text_properties"]

# Toggles are combined by exclusive or: a bold character style inside a bold paragraph style is light.
TOGGLES = ("b", "i", "vanish")
_ORDINARY_COLOURS = {"", "auto", "000000", "windowText", "text1", "dark1"}
_NO_SHADE = {"", "auto", "FFFFFF", "none"}


def text_properties(element: Element | None) -> dict[str, str]:
    """Return the character properties that an element sets, by short names."""
    return _properties(element, _TEXT)


def paragraph_properties(element: Element | None) -> dict[str, str]:
    """Return the paragraph properties that an element sets, by short names."""
    return _properties(element, _PARAGRAPH)


def shade_colour(element: Element | None) -> str:
    """Return the colour behind text; "" for none."""
    fill = "" if element is None else element.get(w("themeFill")) or element.get(w("fill"), "")
    return "" if fill in _NO_SHADE or fill == "background1" else str(fill)


Properties = dict[str, str]


def _properties(element: Element | None, known: dict[str, Callable[[Element], Properties]]) -> Properties:
    """Return the properties that the children of an element set."""
    found: Properties = {}
    for one in element.iterchildren("*") if element is not None else ():
        read = known.get(one.tag)
        if read is not None:
            found.update(read(one))
    return found


def _colour(element: Element) -> Properties:
    """Return the colour of text; "" for the ordinary one."""
    colour = element.get(w("themeColor")) or value(element)
    return {"colour": "" if colour in _ORDINARY_COLOURS else colour}


def _fonts(fonts: Element) -> Properties:
    """Return the typefaces of Chinese and of Latin characters."""
    found = {}
    for key, names in (("font", ("eastAsiaTheme", "eastAsia")), ("ascii", ("asciiTheme", "ascii", "hAnsi"))):
        if font := next((name for one in names if (name := fonts.get(w(one)))), ""):
            found[key] = font
    return found


def _size(element: Element) -> Properties:
    """Return the type size in half points; Strict documents may state it in points."""
    text = value(element)
    return {"size": str(number(text) * 2 if text.endswith("pt") else number(text))}


def _shade(element: Element) -> Properties:
    """Return the colour behind text, where there is one."""
    shade = shade_colour(element)
    return {"shade": shade} if shade else {}


def _list(element: Element) -> Properties:
    """Return the list that a paragraph is numbered by, and its level, where they are stated."""
    parts = (("list", child(element, "numId")), ("list_level", child(element, "ilvl")))
    return {key: value(stated) for key, stated in parts if stated is not None}


def _indent(element: Element) -> Properties:
    """Return the indentation of the first line in columns; a column is half of a 汉字."""
    characters = element.get(w("firstLineChars"))
    if characters not in {None, "0"}:
        return {"indent": str(number(characters) // 50)}
    twips = element.get(w("firstLine"))
    return {} if twips is None else {"indent": str(number(twips) // 105)}


def _borders(element: Element) -> Properties:
    """Return on which sides of a paragraph a rule stands."""
    sides = (("rule_above", "top"), ("rule_below", "bottom"))
    return {key: "1" for key, side in sides if value(child(element, side), "none") not in {"none", "nil"}}


_TEXT: dict[str, Callable[[Element], Properties]] = {
    w("rStyle"): lambda one: {"style": value(one)},
    w("b"): lambda one: {"b": str(int(is_on(one)))},
    w("i"): lambda one: {"i": str(int(is_on(one)))},
    w("vanish"): lambda one: {"vanish": str(int(is_on(one)))},
    w("vertAlign"): lambda one: {"script": value(one)},
    w("highlight"): lambda one: {"shade": value(one)} if value(one) != "none" else {},
    w("sz"): _size,
    w("color"): _colour,
    w("shd"): _shade,
    w("rFonts"): _fonts,
}
_PARAGRAPH: dict[str, Callable[[Element], Properties]] = {
    w("pStyle"): lambda one: {"style": value(one)},
    w("jc"): lambda one: {"align": value(one)},
    # The tenth outline level is that of body text.
    w("outlineLvl"): lambda one: {"level": str((number(value(one), 9) + 1) % 10)},
    w("numPr"): _list,
    w("ind"): _indent,
    w("shd"): _shade,
    w("pBdr"): _borders,
    w("framePr"): lambda one: {"continues": "1"} if one.get(w("dropCap"), "none") != "none" else {},
    w("rPr"): lambda one: {"continues": "1"} if any(mark.tag in LEFT_OUT for mark in one) else {},
}
