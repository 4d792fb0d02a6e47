"""Store the issues of an archive, several in one transaction; a new issue waits for the end of the import."""

import time
from collections.abc import Sequence
from pathlib import Path

from wxbot.bulletin import ReaderLimits
from wxbot.db import Database, Session
from wxbot.errors import BulletinError
from wxbot.library.archive_files import ArchiveFile, save_archive_file
from wxbot.library.archive_record import (
    ArchiveOrder,
    ReadFile,
    record_consequences,
    record_decision,
    record_refusal,
)
from wxbot.library.decision import IncomingIssue, Outcome, decide
from wxbot.library.identity import IncomingFile
from wxbot.library.ingest import readable_path
from wxbot.library.library_version import next_version
from wxbot.library.pictures import convert_pictures, stored_pictures
from wxbot.library.reading import FileReading, record_reading
from wxbot.library.store import write_decision
from wxbot.library.tables import HoldReason

__all__ = ["LOCK_SECONDS", "prepare_file", "store_batch"]

LOCK_SECONDS = 0.2
"""Time after which a transaction ends: while it writes to an SQLite file, no other process can."""


def prepare_file(db: Database, order: ArchiveOrder, reading: FileReading, row: ArchiveFile) -> ReadFile:
    """Return a file that was read, its pictures converted before the transaction that stores it."""
    if reading.issue is None:
        return ReadFile(reading, row)
    with db.read() as session:
        known = stored_pictures(session, reading.issue)
    found = reading.found
    incoming = IncomingIssue(
        convert_pictures(reading.issue, known),
        IncomingFile(readable_path(Path(found.source)), found.in_folder, readable_path(found.path)),
        order.policy,
        by=order.by,
        configured=order.configured,
        of_archive=True,
    )
    return ReadFile(reading, row, incoming)


def store_batch(
    session: Session, order: ArchiveOrder, files: Sequence[ReadFile], limits: ReaderLimits
) -> int:
    """Store the issues of files, and what became of each file, until LOCK_SECONDS have passed; return their number."""
    version: int | None = None
    until = time.monotonic() + LOCK_SECONDS
    for count, each in enumerate(files):
        if count and time.monotonic() > until:
            return count
        if each.incoming is None:
            record_refusal(each)
        else:
            version = _store(session, order, each, each.incoming, version)
        record_reading(session, each.reading, limits, order.now)
        save_archive_file(session, each.row)
        session.flush()
        session.expunge_all()  # the rows of one issue are of no use to the next
    return len(files)


def _store(
    session: Session, order: ArchiveOrder, each: ReadFile, incoming: IncomingIssue, version: int | None
) -> int | None:
    """Store one issue; return the library's version once something has changed."""
    try:
        with session.begin_nested():
            decision = decide(session, incoming)
            if decision.writes and version is None:
                version = next_version(session)
                # As in `save_incoming`: rows of another process are visible only behind the version's row lock.
                decision = decide(session, incoming)
            if record_decision(order, each.row, incoming.content, decision) and decision.writes and version:
                write_decision(session, incoming, decision, version, order.now)
                if decision.holds is not HoldReason.ARCHIVE:
                    is_applied = decision.outcome is not Outcome.HELD
                    record_consequences(each.row, order.follow(session, decision.key, dry_run=not is_applied))
    except BulletinError as error:
        record_refusal(each, error)
    return version
