"""Facts about a database that is copied into another one."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

import wxbot.worker  # noqa: F401  so that every subject's tables are known
from tests.conftest import Shell
from wxbot import audit, library
from wxbot.bulletin import ParsedArticle, ParsedIssue, ParsedSection
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.db import Database, KeyValueStore, upgrade
from wxbot.db.copying import copy_database
from wxbot.errors import Forbidden, WxbotError


@pytest.fixture
def source(tmp_path: Path, now: dt.datetime) -> Iterator[Database]:
    """Yield a library on SQLite with one issue, a stored value and some rows with numbers."""
    db = Database.open(f"sqlite:///{tmp_path / 'source.db'}")
    upgrade(db)
    KeyValueStore(db).put("name", "值", now)
    issue = ParsedIssue(
        "通讯", 2024, 3, sections=(ParsedSection("要闻", (ParsedArticle("甲"), ParsedArticle("乙"))),)
    )
    with db.begin() as session:
        library.save_issue(session, replace(issue, identity=IssueNumber.parse("2024-03")), "a.txt", now)
        for number in range(3):
            audit.note(session, who="小编", what="x", subject=f"issue {number}", now=now, 数=[1, None])
    yield db
    db.close()


@pytest.fixture
def target(database_url: str) -> Iterator[Database]:
    """Yield an empty database of each kind, with the current schema."""
    db = Database.open(database_url)
    upgrade(db)
    yield db
    db.close()


def test_a_copy_holds_every_row_and_goes_on_after_an_interruption(
    source: Database, target: Database, now: dt.datetime
) -> None:
    """A copy that was cut off goes on; all rows are equal then, and new ones get numbers after them."""
    copying = copy_database(source, target)
    next(copying)
    copying.close()
    with target.begin() as session:
        session.connection().execute(text("DELETE FROM article"))
    copied = {table.name: table.rows for table in copy_database(source, target)}
    assert 2 == copied["article"]
    assert 3 <= copied["audit"]
    with source.read() as one, target.read() as other:
        assert library.identity(one) == library.identity(other)
    with target.begin() as session:
        audit.note(session, who="小编", what="x", subject="new", now=now)

    with pytest.raises(WxbotError, match="audit 在两个数据库里不一样"):
        list(copy_database(source, target))


def test_data_of_its_own_is_never_mixed_in(source: Database, target: Database, now: dt.datetime) -> None:
    """A target that holds data already is refused and stays as it is."""
    with target.begin() as session:
        audit.note(session, who="小编", what="x", subject="own", now=now)
    with pytest.raises(Forbidden, match="已有数据"):
        list(copy_database(source, target))
    with target.read() as session:
        assert ["own"] == [entry.subject for entry in audit.history(session)]


def test_the_command_copies_and_verifies(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`wxbot db copy` reads an address from the environment and prints what it compared."""
    urls = [f"sqlite:///{tmp_path / name}.db" for name in ("one", "two")]
    for url in urls:
        monkeypatch.setenv("WXBOT_DATABASE_URL", url)
        assert 0 == shell("db", "upgrade").code
    monkeypatch.setenv("TARGET", urls[1])
    assert 3 == shell("db", "copy", urls[0], "env:TARGET").code
    ran = shell("db", "copy", urls[0], "env:TARGET", "--yes")
    assert 0 == ran.code
    assert "library_version：1 行" in ran.out
