"""Names and values of WordprocessingML: tags with namespaces, switches, numbers, the alternative that Word shows."""

from collections.abc import Iterator
from functools import cache
from typing import Any

__all__ = [
    "CONTAINERS",
    "LEFT_OUT",
    "Element",
    "a",
    "child",
    "children_of",
    "is_on",
    "mc",
    "members",
    "number",
    "r",
    "shown_alternative",
    "value",
    "w",
]

# An lxml element; lxml ships no types.
Element = Any

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


@cache
def w(name: str) -> str:
    """Return the name of an element or attribute of WordprocessingML with its namespace."""
    return f"{{{_W}}}{name}"


@cache
def r(name: str) -> str:
    """Return the name of an attribute that refers to a relationship."""
    return f"{{{_R}}}{name}"


@cache
def a(name: str) -> str:
    """Return the name of an element of DrawingML."""
    return f"{{{_A}}}{name}"


@cache
def mc(name: str) -> str:
    """Return the name of an element that offers alternatives to older programs."""
    return f"{{{_MC}}}{name}"


CONTAINERS = frozenset(
    map(w, ("sdtContent", "customXml", "smartTag", "ins", "moveTo", "dir", "bdo", "subDoc", "rt", "rubyBase"))
)
"""Elements that stand around content without changing it; inserted text is kept."""

LEFT_OUT = frozenset(map(w, ("del", "moveFrom", "cellDel")))
"""Elements around text that is deleted, or that was moved and is kept at its new place."""

# Namespace prefixes of drawings that this reader understands; of the others it takes the picture of the fallback.
_UNDERSTOOD = frozenset(
    {"wps", "wpg", "wpc", "wp14", "w14", "w15", "w16", "w16se", "w16cid", "w16du", "a14", "v", "o", "m", "wp"}
)
_VAL = w("val")


def value(element: Element | None, default: str = "") -> str:
    """Return the `w:val` of an element; the default for no element and for one without value."""
    return default if element is None else str(element.get(_VAL, default))


def is_on(element: Element) -> bool:
    """Tell if a switch such as `w:b` is on: its value is optional, and 0, false and off switch it off."""
    return value(element, "1") not in {"0", "false", "off"}


def number(text: str | None, default: int = 0, *, low: int = 0, high: int = 1_000_000) -> int:
    """Return the whole number in an attribute, held within bounds; the default for anything else.

    Strict documents print measures with their unit, such as 12.5pt.
    """
    digits = (text or "").strip().removesuffix("pt")[:12]
    try:
        return max(low, min(high, int(float(digits))))
    except (ValueError, OverflowError):
        return default


def child(element: Element | None, name: str) -> Element | None:
    """Return the first child of WordprocessingML with this name; None where there is none."""
    return None if element is None else next(element.iterchildren(w(name)), None)


def children_of(element: Element) -> Iterator[Element]:
    """Yield the child elements, and of alternatives the children of the one that Word shows."""
    for one in element.iterchildren("*"):
        if one.tag == mc("AlternateContent"):
            yield from shown_alternative(one)
        else:
            yield one


def shown_alternative(alternatives: Element) -> Iterator[Element]:
    """Yield the children of the first choice that is understood, else those of the fallback."""
    choices = list(alternatives.iterchildren(mc("Choice")))
    fallback = alternatives.find(mc("Fallback"))
    shown = next((one for one in choices if set(one.get("Requires", "").split()) <= _UNDERSTOOD), fallback)
    if shown is None and choices:
        shown = choices[0]
    if shown is not None:
        yield from children_of(shown)


def members(element: Element, name: str) -> Iterator[Element]:
    """Yield the rows of a table or the cells of a row, also those inside content controls and other containers."""
    for one in children_of(element):
        if one.tag == name:
            yield one
        elif one.tag == w("sdt"):
            for content in one.iterchildren(w("sdtContent")):
                yield from members(content, name)
        elif one.tag in CONTAINERS:
            yield from members(one, name)
