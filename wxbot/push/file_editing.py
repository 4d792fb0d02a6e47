"""Carry out what editors decide about files of the bulletin folder, and record it in the audit log.

The command line and the console call the same functions.
"""

import datetime as dt

from wxbot import audit, library
from wxbot.bulletin import FoundFile
from wxbot.bulletin.fixes import Fixes
from wxbot.db import Database, Session
from wxbot.errors import BulletinError
from wxbot.library import pending_fixes
from wxbot.library.pending_fixes import FixStep
from wxbot.library.source_files import SourceFile
from wxbot.library.uploads import remove_upload

__all__ = [
    "discard_fixes",
    "drop_file",
    "drop_upload",
    "file_subject",
    "finish_step",
    "settle_reading",
    "undo_reading",
]


def file_subject(source: str) -> str:
    """Return the subject under which the audit log stores the entries of a file."""
    return f"file {source}"[:120]


def finish_step(db: Database, file: SourceFile) -> None:
    """Carry out the step on a file that is ordered, if there is one, and record it in the audit log.

    Raises BulletinError if the fixes cannot be written; the step is then given up.
    """
    with db.read() as session:
        if not pending_fixes.has_order(session, file):
            return
    try:
        with db.begin() as session:
            order = pending_fixes.carry_out_order(session, file)
            if order is not None:
                note = {"subject": file_subject(file.name), "says": order.says}
                audit.note(session, who=order.by, what=order.kind, now=order.moment, **note)
    except BulletinError:
        with db.begin() as session:
            pending_fixes.delete_order(session, file)
        raise


def settle_reading(db: Database, step: FixStep, fixes: Fixes, says: str) -> bool:
    """Store what an editor settled about a file, which `says` tells in Chinese; return False if nothing changed.

    Raises Forbidden if the file is not as the editor saw it, and BulletinError if the fixes cannot be written.
    """
    finish_step(db, step.file)
    with db.begin() as session:
        is_ordered = pending_fixes.order_fixes(session, step, fixes, says)
    finish_step(db, step.file)
    return is_ordered


def undo_reading(db: Database, step: FixStep) -> str:
    """Take back the last step of a file; return what it had settled. Raises Forbidden where there is none."""
    finish_step(db, step.file)
    with db.begin() as session:
        says = pending_fixes.order_undo(session, step)
    finish_step(db, step.file)
    return says


def discard_fixes(db: Database, step: FixStep) -> None:
    """Forget the fixes of a file that are not in force; taking back this step brings them again."""
    finish_step(db, step.file)
    with db.begin() as session:
        pending_fixes.order_discard(session, step)
    finish_step(db, step.file)


def drop_upload(db: Database, step: FixStep) -> None:
    """Remove a file that an editor brought and nobody took; raise Forbidden if it is not as the editor saw it."""
    finish_step(db, step.file)
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
