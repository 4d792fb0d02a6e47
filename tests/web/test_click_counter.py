"""Tests of counting clicks on articles in answers, by question and article, without any member's openid."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from tests.web.conftest import Caller, message
from wxbot import clicks
from wxbot.clicks import Click, asked_questions
from wxbot.db import Database
from wxbot.errors import Busy
from wxbot.web import runtime_of
from wxbot.web.background import ClickCounter

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.50"


def open_page(caller: Caller, address: str, agent: str = PHONE, **headers: str) -> Any:
    """Request one of our addresses as a phone does."""
    named = {name.replace("_", "-"): value for name, value in headers.items()} | {"User-Agent": agent}
    return caller.app.test_client().get(address.removeprefix("https://news.example.org"), headers=named)


def addresses(caller: Caller, question: str, msg_id: int) -> list[str]:
    """Ask a question; return the articles' addresses in the answer."""
    shown = caller.shown(message(question, msg_id)) or {}
    links = re.findall(r'href="(http[^"]*)"', str(shown.get("Content")))
    return [str(shown["Url"])] if "Url" in shown else links


def write_and_count(caller: Caller, db: Database) -> dict[str, tuple[int, int, dict[str, int]]]:
    """Write the counts; return by question how often it was asked, the clicks on its answers, and clicks by article."""
    runtime_of(caller.app).clicks.write()
    with db.read() as session:
        questions = asked_questions(session, caller.now.replace(year=2000))
    return {q.query: (q.times, q.click_count, dict(q.articles)) for q in questions}


def test_a_click_is_counted_for_its_question(caller: Caller, sample_db: Database) -> None:
    """Clicks count on a card, a list, its next page and a card opened by number, however the question is typed."""
    (card,) = addresses(caller, "白皮书", 1)
    listed = addresses(caller, "北京", 2)
    more = addresses(caller, "更多", 3)
    (picked,) = addresses(caller, "2", 4)
    addresses(caller, " 北 京", 5)
    for address in (card, listed[0], listed[0], more[0], picked):
        assert 200 == open_page(caller, address).status_code
    found = write_and_count(caller, sample_db)

    assert (1, 1) == found["白皮书"][:2]
    assert (1, 4) == found["北京"][:2]
    assert {1, 2} == set(found["北京"][2].values())


def test_a_question_with_a_typo_is_counted_as_typed(caller: Caller, sample_db: Database) -> None:
    """The editor sees the words that members type, before spelling correction, and the clicks on their answers."""
    (card,) = addresses(caller, "比亚笛", 1)
    open_page(caller, card)

    assert (1, 1) == write_and_count(caller, sample_db)["比亚笛"][:2]


def test_an_answer_without_clicks_is_listed(caller: Caller, sample_db: Database) -> None:
    """A question whose answer nobody opened has 0 clicks: perhaps the answer is wrong."""
    addresses(caller, "白皮书", 1)

    assert (1, 0, {}) == write_and_count(caller, sample_db)["白皮书"]


@pytest.mark.parametrize(
    ("agent", "headers"),
    [
        pytest.param("curl/8.0", {}, id="program"),
        pytest.param("", {}, id="no user agent"),
        pytest.param("Mozilla/5.0 (compatible; Baiduspider/2.0)", {}, id="robot"),
        pytest.param(PHONE, {"Sec_Purpose": "prefetch"}, id="prefetch"),
    ],
)
def test_only_clicks_of_people_are_counted(
    caller: Caller, sample_db: Database, agent: str, headers: dict[str, str]
) -> None:
    """A program or a prefetch gets the page, but is not counted."""
    (card,) = addresses(caller, "白皮书", 1)

    assert 200 == open_page(caller, card, agent, **headers).status_code
    assert 0 == write_and_count(caller, sample_db)["白皮书"][1]


def test_a_click_token_does_not_change_the_page(caller: Caller, sample_db: Database) -> None:
    """Bytes, ETag and caching are the same with and without a token; a phone that has the page is not counted again."""
    (card,) = addresses(caller, "白皮书", 1)
    bare, marked = open_page(caller, card.partition("?")[0]), open_page(caller, card)
    again = open_page(caller, card, If_None_Match=marked.headers["ETag"])
    caller.app.test_client().head(card.removeprefix("https://news.example.org"))

    assert bare.data == marked.data
    assert b"?q=" not in marked.data
    assert bare.headers["ETag"] == marked.headers["ETag"]
    assert bare.headers["Cache-Control"] == marked.headers["Cache-Control"]
    assert 304 == again.status_code
    assert 1 == write_and_count(caller, sample_db)["白皮书"][1]


@pytest.mark.parametrize("mark", ["x", "aaaaaaaaaaaaa", "%00", "' OR 1=1", "芯片", "a" * 5000])
def test_a_forged_token_is_not_counted(caller: Caller, sample_db: Database, mark: str) -> None:
    """An address with a forged token shows the page and adds no row."""
    assert 200 == open_page(caller, f"/a/2021-02/1?q={mark}").status_code
    assert {} == write_and_count(caller, sample_db)
    with sample_db.read() as session:
        assert {} == clicks.counts_since(session, caller.now.replace(year=2000))


@pytest.mark.both_databases
def test_a_token_is_the_same_for_every_member(caller: Caller, sample_db: Database) -> None:
    """Two members with the same question get the same address; no row tells them apart."""
    first, second = (
        (caller.shown(message("白皮书", at, openid)) or {})["Url"]
        for at, openid in ((1, "alice"), (2, "bob"))
    )
    open_page(caller, str(first))
    runtime_of(caller.app).clicks.write()

    assert first == second
    with sample_db.read() as session:
        rows = session.execute(text("SELECT * FROM opened")).all()
    assert "alice" not in str(rows)


def test_clicks_that_cannot_be_written_are_kept(
    sample_db: Database, database_url: str, caller: Caller
) -> None:
    """While the database is locked clicks are counted up to a bound; then all of them are written once."""
    hasty = Database.open(database_url, busy_seconds=0.1)
    (card,) = addresses(caller, "白皮书", 1)
    counting = ClickCounter(hasty, lambda: caller.now, max_distinct=3)
    mark = card.partition("=")[2]
    for n in range(1, 6):
        counting.add(mark, f"2021-02/{n}")
    counting.add(mark, "2021-02/1")
    with sample_db.begin() as session:
        clicks.add(session, {Click(caller.now.date(), mark, "2021-02/1"): 1})
        with pytest.raises(Busy):
            counting.write()

    assert (4, 0) == (counting.write(), counting.write())
    hasty.close()
