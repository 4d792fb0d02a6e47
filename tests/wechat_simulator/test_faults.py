"""Injected faults (reference, section O, point 12)."""

import http.client
import time

import pytest

from tests.wechat_simulator.account_server import AccountServer
from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.control_client import ControlError
from wechat_simulator.faults import Faults
from wechat_simulator.pytest_plugin import Platform

COUNT = "/cgi-bin/draft/count"
ADD = "/cgi-bin/draft/add"


def test_the_next_calls_are_refused(platform: Platform, api: ApiCaller) -> None:
    """The next two calls fail with -1 and change nothing; the third succeeds (O12)."""
    body = {"articles": [api.article()]}
    platform.fault(ADD, "errcode", errcode=-1, times=2)

    assert [-1, -1, 0] == [api.errcode(ADD, body) for _ in range(3)]
    assert {"total_count": 1} == api.get(COUNT)
    assert [] == platform.get("faults")


def test_gateway_errors(platform: Platform, api: ApiCaller) -> None:
    """A call is answered with another HTTP status, or with 502 and an HTML page (O12)."""
    platform.fault(COUNT, "http", status=503)
    platform.fault(COUNT, "html")

    assert 503 == api.request("GET", COUNT).status
    response = api.request("GET", COUNT)
    assert (502, "text/html") == (response.status, response.type)
    assert response.body.startswith(b"<html>")


def test_slow_answers(platform: Platform, api: ApiCaller) -> None:
    """A slow call succeeds after the ordered delay (O12)."""
    platform.fault(COUNT, "slow", seconds=0.2)
    begun = time.monotonic()
    assert {"total_count": 0} == api.get(COUNT)
    assert time.monotonic() - begun >= 0.2


@pytest.mark.parametrize(("kind", "drafts"), [("cut_before", 0), ("cut_after", 1)])
def test_cut_connections(platform: Platform, api: ApiCaller, kind: str, drafts: int) -> None:
    """The connection is cut without an answer, before or after the call was carried out (O12)."""
    body = {"articles": [api.article()]}
    platform.fault(ADD, kind)
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        api.post(ADD, body)

    assert {"total_count": drafts} == api.get(COUNT)
    (call,) = platform.calls(ADD)
    assert kind == call["fault"]


def test_a_path_prefix(platform: Platform, api: ApiCaller) -> None:
    """A path that ends in * matches all paths with that prefix and no others (O12)."""
    platform.fault("/cgi-bin/draft/*", "errcode", errcode=45009, times=None)
    assert [45009] * 3 == [api.get(COUNT)["errcode"] for _ in range(3)]
    assert 0 == api.get("/cgi-bin/user/get")["total"]
    platform.post("faults", method="DELETE")
    assert {"total_count": 0} == api.get(COUNT)


def test_a_seed_repeats_the_same_faults() -> None:
    """The same seed makes the same calls fail (O12)."""

    def failed_calls() -> list[bool]:
        faults = Faults()
        faults.add({"path": "/x", "kind": "errcode", "times": None, "rate": 0.5, "seed": 7})
        return [faults.take("/x") is not None for _ in range(50)]

    assert failed_calls() == failed_calls()
    assert 10 < sum(failed_calls()) < 40


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"path": COUNT, "kind": "poem"},
        {"path": COUNT, "kind": "http", "status": 7},
        {"path": COUNT, "kind": "errcode", "errcode": "many"},
        {"path": COUNT, "kind": "errcode", "times": 0},
        {"path": COUNT, "kind": "slow", "seconds": -1},
        {"path": "callback", "kind": "http"},
    ],
)
def test_invalid_faults_are_refused(platform: Platform, order: dict[str, object]) -> None:
    """An invalid fault is refused when it is ordered (O12)."""
    with pytest.raises(ControlError):
        platform.post("faults", order)
    assert [] == platform.get("faults")


def test_callbacks_twice(platform: Platform, account_server: AccountServer) -> None:
    """A callback is sent once more although it was answered (A5)."""
    platform.fault("callback", "duplicate")
    account_server.say("你好")
    platform.say("alice", "芯片")

    assert 2 == len(account_server.received)
    assert 1 == len({callback.field("MsgId") for callback in account_server.received})
    assert 1 == len([one for one in platform.inbox("alice") if one["via"] == "reply"])


def test_callbacks_late(platform: Platform, account_server: AccountServer) -> None:
    """A callback is sent some seconds late (O12)."""
    platform.fault("callback", "late", seconds=0.2)
    begun = time.monotonic()
    platform.say("alice", "芯片")
    assert time.monotonic() - begun >= 0.2
    assert 1 == len(account_server.received)


def test_callbacks_in_another_order(platform: Platform, account_server: AccountServer) -> None:
    """A callback is held back until the second one has been sent (O12)."""
    platform.fault("callback", "reorder", seconds=10)
    world = platform.running.world
    first = platform.running.world.submit(lambda: platform.say("alice", "一"))
    while platform.get("faults"):
        time.sleep(0.01)
    platform.say("alice", "二")
    first.result(10)

    assert ["二", "一"] == [callback.field("Content") for callback in account_server.received]
    assert world.wait_for_callbacks(5)
