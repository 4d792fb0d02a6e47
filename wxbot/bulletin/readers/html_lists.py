"""Count the entries of a page's lists as a browser does, and write their labels."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from wxbot.numbers import chinese_numeral

__all__ = ["MAX_DEPTH", "ListCounter"]

MAX_DEPTH = 9
"""Depth of nested lists and quotations, at most; deeper ones are shown at this depth."""

_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,9})(?![0-9])")
_TYPES = {
    "1": "decimal",
    "a": "lower-alpha",
    "A": "upper-alpha",
    "i": "lower-roman",
    "I": "upper-roman",
}
_CHINESE = frozenset(
    {"cjk-ideographic", "simp-chinese-informal", "trad-chinese-informal", "cjk-decimal", "japanese-informal"}
)
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([\w-]+)")


@dataclass(slots=True)
class ListCounter:
    """One list that is being read: `number` is that of its next entry, `kind` the style of its labels."""

    ordered: bool
    kind: str
    number: int = 1
    step: int = 1

    @classmethod
    def of(cls, tag: str, attributes: Mapping[str, str], entries: int) -> "ListCounter":
        """Return the counter of a list with so many entries."""
        ordered = tag == "ol"
        stated = _LIST_STYLE.search(attributes.get("style", "").lower())
        kind = (
            stated[1] if stated else _TYPES.get(attributes.get("type", ""), "decimal" if ordered else "disc")
        )
        counter = cls(ordered, kind)
        if ordered and "reversed" in attributes:
            counter.number, counter.step = max(entries, 1), -1
        counter.number = _number(attributes.get("start", ""), counter.number)
        return counter

    def next_label(self, value: str) -> str:
        """Count one entry, from `value` on where the entry states a number, and return its label with a blank."""
        if self.kind == "none":
            return ""
        if not self.ordered:
            return "- "
        self.number = _number(value, self.number)
        label = _label(self.number, self.kind)
        self.number += self.step
        return label


def _number(text: str, usual: int) -> int:
    """Return the number that an attribute states; the usual one where it states none or one of ten digits and more."""
    found = _NUMBER.match(text)
    return int(found[1]) if found else usual


def _label(number: int, kind: str) -> str:
    """Return the label of an entry in a style of numbering."""
    if kind in _CHINESE and 0 < number < 100:
        return f"{chinese_numeral(number)}、"
    if kind in {"lower-alpha", "lower-latin", "upper-alpha", "upper-latin"} and number > 0:
        letters = _letters(number)
        return f"{letters.upper() if kind.startswith('upper') else letters}. "
    if kind in {"lower-roman", "upper-roman"} and 0 < number < 4000:
        roman = _roman(number)
        return f"{roman.upper() if kind == 'upper-roman' else roman}. "
    return f"{number:02d}. " if kind == "decimal-leading-zero" else f"{number}. "


def _letters(number: int) -> str:
    """Return a number as letters: a, b, …, z, aa."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _roman(number: int) -> str:
    """Return a number in small Roman numerals."""
    roman = ""
    for value, sign in _ROMAN:
        while number >= value:
            roman, number = roman + sign, number - value
    return roman
