"""The library's tables: an issue, its articles, what they were before, and the version of the whole."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db import Base, Moment

__all__ = ["Article", "Issue", "LibraryVersion", "Revision"]

Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers its rows only in an INTEGER


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
    source: Mapped[str] = mapped_column(Text, default="")  # the file's name, for people
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of what was understood, not of the bytes
    revision: Mapped[int] = mapped_column(default=1)
    # Set in the transaction that shelves a new issue for the worker, cleared once its push is planned: a worker that
    # is killed between the two finds it again.
    to_plan: Mapped[bool] = mapped_column(default=False)
    shelved_at: Mapped[dt.datetime] = mapped_column(Moment)


class Article(Base):
    """One article (文章): of an issue, or of an archive from elsewhere (then `issue_id` and `n` are empty)."""

    __tablename__ = "article"
    __table_args__ = (
        UniqueConstraint("issue_id", "n"),
        Index("ix_article_changed", "changed"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)  # "2021-02/5", or the archive's own
    issue_id: Mapped[int | None] = mapped_column(Id, ForeignKey("issue.id"))
    number: Mapped[str | None] = mapped_column(Text)
    n: Mapped[int | None]
    title: Mapped[str] = mapped_column(Text)
    section: Mapped[str] = mapped_column(Text, default="")
    paragraphs: Mapped[list[str]] = mapped_column(JSON, default=list)
    links: Mapped[list[str]] = mapped_column(JSON, default=list)
    images: Mapped[list[str]] = mapped_column(JSON, default=list)
    summary: Mapped[str] = mapped_column(Text, default="")  # the beginning of the text, for cards
    date: Mapped[dt.date | None] = mapped_column(Date)
    url: Mapped[str | None] = mapped_column(Text)
    # A withdrawn article keeps its row: an index that was away for a week must still learn that it went.
    withdrawn: Mapped[bool] = mapped_column(default=False)
    changed: Mapped[int]  # the library's version that wrote it


class Revision(Base):
    """What an issue was, each time it changed: the parsed form, whole."""

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
    """A single row: which library this is, and the number that goes up with its every change.

    An index that stands at the same number of another library, such as that of a rehearsal in the same folder, is
    told apart by `identity`.
    """

    __tablename__ = "library_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    identity: Mapped[str] = mapped_column(String(32))
