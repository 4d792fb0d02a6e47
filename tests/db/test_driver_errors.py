"""Facts about what is said when a database cannot be had."""

from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from wxbot.db import Base, Database, ensure_schema, upgrade
from wxbot.db.key_value import KeyValue
from wxbot.errors import DatabaseDamaged, DatabaseUnavailable, SettingsError


@pytest.mark.parametrize(
    "text", ["no database at all, but a letter that somebody saved here. " * 40, "short"]
)
def test_a_file_that_is_no_database_is_damaged(tmp_path: Path, text: str) -> None:
    """It is said what it is and what to do; nothing is written into it."""
    file = tmp_path / "wxbot.db"
    file.write_text(text)
    db = Database.open(f"sqlite:///{file}")
    for act in (ensure_schema, upgrade):
        with pytest.raises(DatabaseDamaged, match="不是数据库") as said:
            act(db)
        assert "wxbot restore" in said.value.remedy
    db.close()
    assert text == file.read_text()


def test_a_database_with_broken_pages_is_damaged(sqlite_template: Path, tmp_path: Path) -> None:
    """Pages that hold no database's content are found when they are read."""
    broken = bytearray(sqlite_template.read_bytes())
    broken[8192:65_536] = b"x" * (65_536 - 8192)
    (tmp_path / "wxbot.db").write_bytes(broken)
    db = Database.open(f"sqlite:///{tmp_path / 'wxbot.db'}")
    with pytest.raises(DatabaseDamaged):
        _read_all(db)
    db.close()


def _read_all(db: Database) -> None:
    with db.read() as session:
        for table in Base.metadata.sorted_tables:
            session.execute(select(table)).all()


def test_what_a_value_says_is_not_what_the_database_says(db: Database) -> None:
    """A row that is refused for its key is that, whatever words its values hold."""
    _add(db, "database is locked; file is not a database")
    with pytest.raises(IntegrityError):
        _add(db, "database is locked; file is not a database")


def _add(db: Database, value: str) -> None:
    with db.begin() as session:
        session.execute(insert(KeyValue).values(name="name", value=value))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://host/db",
        "postgresql+nodriver://host/db",
        "sqlite+aiosqlite:///x.db",
        "sqlite://",
    ],
)
def test_an_address_of_another_kind_is_a_wrong_setting(url: str) -> None:
    """Only the two databases, and the drivers that are there, are taken; the setting is named."""
    with pytest.raises(SettingsError, match="WXBOT_DATABASE_URL"):
        Database.open(url)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A file stands where the database's folder should be."""
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseUnavailable, match="建不了文件夹"):
        Database.open(f"sqlite:///{tmp_path}/file/below/wxbot.db")
