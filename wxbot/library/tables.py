"""Tables of the library: publications, issues, articles, pictures, revisions, and the library's version."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from wxbot.bulletin.blocks import Blocks, addresses, blocks_from_json, blocks_to_json, paragraphs, pictures
from wxbot.bulletin.push_form import PushForm
from wxbot.db import Base, Moment

__all__ = [
    "Article",
    "ArticleStatus",
    "HoldReason",
    "Issue",
    "IssuePicture",
    "IssueState",
    "LibraryVersion",
    "Publication",
    "Revision",
    "StoredPicture",
]

Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite assigns ids only to an INTEGER column


class BlocksColumn(TypeDecorator[Blocks]):
    """Typed content, stored as JSON."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Blocks | None, dialect: Dialect) -> Any:  # noqa: ARG002  the library's
        """Return the JSON of the blocks."""
        return blocks_to_json(value or ())

    def process_result_value(self, value: Any, dialect: Dialect) -> Blocks:  # noqa: ARG002  the library's
        """Return the blocks."""
        return blocks_from_json(value or ())


class LeadsColumn(TypeDecorator[Mapping[str, Blocks]]):
    """Typed content by the name of its section, stored as JSON."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, Blocks] | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Return the JSON of the blocks of each section."""
        return {name: blocks_to_json(blocks) for name, blocks in (value or {}).items()}

    def process_result_value(self, value: Any, dialect: Dialect) -> Mapping[str, Blocks]:  # noqa: ARG002
        """Return the blocks of each section."""
        return {name: blocks_from_json(blocks) for name, blocks in (value or {}).items()}


class IssueState(StrEnum):
    """State of an issue: who may see it."""

    HELD = "held"  # editors only
    PUBLIC = "public"
    WITHDRAWN = "withdrawn"  # was public; its pages say that it was withdrawn


_STATE_LABELS = {IssueState.HELD: "先留着", IssueState.PUBLIC: "公开", IssueState.WITHDRAWN: "已撤下"}


class HoldReason(StrEnum):
    """Reason why an issue is held; only a doubt ends by a better reading of the source."""

    NONE = ""
    DOUBT = "doubt"
    ARCHIVE = "archive"  # came with an archive whose import has not ended
    CHOICE = "choice"  # an editor, or the setting `publish`, wants a look at every issue


class ArticleStatus(StrEnum):
    """Status of an article within its issue."""

    CURRENT = "current"
    REMOVED = "removed"  # a later revision has it no more
    WITHDRAWN = "withdrawn"  # an editor took it back


_ARTICLE_STATUS_LABELS = {
    ArticleStatus.CURRENT: "",
    ArticleStatus.REMOVED: "后来去掉了",
    ArticleStatus.WITHDRAWN: "已撤下",
}


class Publication(Base):
    """One publication (刊物) of the association. The default one has the slug "", and addresses without a slug."""

    __tablename__ = "publication"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(24), unique=True)
    name: Mapped[str] = mapped_column(Text)
    other_names: Mapped[list[str]] = mapped_column(JSON, default=list)  # former and misprinted ones

    @property
    def is_default(self) -> bool:
        """True for the publication whose addresses have no slug."""
        return not self.slug


class Issue(Base):
    """One issue (期) of a publication."""

    __tablename__ = "issue"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # The issue in addresses and commands: its number, after the slug and a slash unless its publication is the
    # default one: "2021-02", "kuaixun/2021-02".
    key: Mapped[str] = mapped_column("number", String(40), unique=True)
    # Without a foreign key in the database: SQLite adds none to a table that exists.
    publication_id: Mapped[int | None] = mapped_column(Id, index=True)
    state: Mapped[IssueState] = mapped_column(String(12), default=IssueState.PUBLIC)
    hold_reason: Mapped[HoldReason] = mapped_column(String(12), default=HoldReason.NONE)
    state_note: Mapped[str] = mapped_column(Text, default="")  # what an editor gave as the reason
    # A revision that waits for a look while the one before it stays in force; None if there is none.
    pending: Mapped[int | None]
    year: Mapped[int | None]
    # The counts of the number, the first and the last of a combined issue; empty for a supplement or a period.
    issue: Mapped[int | None]
    issue_last: Mapped[int | None]
    # The running number; of several that an issue prints the first and the last.
    total: Mapped[int | None]
    total_last: Mapped[int | None]
    # Sort key of the issues, see `library.order`.
    place: Mapped[int] = mapped_column(BigInteger, default=0, index=True)
    date: Mapped[dt.date | None] = mapped_column(Date)
    title: Mapped[str] = mapped_column(Text, default="")
    editor: Mapped[str] = mapped_column(Text, default="")
    sections: Mapped[list[str]] = mapped_column(JSON, default=list)
    lead: Mapped[Blocks] = mapped_column(BlocksColumn, default=())  # text before the first section
    section_leads: Mapped[Mapping[str, Blocks]] = mapped_column(LeadsColumn, default=dict)
    source: Mapped[str] = mapped_column(Text, default="")  # name of the file, shown to editors
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the parsed content, not of the file
    revision: Mapped[int] = mapped_column(default=1)
    # Set in the transaction that stores a new issue, cleared when its push is planned: a worker that is killed
    # between the two finds the issue again.
    to_plan: Mapped[bool] = mapped_column(default=False)
    shelved_at: Mapped[dt.datetime] = mapped_column(Moment)
    # The form of the push (`PushForm` as JSON), and the one that the fix file had when it was read last: it counts
    # again only when it differs from that, so that a file which could not be written undoes no command.
    push_form: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    push_form_read: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")

    @property
    def number(self) -> str:
        """The number without the slug of the publication, such as "2021-02"."""
        return self.key.rpartition("/")[2]

    @property
    def form(self) -> PushForm:
        """The form that the next push of the issue has."""
        return PushForm.from_json(self.push_form)

    def keep_form(self, form: PushForm) -> None:
        """Keep the form of the issue's pushes."""
        if form != self.form:
            self.push_form = form.to_json()

    @property
    def is_public(self) -> bool:
        """True if everybody may see the issue."""
        return self.state == IssueState.PUBLIC

    @property
    def state_label(self) -> str:
        """The state in Chinese, with the revision that waits if there is one."""
        label = _STATE_LABELS[IssueState(self.state)]
        return f"{label}，第 {self.pending} 次修订待看" if self.pending else label


class Article(Base):
    """One article (文章) of an issue, or of an imported archive (then `issue_id` and `n` are empty)."""

    __tablename__ = "article"
    __table_args__ = (
        UniqueConstraint("issue_id", "n"),
        Index("ix_article_changed", "changed"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)  # "2021-02/5", or the id in the archive
    issue_id: Mapped[int | None] = mapped_column(Id, ForeignKey("issue.id"))
    # The key of its issue; for an archived article the issue that the archive names.
    issue_key: Mapped[str | None] = mapped_column("number", Text)
    n: Mapped[int | None]  # given once, and kept through every revision
    place: Mapped[int] = mapped_column(default=0)  # position in the issue, from 1
    status: Mapped[ArticleStatus] = mapped_column(String(12), default=ArticleStatus.CURRENT)
    status_note: Mapped[str] = mapped_column(Text, default="")  # what an editor gave as the reason
    pinned: Mapped[bool] = mapped_column(default=False)  # comes first in the list of its section
    title: Mapped[str] = mapped_column(Text)
    section: Mapped[str] = mapped_column(Text, default="")
    blocks: Mapped[Blocks] = mapped_column(BlocksColumn, default=())
    summary: Mapped[str] = mapped_column(Text, default="")  # beginning of the text, shown on cards
    date: Mapped[dt.date | None] = mapped_column(Date)
    cover: Mapped[
        int | None
    ]  # which of its pictures an editor chose as the cover, from 1; 0 for none of them
    url: Mapped[str | None] = mapped_column(Text)  # page on another site, to which the title links
    # Not shown to members, because of its status or of its issue's state. The row stays, so that an index that is
    # behind still removes it, and its page says what happened.
    hidden: Mapped[bool] = mapped_column("withdrawn", default=False)
    changed: Mapped[int]  # version of the library that wrote the row

    @property
    def status_label(self) -> str:
        """The status in Chinese; "" for an article like any other."""
        return _ARTICLE_STATUS_LABELS[ArticleStatus(self.status)]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The text without styles, one string a paragraph, list entry or table row."""
        return paragraphs(self.blocks)

    @property
    def links(self) -> tuple[str, ...]:
        """Addresses of the links in title and text, each once."""
        return tuple(dict.fromkeys(filter(None, (self.url, *addresses(self.blocks)))))

    @property
    def images(self) -> tuple[str, ...]:
        """The pictures in order: the digest of a stored one, else the address in the source."""
        return tuple(picture.digest or picture.url for picture in pictures(self.blocks))


class StoredPicture(Base):
    """A picture of a bulletin, once for all issues that show it, and the form in which pages show it.

    The bytes are in the database because the machines of one installation share nothing else.
    """

    __tablename__ = "picture"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of `original`, hexadecimal
    width: Mapped[int]
    height: Mapped[int]
    original: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    web_type: Mapped[str] = mapped_column(String(40))
    web_form: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # None: the original


class IssuePicture(Base):
    """An issue shows a picture, or showed it in an earlier revision."""

    __tablename__ = "issue_picture"

    issue_id: Mapped[int] = mapped_column(Id, ForeignKey("issue.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(
        String(64), ForeignKey("picture.digest"), primary_key=True, index=True
    )


class Revision(Base):
    """Content of an issue after each change, with who made it and what was doubtful about it."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("issue_id", "revision"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    issue_id: Mapped[int] = mapped_column(Id, ForeignKey("issue.id"))
    revision: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text, default="")
    parsed: Mapped[dict[str, Any]] = mapped_column(JSON)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    by: Mapped[str] = mapped_column(String(80), default="")
    # The revision that an editor restored; None for one that was read from a source.
    restores: Mapped[int | None]
    shelved_at: Mapped[dt.datetime] = mapped_column(Moment)


class LibraryVersion(Base):
    """The library's identity and version, in a single row; the version increases with every change.

    `identity` distinguishes an index of another library that happens to be at the same version, such as one left
    by a demo in the same folder.
    """

    __tablename__ = "library_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    identity: Mapped[str] = mapped_column(String(32))
