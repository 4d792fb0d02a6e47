"""Tests for followers and their push preferences."""

import datetime as dt

import pytest

from wxbot import followers
from wxbot.db import Database
from wxbot.followers import Preferences


def test_follow_message_and_unfollow_change_the_counts(db: Database, now: dt.datetime) -> None:
    """Following, writing and leaving change the count and the active followers."""
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


def test_a_message_marks_a_person_as_follower(db: Database, now: dt.datetime) -> None:
    """A message marks a person as a follower, even if the follow event was lost."""
    with db.begin() as session:
        followers.record_follow(session, "alice", now)
        followers.record_unfollow(session, "alice", now)
        followers.record_messages(session, {"alice": now, "bob": now})
    with db.read() as session:
        assert 2 == followers.count(session)


def test_preferences_are_stored_and_erased_with_the_follower(db: Database, now: dt.datetime) -> None:
    """Preferences are stored until they are replaced, and erased when the follower leaves."""
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
    """Quiet hours from 22 to 8 contain 23 and 7, but not 8."""
    assert expected == Preferences(quiet=quiet).is_quiet_at(hour)


def test_a_section_is_wanted_unless_others_were_named() -> None:
    """Without preferences all sections are wanted, with named sections only these, with `nothing` none."""
    assert Preferences().wants_section("投融界")
    assert not Preferences(sections=("新动向",)).wants_section("投融界")
    assert not Preferences(nothing=True).wants_section("投融界")


def test_only_a_message_opens_the_48_hour_window(db: Database, now: dt.datetime) -> None:
    """A follow or a tap counts as activity, but only a message allows replies for 48 hours (section E)."""
    with db.begin() as session:
        followers.record_follow(session, "came", now)
        followers.record_activity(session, {"wrote": now}, {"tapped": now})
        assert 1 == followers.count_reachable(session, now)
        assert ["came", "tapped", "wrote"] == followers.active_since(session, now - dt.timedelta(seconds=1))
        followers.record_activity(session, {}, {"wrote": now + dt.timedelta(hours=1)})
        assert now == followers.newest(session, 1)[0].last_wrote
