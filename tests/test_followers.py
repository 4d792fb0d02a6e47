"""Facts about followers and what they asked for."""

import datetime as dt

import pytest

from wxbot import followers
from wxbot.db import Database
from wxbot.followers import Preferences


def test_who_comes_writes_and_goes(db: Database, now: dt.datetime) -> None:
    """Following, writing and leaving are seen in the count, and in who may be written to."""
    with db.begin() as session:
        followers.record_follow(session, "alice", now - dt.timedelta(days=9))
        followers.record_messages(session, {"bob": now})
        followers.record_unfollow(session, "alice", now)
    with db.read() as session:
        assert (1, ["bob"]) == (
            followers.count(session),
            followers.active_since(session, now - dt.timedelta(hours=1)),
        )
        alice = followers.get(session, "alice")
    assert alice is not None
    assert (False, now, None) == (alice.following, alice.left_at, alice.last_heard)


def test_whoever_writes_follows_again(db: Database, now: dt.datetime) -> None:
    """The event of coming back may be lost; a message is proof enough."""
    with db.begin() as session:
        followers.record_follow(session, "alice", now)
        followers.record_unfollow(session, "alice", now)
        followers.record_messages(session, {"alice": now, "bob": now})
    with db.read() as session:
        assert 2 == followers.count(session)


def test_wishes_are_kept_and_gone_with_the_follower(db: Database, now: dt.datetime) -> None:
    """What was asked for is there until asked otherwise; leaving erases it."""
    asked = Preferences(sections=("投融界",), quiet=(22, 8), weekly=2)
    with db.begin() as session:
        followers.record_follow(session, "alice", now)
        followers.save_preferences(session, "alice", asked)
    with db.begin() as session:
        assert asked == followers.preferences_of(session, "alice")
        assert Preferences() == followers.preferences_of(session, "nobody")
        followers.record_unfollow(session, "alice", now)
    with db.read() as session:
        assert Preferences() == followers.preferences_of(session, "alice")


@pytest.mark.parametrize(
    ("quiet", "hour", "expected"),
    [
        ((22, 8), 23, True),
        ((22, 8), 7, True),
        ((22, 8), 8, False),
        ((12, 14), 13, True),
        ((12, 14), 14, False),
    ],
)
def test_quiet_hours_may_span_midnight(quiet: tuple[int, int], hour: int, expected: bool) -> None:
    """From 22 to 8 holds at 23 and at 7, and not at 8."""
    assert expected == Preferences(quiet=quiet).is_quiet_at(hour)


def test_a_section_is_welcome_unless_others_were_named() -> None:
    """No wish welcomes all; named sections welcome themselves alone; nothing welcomes nothing."""
    assert Preferences().wants_section("投融界")
    assert not Preferences(sections=("新动向",)).wants_section("投融界")
    assert not Preferences(nothing=True).wants_section("投融界")


def test_only_a_message_opens_the_window(db: Database, now: dt.datetime) -> None:
    """Who came or tapped was heard, and may not be written to for two days like one who wrote (reference, E)."""
    with db.begin() as session:
        followers.record_follow(session, "came", now)
        followers.record_taps(session, {"tapped": now})
        followers.record_messages(session, {"wrote": now})
        assert 1 == followers.count_reachable(session, now)
        assert ["came", "tapped", "wrote"] == followers.active_since(session, now - dt.timedelta(seconds=1))
        followers.record_taps(session, {"wrote": now + dt.timedelta(hours=1)})
        assert now == followers.newest(session, 1)[0].last_wrote
