"""Tests for click tokens and click counts."""

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
def test_a_question_has_one_token_however_it_is_typed(typed: str) -> None:
    """The token is independent of width, case and spaces; another question has another token."""
    assert MARKS.token_for("5g 芯片") == MARKS.token_for(typed)
    assert MARKS.token_for("芯片") != MARKS.token_for(typed)


@given(st.text(max_size=300))
def test_a_token_is_short_and_genuine(asked: str) -> None:
    """A token has 13 characters that need no escaping, and is valid for its own library only."""
    mark = MARKS.token_for(asked)

    assert 13 == len(mark)
    assert mark.isascii()
    assert mark.isalnum()
    assert MARKS.is_genuine(mark)
    assert ClickTokens("another secret").token_for(asked) != mark


@given(st.text(max_size=20) | st.from_regex(r"[a-z2-7]{13}", fullmatch=True))
def test_invented_tokens_are_rarely_genuine(mark: str) -> None:
    """Any text from an address is checked without an error, and an invented token is rarely valid."""
    assert not MARKS.is_genuine(mark)


def test_counts_add_up_and_are_pruned(db: Database, now: dt.datetime) -> None:
    """Counts of several processes add up, and old days are deleted."""
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
