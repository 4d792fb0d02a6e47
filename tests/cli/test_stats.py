"""Facts about `wxbot stats queries` and `wxbot followers forget`, on messages that real members sent."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.conftest import Say, teller
from tests.conftest import ROOT, Shell
from wxbot import clicks, library
from wxbot.bot import Bot, Replies
from wxbot.clicks import Click, ClickTokens
from wxbot.db import Database
from wxbot.search import Index, catch_up

OPENID = "oAbCdEfGhIjKlMnOpQrStUvWxYz0"


@pytest.fixture
def db(sample_shell: Shell, database_url: str) -> Iterator[Database]:
    """Give the shell's database with the sample in its library."""
    db = Database.open(database_url)
    yield db
    db.close()


@pytest.fixture
def say(db: Database, tmp_path: Path) -> Say:
    """Give members who talk to a bot on that database."""
    index = Index.open(tmp_path / "index")
    catch_up(index, db)
    bot = Bot(db, index, Replies(ROOT / "content" / "replies"), public_url="https://news.example.org")
    return teller(db, bot, dt.datetime.now(dt.UTC) - dt.timedelta(hours=1))


def opening(db: Database, asked: str, article: str) -> None:
    """Record that an article was opened from the answer to a question."""
    with db.begin() as session:
        mark = ClickTokens(library.identity(session)).token_for(asked)
        clicks.add(session, {Click(dt.datetime.now(dt.UTC).date(), mark, article): 1})


def test_questions_are_shown_with_what_became_of_them(shell: Shell, db: Database, say: Say) -> None:
    """`stats queries` lists what was asked most, what was found but not opened, and what was not found."""
    for openid in ("alice", "bob"):
        say("白皮书", openid=openid)
    say("融资")
    say("量子永动机")
    for article in ("2021-02/22", "2021-02/22", "2021-02/3"):
        opening(db, "白皮书", article)
    found = shell("stats", "queries", "--json").json
    lines = shell("stats", "queries").out

    first, *_ = found["asked"]
    assert ("白皮书", 2, 3) == (first["query"], first["times"], first["opened"])
    assert first["hits"] >= 1
    assert [{"id": "2021-02/22", "times": 2}, {"id": "2021-02/3", "times": 1}] == first["articles"]
    assert [("融资", 1)] == [(each["query"], each["times"]) for each in found["unopened"]]
    assert ["量子永动机"] == [each["query"] for each in found["missed"]]
    assert "alice" not in str(found)
    assert "打开 3 次" in lines
    assert "找到了却没有人打开" in lines


def test_only_so_many_are_shown(shell: Shell, say: Say) -> None:
    """`--limit` holds for each of the three lists."""
    for asked in ("白皮书", "融资", "比亚迪", "量子永动机", "曲率引擎"):
        say(asked)
    found = shell("stats", "queries", "--limit", "1", "--json").json

    assert [1, 1, 1] == [len(found[name]) for name in ("asked", "unopened", "missed")]


def test_what_can_only_be_opened_elsewhere_is_not_called_unopened(shell: Shell, home: Path, say: Say) -> None:
    """Questions answered with links to another server are not listed as unopened: their clicks cannot be counted."""
    line = (
        '{"id": "x1", "issue": null, "title": "绿色港口", "section": "要闻", "date": "2020-05-01", '
        '"body": "港口全文。", "url": "https://elsewhere.example/x1"}'
    )
    (home / "archive.jsonl").write_text(line, encoding="utf-8")
    assert 0 == shell("ingest", "archive.jsonl").code
    say("白皮书")
    say("绿色港口")
    found = shell("stats", "queries", "--json").json

    assert "绿色港口" not in [each["query"] for each in found["unopened"]]


def test_forgetting_is_looked_at_before_it_is_done(shell: Shell, say: Say) -> None:
    """A dry run counts the same rows and deletes nothing; after `forget` none is left but the counted question."""
    say("白皮书", openid=OPENID)
    say("订阅 投融界", openid=OPENID, later=1)
    dry = shell("followers", "forget", OPENID, "--dry-run", "--json").json
    real = shell("followers", "forget", OPENID, "--json").json
    again = shell("followers", "forget", OPENID)
    asked = shell("stats", "queries", "--json").json["asked"]

    assert dry | {"dry_run": False} == real
    assert (1, 2, 0) == (real["follower"], real["journal"], real["in_flight"])
    assert (0, "没有这个人的资料。\n") == (again.code, again.out)
    assert ["白皮书"] == [each["query"] for each in asked]


def test_forgetting_says_what_it_did(shell: Shell, say: Say) -> None:
    """`followers forget` prints the result in Chinese sentences."""
    say("白皮书", openid=OPENID)
    ran = shell("followers", "forget", OPENID)

    assert 0 == ran.code
    assert "已删除" in ran.out
    assert "消息记录 1 行" in ran.out
