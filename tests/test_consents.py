"""Tests for consents to subscription notices."""

import datetime as dt
from collections.abc import Iterator

import pytest

from wxbot import consents, journal
from wxbot.bot import AnsweredMessage, record_answers
from wxbot.bot.answer import Answer
from wxbot.db import Database
from wxbot.wechat import SUCCESS, Nothing, parse

HEAD = (
    "<ToUserName>gh_1</ToUserName><FromUserName>{openid}</FromUserName><CreateTime>{at}</CreateTime>"
    "<MsgType>event</MsgType><Event>{event}</Event>"
)
LIST = (
    "<List><TemplateId>{template}</TemplateId><SubscribeStatusString>{status}</SubscribeStatusString></List>"
)


@pytest.fixture
def seconds() -> Iterator[int]:
    """Yield consecutive seconds."""
    return iter(range(1_793_000_000, 1_793_000_100))


def _pushed(db: Database, now: dt.datetime, openid: str, event: str, inside: str, at: int) -> None:
    """Record one event as the webhook does."""
    xml = f"<xml>{HEAD.format(openid=openid, event=event, at=at)}{inside}</xml>"
    note = AnsweredMessage(parse(xml.encode()), Answer(Nothing()), SUCCESS, now)
    with db.begin() as session:
        record_answers(session, [note], 30)


def _popup(*lists: tuple[str, str]) -> str:
    items = "".join(LIST.format(template=template, status=status) for template, status in lists)
    return f"<SubscribeMsgPopupEvent>{items}</SubscribeMsgPopupEvent>"


def _left(db: Database, template: str = "t1") -> dict[str, int]:
    with db.read() as session:
        return dict(consents.remaining(session, ["alice", "bob"], template))


def test_each_accept_adds_one_consent(db: Database, now: dt.datetime, seconds: Iterator[int]) -> None:
    """Every accept adds one consent for its template, within one event and across events."""
    event = "subscribe_msg_popup_event"
    _pushed(db, now, "alice", event, _popup(("t1", "accept"), ("t2", "accept")), next(seconds))
    _pushed(db, now, "alice", event, _popup(("t1", "accept")), next(seconds))
    assert ({"alice": 2}, {"alice": 1}) == (_left(db), _left(db, "t2"))
    with db.read() as session:
        assert (1, ["alice"]) == (
            consents.count(session, "t1"),
            list(consents.consenting_openids(session, "t1", "", 10)),
        )


def test_a_retried_event_counts_once(db: Database, now: dt.datetime, seconds: Iterator[int]) -> None:
    """A retried event is counted once."""
    at = next(seconds)
    for _ in range(3):
        _pushed(db, now, "alice", "subscribe_msg_popup_event", _popup(("t1", "accept")), at)
    assert {"alice": 1} == _left(db)


def test_a_refusal_in_the_settings_ends_consents(
    db: Database, now: dt.datetime, seconds: Iterator[int]
) -> None:
    """A `reject` in the change event sets the consents of that template to 0."""
    _pushed(db, now, "alice", "subscribe_msg_popup_event", _popup(("t1", "accept")), next(seconds))
    inside = _popup(("t1", "reject")).replace("PopupEvent", "ChangeEvent")
    _pushed(db, now, "alice", "subscribe_msg_change_event", inside, next(seconds))
    assert {} == _left(db)


def test_unfollowing_deletes_consents(db: Database, now: dt.datetime, seconds: Iterator[int]) -> None:
    """Unfollowing deletes a person's consents and leaves those of others."""
    for openid in ("alice", "bob"):
        _pushed(db, now, openid, "subscribe_msg_popup_event", _popup(("t1", "accept")), next(seconds))
    _pushed(db, now, "alice", "unsubscribe", "", next(seconds))
    assert {"bob": 1} == _left(db)


def test_a_count_never_becomes_negative(db: Database, now: dt.datetime) -> None:
    """Two notices for one consent leave 0, not a negative count."""
    with db.begin() as session:
        consents.add(session, "alice", "t1", now)
        consents.spend(session, ["alice"], "t1", now)
        consents.spend(session, ["alice"], "t1", now)
        consents.add(session, "alice", "t1", now)
    assert {"alice": 1} == _left(db)


def test_two_reports_of_one_second_are_two(db: Database, now: dt.datetime, seconds: Iterator[int]) -> None:
    """Two reports of one second on one follower are both stored, each once."""
    at = next(seconds)
    sent = (
        "<SubscribeMsgSentEvent><List><TemplateId>t1</TemplateId><MsgID>{id}</MsgID>"
        "<ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List></SubscribeMsgSentEvent>"
    )
    for id_ in (7, 8, 8):
        _pushed(db, now, "alice", "subscribe_msg_sent_event", sent.format(id=id_), at)
    with db.read() as session:
        events = journal.unmatched_job_events(session, "subscribe_msg_sent_event")
    assert [("alice", "t1", 0)] * 2 == [(e.job, e.report["template_id"], e.report["errcode"]) for e in events]
