"""A whole SQLite database to a file and back, while others use it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.engine import make_url

from wxbot.db.engine import Database
from wxbot.db.schema import bring_up
from wxbot.errors import BulletinError, UsageError

__all__ = ["restore_from", "save_to"]


def save_to(db: Database, file: Path) -> None:
    """Copy the database to `file`, as it is at one moment; the file appears whole or not at all."""
    live = _live(db)
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(file.name + ".partial")
    partial.unlink(missing_ok=True)
    _copy(live, partial)
    partial.replace(file)


def restore_from(db: Database, file: Path, prepare: Callable[[Database], None] = lambda _: None) -> None:
    """Put the database back to what `file` holds, its schema brought up, and changed by `prepare`: in one transaction.

    Nobody sees it without what `prepare` does; killed at any moment, the database is the old one or the finished one.
    """
    live = _live(db)
    _check(file)
    with TemporaryDirectory(prefix="restore-", dir=live.parent) as folder:
        draft = Path(folder) / "draft.db"
        _copy(file, draft)
        restored = Database.open(f"sqlite:///{draft}")
        try:
            bring_up(restored)
            prepare(restored)
        finally:
            restored.close()
        _copy(draft, live)


def _live(db: Database) -> Path:
    database = make_url(str(db.engine.url)).database
    if not db.is_sqlite or database is None:
        raise UsageError(
            "备份和恢复命令只用于 SQLite",
            remedy="PostgreSQL 请用它自己的 pg_dump 和 pg_restore（见 docs/operations.md）。",
        )
    return Path(database)


def _copy(source: Path, target: Path) -> None:
    with sqlite3.connect(source) as given, sqlite3.connect(target, timeout=30) as taken:
        given.backup(taken)
    given.close()
    taken.close()


def _check(file: Path) -> None:
    try:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
            good = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            ours = connection.execute(
                "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
            ).fetchone()
        connection.close()
    except sqlite3.DatabaseError:
        good, ours = False, (0,)
    if not good or not ours[0]:
        raise BulletinError(f"{file} 不是完好的 wxbot 备份", remedy="换一个备份文件；现在的数据库没有改动。")
