"""Files of an archive import: what became of each, so that a call after a kill goes on where the last one ended.

A file whose content is in the library is known by its digest and not read again. A file that was refused, or whose
issue was not stored, is read by every call: what stood against it may be settled by then.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Date, Select, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.bulletin import FoundFile
from wxbot.db import Base, Moment, Session, insert_into
from wxbot.library.decision import Outcome
from wxbot.library.tables import HoldReason, Id, Issue, Revision

__all__ = [
    "ArchiveFile",
    "ArchiveImport",
    "begin_import",
    "came_with_archive",
    "end_import",
    "file_digest",
    "files_of_import",
    "keys_brought_by",
    "known_archive_files",
    "save_archive_file",
    "settle_file",
    "stored_contents",
    "waiting_issues",
]

_BLOCK = 2**20


class ArchiveImport(Base):
    """One import of an archive, known by the paths that were named until it has ended."""

    __tablename__ = "archive_import"

    paths: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the paths
    import_id: Mapped[str] = mapped_column(String(32))  # random, never given again
    began_at: Mapped[dt.datetime] = mapped_column(Moment)


class ArchiveFile(Base):
    """Fate of one file of an archive, in the import that met it last.

    `outcome` is HELD while an issue waits for the end of the import. `counts` are the articles of a `.jsonl` file by
    year and outcome, and `lines` those of its lines that are stored.
    """

    __tablename__ = "archive_file"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    file: Mapped[str] = mapped_column(Text, unique=True)
    import_id: Mapped[str] = mapped_column(String(32), index=True)
    position: Mapped[int]  # place among the files of the import
    digest: Mapped[str] = mapped_column(String(64), index=True)  # SHA-256 of the file and its fix file
    outcome: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(String(40), default="", index=True)
    publication: Mapped[str] = mapped_column(Text, default="")
    year: Mapped[int | None]
    date: Mapped[dt.date | None] = mapped_column(Date)
    content: Mapped[str] = mapped_column(
        String(64), default=""
    )  # SHA-256 of the parsed content, if it is stored
    says: Mapped[str] = mapped_column(Text, default="")
    remedy: Mapped[str] = mapped_column(Text, default="")
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    counts: Mapped[dict[str, dict[str, int]] | None] = mapped_column(JSON, default=None)
    lines: Mapped[int] = mapped_column(default=0)


def begin_import(session: Session, paths: Iterable[Path], now: dt.datetime) -> str:
    """Return the id of the import of these paths that has not ended, or of a new one."""
    named = "\0".join(sorted(str(path.absolute()) for path in paths))
    digest = hashlib.sha256(named.encode(errors="surrogateescape")).hexdigest()
    values = {"paths": digest, "import_id": secrets.token_hex(16), "began_at": now}
    session.execute(insert_into(session, ArchiveImport).values(values).on_conflict_do_nothing())
    return session.scalars(select(ArchiveImport.import_id).where(ArchiveImport.paths == digest)).one()


def end_import(session: Session, import_id: str) -> None:
    """Forget an import that has come to its end; what became of its files stays known."""
    session.execute(delete(ArchiveImport).where(ArchiveImport.import_id == import_id))


def file_digest(found: FoundFile) -> tuple[str, int]:
    """Return the SHA-256 of a file and its fix file, and the number of its lines; "" for one that cannot be read."""
    digest, lines = hashlib.sha256(), 0
    try:
        for path in filter(None, (found.path, found.fix)):
            if not path.is_file():  # opening a pipe or a device could block for ever
                return "", 0
            with path.open("rb") as opened:
                while block := opened.read(_BLOCK):
                    digest.update(block)
                    lines += block.count(b"\n")
            digest.update(b"\0")
    except (OSError, ValueError):
        return "", 0
    return digest.hexdigest(), lines


def known_archive_files(session: Session, digests: Iterable[str]) -> list[ArchiveFile]:
    """Return the files with one of these digests that an import has met."""
    return list(session.scalars(select(ArchiveFile).where(ArchiveFile.digest.in_(list(digests)))))


def stored_contents(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Return, for those issues that the library has, the digest of the content that their source brought last."""
    found = select(Issue.key, Revision.digest).join(Revision, Revision.issue_id == Issue.id)
    from_source = found.where(Issue.key.in_(list(keys)), Revision.restores.is_(None))
    rows = session.execute(from_source.order_by(Revision.revision))
    return {row.key: row.digest for row in rows}


def save_archive_file(session: Session, given: ArchiveFile) -> None:
    """Store what became of a file in place of what an earlier import said about it."""
    names = [column.name for column in ArchiveFile.__table__.columns if column.name != "id"]
    values = {name: getattr(given, name) for name in names}
    statement = insert_into(session, ArchiveFile).values(**values)
    session.execute(statement.on_conflict_do_update(index_elements=["file"], set_=values))


def files_of_import(session: Session, import_id: str) -> Iterator[ArchiveFile]:
    """Yield the files of an import, in their order."""
    found = select(ArchiveFile).where(ArchiveFile.import_id == import_id)
    yield from session.scalars(
        found.order_by(ArchiveFile.position, ArchiveFile.id).execution_options(yield_per=500)
    )


def waiting_issues(session: Session, import_id: str, limit: int) -> list[Issue]:
    """Return issues that wait for the end of this import."""
    of_import = select(ArchiveFile.key).where(ArchiveFile.import_id == import_id)
    waiting = select(Issue).where(Issue.hold_reason == HoldReason.ARCHIVE, Issue.key.in_(of_import))
    return list(session.scalars(waiting.order_by(Issue.id).limit(limit)))


def keys_brought_by(import_id: str) -> Select[str]:
    """Return the query of the keys of the issues that an import added to the library."""
    added = ArchiveFile.content != "", ArchiveFile.outcome.in_([Outcome.NEW, Outcome.HELD])
    return select(ArchiveFile.key).where(ArchiveFile.import_id == import_id, *added)


def came_with_archive(session: Session, key: str) -> bool:
    """Tell if an archive brought an issue."""
    return session.scalar(select(ArchiveFile.id).where(ArchiveFile.key == key).limit(1)) is not None


def settle_file(session: Session, import_id: str, key: str, values: dict[str, Any]) -> None:
    """Record what became of the file of an issue that waited."""
    waiting = ArchiveFile.outcome == Outcome.HELD, ArchiveFile.content != ""
    of_import = ArchiveFile.import_id == import_id, ArchiveFile.key == key
    session.execute(update(ArchiveFile).where(*of_import, *waiting).values(**values))
