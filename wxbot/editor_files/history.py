"""Read the history of editors' files, and preview what taking a change back would do."""

import difflib
from dataclasses import dataclass

from sqlalchemy import select

from wxbot.db import Session
from wxbot.editor_files.merging import take_back
from wxbot.editor_files.tables import ChangeState, FileChange
from wxbot.errors import Forbidden, NotFound

__all__ = ["UndoneText", "changes", "diff_lines", "get_change", "last_known", "undone_text"]


@dataclass(frozen=True, slots=True)
class UndoneText:
    """The text of a file without one of its changes; None for no file."""

    text: str | None


def changes(session: Session, file: str = "", limit: int = 100, offset: int = 0) -> list[FileChange]:
    """Return changes, the newest first, of one file if its key is given."""
    found = select(FileChange).order_by(FileChange.id.desc()).limit(limit).offset(offset)
    return list(session.scalars(found.where(FileChange.file == file) if file else found))


def get_change(session: Session, id_: int) -> FileChange:
    """Return one change. Raises NotFound."""
    found = session.get(FileChange, id_)
    if found is None:
        raise NotFound(f"没有第 {id_} 次改动", remedy="wxbot settings history 列出全部改动。")
    return found


def last_known(session: Session, file: str) -> FileChange | None:
    """Return the newest change that reached a file; None if none is known."""
    done = FileChange.state == ChangeState.DONE
    newest = select(FileChange).where(FileChange.file == file, done).order_by(FileChange.id.desc())
    return session.scalar(newest.limit(1))


def undone_text(change: FileChange, present: str | None) -> UndoneText:
    """Return the file's present text without one change. Raises Forbidden where that cannot be told."""
    if change.state != ChangeState.DONE:
        raise Forbidden(
            "这次改动没有写进文件，没有什么可撤销的", remedy="回到改动的列表，选一次写进了文件的。"
        )
    if present == change.after:
        return UndoneText(change.before)
    if present is None or change.before is None or change.after is None:
        raise Forbidden("这个文件后来又改过，不能单独撤销这一次", remedy="先撤销后来的改动，或在原文里改。")
    text = take_back(change.before, change.after, present)
    if text is None:
        raise Forbidden("这一次改动的地方后来又改过，不能单独撤销", remedy="先撤销后来的改动，或在原文里改。")
    return UndoneText(text)


def diff_lines(before: str | None, after: str | None) -> list[str]:
    """Return what differs between two texts of a file, as lines that begin with a blank, + or -; @@ between parts."""
    old, new = ((text or "").splitlines() for text in (before, after))
    return list(difflib.unified_diff(old, new, lineterm="", n=2))[2:]
