"""Facts about consents: counted as they come, spent as notices go, gone with who leaves."""

import datetime as dt
from collections.abc import Iterator

import pytest

from wxbot import consents, journal
from wxbot.bot import Note, record_answers
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
    """One second after the other."""
    return iter(range(1_793_000_000, 1_793_000_100))


def _pushed(db: Database, now: dt.datetime, openid: str, event: str, inside: str, at: int) -> None:
    """What the webhook leaves behind of one event."""
    xml = f"<xml>{HEAD.format(openid=openid, event=event, at=at)}{inside}</xml>"
    note = Note(parse(xml.encode()), Answer(Nothing()), SUCCESS, now)
    with db.begin() as session:
        record_answers(session, [note], 30)


def _popup(*lists: tuple[str, str]) -> str:
    items = "".join(LIST.format(template=template, status=status) for template, status in lists)
    return f"<SubscribeMsgPopupEvent>{items}</SubscribeMsgPopupEvent>"


def _left(db: Database, template: str = "t1") -> dict[str, int]:
    with db.read() as session:
        return dict(consents.remaining(session, ["alice", "bob"], template))


def test_each_accept_is_one_notice(db: Database, now: dt.datetime, seconds: Iterator[int]) -> None:
    """Accepted twice for one template and once for another, in one event and in two: two and one are left."""
    event = "subscribe_msg_popup_event"
    _pushed(db, now, "alice", event, _popup(("t1", "accept"), ("t2", "accept")), next(seconds))
    _pushed(db, now, "alice", event, _popup(("t1", "accept")), next(seconds))
    assert ({"alice": 2}, {"alice": 1}) == (_left(db), _left(db, "t2"))
    with db.read() as session:
        assert (1, ["alice"]) == (
            consents.count(session, "t1"),
            list(consents.consenting_openids(session, "t1", "", 10)),
        )


def test_an_event_that_comes_again_counts_once(
    db: Database, now: dt.datetime, seconds: Iterator[int]
) -> None:
    """The platform tells what was not answered in time up to three times."""
    at = next(seconds)
    for _ in range(3):
        _pushed(db, now, "alice", "subscribe_msg_popup_event", _popup(("t1", "accept")), at)
    assert {"alice": 1} == _left(db)


def test_a_refusal_in_the_settings_ends_them(db: Database, now: dt.datetime, seconds: Iterator[int]) -> None:
    """The change event reports `reject`: nothing is left of that template."""
    _pushed(db, now, "alice", "subscribe_msg_popup_event", _popup(("t1", "accept")), next(seconds))
    inside = _popup(("t1", "reject")).replace("PopupEvent", "ChangeEvent")
    _pushed(db, now, "alice", "subscribe_msg_change_event", inside, next(seconds))
    assert {} == _left(db)


def test_who_leaves_takes_the_consents_along(db: Database, now: dt.datetime, seconds: Iterator[int]) -> None:
    """After unfollowing nothing of them is kept; the others' stay."""
    for openid in ("alice", "bob"):
        _pushed(db, now, openid, "subscribe_msg_popup_event", _popup(("t1", "accept")), next(seconds))
    _pushed(db, now, "alice", "unsubscribe", "", next(seconds))
    assert {"bob": 1} == _left(db)


def test_spending_never_goes_below_none(db: Database, now: dt.datetime) -> None:
    """One consent, two notices sent: none is left, not less than none."""
    with db.begin() as session:
        consents.add(session, "alice", "t1", now)
        consents.spend(session, ["alice"], "t1", now)
        consents.spend(session, ["alice"], "t1", now)
        consents.add(session, "alice", "t1", now)
    assert {"alice": 1} == _left(db)


def test_two_reports_of_one_second_are_two(db: Database, now: dt.datetime, seconds: Iterator[int]) -> None:
    """Two notices to one follower are reported in one second: both stand in the journal, each once."""
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
