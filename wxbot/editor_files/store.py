"""Save editors' files: checked, never over somebody else's change, with a history that survives a kill at any line.

The order: first the row with both texts is committed, then the file is replaced, then the row is marked as done
together with the audit entry. A process that dies in between leaves a started row; whoever takes the lock next
compares the file with both texts and settles it. The other order could lose who changed what: the file would be
changed and nothing would tell by whom.
"""

import datetime as dt
import fcntl
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from wxbot import audit
from wxbot.db import Database, Session
from wxbot.editor_files.catalogue import LONGEST_FILE, EditorFile, FileProblem
from wxbot.editor_files.file_text import FileText, replace_file
from wxbot.editor_files.history import UndoneText, get_change, last_known, undone_text
from wxbot.editor_files.tables import ChangeState, FileChange, move_change
from wxbot.editor_files.toml_parts import read_part, replace_part
from wxbot.errors import Forbidden, NotFound, WxbotError

__all__ = ["EditorFiles", "FileEdit", "UnusableText"]

ReplaceFile = Callable[[Path, str | None, str], None]
OUTSIDE = "在文件里直接改的"


class UnusableText(Forbidden):
    """A text has mistakes that the file does not have; nothing was saved."""

    def __init__(self, file: EditorFile, problems: list[FileProblem]) -> None:
        first = problems[0]
        where = f"第 {first.line} 行：" if first.line else ""
        super().__init__(
            f"「{file.label}」没有保存：{where}{first.says}", remedy="改好后再保存。", field=first.field
        )
        self.problems = problems


@dataclass(frozen=True, slots=True)
class FileEdit:
    """A text that an editor saves, by whom, and what it changes in words.

    text : the whole file; None removes it
    seen : token of the state that the editor saw; None skips the comparison
    """

    text: str | None
    seen: str | None
    who: str
    what: str


class EditorFiles:
    """The editors' files and the history of their changes; processes and threads may share them.

    lock : file that one saving process at a time locks
    now : returns the current time
    replace : puts a text in place of a file
    """

    def __init__(
        self,
        db: Database,
        files: Mapping[str, EditorFile],
        lock: Path,
        now: Callable[[], dt.datetime],
        replace: ReplaceFile = replace_file,
    ) -> None:
        self._replace = replace
        self._db = db
        self._lock_path = lock
        self._now = now
        self.files = files

    def file(self, key: str) -> EditorFile:
        """Return a file by its key. Raises NotFound."""
        if key not in self.files:
            raise NotFound(f"没有「{key}」这项设置", remedy=f"有这些：{'、'.join(self.files)}")
        return self.files[key]

    def read(self, key: str) -> FileText:
        """Return the present text of a file. Raises WxbotError for one that cannot be read."""
        file = self.file(key)
        return read_part(file.path, file.table)

    def save(self, key: str, edit: FileEdit) -> int | None:
        """Save a text; return the id of the change, None if the text is what the file has.

        Raises Forbidden if the file is not in the state that the editor saw, and UnusableText for new mistakes.
        """
        with self._lock():
            return self._save(self.file(key), edit)

    def undo(self, id_: int, *, seen: str | None, who: str) -> int | None:
        """Take one change back, keeping later ones; return the id of the new change. Raises Forbidden."""
        with self._lock():
            change, undone = self._undone(id_)
            what = f"撤销了第 {id_} 次改动（{change.what}）"
            return self._save(self.file(change.file), FileEdit(undone.text, seen, who, what))

    def preview_undo(self, id_: int) -> tuple[FileText, UndoneText]:
        """Return the present text of a change's file, and the text without that change. Raises Forbidden."""
        change, undone = self._undone(id_)
        return self.read(change.file), undone

    def settle(self) -> None:
        """Record what became of changes whose process died."""
        with self._db.read() as session:
            waiting = session.scalar(
                select(FileChange.id).where(FileChange.state == ChangeState.STARTED).limit(1)
            )
        if waiting is not None:
            with self._lock():
                self._settle_started()

    def _save(self, file: EditorFile, edit: FileEdit) -> int | None:
        self._settle_started()
        present = read_part(file.path, file.table)
        if edit.seen is not None and edit.seen != present.token:
            raise Forbidden(
                f"「{file.label}」刚才被别人改过了，没有保存",
                remedy="请重新打开这一页，在新的内容上再改一次。",
            )
        if edit.text == present.text:
            return None
        _require_usable(file, present.text, edit.text)
        change_id = self._store(file, present.text, edit)
        try:
            replace_part(file.path, file.table, edit.text, present.newline, self._replace)
        except WxbotError:
            self._finish(change_id, "drop")
            raise
        self._finish(change_id, "finish")
        return change_id

    def _store(self, file: EditorFile, before: str | None, edit: FileEdit) -> int:
        """Commit the row of a change that is about to be made, and of an earlier one made outside."""
        now = self._now()
        with self._db.begin() as session:
            known = last_known(session, file.key)
            if known is not None and known.after != before:
                noticed = FileChange(file=file.key, at=now, who="", what=OUTSIDE, state=ChangeState.DONE)
                noticed.before, noticed.after = known.after, before
                session.add(noticed)
                session.flush()
            change = FileChange(file=file.key, at=now, who=edit.who[:120], what=edit.what)
            change.before, change.after = before, edit.text
            session.add(change)
            session.flush()
            return change.id

    def _finish(self, id_: int, event: str) -> None:
        with self._db.begin() as session:
            self._move(session, get_change(session, id_), event)

    def _move(self, session: Session, change: FileChange, event: str) -> None:
        move_change(change, event)
        if change.state == ChangeState.DONE:
            audit.note(
                session,
                who=change.who,
                what="change settings",
                subject=f"settings {change.file}",
                now=change.at,
                change=change.id,
                says=change.what,
            )

    def _settle_started(self) -> None:
        """Settle the changes whose process died; the caller holds the lock, so none of them is being made."""
        with self._db.begin() as session:
            started = select(FileChange).where(FileChange.state == ChangeState.STARTED)
            for change in session.scalars(started.order_by(FileChange.id)):
                self._move(session, change, self._fate(change))

    def _fate(self, change: FileChange) -> str:
        file = self.files.get(change.file)
        try:
            present = read_part(file.path, file.table).text if file else None
        except WxbotError:
            return "lose"
        return {change.after: "finish", change.before: "drop"}.get(present, "lose")

    def _undone(self, id_: int) -> tuple[FileChange, UndoneText]:
        with self._db.read() as session:
            change = get_change(session, id_)
            return change, undone_text(change, self.read(change.file).text)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self._lock_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock_path.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _require_usable(file: EditorFile, before: str | None, after: str | None) -> None:
    """Refuse mistakes that the file does not have: what was there already must not keep an editor from saving."""
    if after is None:
        return
    if len(after) > LONGEST_FILE:
        raise UnusableText(file, [FileProblem(0, f"太长了，最多 {LONGEST_FILE} 个字")])
    had = Counter(each.says for each in file.check(before)) if before is not None else Counter[str]()
    found = file.check(after)
    if Counter(each.says for each in found) - had:
        raise UnusableText(file, [each for each in found if each.says not in had] or found)
