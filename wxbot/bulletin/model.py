"""Data types of the parser: the document that a reader returns, and the issue that the parser builds from it.

Nothing in this module depends on where a bulletin came from or where it is stored.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from itertools import islice
from pathlib import Path
from typing import Literal

from wxbot.bulletin.blocks import Block, Blocks, Spans, addresses, paragraphs, pictures
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.bulletin.push_form import PushForm
from wxbot.errors import BulletinError

__all__ = [
    "CONTINUATION",
    "FIRST_LINE_ROLE",
    "ArchivedArticle",
    "Document",
    "Dropped",
    "Line",
    "LineUse",
    "ListItem",
    "ParsedArticle",
    "ParsedIssue",
    "ParsedSection",
    "Problem",
    "Role",
    "Source",
    "WebForm",
    "limit_lines",
]

_MAX_LINES = 60_000
"""Lines of a document, at most; the thickest yearbook has a tenth of them."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read: its name for messages, its bytes, and the folder in which its pictures may lie beside it."""

    file: str
    data: bytes
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class ListItem:
    """Membership of a line in a list that its format states, as html, md and docx do.

    `label` is the number or bullet with which the line's text begins, such as "1. " or "● "; "" for a further
    paragraph of the same entry. `depth` counts from 1.
    """

    depth: int = 1
    label: str = ""
    ordered: bool = False


class LineUse(StrEnum):
    """Role that an editor settled for a line, or what is done with it.

    `keep` is text of the bulletin wherever it stands, `join` continues the line before, `split` is several lines, and
    `checked` was read rightly.
    """

    SECTION = "section"
    TITLE = "title"
    TEXT = "text"
    HEADING = "heading"
    DROP = "drop"
    KEEP = "keep"
    JOIN = "join"
    SPLIT = "split"
    CHECKED = "checked"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document, with the evidence that its layout gives about its role.

    Attributes
    ----------
    at : number of the line in the source, from 1
    text : the text as printed, without the blanks around it
    spans : the same text in runs of one style each; () for text without styles
    block : the table, picture or code that stands here in place of text; `text` is then its plain text
    item : the list that the line belongs to, where the format states it
    quote : depth of the quotation that the line belongs to; 0 outside
    indent : width of the blanks before the text, in columns (a full-width space is two)
    gap : number of blank lines before this one
    page_start : the reader saw a page break before this line
    level : rank of a heading as the format states it, 1 to 6; 0 for other lines
    bold : the whole line is set in bold
    size : size of the type relative to the body text, 1.0; 0.0 where unknown
    align : how the line is set, where the format or the layout tells
    look : key of the line's colour, background and typeface, equal for lines that look the same; "" for body text
    below_rule : a horizontal rule stands above the line
    complete : the line is a paragraph of its own: no other line continues it
    table_row : the line is a row of a table in plain text
    below_number : a number alone on a line stands above this one, as the count of a title does
    run_in : a title whose text stood on the same line
    drop_reason : set where the reader knows that the line is not text of the bulletin
    settled : what an editor settled about the line
    """

    at: int
    text: str
    spans: Spans = ()
    block: Block | None = None
    item: ListItem | None = None
    quote: int = 0
    indent: int = 0
    gap: int = 0
    page_start: bool = False
    level: int = 0
    bold: bool = False
    size: float = 0.0
    align: Literal["", "center", "right"] = ""
    look: str = ""
    below_rule: bool = False
    complete: bool = False
    table_row: bool = False
    below_number: bool = False
    run_in: bool = False
    drop_reason: str = ""
    settled: LineUse | None = None

    @property
    def is_body(self) -> bool:
        """True if an editor settled that the line is text of the bulletin: nothing sets it apart then."""
        return self.settled not in {None, LineUse.DROP, LineUse.CHECKED}


@dataclass(frozen=True, slots=True)
class Document:
    """Content of a file as its reader returns it.

    Attributes
    ----------
    lines : the lines in reading order; text that the reader leaves out stands among them with its `drop_reason`
    notes : content of the footnotes and endnotes by label; a span with the label refers to one
    pictures : bytes of the pictures by digest (SHA-256, hexadecimal), as `Picture.digest` names them
    file_name : name of the file without its folder, as evidence for the number of the issue
    fields : what the file states about itself beside its text, as front matter does, by these names: title, number,
        date, editor, publication, total; the values are as written there
    """

    lines: tuple[Line, ...]
    notes: Mapping[str, Blocks] = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    file_name: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


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
    """Something that an editor should check: the line, and a description in Chinese.

    Line 0 stands for what is no line of the source, such as a fix file.
    """

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
    """One article of a bulletin; `url` is the address of the link that its title is, "" where it is none.

    `line` is the number of the title's line in the source, 0 where unknown; it is no part of the content. `n` is the
    number that an editor gave the article, and `cover` the picture that is its cover, from 1; 0 for none of them.
    """

    title: str
    blocks: Blocks = ()
    url: str = ""
    line: int = field(default=0, compare=False)
    n: int | None = None
    cover: int | None = None

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The text without styles, as `wxbot ingest --json` prints it."""
        return paragraphs(self.blocks)

    @property
    def links(self) -> tuple[str, ...]:
        """Addresses of the links in title and text, each once."""
        return tuple(dict.fromkeys(filter(None, (self.url, *addresses(self.blocks)))))

    @property
    def images(self) -> tuple[str, ...]:
        """The pictures in order: the digest of a stored one, else the address in the source."""
        return tuple(picture.digest or picture.url for picture in pictures(self.blocks))


@dataclass(frozen=True, slots=True)
class ParsedSection:
    """One section; the name is empty where the bulletin prints articles without a section.

    `lead` is the text between the section's name and its first article, `line` the number of the name's line in the
    source, 0 where unknown; it is no part of the content.
    """

    name: str
    articles: tuple[ParsedArticle, ...] = ()
    lead: Blocks = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class WebForm:
    """A picture as pages show it; `media_type` as in HTTP, size in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ParsedIssue:
    """One issue as printed in its document; None stands for a value that the document does not print.

    `lead` is the text between the masthead and the first section, `pictures` the bytes of the pictures by digest, and
    `web_forms` those pictures as pages show them, as far as they were converted.
    `total` is the running number, and `total_last` the last one of an issue that prints several: 总第107-108期.
    `identity` is the number of the issue as printed, or the period or day that stands for it.
    `push` is the form of its push as the fix file beside the source has it, None where
    none could be read; it is no part of the content.
    `confidence` is 1.0 for a reading without any doubt, and near 0 for one that is probably wrong.
    """

    title: str | None = None
    year: int | None = None
    issue: int | None = None
    total: int | None = None
    total_last: int | None = None
    date: dt.date | None = None
    editor: str | None = None
    lead: Blocks = ()
    sections: tuple[ParsedSection, ...] = ()
    problems: tuple[Problem, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    masthead: tuple[str, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    identity: IssueNumber | None = None
    confidence: float = 1.0
    web_forms: Mapping[str, WebForm] = field(default_factory=dict, compare=False, repr=False)
    push: PushForm | None = None

    @property
    def number(self) -> str | None:
        """The issue's number in the library, such as `2021-02`; None while it is unknown."""
        if self.identity is None and self.year is not None and self.issue is not None:
            return f"{self.year}-{self.issue:02d}"
        return str(self.identity) if self.identity else None

    @property
    def publication(self) -> str | None:
        """The name of the publication, which is the title of its issues."""
        return self.title

    @property
    def articles(self) -> tuple[ParsedArticle, ...]:
        """All articles of the issue, in its order: that of the source, unless an editor settled another."""
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
