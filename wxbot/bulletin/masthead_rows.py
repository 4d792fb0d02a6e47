"""Lines of a masthead while they are read: what was read is marked, and the rest stays for the next value."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from wxbot.bulletin.model import Line
from wxbot.bulletin.printed_number import fold

__all__ = ["Mark", "Part", "Row"]


class Mark(StrEnum):
    """Sign that stands for each character that was read, by what it was read as."""

    NUMBER = "\x01"
    DATE = "\x02"
    WHO = "\x03"
    BYLINE = "\x04"
    PERMIT = "\x05"


_PERMIT = re.compile(
    r"[(【\[]?\s*(?:(?:(?:连续性|连续性?内部|内部)?资料性?(?:出版物)?(?:准印|登记|许可)证|准印证|[^\s:]{0,3}(?:内资|准)准?字"
    r"|[^\s:]{1,2}内资[A-Za-z]?字|(?:国[内际]统?一?)?(?:标准)?(?:连续出版物号|刊号)|issn|cn(?=\s*[0-9]{2}))"
    r"\s*[号號]?\s*:?\s*(?:[^\s:]{0,4}字\s*)?(?:[(〔\[]\s*[0-9A-Za-z\u4e00-\u9fff]{1,6}\s*[)〕\]]\s*)*"
    r"[^\s期]*[0-9][^\s期]*(?![^\s]*期)(?:\s*[0-9]+\s*号)?)\s*[)】\]]?",
    re.IGNORECASE,
)
"""The permit or serial number under which a publication is printed, as in 准印证号：某内资C字第25号."""

_MARKS = "".join(Mark)
_PART = re.compile(rf"[^{_MARKS}]+")
_BLANKS = re.compile(r"\s{2,}")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a row between two marks, with the marks beside it; "" at the ends of the row."""

    start: int
    end: int
    text: str
    before: str
    after: str

    @property
    def is_marked(self) -> bool:
        """True if a value stands beside the piece."""
        return bool(self.before or self.after)


@dataclass(slots=True)
class Row:
    """One line: `left` is its text with a mark for each character that was read.

    `index` is the position of the line, -1 for a text that is none of the body's lines.
    """

    index: int
    line: Line
    next_is_text: bool | None = False
    left: str = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.line.text

    @property
    def text(self) -> str:
        """The text as printed."""
        return self.line.text

    @property
    def folded_rest(self) -> str:
        """The rest of the text, in the form in which numbers are found."""
        return fold(self.left)

    @property
    def marks(self) -> set[str]:
        """The kinds of values that were read from the row."""
        return set(self.left) & set(_MARKS)

    @property
    def has_marks(self) -> bool:
        """True if a value was read from the row."""
        return bool(self.marks)

    def cut(self, start: int, end: int, mark: Mark) -> None:
        """Mark the characters between two positions as read."""
        while end > start and self.left[end - 1].isspace():
            end -= 1
        while start < end and self.left[start].isspace():
            start += 1
        self.left = f"{self.left[:start]}{mark * (end - start)}{self.left[end:]}"

    def cut_permit(self) -> bool:
        """Mark the number of a printing permit as read, which is not that of the issue; tell if there was one."""
        found = _PERMIT.search(self.folded_rest)
        if found:
            self.cut(*found.span(), Mark.PERMIT)
        return found is not None

    def rest_without(self, start: int, end: int) -> str:
        """Return what would be left without the characters between two positions."""
        return re.sub(rf"[{_MARKS}]+", " ", f"{self.left[:start]} {self.left[end:]}").strip()

    def parts(self) -> Iterator[Part]:
        """Yield the pieces between the marks, in order."""
        for found in list(_PART.finditer(self.left)):
            if found[0].strip():
                yield Part(
                    found.start(),
                    found.end(),
                    found[0].strip(),
                    self.left[found.start() - 1 : found.start()] if found.start() else "",
                    self.left[found.end() : found.end() + 1],
                )
