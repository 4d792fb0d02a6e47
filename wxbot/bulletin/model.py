"""What a bulletin is made of: the lines a reader gives, and the issue a parser makes of them.

Nothing here knows where a bulletin came from or where it will be kept.
"""

import datetime as dt
from dataclasses import dataclass

__all__ = ["ArchivedArticle", "Dropped", "Line", "ParsedArticle", "ParsedIssue", "ParsedSection", "Problem"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document, with the evidence its layout gives about what it is.

    `at` counts from 1 in the source; `text` is as printed, without the blanks around it; `indent` is the
    width of the blanks before it, in columns (a full-width space is two); `gap` is how many blank lines
    stand before it; `page_start` says that the reader saw a page begin here; `level` is the rank of a
    heading (1 to 6, 0 for none); `bold` a line set in bold as a whole; `ruled` one below a rule; `counted` one
    below a number of its own; `row` a row of a table; `run_in` a title whose text stood on the same line;
    `whole` says that no other line carries this one on;
    `links` and `images` are the addresses it carries, `anchor` the words of its first link. `why` is given
    where the reader knows that the line is no text of the bulletin, as the reason to drop it.
    """

    at: int
    text: str
    indent: int = 0
    gap: int = 0
    page_start: bool = False
    level: int = 0
    bold: bool = False
    ruled: bool = False
    whole: bool = False
    row: bool = False
    counted: bool = False
    run_in: bool = False
    links: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    anchor: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something an editor should look at: where, and in Chinese what."""

    line: int
    says: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """Text of the source that is no part of the issue, and why (`page number`, `form feed`, …)."""

    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """One article.

    Each paragraph is one string. A heading inside the article is a paragraph `## heading`; an entry of a
    list is a paragraph that keeps its sign (`1. entry`, `- entry`).
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedSection:
    """One section; its name is empty where the bulletin prints articles without any section."""

    name: str
    articles: tuple[ParsedArticle, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedIssue:
    """One issue as its document says; None stands for what is not printed."""

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
        """The issue's name on the shelf, `2021-02`; None while year or issue is unknown."""
        if self.year is None or self.issue is None:
            return None
        return f"{self.year}-{self.issue:02d}"

    @property
    def articles(self) -> tuple[ParsedArticle, ...]:
        """All articles of the issue, in the order of the source."""
        return tuple(article for section in self.sections for article in section.articles)


@dataclass(frozen=True, slots=True)
class ArchivedArticle:
    """One article of an archive from elsewhere; `id` is what a search gives back."""

    id: str
    issue: str | None
    title: str
    section: str | None
    date: dt.date | None
    body: str
    url: str | None
