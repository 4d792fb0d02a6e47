"""Follow the fields of a Word file (links, contents, page numbers): their result is text, their instruction is not."""

import re
from dataclasses import dataclass

from wxbot.bulletin.readers.docx.symbols import symbol_text

__all__ = ["FieldStack", "is_web_target"]

_MAX_INSTRUCTION = 4000
_LINK = re.compile(
    r'\s*HYPERLINK\s+(?:\\[a-z]\s+)*(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"\\]\S*))', re.IGNORECASE
)
_PLACE = re.compile(r'\\l\s+"?(?P<place>[^"\s]+)')
_CONTENTS = re.compile(r"\s*TOC\b", re.IGNORECASE)
_SYMBOL = re.compile(r"\s*SYMBOL\s+(?P<code>0x[0-9a-f]{1,4}|\d{1,5})(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_FONT = re.compile(r'\\f\s+"?(?P<font>[^"\\]+)')
_EQUATION = re.compile(r"\s*EQ\b", re.IGNORECASE)
# Switches of an equation: \o overstrike, \ac centred, \s\up 9 raised by 9 points, \* font and size of the whole.
_SWITCHES = re.compile(r'\\\*\s*(?:"[^"]*"|\S+)|\\[a-z]+\s*\d*', re.IGNORECASE)
_READING = re.compile(r"\\s\s*\\up\s*\d*\s*\((?P<text>[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü ]*)\)", re.IGNORECASE)
_FRACTION = re.compile(r"\\f\s*\((?P<upper>[^(),，]*)[,，](?P<lower>[^(),，]*)\)", re.IGNORECASE)
_ENCLOSED = re.compile(r"[○◯〇]\s*,\s*(?P<inside>\d{1,2})\s*")
_WEB_SCHEMES = ("http://", "https://", "mailto:", "ftp://")


@dataclass(slots=True)
class _OpenField:
    """A field that has begun and not ended."""

    instruction: str = ""
    in_result: bool = False
    url: str = ""
    is_contents: bool = False


class FieldStack:
    """The fields that are open at a place in the text; a field may end in a later paragraph than it begins."""

    def __init__(self) -> None:
        self._open: list[_OpenField] = []

    @property
    def is_instruction(self) -> bool:
        """Tell if text at this place belongs to the instruction of a field and is not printed."""
        return any(not one.in_result for one in self._open)

    @property
    def url(self) -> str:
        """Address of the innermost link that is open."""
        return next((one.url for one in reversed(self._open) if one.url), "")

    @property
    def in_contents(self) -> bool:
        """Tell if a table of contents is open."""
        return any(one.is_contents for one in self._open)

    def begin(self) -> None:
        """Open a field; its instruction follows."""
        self._open.append(_OpenField())

    def add_instruction(self, text: str) -> None:
        """Add a part of the instruction of the innermost field."""
        if self._open and len(self._open[-1].instruction) < _MAX_INSTRUCTION:
            self._open[-1].instruction += text

    def separate(self) -> None:
        """End the instruction of the innermost field; its result follows."""
        if self._open:
            field = self._open[-1]
            field.in_result = True
            field.url = _link_address(field.instruction)
            field.is_contents = _CONTENTS.match(field.instruction) is not None

    def end(self) -> str:
        """Close the innermost field; return the text that a field without a result prints."""
        if not self._open:
            return ""
        field = self._open.pop()
        return "" if field.in_result or self.is_instruction else _field_text(field.instruction)

    def end_paragraph(self) -> None:
        """Drop fields whose instruction does not end in its paragraph: damaged, they would swallow the rest."""
        for index, field in enumerate(self._open):
            if not field.in_result:
                del self._open[index:]
                return


def is_web_target(address: str) -> bool:
    """Tell if an address leads out of the document to a place that a reader can open."""
    return address.strip().lower().startswith(_WEB_SCHEMES)


def _link_address(instruction: str) -> str:
    """Return the address of a HYPERLINK instruction; "" for other fields and for links inside the document."""
    found = _LINK.match(instruction)
    address = (found["quoted"] or found["bare"] or "").strip() if found else ""
    if not is_web_target(address):
        return ""
    place = _PLACE.search(instruction)
    return f"{address}#{place['place']}" if place and "#" not in address else address


def _field_text(instruction: str) -> str:
    """Return the text of a field that Word computes from its instruction: a symbol, or characters set together."""
    if found := _SYMBOL.match(instruction):
        font = _FONT.search(found["rest"])
        code = int(found["code"], 0)
        return symbol_text(chr(code), font["font"].strip() if font else "Symbol") if code >= 0x20 else ""
    if not _EQUATION.match(instruction):
        return ""
    text = _FRACTION.sub(r"\g<upper>/\g<lower>", _EQUATION.sub("", _READING.sub("", instruction)))
    text = _SWITCHES.sub("", text).replace("(", "").replace(")", "").replace('"', "").strip(" ,，")
    if (circled := _ENCLOSED.fullmatch(text)) and 0 < int(circled["inside"]) <= 20:
        return chr(ord("①") + int(circled["inside"]) - 1)
    return re.sub(r"\s*,\s*", "", text)
