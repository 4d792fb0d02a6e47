"""Carry out what editors decide about files of the bulletin folder, and record it in the audit log.

The command line and the console call the same functions.
"""

import datetime as dt

from wxbot import audit, library
from wxbot.bulletin import FoundFile
from wxbot.bulletin.fixes import Fixes
from wxbot.db import Database, Session
from wxbot.library import pending_fixes
from wxbot.library.pending_fixes import FixStep
from wxbot.library.uploads import remove_upload

__all__ = ["discard_fixes", "drop_file", "drop_upload", "file_subject", "settle_reading", "undo_reading"]


def file_subject(source: str) -> str:
    """Return the subject under which the audit log stores the entries of a file."""
    return f"file {source}"[:120]


def settle_reading(db: Database, step: FixStep, fixes: Fixes, says: str) -> bool:
    """Store what an editor settled about a file, which `says` tells in Chinese; return False if nothing changed.

    Raises Forbidden if the file is not as the editor saw it, and BulletinError if the fixes cannot be written.
    """
    with db.begin() as session:
        changed = pending_fixes.store_fixes(session, step, fixes, says)
        if changed:
            note = {"subject": file_subject(step.file.name), "says": says}
            audit.note(session, who=step.by, what="settle reading", now=step.now, **note)
    return changed


def undo_reading(db: Database, step: FixStep) -> str:
    """Take back the last step of a file; return what it had settled. Raises Forbidden where there is none."""
    with db.begin() as session:
        says = pending_fixes.undo_edit(session, step)
        note = {"subject": file_subject(step.file.name), "says": says}
        audit.note(session, who=step.by, what="undo reading", now=step.now, **note)
    return says


def discard_fixes(db: Database, step: FixStep) -> None:
    """Forget the fixes of a file that are not in force; taking back this step brings them again."""
    with db.begin() as session:
        if pending_fixes.discard_pending(session, step):
            subject = file_subject(step.file.name)
            audit.note(session, who=step.by, what="discard reading", subject=subject, now=step.now)


def drop_upload(db: Database, step: FixStep) -> None:
    """Remove a file that an editor brought and nobody took; raise Forbidden if it is not as the editor saw it."""
    with db.begin() as session:
        step.require_version(session)
        subject = file_subject(step.file.name)
        audit.note(session, who=step.by, what="remove upload", subject=subject, now=step.now)
    # Killed here, the file is still in the list; the other order would lose who removed it.
    remove_upload(step.file)


def drop_file(
    db: Database, found: FoundFile, by: str, now: dt.datetime, *, dry_run: bool = False
) -> str | None:
    """Drop a file of the watched folder: it is skipped until its content changes; return the key that it claimed."""

    def record(session: Session, number: str | None) -> None:
        subject = file_subject(found.source)
        audit.note(session, who=by, what="drop file", subject=subject, now=now, number=number)

    return library.drop_file(db, found, by, now, dry_run=dry_run, record=record)
