"""Clock, snapshot and restore."""

import json
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wechat_simulator.account_server import AccountServer
from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator import create_world
from wechat_simulator.control_client import ControlError
from wechat_simulator.json_codec import decode, encode
from wechat_simulator.platform_clock import PlatformClock, day, midnight_after, parse_time
from wechat_simulator.pytest_plugin import Platform
from wechat_simulator.state import load_from_file, restore, save_to_file, snapshot


@dataclass
class Inner:
    """A nested value for the codec."""

    data: bytes = b""
    pair: tuple[int, float] = (0, 0.0)


@dataclass
class Outer:
    """A dataclass with one field of each type that the codec supports."""

    name: str
    inner: Inner
    by_number: dict[int, list[Inner]] = field(default_factory=dict)
    chosen: set[int] | None = None
    anything: Any = None


values = st.builds(
    Outer,
    st.text(),
    st.builds(Inner, st.binary(), st.tuples(st.integers(), st.floats(allow_nan=False, allow_infinity=False))),
    st.dictionaries(st.integers(), st.lists(st.builds(Inner, st.binary()))),
    st.none() | st.sets(st.integers()),
    st.none() | st.booleans() | st.text(),
)


@given(values)
def test_encoding_and_decoding(value: Outer) -> None:
    """Every value is equal after conversion to JSON and back."""
    assert value == decode(Outer, json.loads(json.dumps(encode(value))))


@pytest.mark.parametrize(
    "given", [None, [], {}, {"name": 1, "inner": {}}, {"name": "x", "inner": {"pair": [True, 1]}}]
)
def test_values_of_a_wrong_type_are_refused(given: object) -> None:
    """A JSON value of the wrong type raises ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        decode(Outer, given)


@pytest.mark.platform(virtual=True, start=1_793_000_000.0, mass_delay=5.0)
def test_a_snapshot_holds_everything(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """A snapshot holds followers, drafts, tokens, quotas, inboxes and scheduled actions, and can be restored."""
    platform.crowd(1000)
    platform.follow("alice", scene="issue12")
    platform.say("alice", "在吗")
    api.send_all(api.draft(), clientmsgid="k")
    media_id = api.draft()
    before = platform.snapshot()

    platform.reset()
    assert 0 == platform.get("followers")["total"]
    assert 40001 == api.get("/cgi-bin/draft/count")["errcode"]
    platform.restore(before)

    assert before == platform.snapshot()
    assert {"total_count": 2} == api.get("/cgi-bin/draft/count")
    assert 0 == api.errcode("/cgi-bin/draft/get", {"media_id": media_id})
    assert 45066 == api.send_all(media_id, clientmsgid="k")["errcode"]
    platform.advance(5)
    assert ["send success"] == [event.field("Status") for event in account_server.events("MASSSENDJOBFINISH")]
    assert ["mass"] == [one["via"] for one in platform.inbox("alice") if one["via"] == "mass"]


def test_a_snapshot_is_small_for_a_million(platform: Platform) -> None:
    """A crowd takes two numbers in a snapshot."""
    platform.crowd(1_000_000)
    assert len(json.dumps(platform.snapshot())) < 10_000


@pytest.mark.parametrize(
    "change",
    [
        {"format": 0},
        {"accounts": []},
        {"accounts": [{}]},
        {"now": "noon"},
        {"agenda": []},
        {"faults": [{"path": 1}]},
    ],
)
def test_a_broken_snapshot_changes_nothing(platform: Platform, change: dict[str, object]) -> None:
    """An invalid snapshot is refused without any change."""
    platform.follow("alice")
    before = platform.snapshot()
    with pytest.raises(ControlError):
        platform.restore(before | change)
    assert 1 == platform.get("followers")["total"]


def test_a_file_keeps_a_world(tmp_path: Path) -> None:
    """A state file is written atomically and can be read by another world."""
    file = tmp_path / "state.json"
    first, second = create_world(app_id="wx1"), create_world(app_id="wx2")
    first.account.followers.follow("alice", first.now())

    assert not load_from_file(second, file)
    save_to_file(first, file)
    assert load_from_file(second, file)
    assert ["wx1"] == list(second.accounts)
    assert second.account.followers.follows("alice")
    file.write_text("[]")
    with pytest.raises(ValueError, match="not a state"):
        load_from_file(second, file)


def test_restoring_needs_the_format() -> None:
    """A file of another format is refused."""
    world = create_world()
    with pytest.raises(ValueError, match="format"):
        restore(world, snapshot(world) | {"format": 99})


@pytest.mark.platform(virtual=True, start=1_793_000_000.0)
def test_a_virtual_clock_is_moved(platform: Platform) -> None:
    """A virtual clock moves forward by seconds or to a time, and never back."""
    assert 1_793_000_000 == platform.get("clock")["timestamp"]
    assert 1_793_003_600 == platform.advance(3600)["timestamp"]
    assert "2026-12-01T00:00:00.000+08:00" == platform.jump("2026-12-01")["now"]
    assert "2026-12-02T00:00:00.000+08:00" == platform.jump("midnight")["now"]
    assert platform.get("clock")["virtual"]
    for error in ({"to": "2026-01-01"}, {"to": "soon"}, {"advance": -1}, {"advance": "1"}, {}):
        with pytest.raises(ControlError):
            platform.post("clock", error)


def test_the_real_clock_is_not_moved(platform: Platform) -> None:
    """A real clock cannot be moved."""
    assert not platform.get("clock")["virtual"]
    with pytest.raises(ControlError, match="virtual"):
        platform.advance(1)


def test_a_movable_clock_runs_and_is_shared_with_the_server(
    platform: Platform, account_server: AccountServer, tmp_path: Path
) -> None:
    """It runs as the machine's does and is moved forward only; a file and the signatures tell the server of it."""
    platform.running.world.clock = PlatformClock(movable=True, shared=tmp_path / "clock")
    platform.post("clock", {"stamp_by_clock": True})
    asked = parse_time("2036-12-01T09:00:00+08:00")
    began = time.time()
    platform.jump("2036-12-01T09:00:00+08:00")
    ahead = float((tmp_path / "clock").read_text(encoding="ascii"))
    platform.say("alice", "芯片")

    assert began + ahead <= asked <= time.time() + ahead
    (signed,) = (int(each.query["timestamp"]) for each in account_server.received)
    assert int(asked) <= signed <= time.time() + ahead
    with pytest.raises(ControlError, match="forward"):
        platform.jump("2030-01-01T00:00:00+08:00")
    platform.reset()
    assert platform.running.world.now() >= asked


@pytest.mark.platform(virtual=True, start=1_794_801_600.0, mass_delay=1.0)
def test_scheduled_actions_run_at_their_own_time(platform: Platform, api: ApiCaller) -> None:
    """Scheduled actions run at their own time while the clock moves over a month."""
    jobs = []
    for n in range(3):
        body = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": str(n)}}
        jobs.append(api.post("/cgi-bin/message/mass/sendall", body)["msg_id"])
        platform.running.state.identity.mass_delay += 10
    platform.advance(30 * 86400)

    sent = [platform.running.state.mass_messages.jobs[msg_id].sent_at - 1_794_801_600 for msg_id in jobs]
    assert [1, 11, 21] == sent


def test_days_start_at_midnight_in_beijing() -> None:
    """16:00 UTC is midnight in Beijing (0)."""
    before = parse_time("2026-11-30T23:59:59+08:00")
    assert ("2026-11-30", "2026-12-01") == (day(before), day(before + 1))
    assert (
        before + 1
        == midnight_after(before)
        == parse_time("2026-11-30T16:00:00+00:00")
        == parse_time("2026-12-01")
    )


def test_a_slow_listener_gets_each_change_once(platform: Platform) -> None:
    """A slow listener receives each kind of change once, however often it occurred."""
    watcher = platform.running.world.changes.subscribe()
    for n in range(5):
        platform.say("alice", str(n))

    result = deque(watcher.wait_for_changes(1))
    assert [{"what": "inbox", "openid": "alice"}] == [one for one in result if one["what"] == "inbox"]
    assert [] == watcher.wait_for_changes(0)


def test_an_exception_in_an_action_is_recorded(platform: Platform, api: ApiCaller) -> None:
    """An exception in a scheduled action is recorded, and the next action runs."""
    world = platform.running.world
    world.schedule_action(world.account, 0, "published", publish_id="none")
    body = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "一"}}
    platform.configure(mass_delay=0.0)
    msg_id = api.post("/cgi-bin/message/mass/sendall", body)["msg_id"]

    deadline = time.monotonic() + 5
    while api.post("/cgi-bin/message/mass/get", {"msg_id": msg_id})["msg_status"] != "SEND_SUCCESS":
        assert time.monotonic() < deadline
    assert ["KeyError: 'none'"] == [crash.splitlines()[-1] for crash in world.crashes]
