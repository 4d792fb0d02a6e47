"""Keep what editors settle about a file step by step, each step with who took it, so that it can be taken back.

The text of the fix file before and after a step is in the database; the file itself holds the state. A fix file that
was changed by hand in between ends the steps that can be taken back: nothing written by hand is overwritten by that.
"""

import datetime as dt
import os
from dataclasses import replace

from sqlalchemy import BigInteger, Integer, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.bulletin.fix_file import read_fixes
from wxbot.bulletin.fix_writer import edit_text, render, write_fix_text
from wxbot.bulletin.fixes import Fixes
from wxbot.db import Base, Moment, Session
from wxbot.errors import BulletinError, Forbidden
from wxbot.library.source_files import SourceFile
from wxbot.library.tables import LibraryVersion

__all__ = [
    "FixEdit",
    "FixStep",
    "discard_pending",
    "fix_edits",
    "put_in_force",
    "rename_edits",
    "replaces_other_fixes",
    "store_fixes",
    "undo_edit",
    "undoable_edit",
    "working_fixes",
]

Id = BigInteger().with_variant(Integer, "sqlite")

_KEPT = 100
"""Steps of one file that are kept."""


class FixEdit(Base):
    """One step in which an editor settled the reading of a file: the text of its fix file before and after."""

    __tablename__ = "fix_edit"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    source: Mapped[str] = mapped_column(Text, index=True)
    says: Mapped[str] = mapped_column(Text)
    text_before: Mapped[str] = mapped_column(Text)
    text_after: Mapped[str] = mapped_column(Text)
    undone: Mapped[bool]
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(Moment)


class FixStep:
    """One step of an editor: the file, the version that the editor saw, who takes it and when."""

    def __init__(self, file: SourceFile, seen: str, by: str, now: dt.datetime) -> None:
        self.file, self.seen, self.by, self.now = file, seen, by, now

    def require_version(self, session: Session) -> None:
        """Refuse a step on a file that changed since the editor saw it; others wait until the transaction ends."""
        session.scalars(select(LibraryVersion).where(LibraryVersion.id == 1).with_for_update()).one()
        if self.file.version() != self.seen:
            raise Forbidden(
                "您看过之后，这个文件或它的改动变了，什么也没有做",
                remedy="可能是另一位编辑刚改过：请看清楚下面现在的样子，再改。",
            )

    def record(self, session: Session, says: str, before: str, after: str) -> None:
        """Store the step, and delete the oldest ones of its file."""
        texts = {"says": says, "text_before": before, "text_after": after}
        source = self.file.name
        session.add(FixEdit(source=source, by=self.by[:80], at=self.now, undone=False, **texts))
        session.flush()
        mine = select(FixEdit.id).where(FixEdit.source == source).order_by(FixEdit.id.desc())
        oldest = list(session.scalars(mine.offset(_KEPT)))
        session.execute(delete(FixEdit).where(FixEdit.id.in_(oldest)))


def working_fixes(file: SourceFile) -> Fixes:
    """Return what is settled about a file; raise BulletinError for a fix file with mistakes."""
    path = file.working
    fixes = read_fixes(path if os.path.lexists(path) else None, follow_links=False)
    if fixes.problems:
        raise BulletinError(
            fixes.problems[0].says,
            file=str(path),
            remedy="请先在文件夹里改正修正文件的这一处，再打开这一页。",
        )
    return replace(fixes, file=file.fix.name)


def store_fixes(session: Session, step: FixStep, fixes: Fixes, says: str) -> bool:
    """Write what is settled about a file, which `says` tells in Chinese; return False if nothing changed.

    Raises Forbidden if the file is not as the editor saw it, and BulletinError if it cannot be written.
    """
    step.require_version(session)
    before = _text(step.file)
    after = edit_text(before, fixes) if before else render(fixes, step.file.path.name)
    if after == before:
        return False
    step.record(session, says, before, after)
    # The commit follows at once. Killed in between, only the way back of this one step is lost.
    write_fix_text(step.file.pending, after)
    return True


def fix_edits(session: Session, file: SourceFile, limit: int = _KEPT) -> list[FixEdit]:
    """Return the steps of a file that were not taken back, newest first."""
    mine = select(FixEdit).where(FixEdit.source == file.name, FixEdit.undone.is_(False))
    return list(session.scalars(mine.order_by(FixEdit.id.desc()).limit(limit)))


def undoable_edit(session: Session, file: SourceFile) -> FixEdit | None:
    """Return the step that led to the fixes as they are; None where nothing can be taken back."""
    text = _text(file)
    return next((edit for edit in fix_edits(session, file) if edit.text_after == text), None)


def undo_edit(session: Session, step: FixStep) -> str:
    """Take back the last step of a file; return what it had settled. Raises Forbidden where there is none."""
    step.require_version(session)
    edit = undoable_edit(session, step.file)
    if edit is None:
        raise Forbidden(
            "没有可以撤销的了", remedy="修正文件在别处改过的，那以前的步骤撤不回；请直接改成要的样子。"
        )
    later = FixEdit.source == step.file.name, FixEdit.id >= edit.id
    session.execute(update(FixEdit).where(*later).values(undone=True))
    if not step.file.is_upload and edit.text_before == _file_text(step.file):
        step.file.pending.unlink(missing_ok=True)
    else:
        write_fix_text(step.file.pending, edit.text_before)
    return edit.says


def discard_pending(session: Session, step: FixStep) -> bool:
    """Forget the fixes of a file that are not in force, as a step that can be taken back; False if there are none."""
    step.require_version(session)
    if not step.file.has_pending:
        return False
    before = _text(step.file)
    after = _file_text(step.file)
    step.record(session, "不要还没有用上的改动", before, after)
    step.file.pending.unlink(missing_ok=True)
    return True


def replaces_other_fixes(session: Session, file: SourceFile) -> bool:
    """Tell if the fix file was changed elsewhere while editors settled a copy of it, so that this would be lost."""
    text = _file_text(file)
    if not file.has_pending or not text:
        return False
    mine = select(FixEdit.text_before, FixEdit.text_after).where(FixEdit.source == file.name)
    return not any(text in texts for texts in session.execute(mine))


def put_in_force(file: SourceFile) -> None:
    """Put the fixes that editors settled in place of the fix file, so that every later reading applies them."""
    if file.has_pending:
        file.pending.replace(file.fix)


def rename_edits(session: Session, file: SourceFile, name: str) -> None:
    """Keep the steps of a file that gets another name."""
    session.execute(update(FixEdit).where(FixEdit.source == file.name).values(source=name))


def _text(file: SourceFile) -> str:
    """Return the text of the fixes that were settled last; "" for none. Raises BulletinError for a broken file."""
    working_fixes(file)
    path = file.working
    return path.read_text(encoding="utf-8-sig") if os.path.lexists(path) else ""


def _file_text(file: SourceFile) -> str:
    """Return the text of the fix file that is in force; "" for none."""
    return file.fix.read_text(encoding="utf-8-sig") if os.path.lexists(file.fix) else ""
