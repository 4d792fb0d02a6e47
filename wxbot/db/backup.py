"""Save and restore a whole database while other processes use it.

A backup is an SQLite file, of a PostgreSQL database too: it needs no program of PostgreSQL, and restores into a
database of either kind.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from wxbot.db.copying import copy_snapshot
from wxbot.db.driver_errors import translate_error
from wxbot.db.engine import Database
from wxbot.db.schema import ensure_schema
from wxbot.errors import BulletinError, DatabaseDamaged, UsageError

__all__ = ["restore_backup", "save_backup"]


def save_backup(db: Database, file: Path) -> None:
    """Copy the database to `file`, as it is at one moment; the file appears whole or not at all.

    For PostgreSQL the tables of every subject must be imported.

    Raises UsageError when nothing can be written there, DatabaseDamaged when what would be saved is broken: an older
    backup in the same place stays.
    """
    partial = file.with_name(file.name + ".partial")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)  # it holds the platform's token and members' messages
    except OSError as wrong:
        raise UsageError(f"写不了 {file}：{wrong.strerror}", remedy="换一个可以写的地方。") from None
    try:
        if db.file is None:
            with TemporaryDirectory(prefix=".copy-", dir=file.parent) as folder:
                _copy_rows(db, Path(folder) / "copied.db").replace(partial)
        else:
            _copy(db.file, partial, at_rest=True)
        if not _sound(partial):
            raise DatabaseDamaged(f"数据库文件已经损坏：{db.file}")
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def restore_backup(
    db: Database,
    file: Path,
    prepare: Callable[[Database], None] = lambda _: None,
    drafts: Path | None = None,
) -> None:
    """Replace the database by a backup, upgraded and changed by `prepare`, in one transaction.

    No process sees the backup without these changes. If the process is killed, the database is the old or the new one.
    PostgreSQL takes the rows from a draft in the folder `drafts`; the tables of every subject must be imported.
    """
    if not _sound(file):
        raise BulletinError(f"{file} 不是完好的 wxbot 备份", remedy="换一个备份文件；现在的数据库没有改动。")
    live = db.file
    with TemporaryDirectory(prefix="restore-", dir=live.parent if live else drafts) as folder:
        draft = Path(folder) / "draft.db"
        _copy(file, draft)
        restored = Database.open(f"sqlite:///{draft}")
        try:
            ensure_schema(restored)
            prepare(restored)
            if live is None:
                copy_snapshot(restored, db)
        finally:
            restored.close()
        if live is not None:
            _copy(draft, live)


def _copy_rows(db: Database, file: Path) -> Path:
    """Write all rows of a PostgreSQL database into a new SQLite file without a write-ahead log; return the file."""
    copied = Database.open(f"sqlite:///{file}", durable=False)
    try:
        ensure_schema(copied)
        copy_snapshot(db, copied)
    finally:
        copied.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return file


def _copy(source: Path, target: Path, *, at_rest: bool = False) -> None:
    """Copy a database; `at_rest` leaves a single file without a write-ahead log."""
    try:
        with (
            closing(sqlite3.connect(source)) as given,
            closing(sqlite3.connect(target, timeout=30)) as taken,
        ):
            given.backup(taken)
            if at_rest:
                taken.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as wrong:
        meant = translate_error(wrong, sqlite=True)
        if meant is None:
            raise
        raise meant from wrong


def _sound(file: Path) -> bool:
    """Return whether the file is an intact database of wxbot."""
    ours = "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return bool(whole and connection.execute(ours).fetchone() == (1,))
    except sqlite3.DatabaseError:
        return False
