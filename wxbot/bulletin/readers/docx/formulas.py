"""Return Word's formulas (OMML) as readable text: (a+b)/c, x², √(x), ∑_(i=1)^n."""

from collections.abc import Callable, Iterator

from wxbot.bulletin.readers.docx.markup import Element, w

__all__ = ["formula_text", "is_formula"]

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_SUPER = str.maketrans("0123456789+-=()ni−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ⁻")
_SUB = str.maketrans("0123456789+-=()aeoxhklmnpst−", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜ₋")
_PROPERTIES = "Pr"
_MAX_DEPTH = 40
"""Levels of a formula, at most; of deeper ones the text is taken without structure."""


def is_formula(element: Element) -> bool:
    """Tell if an element is a formula or a paragraph of formulas."""
    return str(element.tag) in {f"{_M}oMath", f"{_M}oMathPara"}


def formula_text(element: Element, depth: int = 0) -> str:
    """Return a formula, or a part of one, as text in one line."""
    if depth > _MAX_DEPTH:
        return "".join(one.text or "" for one in element.iter(f"{_M}t"))
    return "".join(_texts(element, depth + 1))


def _texts(element: Element, depth: int) -> Iterator[str]:
    """Yield the texts of the parts of a formula."""
    for one in element.iterchildren("*"):
        name = _name(one)
        if one.tag == f"{_M}t" or one.tag == w("t"):
            yield one.text or ""
        elif one.tag == f"{_M}oMath" and element.tag == f"{_M}oMathPara" and one.getprevious() is not None:
            yield f" {formula_text(one, depth)}"
        elif name in _FORMS:
            yield _FORMS[name](one, depth)
        elif not name.endswith(_PROPERTIES) and one.tag not in {w("del"), w("moveFrom")}:
            yield formula_text(one, depth)


def _name(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _part(element: Element, name: str, depth: int) -> str:
    """Return a part of a formula such as the numerator."""
    found = element.find(f"{_M}{name}")
    return "" if found is None else formula_text(found, depth)


def _property(element: Element, properties: str, name: str, default: str) -> str:
    """Return the value of a property."""
    found = element.find(f"{_M}{properties}/{_M}{name}")
    return default if found is None else str(found.get(f"{_M}val", default))


def _in_brackets(text: str) -> str:
    """Return a text in brackets unless it is one term."""
    return text if len(text) <= 1 or text.isalnum() or (text[0] == "(" and text[-1] == ")") else f"({text})"


def _script_text(text: str, table: dict[int, int], sign: str) -> str:
    """Return an exponent or index: in small characters where Unicode has them, else after its sign."""
    if not text:
        return ""
    return (
        text.translate(table) if all(ord(char) in table for char in text) else f"{sign}{_in_brackets(text)}"
    )


def _scripts(element: Element, depth: int) -> str:
    """Return the index and the exponent of an element."""
    return _script_text(_part(element, "sub", depth), _SUB, "_") + _script_text(
        _part(element, "sup", depth), _SUPER, "^"
    )


def _fraction(element: Element, depth: int) -> str:
    """Return a fraction."""
    return f"{_in_brackets(_part(element, 'num', depth))}/{_in_brackets(_part(element, 'den', depth))}"


def _base_and_scripts(element: Element, depth: int) -> str:
    """Return a base with index and exponent."""
    return _part(element, "e", depth) + _scripts(element, depth)


def _scripts_and_base(element: Element, depth: int) -> str:
    """Return a base with index and exponent before it."""
    return _scripts(element, depth) + _part(element, "e", depth)


def _radical(element: Element, depth: int) -> str:
    """Return a root."""
    degree = _part(element, "deg", depth).translate(_SUPER)
    return f"{degree}√({_part(element, 'e', depth)})"


def _operator(element: Element, depth: int) -> str:
    """Return a sum, product or integral with its bounds."""
    sign = _property(element, "naryPr", "chr", "∫")
    return f"{sign}{_scripts(element, depth)} {_part(element, 'e', depth)}"


def _brackets(element: Element, depth: int) -> str:
    """Return what stands between brackets."""
    opening, closing = _property(element, "dPr", "begChr", "("), _property(element, "dPr", "endChr", ")")
    between = _property(element, "dPr", "sepChr", "|")
    return (
        opening + between.join(formula_text(one, depth) for one in element.iterchildren(f"{_M}e")) + closing
    )


def _matrix(element: Element, depth: int) -> str:
    """Return a matrix, its rows parted by semicolons."""
    rows = element.iterchildren(f"{_M}mr")
    return "; ".join(
        ", ".join(formula_text(one, depth) for one in row.iterchildren(f"{_M}e")) for row in rows
    )


def _equations(element: Element, depth: int) -> str:
    """Return equations that stand one below another."""
    return "; ".join(formula_text(one, depth) for one in element.iterchildren(f"{_M}e"))


def _function(element: Element, depth: int) -> str:
    """Return a function applied to its argument."""
    return f"{_part(element, 'fName', depth)} {_part(element, 'e', depth)}"


def _bounds(element: Element, depth: int) -> str:
    """Return a base with a bound below or above it."""
    sign = "_" if _name(element) == "limLow" else "^"
    return f"{_part(element, 'e', depth)}{sign}{_in_brackets(_part(element, 'lim', depth))}"


def _accent(element: Element, depth: int) -> str:
    """Return a base under an accent; a combining character follows its base."""
    return _part(element, "e", depth) + _property(element, "accPr", "chr", "\u0302")


_FORMS: dict[str, Callable[[Element, int], str]] = {
    "f": _fraction,
    "sSup": _base_and_scripts,
    "sSub": _base_and_scripts,
    "sSubSup": _base_and_scripts,
    "sPre": _scripts_and_base,
    "rad": _radical,
    "nary": _operator,
    "d": _brackets,
    "m": _matrix,
    "eqArr": _equations,
    "func": _function,
    "limLow": _bounds,
    "limUpp": _bounds,
    "acc": _accent,
}
