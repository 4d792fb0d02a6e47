"""Facts about the schema and its migrations."""

import datetime as dt
import json
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect as look
from sqlalchemy import select, text

import wxbot.editors
import wxbot.worker  # noqa: F401  so that every subject's tables are known
from wxbot import library
from wxbot.bulletin import ParsedArticle, ParsedIssue, ParsedSection
from wxbot.bulletin.blocks import Paragraph, Picture, Span
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.bulletin.marked_text import parse_marked_text
from wxbot.db import Base, Database, ensure_schema, inspect, upgrade
from wxbot.db.schema import config
from wxbot.errors import SchemaError
from wxbot.journal import JournalEntry
from wxbot.library import Article


def test_there_is_one_head() -> None:
    """The migrations form one line: no two of them follow the same one."""
    assert len(ScriptDirectory.from_config(config()).get_heads()) == 1


def test_migrations_make_what_the_models_say(db: Database) -> None:
    """After all migrations the tables are those of the code: nothing to add, drop or alter."""
    assert "wxbot.push.ledger.tables" in sys.modules, "importing the worker imports every subject's tables"
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert [] == compare_metadata(context, Base.metadata)


def test_upgrading_twice_changes_nothing(db: Database) -> None:
    """A second upgrade finds the schema current."""
    assert upgrade(db).current
    assert inspect(db).current


def test_sqlite_comes_up_by_itself_and_postgresql_waits(database_url: str) -> None:
    """An empty SQLite file gets its tables at first use; PostgreSQL's operator is told to run the upgrade."""
    db = Database.open(database_url)
    try:
        if db.is_sqlite:
            ensure_schema(db)
            assert "campaign" in look(db.engine).get_table_names()
        else:
            with pytest.raises(SchemaError, match="数据库的结构版本是 空"):
                ensure_schema(db)
            assert [] == look(db.engine).get_table_names()
    finally:
        db.close()


def test_the_files_of_the_migrations_tell_the_revisions(db: Database) -> None:
    """The revisions read from the file names are those that alembic reads from the files: names and order."""
    scripts = list(ScriptDirectory.from_config(config()).walk_revisions())
    line = [script.revision for script in reversed(scripts)]
    assert line == sorted(line)
    assert line == [script.path.rpartition("/")[2].partition("_")[0] for script in reversed(scripts)]
    assert line[-1] == inspect(db).needed == inspect(db).found
    assert line[-1] == ScriptDirectory.from_config(config()).get_current_head()


def test_an_empty_database_has_no_version(database_url: str) -> None:
    """Before the first migration there is no version; a table of versions that is empty says the same."""
    db = Database.open(database_url)
    try:
        assert inspect(db).found is None
        with db.begin() as session:
            session.connection().exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        assert inspect(db).found is None
    finally:
        db.close()


def test_replies_stored_before_have_their_shown_ids_filled_in(db: Database) -> None:
    """Migration 0019 reads articles and issues out of the addresses in stored replies, each once and in order."""
    root = "https://news.example.org"
    replies = {
        "list": (
            2,
            f'<a href="{root}/a/2021-02/5?q=abc">甲</a><a href="{root}/a/kuaixun/2021-07%2B08/14">乙</a>',
        ),
        "card": (
            1,
            f"<PicUrl><![CDATA[{root}/p/a/2021-02/5.jpg?v=1]]></PicUrl><Url><![CDATA[{root}/a/2021-02/5]]>",
        ),
        "archive": (1, f'<a href="{root}/a/archive/old%202">丙</a><a href="{root}/i/2021-02">看整期</a>'),
        "missed": (0, "没有找到"),
    }
    with db.begin() as session:
        connection = session.connection()
        alembic = config()
        alembic.attributes["connection"] = connection
        command.downgrade(alembic, "0018")
        insert = (
            "INSERT INTO journal (key, openid, kind, asked, hits, answer, received_at)"
            " VALUES (:key, 'o', 'text', 'q', :hits, :answer, :now)"
        )
        for key, (hits, answer) in replies.items():
            values = {"key": key, "hits": hits, "answer": answer, "now": "2021-02-15 00:00:00.000000"}
            connection.execute(text(insert), values)
    upgrade(db)
    with db.read() as session:
        shown = {row.key: row.shown_ids for row in session.scalars(select(JournalEntry))}
    assert {
        "list": ["2021-02/5", "kuaixun/2021-07+08/14"],
        "card": ["2021-02/5"],
        "archive": ["old 2", "2021-02"],
        "missed": None,
    } == shown


def test_marked_text_stored_before_becomes_typed_blocks(db: Database) -> None:
    """Migration 0021 keeps the text, the links and the pictures of every article; the way back keeps the text."""
    lines = ["## 结论", "正文，**着重**，[年报](https://e.org/r)。", "3. 丙", "4. 丁", "- 甲", "> 引文"]
    lines += ["| 项目 | 数 |", "|---|---|", "| 甲 | 1 |", "```\nif a:\n    b\n```", "---", "前![塔](t.png)后"]
    insert = (
        "INSERT INTO article (public_id, title, section, paragraphs, links, images, summary, url, withdrawn, changed)"
        " VALUES ('old/1', '一', '', :paragraphs, :links, :images, '', NULL, :no, 1)"
    )
    values = {
        "paragraphs": json.dumps(lines),
        "links": json.dumps(["https://e.org/r", "https://e.org/source"]),
        "images": json.dumps(["t.png", "https://e.org/2.png"]),
        "no": False,
    }
    with db.begin() as session:
        connection = session.connection()
        alembic = config()
        alembic.attributes["connection"] = connection
        command.downgrade(alembic, "0020")
        connection.execute(text(insert), values)
        command.upgrade(alembic, "head")
    with db.read() as session:
        blocks = session.scalars(select(Article.blocks)).one()

    source = Span("https://e.org/source", url="https://e.org/source")
    expected = (*parse_marked_text(lines), Picture(url="https://e.org/2.png"), Paragraph((source,)))
    assert expected == blocks

    with db.begin() as session:
        alembic.attributes["connection"] = session.connection()
        command.downgrade(alembic, "0020")
        command.upgrade(alembic, "head")
    with db.read() as session:
        assert expected == session.scalars(select(Article.blocks)).one()


def test_covers_stored_in_revisions_before_are_the_articles(db: Database, now: dt.datetime) -> None:
    """Migration 0025 gives each article the cover that the revision in force stores for it."""
    articles = (ParsedArticle("甲"), ParsedArticle("乙", cover=2))
    number = IssueNumber.parse("2024-03")
    issue = ParsedIssue("通讯", 2024, 3, sections=(ParsedSection("要闻", articles),), identity=number)
    with db.begin() as session:
        library.save_issue(session, issue, "a.txt", now)
    with db.begin() as session:
        alembic = config()
        alembic.attributes["connection"] = session.connection()
        command.downgrade(alembic, "0024")
        command.upgrade(alembic, "head")
    with db.read() as session:
        assert [None, 2] == list(session.scalars(select(Article.cover).order_by(Article.place)))


def test_a_new_database_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    """The file, its write-ahead log and its folder are closed to other users, whatever the umask."""
    file = tmp_path / "var" / "wxbot.db"
    db = Database.open(f"sqlite:///{file}")
    try:
        ensure_schema(db)
        modes = {
            each.name: each.stat().st_mode & 0o077
            for each in file.parent.glob("wxbot.db*")
            if each.suffix != ".upgrade"
        }
        assert {"wxbot.db": 0, "wxbot.db-wal": 0, "wxbot.db-shm": 0} == modes
        assert 0o700 == file.parent.stat().st_mode & 0o777
    finally:
        db.close()
