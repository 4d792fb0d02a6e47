"""Editors' files are saved at once, never over another person's change, and every change can be taken back."""

import datetime as dt
import os
from pathlib import Path

import pytest
from sqlalchemy import delete

from tests.kill_points import run_forked
from wxbot import audit
from wxbot.audit import AuditEntry
from wxbot.db import Database
from wxbot.editor_files import EditorFiles, FileChange, FileEdit, UnusableText, changes, list_files
from wxbot.editor_files.file_text import replace_file
from wxbot.errors import Forbidden, WxbotError

RULE = "[[rule]]\nmatch = 'exact'\nvalues = ['{}']\ntext = '好'\n"


@pytest.fixture
def files(db: Database, tmp_path: Path, now: dt.datetime) -> EditorFiles:
    """Return the store over files in a folder."""
    listed = list_files(tmp_path / "rules.toml", tmp_path / "bulletins.toml", tmp_path / "content")
    return EditorFiles(db, listed, tmp_path / "var" / "settings.lock", lambda: now)


def save(files: EditorFiles, key: str, text: str | None, seen: str | None = None) -> int | None:
    """Save a text as an editor."""
    return files.save(key, FileEdit(text, seen, "王编辑", "改了"))


def history(files: EditorFiles, db: Database) -> list[tuple[str, str, str | None]]:
    """Return who changed the files to what, and the state, oldest first."""
    with db.read() as session:
        return [(each.who, str(each.state), each.after) for each in reversed(changes(session))]


def test_a_change_is_saved_recorded_and_taken_back(files: EditorFiles, db: Database, tmp_path: Path) -> None:
    """A saved text is in the file, in the history and in the audit log; undoing restores the file's absence."""
    first = save(files, "synonyms", "甲 乙\n")
    assert "甲 乙\n" == (tmp_path / "content" / "synonyms.txt").read_text(encoding="utf-8")
    assert first is not None
    assert files.undo(first, seen=None, who="李编辑")
    assert not (tmp_path / "content" / "synonyms.txt").exists()
    assert [("王编辑", "done", "甲 乙\n"), ("李编辑", "done", None)] == history(files, db)
    with db.read() as session:
        assert ["李编辑", "王编辑"] == [each.who for each in audit.history(session, "settings synonyms")]


def test_a_file_changed_meanwhile_is_not_overwritten(files: EditorFiles, tmp_path: Path) -> None:
    """An editor who saves a page that is out of date is told so; the other person's text stays."""
    seen = files.read("rules").token
    (tmp_path / "rules.toml").write_text(RULE.format("甲"), encoding="utf-8")
    with pytest.raises(Forbidden, match="刚才被别人改过"):
        save(files, "rules", RULE.format("乙"), seen)
    assert "甲" in (tmp_path / "rules.toml").read_text(encoding="utf-8")


def test_a_change_outside_is_in_the_history(files: EditorFiles, db: Database, tmp_path: Path) -> None:
    """A change made with a person's own editor is recorded when the program changes the file the next time."""
    save(files, "synonyms", "甲 乙\n")
    (tmp_path / "content" / "synonyms.txt").write_text("甲 乙\r\n丙 丁\r\n", encoding="utf-8", newline="")
    save(files, "synonyms", "甲 乙\n丙 丁\n戊 己\n")
    assert ["王编辑", "", "王编辑"] == [who for who, _, _ in history(files, db)]
    assert (tmp_path / "content" / "synonyms.txt").read_bytes().endswith("丁\r\n戊 己\r\n".encode())


def test_an_earlier_change_is_taken_back_and_later_ones_stay(files: EditorFiles) -> None:
    """Undo removes one change of several; where a later one touched the same lines, it is refused."""
    save(files, "synonyms", "甲 乙\n丙 丁\n戊 己\n")
    second = save(files, "synonyms", "甲 乙 辛\n丙 丁\n戊 己\n")
    save(files, "synonyms", "甲 乙 辛\n丙 丁\n戊 己\n庚 壬\n")
    assert second is not None
    files.undo(second, seen=None, who="王编辑")
    assert "甲 乙\n丙 丁\n戊 己\n庚 壬\n" == files.read("synonyms").text
    third = save(files, "synonyms", "甲 子\n丙 丁\n戊 己\n庚 壬\n")
    save(files, "synonyms", "甲 丑\n丙 丁\n戊 己\n庚 壬\n")
    assert third is not None
    with pytest.raises(Forbidden, match="后来又改过"):
        files.undo(third, seen=None, who="王编辑")


def test_new_mistakes_are_refused_with_their_line(files: EditorFiles, tmp_path: Path) -> None:
    """A text with a mistake is not saved; a mistake that was there before does not keep others from being mended."""
    with pytest.raises(UnusableText, match="第 5 行：第 2 条规则"):
        save(files, "rules", RULE.format("甲") + RULE.format("乙").replace("exact", "exakt"))
    with pytest.raises(UnusableText, match="不认识"):
        save(files, "replies/welcome", "您好{名字}")
    (tmp_path / "rules.toml").write_text(RULE.format("甲").replace("exact", "exakt"), encoding="utf-8")
    assert save(files, "rules", RULE.format("甲").replace("exact", "exakt") + RULE.format("乙"))


@pytest.mark.parametrize(("dies", "state"), [("before", "dropped"), ("after", "done")])
def test_a_killed_save_is_settled(
    files: EditorFiles, db: Database, tmp_path: Path, now: dt.datetime, dies: str, state: str
) -> None:
    """A process killed around the file's replacement leaves a row that tells afterwards what became of it."""

    def replace_and_die(path: Path, text: str | None, newline: str) -> None:
        if dies == "after":
            replace_file(path, text, newline)
        raise KeyboardInterrupt

    files = EditorFiles(db, files.files, tmp_path / "lock", lambda: now, replace_and_die)
    with pytest.raises(KeyboardInterrupt):
        save(files, "synonyms", "甲 乙\n")
    assert [("王编辑", "started", "甲 乙\n")] == history(files, db)
    files.settle()
    assert [("王编辑", state, "甲 乙\n")] == history(files, db)


@pytest.mark.parametrize("undoes", [False, True], ids=["save", "undo"])
def test_a_change_that_is_killed_at_any_point_is_made_once(
    files: EditorFiles, db: Database, tmp_path: Path, undoes: bool
) -> None:
    """Killed anywhere and tried again, a change is in the file, once in the history, and once in the audit log."""
    first = save(files, "synonyms", "甲 乙\n") if undoes else 0
    text = None if undoes else "甲 乙\n"

    def change() -> None:
        files.settle()
        if files.read("synonyms").text != text:
            if first:
                files.undo(first, seen=None, who="李编辑")
            else:
                files.save("synonyms", FileEdit(text, None, "李编辑", "改了"))

    kill_at, was_killed = 0, True
    while was_killed:
        kill_at += 1 if os.environ.get("WXBOT_TEST_EVERY_LINE") else 3
        db.engine.dispose()
        was_killed = run_forked(change, tmp_path, kill_at).was_killed
        change()
        with db.read() as session:
            made = [each for each in changes(session) if each.who == "李编辑" and each.state == "done"]
            noted = [each for each in audit.history(session) if each.who == "李编辑"]
        assert (text, 1, 1) == (files.read("synonyms").text, len(made), len(noted)), kill_at
        if was_killed:
            with db.begin() as session:
                session.execute(delete(FileChange).where(FileChange.who == "李编辑"))
                session.execute(delete(AuditEntry).where(AuditEntry.who == "李编辑"))
            (tmp_path / "content" / "synonyms.txt").unlink(missing_ok=True)
            if undoes:
                (tmp_path / "content" / "synonyms.txt").write_text("甲 乙\n", encoding="utf-8")
    assert kill_at > 8


def test_a_folder_that_cannot_be_written_loses_nothing(files: EditorFiles, tmp_path: Path) -> None:
    """An editor is told that the file cannot be written, and the change counts as not made."""
    (tmp_path / "content").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(WxbotError, match="content"):
        save(files, "synonyms", "甲 乙\n")
