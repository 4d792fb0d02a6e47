"""Facts about what editors settle step by step: where it is kept, and how it is taken back."""

from pathlib import Path

import pytest

from tests.conftest import NOON
from wxbot import audit
from wxbot.bulletin.fixes import LineFix
from wxbot.bulletin.model import LineUse
from wxbot.db import Database
from wxbot.errors import BulletinError, Forbidden
from wxbot.library import pending_fixes
from wxbot.library.pending_fixes import FixStep
from wxbot.library.source_files import SourceFile, clean_name, free_name
from wxbot.push.file_editing import discard_fixes, finish_step, settle_reading, undo_reading


@pytest.fixture
def file(tmp_path: Path) -> SourceFile:
    """Return a source without fixes."""
    (tmp_path / "a.txt").write_text("云海联盟简报\n新桥通车\n", encoding="utf-8")
    return SourceFile(tmp_path, "a.txt")


def step(file: SourceFile) -> FixStep:
    """Return a step on a file as it is."""
    return FixStep(file, file.version(), "王", NOON)


def settle(db: Database, file: SourceFile, text: str) -> None:
    """Settle that a line is a title."""
    fixes = pending_fixes.working_fixes(file).with_line(LineFix(text, LineUse.TITLE))
    assert settle_reading(db, step(file), fixes, text)


def undo(db: Database, file: SourceFile) -> str:
    """Take back the last step."""
    return undo_reading(db, step(file))


def test_steps_are_taken_back_down_to_the_fix_file_in_force(db: Database, file: SourceFile) -> None:
    """Undo restores each text before; a step after an undo forgets the way forward, and comments survive all."""
    file.fix.write_text('# 手写\n[[line]]\ntext = "甲"\nis = "text"\n', encoding="utf-8")
    for text in ("乙", "丙"):
        settle(db, file, text)
    assert "丙" == undo(db, file)
    settle(db, file, "丁")
    assert ["丁", "乙"] == [undo(db, file), undo(db, file)]
    assert not file.has_pending
    with pytest.raises(Forbidden, match="没有可以撤销"):
        undo(db, file)
    settle(db, file, "戊")
    pending_fixes.put_in_force(file)
    assert file.fix.read_text(encoding="utf-8").startswith("# 手写\n")
    assert "戊" == undo(db, file)
    assert file.has_pending


def test_file_edited_by_hand_is_neither_overwritten_nor_undone(db: Database, file: SourceFile) -> None:
    """A step on a version that is gone is refused; fixes edited elsewhere are told before they would be replaced."""
    settle(db, file, "乙")
    late = step(file)
    by_hand = file.pending.read_text(encoding="utf-8") + "# 手写\n"
    file.pending.write_text(by_hand, encoding="utf-8")
    with pytest.raises(Forbidden, match="您看过之后"):
        undo_reading(db, late)
    with pytest.raises(Forbidden, match="没有可以撤销"):
        undo(db, file)
    with db.read() as session:
        assert not pending_fixes.replaces_other_fixes(session, file)
        file.fix.write_text('number = "2024-03"\n', encoding="utf-8")
        assert pending_fixes.replaces_other_fixes(session, file)
    file.pending.write_text("line = 1", encoding="utf-8")
    with pytest.raises(BulletinError):
        settle(db, file, "丙")


def test_discarded_fixes_come_back_by_undo(db: Database, file: SourceFile) -> None:
    """Discarding is a step like any other."""
    settle(db, file, "乙")
    discard_fixes(db, step(file))
    assert not file.has_pending
    assert "不要" in undo(db, file)
    assert [LineFix("乙", LineUse.TITLE)] == list(pending_fixes.working_fixes(file).lines)


def test_an_order_on_a_file_changed_meanwhile_is_told_and_not_written(db: Database, file: SourceFile) -> None:
    """The order of a killed process is not written over fixes by hand, and the audit log says so."""
    with db.begin() as session:
        fixes = pending_fixes.working_fixes(file).with_line(LineFix("乙", LineUse.TITLE))
        assert pending_fixes.order_fixes(session, step(file), fixes, "乙")
    with pytest.raises(Forbidden, match="您看过之后"), db.begin() as session:
        step(file).require_version(session)
    file.pending.write_text("# 手写\n", encoding="utf-8")
    finish_step(db, file)
    assert "# 手写\n" == file.pending.read_text(encoding="utf-8")
    with db.read() as session:
        assert ["乙（没有写成：文件或它的修正在这之前被改过）"] == [
            entry.details["says"] for entry in audit.history(session)
        ]


def test_a_step_that_the_disk_refuses_is_not_made_later(db: Database, file: SourceFile) -> None:
    """An editor is told that fixes cannot be written, and the step is given up, not carried out some day."""
    fixes = pending_fixes.working_fixes(file).with_line(LineFix("乙", LineUse.TITLE))
    with db.begin() as session:
        assert pending_fixes.order_fixes(session, step(file), fixes, "乙")
    file.pending.mkdir()
    with pytest.raises(BulletinError):
        finish_step(db, file)
    file.pending.rmdir()
    finish_step(db, file)
    assert not file.has_pending


def test_names_are_safe_and_not_taken(tmp_path: Path) -> None:
    """A name has no path, no control characters and a bearable length; a file of the same content keeps its name."""
    assert "三月.docx" == clean_name("C:\\文件\\..\\三月.docx")
    assert "a b.txt" == clean_name("../\x1b~a:\nb.TXT").lower().replace("  ", " ")
    assert len(clean_name("长" * 300 + ".txt").encode()) < 130
    (tmp_path / "a.txt").write_bytes(b"1")
    assert ("a-2.txt", "a.txt", "a-2.md") == tuple(
        free_name(tmp_path, name, data) for name, data in (("a.txt", b"2"), ("a.txt", b"1"), ("a.md", b"1"))
    )
