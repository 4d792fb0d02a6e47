"""Records of answered messages."""

import datetime as dt
from typing import Any

import pytest

from wxbot import followers, journal
from wxbot.bot import Answer, AnsweredMessage, last_list, record_answers
from wxbot.bot.lists import Listing
from wxbot.db import Database
from wxbot.wechat import Incoming, MassJobEvent, Nothing, PublishJobEvent, Text

LIST = Listing("芯片", ("2021-02/1",), 1)


def note(
    now: dt.datetime, stored: str = "<xml/>", answer: Answer | None = None, **fields: Any
) -> AnsweredMessage:
    """Return an answered message of alice, with any field of Incoming."""
    given: dict[str, Any] = {
        "kind": "text",
        "openid": "alice",
        "account": "gh_test",
        "sent_at": 1_793_000_000,
    } | fields
    return AnsweredMessage(Incoming(**given), answer or Answer(Text("好")), stored, now)


def kept(db: Database, *notes: AnsweredMessage) -> list[str]:
    """Record notes in one transaction."""
    with db.begin() as session:
        return record_answers(session, notes, 30)


def test_the_first_answer_is_the_answer(db: Database, now: dt.datetime) -> None:
    """A retry, in the same transaction or a later one, gets the first answer and writes nothing."""
    first = note(now, "<xml>1</xml>", msg_id=7)
    again = note(now + dt.timedelta(seconds=5), "<xml>2</xml>", Answer(Text("好"), 3, LIST), msg_id=7)

    assert ["<xml>1</xml>", "<xml>1</xml>"] == kept(db, first, again)
    assert ["<xml>1</xml>"] == kept(db, again)
    with db.read() as session:
        assert 1 == journal.count(session)
        assert last_list.load(session, "alice", now) is None


def test_nobody_is_given_what_another_was_answered(db: Database, now: dt.datetime) -> None:
    """Two members whose messages have the same number each get their own answer."""
    alice, bob = note(now, "<alice/>", msg_id=7), note(now, "<bob/>", msg_id=7, openid="bob")

    assert ["<alice/>", "<bob/>"] == kept(db, alice, bob)
    assert ["<bob/>"] == kept(db, bob)
    assert ["<alice/>"] == kept(db, alice)


def test_each_note_gets_its_own_answer_in_order(db: Database, now: dt.datetime) -> None:
    """New and repeated messages in one transaction each get their own answer, in order."""
    kept(db, note(now, "<b/>", msg_id=2))

    answers = kept(db, note(now, "<a/>", msg_id=1), note(now, "<B/>", msg_id=2), note(now, "<c/>", msg_id=3))
    assert ["<a/>", "<b/>", "<c/>"] == answers


def test_a_message_is_journalled_with_what_was_asked(db: Database, now: dt.datetime) -> None:
    """The journal has the question and its number of hits."""
    kept(db, note(now, answer=Answer(Text("没有"), 0), msg_id=1, content="量子永动机"))

    with db.read() as session:
        asked = journal.unanswered_questions(session, now - dt.timedelta(days=1))
    assert [("量子永动机", 1)] == asked


@pytest.mark.parametrize(
    ("fields", "heard"),
    [
        ({"kind": "text", "msg_id": 1}, True),
        ({"kind": "image", "msg_id": 1}, True),
        ({"kind": "event", "event": "click", "key": "LATEST"}, True),
        ({"kind": "event", "event": "scan", "key": "booth"}, True),
        ({"kind": "event", "event": "location"}, False),
        ({"kind": "event", "event": "masssendjobfinish"}, False),
    ],
)
def test_who_writes_or_taps_is_heard(
    db: Database, now: dt.datetime, fields: dict[str, Any], heard: bool
) -> None:
    """Messages and taps count as activity of the follower; automatic positions and the platform's reports do not."""
    kept(db, note(now, **fields))

    with db.read() as session:
        assert (["alice"] if heard else []) == followers.active_since(session, now - dt.timedelta(seconds=1))


def test_followers_come_and_go(db: Database, now: dt.datetime) -> None:
    """A member who unfollows has no list any more, and one who comes back follows."""
    kept(db, note(now, kind="event", event="subscribe", sent_at=1))
    kept(db, note(now, answer=Answer(Text("好"), 1, LIST), msg_id=1))
    kept(db, note(now, kind="event", event="unsubscribe", sent_at=2))
    with db.read() as session:
        gone = followers.count(session), last_list.load(session, "alice", now)
    kept(db, note(now, kind="event", event="subscribe", sent_at=3))

    with db.read() as session:
        assert ((0, None), 1) == (gone, followers.count(session))


def test_the_list_is_kept_for_its_time(db: Database, now: dt.datetime) -> None:
    """`list_minutes` counts from the moment of the answer."""
    kept(db, note(now, answer=Answer(Text("好"), 1, LIST), msg_id=1))

    with db.read() as session:
        there = [last_list.load(session, "alice", now + dt.timedelta(minutes=m)) for m in (29, 30)]
    assert [LIST, None] == there


def test_reports_of_jobs_wait_for_their_push(db: Database, now: dt.datetime) -> None:
    """Each report is stored once under the job's id, also when the platform sends it twice."""
    mass: dict[str, Any] = {
        "event": "masssendjobfinish",
        "job": MassJobEvent(1000000123, "send success", 12, 11, 10, 1, ("https://x",)),
    }
    publish: dict[str, Any] = {"event": "publishjobfinish", "job": PublishJobEvent("2247503051", 0, "b5O2")}
    for sent_at in (1, 1, 2):
        for fields in (mass, publish):
            kept(
                db, note(now, answer=Answer(Nothing()), kind="event", sent_at=sent_at, openid="oMp", **fields)
            )

    with db.read() as session:
        reports = [
            (r.job, r.report["status"]) for r in journal.unmatched_job_events(session, "masssendjobfinish")
        ]
        published = [r.job for r in journal.unmatched_job_events(session, "publishjobfinish")]
    assert [("1000000123", "send success")] * 2 == reports
    assert ["2247503051"] * 2 == published


def test_no_value_of_a_push_is_too_long_for_a_table(db: Database, now: dt.datetime) -> None:
    """Values of any length are journalled, so that a retry gets its answer."""
    long = note(now, "<xml/>", kind="event", event="e" * 900, key="k" * 2000, openid="o" * 900)

    assert ["<xml/>"] == kept(db, long)
    assert ["<xml/>"] == kept(db, long)
