"""ClickTokens of questions, and what was opened from their answers."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot import clicks
from wxbot.clicks import Click, ClickTokens
from wxbot.db import Database

MARKS = ClickTokens("the library's secret")


@pytest.mark.parametrize("typed", ["5G 芯片", "５Ｇ　芯片", " 5g  芯片 "])
def test_a_question_has_one_mark_however_it_is_typed(typed: str) -> None:
    """Width, case and blanks make no difference; another question has another one."""
    assert MARKS.token_for("5g 芯片") == MARKS.token_for(typed)
    assert MARKS.token_for("芯片") != MARKS.token_for(typed)


@given(st.text(max_size=300))
def test_a_mark_is_short_plain_and_genuine(asked: str) -> None:
    """Thirteen characters that no address has to escape; another library's marks are not ours."""
    mark = MARKS.token_for(asked)

    assert 13 == len(mark)
    assert mark.isascii()
    assert mark.isalnum()
    assert MARKS.is_genuine(mark)
    assert ClickTokens("another secret").token_for(asked) != mark


@given(st.text(max_size=20) | st.from_regex(r"[a-z2-7]{13}", fullmatch=True))
def test_made_up_marks_are_hardly_ever_genuine(mark: str) -> None:
    """Whatever stands in an address is looked at without failing."""
    assert not MARKS.is_genuine(mark)


def test_openings_add_up_and_are_forgotten(db: Database, now: dt.datetime) -> None:
    """Several processes count the same article; old days go."""
    today = now.astimezone(dt.UTC).date()
    here, there = Click(today, "m1", "2021-02/1"), Click(today - dt.timedelta(days=9), "m1", "2021-02/2")
    for counts in ({here: 1, there: 5}, {here: 2}, {}):
        with db.begin() as session:
            clicks.add(session, counts)
    with db.begin() as session:
        all_, lately = (
            clicks.counts_since(session, now - dt.timedelta(days=9)),
            clicks.counts_since(session, now),
        )
        gone = clicks.prune(session, now - dt.timedelta(days=8))
        left = clicks.counts_since(session, now - dt.timedelta(days=90))

    assert {"m1": Counter({"2021-02/1": 3, "2021-02/2": 5})} == all_
    assert {"m1": Counter({"2021-02/1": 3})} == lately == left
    assert 1 == gone
