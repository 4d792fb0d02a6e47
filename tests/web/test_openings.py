"""What is opened from answers is counted: which question, which article, and nobody's name."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from tests.web.conftest import Caller, message
from wxbot import clicks
from wxbot.clicks import Click, asked_questions
from wxbot.db import Database
from wxbot.errors import Busy
from wxbot.web import openings, running
from wxbot.web.openings import Openings

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.50"


def open_(caller: Caller, address: str, agent: str = PHONE, **headers: str) -> Any:
    """Open an address of ours, as a phone does."""
    named = {name.replace("_", "-"): value for name, value in headers.items()} | {"User-Agent": agent}
    return caller.app.test_client().get(address.removeprefix("https://news.example.org"), headers=named)


def addresses(caller: Caller, asked: str, msg_id: int) -> list[str]:
    """The articles' addresses in the answer to a question."""
    shown = caller.shown(message(asked, msg_id)) or {}
    links = re.findall(r'href="(http[^"]*)"', str(shown.get("Content")))
    return [str(shown["Url"])] if "Url" in shown else links


def counted(caller: Caller, db: Database) -> dict[str, tuple[int, int, dict[str, int]]]:
    """How often each question was asked, how often something was opened, and what."""
    running(caller.app).openings.write()
    with db.read() as session:
        asked = asked_questions(session, caller.now.replace(year=2000))
    return {q.query: (q.times, q.opened, dict(q.articles)) for q in asked}


def test_what_was_opened_is_counted_for_the_question(caller: Caller, sample_db: Database) -> None:
    """From a card, from a list, from its next page, and from a card that a number opened; typed in any way."""
    (card,) = addresses(caller, "白皮书", 1)
    listed = addresses(caller, "北京", 2)
    more = addresses(caller, "更多", 3)
    (picked,) = addresses(caller, "2", 4)
    addresses(caller, " 北 京", 5)
    for address in (card, listed[0], listed[0], more[0], picked):
        assert 200 == open_(caller, address).status_code
    found = counted(caller, sample_db)

    assert (1, 1) == found["白皮书"][:2]
    assert (1, 4) == found["北京"][:2]
    assert {1, 2} == set(found["北京"][2].values())


def test_a_corrected_question_is_counted_as_it_was_asked(caller: Caller, sample_db: Database) -> None:
    """The editor sees what members type, and what they took of it."""
    (card,) = addresses(caller, "比亚笛", 1)
    open_(caller, card)

    assert (1, 1) == counted(caller, sample_db)["比亚笛"][:2]


def test_what_nobody_opened_is_seen(caller: Caller, sample_db: Database) -> None:
    """Found, shown, and left alone: perhaps the wrong answer."""
    addresses(caller, "白皮书", 1)

    assert (1, 0, {}) == counted(caller, sample_db)["白皮书"]


@pytest.mark.parametrize(
    ("agent", "headers"),
    [
        pytest.param("curl/8.0", {}, id="a program"),
        pytest.param("", {}, id="nobody"),
        pytest.param("Mozilla/5.0 (compatible; Baiduspider/2.0)", {}, id="a robot"),
        pytest.param(PHONE, {"Sec_Purpose": "prefetch"}, id="a look ahead"),
    ],
)
def test_only_people_count(caller: Caller, sample_db: Database, agent: str, headers: dict[str, str]) -> None:
    """The page is shown all the same."""
    (card,) = addresses(caller, "白皮书", 1)

    assert 200 == open_(caller, card, agent, **headers).status_code
    assert 0 == counted(caller, sample_db)["白皮书"][1]


def test_a_mark_changes_nothing_of_the_page(caller: Caller, sample_db: Database) -> None:
    """Same bytes, same ETag, same cache; a phone that has the page already is not counted again."""
    (card,) = addresses(caller, "白皮书", 1)
    bare, marked = open_(caller, card.partition("?")[0]), open_(caller, card)
    again = open_(caller, card, If_None_Match=marked.headers["ETag"])
    caller.app.test_client().head(card.removeprefix("https://news.example.org"))

    assert bare.data == marked.data
    assert b"?q=" not in marked.data
    assert bare.headers["ETag"] == marked.headers["ETag"]
    assert bare.headers["Cache-Control"] == marked.headers["Cache-Control"]
    assert 304 == again.status_code
    assert 1 == counted(caller, sample_db)["白皮书"][1]


@pytest.mark.parametrize("mark", ["x", "aaaaaaaaaaaaa", "%00", "' OR 1=1", "芯片", "a" * 5000])
def test_made_up_marks_are_counted_nowhere(caller: Caller, sample_db: Database, mark: str) -> None:
    """Whoever plays with the address sees the page, and fills no table."""
    assert 200 == open_(caller, f"/a/2021-02/1?q={mark}").status_code
    assert {} == counted(caller, sample_db)
    with sample_db.read() as session:
        assert {} == clicks.counts_since(session, caller.now.replace(year=2000))


def test_an_answer_holds_no_name(caller: Caller, sample_db: Database) -> None:
    """Two members who ask the same get the same address; nothing in the table tells them apart."""
    first, second = (
        (caller.shown(message("白皮书", at, openid)) or {})["Url"]
        for at, openid in ((1, "alice"), (2, "bob"))
    )
    open_(caller, str(first))
    running(caller.app).openings.write()

    assert first == second
    with sample_db.read() as session:
        rows = session.execute(text("SELECT * FROM opened")).all()
    assert "alice" not in str(rows)


def test_what_cannot_be_written_is_kept(
    sample_db: Database, database_url: str, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While somebody else writes, counting goes on, up to a bound; then all of it is written."""
    monkeypatch.setattr(openings, "MOST", 3)
    hasty = Database.open(database_url, busy_seconds=0.1)
    counting, (card,) = Openings(hasty, lambda: caller.now), addresses(caller, "白皮书", 1)
    mark = card.partition("=")[2]
    for n in range(1, 6):
        counting.add(mark, f"2021-02/{n}")
    counting.add(mark, "2021-02/1")
    with sample_db.begin() as session:
        clicks.add(session, {Click(caller.now.date(), mark, "2021-02/1"): 1})
        with pytest.raises(Busy):
            counting.write()
    written = counting.write()
    hasty.close()

    assert (4, 0) == (written, counting.write())
