"""Facts about a database that is saved to a file and put back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wxbot.db import Database, KeyValueStore, ensure_schema, restore_backup, save_backup
from wxbot.errors import BulletinError, DatabaseDamaged, UsageError

LATER = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Database]:
    """A database in use, with one value in it."""
    db = Database.open(f"sqlite:///{tmp_path / 'live' / 'wxbot.db'}")
    ensure_schema(db)
    KeyValueStore(db).put("name", "first", LATER)
    yield db
    db.close()


def _value(db: Database) -> str:
    kept = KeyValueStore(db).get("name")
    assert kept is not None
    return kept.value


@pytest.mark.parametrize("name", ["backup.db", "备份 1.db", "what?mode=rwc#50%41.db"])
def test_a_backup_is_one_file_and_brings_back_what_was(live: Database, tmp_path: Path, name: str) -> None:
    """A backup of any name is one file that nobody else may read, and restores the moment it was made."""
    file = tmp_path / "backups" / name
    save_backup(live, file)
    assert [file] == list(file.parent.iterdir())
    assert 0o600 == file.stat().st_mode & 0o777

    KeyValueStore(live).put("name", "second", LATER)
    restore_backup(live, file)
    assert "first" == _value(live)
    assert [file] == list(file.parent.iterdir())


def test_a_damaged_database_replaces_no_backup(live: Database, tmp_path: Path) -> None:
    """A corrupt database is not saved; the older backup stays."""
    file = tmp_path / "backup.db"
    save_backup(live, file)
    before = file.read_bytes()
    live.checkpoint()
    live.close()
    path = tmp_path / "live" / "wxbot.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    broken = bytearray(path.read_bytes())
    broken[8192:65_536] = b"x" * (65_536 - 8192)
    path.write_bytes(broken)

    with pytest.raises(DatabaseDamaged):
        save_backup(live, file)
    assert before == file.read_bytes()
    assert [file] == list(tmp_path.glob("backup*"))


def test_a_place_that_cannot_be_written_is_wrong_usage(live: Database, tmp_path: Path) -> None:
    """A file where a folder should be, and a folder where the file should be written first."""
    (tmp_path / "file").touch()
    (tmp_path / "there.partial").mkdir()
    for file in (tmp_path / "file" / "backup.db", tmp_path / "there"):
        with pytest.raises(UsageError, match="写不了"):
            save_backup(live, file)


@pytest.mark.parametrize("content", [b"", b"a letter", bytes(4096)])
def test_what_is_no_backup_restores_nothing(live: Database, tmp_path: Path, content: bytes) -> None:
    """An empty file, a text and zeros are refused; the database is as it was."""
    (tmp_path / "wrong").write_bytes(content)
    with pytest.raises(BulletinError, match="不是完好的"):
        restore_backup(live, tmp_path / "wrong")
    assert "first" == _value(live)
