"""Facts about a database that is saved to a file and put back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, text

import wxbot.worker  # noqa: F401  so that every subject's tables are known
from wxbot import audit
from wxbot.db import Database, KeyValueStore, restore_backup, save_backup, upgrade
from wxbot.errors import BulletinError, DatabaseDamaged, SchemaError, UsageError

LATER = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def live(database_url: str) -> Iterator[Database]:
    """A database in use, of each kind, with one value in it."""
    db = Database.open(database_url)
    upgrade(db)
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


def test_a_backup_holds_one_moment_and_restores_into_the_other_kind(
    live: Database, tmp_path: Path, now: datetime
) -> None:
    """Rows committed while the tables are read are in no table of the backup; new rows get numbers after its own."""
    other = Database.open(live.engine.url.render_as_string(hide_password=False))
    _note(other, "before", now)

    @event.listens_for(live.engine, "before_cursor_execute")
    def write_meanwhile(*call: object) -> None:
        if "FROM audit" in str(call[2]):
            _note(other, "meanwhile", now)

    save_backup(live, tmp_path / "backup.db")
    event.remove(live.engine, "before_cursor_execute", write_meanwhile)
    single = Database.open(f"sqlite:///{tmp_path / 'single.db'}")
    restore_backup(single, tmp_path / "backup.db")
    restore_backup(live, tmp_path / "backup.db", drafts=tmp_path)
    for db in (single, live):
        _note(db, "after", now)
        with db.read() as session:
            assert ["after", "before"] == [entry.subject for entry in audit.history(session)]
    single.close()
    other.close()


def test_a_database_of_another_version_is_not_saved(live: Database, tmp_path: Path) -> None:
    """Columns that this program does not know would be lost: PostgreSQL of another version is refused."""
    if live.is_sqlite:
        pytest.skip("a file is copied whole, whatever is in it")
    with live.begin() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="结构版本"):
        save_backup(live, tmp_path / "backup.db")
    assert [] == list(tmp_path.iterdir())


def _note(db: Database, subject: str, now: datetime) -> None:
    with db.begin() as session:
        audit.note(session, who="小编", what="x", subject=subject, now=now)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_damaged_database_replaces_no_backup(live: Database, tmp_path: Path) -> None:
    """A corrupt database is not saved; the older backup stays."""
    file = tmp_path / "backup.db"
    save_backup(live, file)
    before = file.read_bytes()
    live.checkpoint()
    live.close()
    path = live.file
    assert path is not None
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
