"""Tables of the library: issues, their articles, earlier revisions, and the library's version."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db import Base, Moment

__all__ = ["Article", "Issue", "LibraryVersion", "Revision"]

Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite assigns ids only to an INTEGER column


class Issue(Base):
    """One issue (期) of the bulletin."""

    __tablename__ = "issue"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)  # "2021-02"
    year: Mapped[int]
    issue: Mapped[int]
    total: Mapped[int | None]
    date: Mapped[dt.date | None] = mapped_column(Date)
    title: Mapped[str] = mapped_column(Text, default="")
    editor: Mapped[str] = mapped_column(Text, default="")
    sections: Mapped[list[str]] = mapped_column(JSON, default=list)
    source: Mapped[str] = mapped_column(Text, default="")  # name of the file, shown to editors
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the parsed content, not of the file
    revision: Mapped[int] = mapped_column(default=1)
    # Set in the transaction that stores a new issue, cleared when its push is planned: a worker that is killed
    # between the two finds the issue again.
    to_plan: Mapped[bool] = mapped_column(default=False)
    shelved_at: Mapped[dt.datetime] = mapped_column(Moment)


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
    number: Mapped[str | None] = mapped_column(Text)
    n: Mapped[int | None]
    title: Mapped[str] = mapped_column(Text)
    section: Mapped[str] = mapped_column(Text, default="")
    paragraphs: Mapped[list[str]] = mapped_column(JSON, default=list)
    links: Mapped[list[str]] = mapped_column(JSON, default=list)
    images: Mapped[list[str]] = mapped_column(JSON, default=list)
    summary: Mapped[str] = mapped_column(Text, default="")  # beginning of the text, shown on cards
    date: Mapped[dt.date | None] = mapped_column(Date)
    url: Mapped[str | None] = mapped_column(Text)
    # A withdrawn article keeps its row, so that an index that is behind still removes it.
    withdrawn: Mapped[bool] = mapped_column(default=False)
    changed: Mapped[int]  # version of the library that wrote the row


class Revision(Base):
    """Parsed content of an issue after each change."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("issue_id", "revision"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    issue_id: Mapped[int] = mapped_column(Id, ForeignKey("issue.id"))
    revision: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text, default="")
    parsed: Mapped[dict[str, Any]] = mapped_column(JSON)
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
