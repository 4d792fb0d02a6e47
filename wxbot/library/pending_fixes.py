"""Keep what editors settle about a file step by step, each step with who took it, so that it can be taken back.

The text of the fix file before and after a step is in the database; the file itself holds the state. A fix file that
was changed by hand in between ends the steps that can be taken back: nothing written by hand is overwritten by that.

A step is two transactions: the first stores the order, the second writes the file and records the step. Whoever works
on the file next carries out an order whose process died in between.
"""

import datetime as dt
import hashlib
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sqlalchemy import BigInteger, Integer, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.bulletin.fix_file import read_fixes
from wxbot.bulletin.fix_writer import edit_text, render, write_fix_text
from wxbot.bulletin.fixes import Fixes
from wxbot.db import Base, Moment, Session
from wxbot.db.key_value import KeyValue
from wxbot.errors import BulletinError, Forbidden
from wxbot.library.source_files import SourceFile
from wxbot.library.tables import LibraryVersion

__all__ = [
    "FixEdit",
    "FixOrder",
    "FixStep",
    "carry_out_order",
    "delete_order",
    "fix_edits",
    "has_order",
    "order_discard",
    "order_fixes",
    "order_undo",
    "put_in_force",
    "rename_edits",
    "replaces_other_fixes",
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


@dataclass(frozen=True, slots=True)
class FixOrder:
    """One step that is to be written: the text of the fixes before and after, and who wants it when.

    kind : what the audit log calls it
    content : digest of the source, to which alone the step belongs
    undone : id of the first step that this one takes back; 0 for none
    """

    kind: str
    says: str
    before: str
    after: str
    content: str
    by: str
    at: str
    undone: int = 0

    @property
    def moment(self) -> dt.datetime:
        """The time of the step."""
        return dt.datetime.fromisoformat(self.at)


class FixStep:
    """One step of an editor: the file, the version that the editor saw, who takes it and when."""

    def __init__(self, file: SourceFile, seen: str, by: str, now: dt.datetime) -> None:
        self.file, self.seen, self.by, self.now = file, seen, by, now

    def require_version(self, session: Session) -> None:
        """Refuse a step on a file that changed since the editor saw it; others wait until the transaction ends."""
        _lock(session)
        if has_order(session, self.file) or self.file.version() != self.seen:
            raise Forbidden(
                "您看过之后，这个文件或它的改动变了，什么也没有做",
                remedy="可能是另一位编辑刚改过：请看清楚下面现在的样子，再改。",
            )

    def order(self, session: Session, kind: str, says: str, texts: tuple[str, str], undone: int = 0) -> None:
        """Store the order of this step from one text to another."""
        before, after = texts
        content, at = self.file.content_digest(), self.now.isoformat()
        order = FixOrder(kind, says, before, after, content, self.by, at, undone)
        session.add(KeyValue(name=_order_name(self.file), value=json.dumps(asdict(order))))


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


def order_fixes(session: Session, step: FixStep, fixes: Fixes, says: str) -> bool:
    """Order to write what is settled about a file, which `says` tells in Chinese; return False if nothing changes.

    Raises Forbidden if the file is not as the editor saw it, and BulletinError for a fix file with mistakes.
    """
    step.require_version(session)
    before = _text(step.file)
    after = edit_text(before, fixes) if before else render(fixes, step.file.path.name)
    if after == before:
        return False
    step.order(session, "settle reading", says, (before, after))
    return True


def has_order(session: Session, file: SourceFile) -> bool:
    """Tell if a step on a file waits to be carried out: its process is about to, or died."""
    return session.get(KeyValue, _order_name(file)) is not None


def carry_out_order(session: Session, file: SourceFile) -> FixOrder | None:
    """Write the fixes that were ordered, and record the step; return None where no order waits.

    An order whose file was changed elsewhere meanwhile is returned with a text that says that it was not written.
    Raises BulletinError if the fixes cannot be written.
    """
    _lock(session)
    row = session.get(KeyValue, _order_name(file))
    if row is None:
        return None
    order = FixOrder(**json.loads(row.value))
    session.delete(row)
    present = _read(file.working)
    if order.content != file.content_digest() or present not in {order.before, order.after}:
        return replace(order, says=f"{order.says}（没有写成：文件或它的修正在这之前被改过）")
    _record(session, file, order)
    # The commit follows at once; killed in between, the order is carried out once more, to the same effect.
    if not file.is_upload and order.after == _read(file.fix):
        file.pending.unlink(missing_ok=True)
    elif present != order.after:
        write_fix_text(file.pending, order.after)
    return order


def delete_order(session: Session, file: SourceFile) -> None:
    """Delete the order of a step that cannot be written."""
    session.execute(delete(KeyValue).where(KeyValue.name == _order_name(file)))


def fix_edits(session: Session, file: SourceFile, limit: int = _KEPT) -> list[FixEdit]:
    """Return the steps of a file that were not taken back, newest first."""
    mine = select(FixEdit).where(FixEdit.source == file.name, FixEdit.undone.is_(False))
    return list(session.scalars(mine.order_by(FixEdit.id.desc()).limit(limit)))


def undoable_edit(session: Session, file: SourceFile) -> FixEdit | None:
    """Return the step that led to the fixes as they are; None where nothing can be taken back."""
    text = _text(file)
    return next((edit for edit in fix_edits(session, file) if edit.text_after == text), None)


def order_undo(session: Session, step: FixStep) -> str:
    """Order to take back the last step of a file; return what it had settled. Raises Forbidden where there is none."""
    step.require_version(session)
    edit = undoable_edit(session, step.file)
    if edit is None:
        raise Forbidden(
            "没有可以撤销的了", remedy="修正文件在别处改过的，那以前的步骤撤不回；请直接改成要的样子。"
        )
    step.order(session, "undo reading", edit.says, (edit.text_after, edit.text_before), edit.id)
    return edit.says


def order_discard(session: Session, step: FixStep) -> bool:
    """Order to forget the fixes of a file that are not in force, which can be taken back; False if there are none."""
    step.require_version(session)
    if not step.file.has_pending:
        return False
    texts = _text(step.file), _read(step.file.fix)
    step.order(session, "discard reading", "不要还没有用上的改动", texts)
    return True


def replaces_other_fixes(session: Session, file: SourceFile) -> bool:
    """Tell if the fix file was changed elsewhere while editors settled a copy of it, so that this would be lost."""
    text = _read(file.fix)
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


def _record(session: Session, file: SourceFile, order: FixOrder) -> None:
    """Store a step and delete the oldest ones of its file, or mark the steps that it takes back."""
    if order.undone:
        later = FixEdit.source == file.name, FixEdit.id >= order.undone
        session.execute(update(FixEdit).where(*later).values(undone=True))
        return
    texts = {"says": order.says, "text_before": order.before, "text_after": order.after}
    session.add(FixEdit(source=file.name, by=order.by[:80], at=order.moment, undone=False, **texts))
    session.flush()
    mine = select(FixEdit.id).where(FixEdit.source == file.name).order_by(FixEdit.id.desc())
    oldest = list(session.scalars(mine.offset(_KEPT)))
    session.execute(delete(FixEdit).where(FixEdit.id.in_(oldest)))


def _lock(session: Session) -> None:
    """Let one transaction at a time work on fixes."""
    session.scalars(select(LibraryVersion).where(LibraryVersion.id == 1).with_for_update()).one()


def _order_name(file: SourceFile) -> str:
    return f"fix order:{hashlib.sha256(file.name.encode()).hexdigest()}"


def _text(file: SourceFile) -> str:
    """Return the text of the fixes that were settled last; "" for none. Raises BulletinError for a broken file."""
    working_fixes(file)
    return _read(file.working)


def _read(path: Path) -> str:
    """Return the text of a fix file; "" for none. Raises BulletinError for one that cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig") if os.path.lexists(path) else ""
    except (OSError, UnicodeDecodeError) as error:
        raise BulletinError(
            f"读不了修正文件 {path}",
            file=str(path),
            remedy="请检查它的权限，并确认它是 UTF-8 编码的文字；它没有被改动。",
        ) from error
