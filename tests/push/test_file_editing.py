"""Tests of what editors decide about files, killed at each point."""

from pathlib import Path

from tests.conftest import NOON
from tests.kill_points import run_forked
from wxbot import audit
from wxbot.db import Database
from wxbot.library.pending_fixes import FixStep
from wxbot.library.source_files import UPLOADS, SourceFile
from wxbot.push.file_editing import drop_upload


def _is_recorded(db: Database) -> bool:
    with db.read() as session:
        return "remove upload" in {entry.what for entry in audit.history(session)}


def test_no_upload_disappears_without_an_entry(sample_db: Database, tmp_path: Path) -> None:
    """Killed at any point, a removal has left the file or has said who removed it; another try ends it."""
    file = SourceFile(tmp_path, f"{UPLOADS}/44.txt")
    file.path.parent.mkdir()
    file.path.write_text("第44期", encoding="utf-8")
    step, kill_at, was_killed = FixStep(file, file.version(), "王编辑", NOON), 0, True
    while was_killed:
        kill_at += 1
        sample_db.engine.dispose()
        run = run_forked(lambda: drop_upload(sample_db, step), tmp_path, kill_at)
        was_killed = run.was_killed
        assert file.path.exists() or _is_recorded(sample_db)
        if was_killed and not file.path.exists():
            break
    assert kill_at > 2
    assert (True, False) == (_is_recorded(sample_db), file.path.exists())
