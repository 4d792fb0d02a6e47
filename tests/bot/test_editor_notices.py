"""Facts about notices to editors' own WeChat: once for each event, and only while the platform allows it."""

import datetime as dt

import pytest

from tests.harness import PushHarness, call_simulator
from wxbot import followers, library
from wxbot.bot.editor_notices import NOTICE_MOVES, NoticeState, count_unsent, queue_notices, send_notices
from wxbot.library import IngestResult, Outcome

EDITOR = "alice"


def write(harness: PushHarness) -> None:
    """Let the editor send a message now."""
    order = {"openid": EDITOR, "type": "text", "content": "状态"}
    call_simulator(harness.platform, "/_sim/message", order)
    with harness.db.begin() as session:
        followers.record_messages(session, {EDITOR: harness.now()})


def report(harness: PushHarness, says: str) -> None:
    """Record as a worker that a file is held."""
    result = IngestResult("/srv/b.txt", Outcome.HELD, "b.txt", says=says, remedy="wxbot issues drop b.txt")
    with harness.db.begin() as session:
        news = library.record_results(session, [result], harness.now())
        queue_notices(session, news, [EDITOR], harness.now())


def texts(harness: PushHarness) -> list[str]:
    """Return the customer-service messages that the editor received."""
    box = call_simulator(harness.platform, f"/_sim/inbox/{EDITOR}")
    return [str(seen) for seen in box if seen["via"] == "customer"]


def counts(harness: PushHarness) -> dict[NoticeState, int]:
    """Return the notices that did not arrive, by state."""
    with harness.db.read() as session:
        return count_unsent(session, harness.now())


def test_an_event_is_told_once(harness: PushHarness) -> None:
    """The same report after a restart or by another worker is no news; another reason is."""
    write(harness)
    for _ in range(3):
        report(harness, "同一期的第二个文件")
        send_notices(harness.pusher)
    (text,) = texts(harness)
    assert "同一期的第二个文件" in text
    assert "wxbot issues drop b.txt" in text
    report(harness, "有 2 处疑问")
    send_notices(harness.pusher)
    assert 2 == len(texts(harness))


@pytest.mark.both_databases
def test_a_notice_waits_until_its_editor_writes(harness: PushHarness) -> None:
    """No call is made that the platform would refuse; after three days the notice is not sent any more."""
    report(harness, "同一期的第二个文件")
    send_notices(harness.pusher)
    assert ([], {NoticeState.WAITING: 1}) == (texts(harness), counts(harness))
    write(harness)
    send_notices(harness.pusher)
    assert 1 == len(texts(harness))

    harness.advance(49 * 3600)
    report(harness, "有 2 处疑问")
    harness.advance(73 * 3600)
    send_notices(harness.pusher)
    write(harness)
    send_notices(harness.pusher)
    assert 1 == len(texts(harness))


@pytest.mark.parametrize(
    ("kind", "state"), [("cut_after", NoticeState.UNKNOWN), ("errcode", NoticeState.WAITING)]
)
def test_a_failed_call_is_repeated_only_if_nothing_was_sent(
    harness: PushHarness, kind: str, state: NoticeState
) -> None:
    """A lost answer may hide a message that arrived; a busy platform sent nothing."""
    write(harness)
    more = {"errcode": -1} if kind == "errcode" else {}
    harness.inject_fault("/cgi-bin/message/custom/send", kind, **more)
    report(harness, "同一期的第二个文件")
    send_notices(harness.pusher)
    assert {state: 1} == counts(harness)
    harness.advance(dt.timedelta(minutes=6).total_seconds())
    send_notices(harness.pusher)
    assert 1 == len(texts(harness))


def test_every_state_is_final_or_has_a_way_out() -> None:
    """A notice never stays claimed, and what was sent, refused or expired is over."""
    assert {NoticeState.WAITING, NoticeState.CLAIMED} == {old for _, old in NOTICE_MOVES}
    assert set(NoticeState) == {NoticeState.WAITING, *NOTICE_MOVES.values()}
