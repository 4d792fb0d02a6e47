"""Files that are left unread, known by their content, so that no restart reads them again and again.

Their reading process died or exceeded a limit, or an editor dropped them. A file is read again once it changes.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import BigInteger, String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.bulletin import ReaderLimits, Source
from wxbot.db import Base, Moment, Session, insert_into
from wxbot.errors import BulletinError, ReaderStopped

__all__ = [
    "DroppedFile",
    "KnownFailure",
    "ReaderFailure",
    "content_digest",
    "drop_content",
    "dropped_digests",
    "forget_failure",
    "known_failures",
    "record_failure",
    "take_up",
]

_ATTEMPTS = 2  # a process may also die because the machine had no memory left, so a second attempt is made


class ReaderFailure(Base):
    """A file, known by its content, that ended the process which read it."""

    __tablename__ = "reader_failure"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the file
    size: Mapped[int] = mapped_column(BigInteger)
    file: Mapped[str] = mapped_column(Text)
    says: Mapped[str] = mapped_column(Text)
    remedy: Mapped[str] = mapped_column(Text)
    limits: Mapped[str] = mapped_column(String(80))  # a file is read again under other limits
    attempts: Mapped[int]
    final: Mapped[bool]  # left alone from now on
    failed_at: Mapped[dt.datetime] = mapped_column(Moment)


class DroppedFile(Base):
    """A file, known by its content, that an editor dropped: it stays where it lies, and workers skip it."""

    __tablename__ = "dropped_file"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the file
    source: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[dt.datetime] = mapped_column(Moment)


@dataclass(frozen=True)
class KnownFailure:
    """An earlier failure of a file; `final` if it must not be read again while it and the limits stay the same."""

    says: str
    remedy: str
    attempts: int
    final: bool
    name: str

    def error(self, file: str) -> BulletinError:
        """Return the refusal of the file without reading it."""
        says = self.says.replace(self.name, file)
        return BulletinError(
            f"{says}（试过 {self.attempts} 次，文件不变就不再读）", file=file, remedy=self.remedy
        )


def known_failures(session: Session, limits: ReaderLimits) -> dict[str, KnownFailure]:
    """Return the files that ended the process which read them, by digest."""
    return {
        row.digest: KnownFailure(
            row.says, row.remedy, row.attempts, row.final and row.limits == str(limits), row.file
        )
        for row in session.scalars(select(ReaderFailure))
    }


def record_failure(
    session: Session, source: Source, error: ReaderStopped, limits: ReaderLimits, now: dt.datetime
) -> None:
    """Remember that the process which read a file died (left alone the second time) or exceeded a limit (at once)."""
    digest = content_digest(source)
    empty = {"digest": digest, "size": len(source.data), "says": "", "remedy": "", "attempts": 0}
    session.execute(
        insert_into(session, ReaderFailure)
        .values(**empty, file=source.file, limits=str(limits), final=False, failed_at=now)
        .on_conflict_do_nothing()
    )
    row = session.get_one(ReaderFailure, digest, with_for_update=True)
    row.attempts = row.attempts + 1 if row.limits == str(limits) else 1
    row.final = not error.crashed or row.attempts >= _ATTEMPTS
    row.file, row.limits, row.failed_at = source.file, str(limits), now
    row.says, row.remedy = error.message, error.remedy


def forget_failure(session: Session, source: Source) -> None:
    """Forget a file that was read after all."""
    session.execute(delete(ReaderFailure).where(ReaderFailure.digest == content_digest(source)))


def content_digest(source: Source) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(source.data).hexdigest()


def drop_content(session: Session, source: Source, name: str, by: str, now: dt.datetime) -> None:
    """Remember that an editor dropped a file of the name `name`; a second time changes nothing."""
    values = {"digest": content_digest(source), "source": name, "by": by, "at": now}
    session.execute(insert_into(session, DroppedFile).values(**values).on_conflict_do_nothing())


def dropped_digests(session: Session) -> frozenset[str]:
    """Return the digests of the files that editors dropped."""
    return frozenset(session.scalars(select(DroppedFile.digest)))


def take_up(session: Session, digest: str) -> None:
    """Forget that a file was dropped, because an editor names it to be ingested."""
    session.execute(delete(DroppedFile).where(DroppedFile.digest == digest))
