"""Data types of the parser: the lines that a reader returns, and the issue that the parser builds from them.

Nothing in this module depends on where a bulletin came from or where it is stored.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice

from wxbot.errors import BulletinError

__all__ = [
    "CONTINUATION",
    "FIRST_LINE_ROLE",
    "ArchivedArticle",
    "Dropped",
    "Line",
    "ParsedArticle",
    "ParsedIssue",
    "ParsedSection",
    "Problem",
    "Role",
    "limit_lines",
]

_MAX_LINES = 60_000
"""Lines of a document, at most; the thickest yearbook has a tenth of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document, with the evidence that its layout gives about its role.

    Attributes
    ----------
    at : number of the line in the source, from 1
    text : the text as printed, without the blanks around it
    indent : width of the blanks before the text, in columns (a full-width space is two)
    gap : number of blank lines before this one
    page_start : the reader saw a page break before this line
    level : rank of a heading, 1 to 6; 0 for other lines
    bold : the whole line is set in bold
    below_rule : a horizontal rule stands above the line
    complete : the line is a paragraph of its own: no other line continues it
    table_row : the line is a row of a table
    below_number : a number alone on a line stands above this one, as the count of a title does
    run_in : a title whose text stood on the same line
    links, images : addresses that the line carries
    anchor : text of its first link
    drop_reason : set where the reader knows that the line is not text of the bulletin
    """

    at: int
    text: str
    indent: int = 0
    gap: int = 0
    page_start: bool = False
    level: int = 0
    bold: bool = False
    below_rule: bool = False
    complete: bool = False
    table_row: bool = False
    below_number: bool = False
    run_in: bool = False
    links: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    anchor: str = ""
    drop_reason: str = ""


def limit_lines(lines: Iterable[Line], file: str) -> tuple[Line, ...]:
    """Collect the lines of a document; raise BulletinError at the first line beyond 60,000.

    Reading stops there, so that a file of any size is refused within seconds.
    """
    found = tuple(islice(lines, _MAX_LINES + 1))
    if len(found) > _MAX_LINES:
        raise BulletinError(
            f"{file} 超过 {_MAX_LINES} 行",
            file=file,
            remedy="这不像一份简报；请检查是否放错了文件，或把各期分开保存。",
        )
    return found


class Role(IntEnum):
    """Role of one line in the body. A `…_CONT` role continues the block that the line before belongs to."""

    TITLE = 0
    TITLE_CONT = 1
    TEXT = 2
    TEXT_CONT = 3
    ENTRY = 4
    ENTRY_CONT = 5
    HEADING = 6
    SECTION = 7


CONTINUATION = {Role.TITLE: Role.TITLE_CONT, Role.TEXT: Role.TEXT_CONT, Role.ENTRY: Role.ENTRY_CONT}
"""Role of a further line of a block, by the role of its first line."""

FIRST_LINE_ROLE = {role: role for role in Role} | {cont: first for first, cont in CONTINUATION.items()}
"""Role of the first line of a block, by the role of any of its lines."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that an editor should check: the line, and a description in Chinese."""

    line: int
    says: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """Text of the source that is not part of the issue, with the reason (`page number`, `form feed`, …)."""

    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """One article of a bulletin.

    Each paragraph is one string. A heading inside the article is a paragraph `## heading`; an entry of a
    list is a paragraph that keeps its marker (`1. entry`, `- entry`).
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedSection:
    """One section; the name is empty where the bulletin prints articles without a section."""

    name: str
    articles: tuple[ParsedArticle, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedIssue:
    """One issue as printed in its document; None stands for a value that the document does not print."""

    title: str | None = None
    year: int | None = None
    issue: int | None = None
    total: int | None = None
    date: dt.date | None = None
    editor: str | None = None
    sections: tuple[ParsedSection, ...] = ()
    problems: tuple[Problem, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    masthead: tuple[str, ...] = ()

    @property
    def number(self) -> str | None:
        """The issue's number in the library, such as `2021-02`; None while year or issue is unknown."""
        if self.year is None or self.issue is None:
            return None
        return f"{self.year}-{self.issue:02d}"

    @property
    def articles(self) -> tuple[ParsedArticle, ...]:
        """All articles of the issue, in the order of the source."""
        return tuple(article for section in self.sections for article in section.articles)


@dataclass(frozen=True, slots=True)
class ArchivedArticle:
    """One article of an imported archive; `id` is the id under which a search returns it."""

    id: str
    issue: str | None
    title: str
    section: str | None
    date: dt.date | None
    body: str
    url: str | None
