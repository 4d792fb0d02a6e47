"""Take a file into the library that an editor brought or mended: publish its issue, or hold it.

    foretell       what would become of the file, with nothing written
    take           put the file and its fixes in force, ingest it, and publish its issue if that is wanted

A file that an editor brought moves from the folder of uploads to the folder of its year. Killed in between, it lies in
one of both places, and the editor takes it again or the worker does.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from wxbot import audit, library
from wxbot.bulletin import FoundFile, ParsedIssue, ReaderPool
from wxbot.bulletin.fix_writer import write_fix_text
from wxbot.bulletin.habits import Habits
from wxbot.bulletin.readers.local_pictures import pictures_folder
from wxbot.db import Session
from wxbot.errors import BulletinError
from wxbot.library import IngestResult, Outcome, PublishPolicy
from wxbot.library.pending_fixes import FixStep, put_in_force, rename_edits
from wxbot.library.source_files import SourceFile, free_name
from wxbot.library.upload_pictures import delete_pictures, link_pictures_folder, read_pictures
from wxbot.push import publishing
from wxbot.push.file_editing import file_subject, finish_step
from wxbot.push.push_settings import PushContext

__all__ = ["FileTaking", "foretell", "refusal_of", "take"]


@dataclass(frozen=True)
class FileTaking:
    """An order to take a file: the editor's step, and what the issue is to be.

    With `holds` nobody but editors sees it, with `corrects` it is a new version of the issue of its number.
    """

    step: FixStep
    readers: ReaderPool
    habits: Habits
    holds: bool = False
    corrects: bool = False

    @property
    def file(self) -> SourceFile:
        """The file."""
        return self.step.file


def foretell(context: PushContext, order: FileTaking, parsed: ParsedIssue) -> IngestResult:
    """Return what would become of a file, read as `parsed`; nothing is written."""
    name = _target_name(order.file, parsed)
    return _ingest(context, order, order.file.as_found(name), dry_run=True)


def take(context: PushContext, order: FileTaking, parsed: ParsedIssue) -> IngestResult:
    """Take a file, read as `parsed`; return what became of it. Nothing is done for one that is refused.

    Raises Forbidden if the file is not as the editor saw it, and BulletinError if it cannot be moved.
    """
    finish_step(context.db, order.file)
    foretold = foretell(context, order, parsed)
    if refusal_of(foretold):
        return foretold
    with context.db.begin() as session:
        order.step.require_version(session)
    file = order.file
    name = _target_name(file, parsed)
    if order.holds:
        # Ingested first: the worker would publish an issue without doubts that it finds in the folder.
        result = _ingest(context, order, file.as_found(name), dry_run=False)
        _place(context, order, name)
    else:
        _place(context, order, name)
        placed = SourceFile(file.folder, name)
        result = _ingest(context, order, placed.as_found(), dry_run=False)
        if result.waits and result.key and not refusal_of(result):
            publishing.publish(context, result.key, by=order.step.by, now=order.step.now)
            result = replace(result, outcome=Outcome.REVISED, says="", remedy="")
    with context.db.begin() as session:
        library.record_results(session, [result], order.step.now)
    return result


def refusal_of(result: IngestResult) -> str:
    """Return why nothing of a file is stored, in Chinese; "" for one that is taken."""
    refused = result.outcome is Outcome.REFUSED or result.is_question
    return result.says.replace(result.file, result.source) if refused else ""


def _ingest(context: PushContext, order: FileTaking, found: FoundFile, *, dry_run: bool) -> IngestResult:
    """Ingest the file, and record it in the transaction that stores it."""
    by, now = order.step.by, order.step.now

    def follow(session: Session, key: str, /, *, dry_run: bool) -> Sequence[library.Consequence]:
        return publishing.follow_ingest(context, by, session, key, dry_run=dry_run)

    (result,) = library.ingest(
        context.db,
        [found],
        now,
        dry_run=dry_run,
        readers=order.readers,
        habits=order.habits,
        policy=PublishPolicy.NEVER if order.holds else PublishPolicy.ALWAYS,
        by=by,
        follow=follow,
        corrects=order.corrects,
    )
    return result


def _target_name(file: SourceFile, parsed: ParsedIssue) -> str:
    """Return the name that the file has in the folder once it is taken; an upload goes to the folder of its year."""
    if not file.is_upload:
        return file.name
    year = parsed.identity.year if parsed.identity and parsed.identity.year else None
    year = year or parsed.year or (parsed.date.year if parsed.date else None)
    folder = file.folder / str(year) if year else file.folder
    fix = file.fix.read_bytes() if os.path.lexists(file.fix) else b""
    name = free_name(folder, file.path.name, file.open().data, fix, read_pictures(file.path))
    return (folder / name).relative_to(file.folder).as_posix()


def _place(context: PushContext, order: FileTaking, name: str) -> None:
    """Put the fixes in force, and move an upload to its name in the folder."""
    file, step = order.file, order.step
    with context.db.begin() as session:
        kind = "bring in" if file.is_upload else "take reading"
        note = {"subject": file_subject(name), "source": file.name}
        audit.note(session, who=step.by, what=kind, now=step.now, **note)
        if file.is_upload:
            rename_edits(session, file, name)
    if file.is_upload:
        _move(file, file.folder / name)
    else:
        put_in_force(file)


def _move(file: SourceFile, target: Path) -> None:
    """Move an upload with pictures and fix file; an existing file is never replaced, except by its own content."""
    try:
        target.parent.mkdir(exist_ok=True)
        if os.path.lexists(file.fix):
            # The fix file and the pictures come first: the worker reads a source as soon as it lies there.
            fix = SourceFile(target.parent, target.name).fix
            write_fix_text(fix, file.fix.read_text(encoding="utf-8"))
        link_pictures_folder(file.path, target)
        with suppress(FileExistsError):  # an earlier attempt was killed before the upload was removed
            os.link(file.path, target)
        file.path.unlink()
        file.fix.unlink(missing_ok=True)
        delete_pictures(pictures_folder(file.path))
    except OSError as error:
        raise BulletinError(
            f"{target.name} 放不进简报文件夹：{error.strerror}",
            file=str(target),
            remedy="请运维检查文件夹的权限和剩余空间，再试一次；文件还在“带进来”里。",
        ) from error
