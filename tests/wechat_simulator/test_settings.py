"""What an account can be set to, and what it cannot."""

import json
from typing import Any

import pytest

from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.control_client import ControlError
from wechat_simulator.pytest_plugin import Platform
from wechat_simulator.simulator import create_world

WRONG: dict[str, Any] = {
    "poem": 1,
    "kind": "vip",
    "mode": "SAFE",
    "data_format": "yaml",
    "publish_fails": 1,
    "aes_key": "short",
    "token_overlap": -1,
    "mass_delay": 1e300,
    "publish_delay": "1",
    "template_delay": None,
    "ip_allow": "127.0.0.1",
    "originality": [],
    "admin_confirms": "yes",
    "name": 7,
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_is_named_and_changes_nothing(platform: Platform, name: str) -> None:
    """Over HTTP it is told by its name; what is right beside it is not taken either."""
    before = platform.account
    with pytest.raises(ControlError, match=name):
        platform.configure(**{name: WRONG[name], "secret": "another"})
    assert before == platform.account


@pytest.mark.parametrize("name", ["kind", "mode", "aes_key", "mass_delay"])
def test_a_wrong_setting_at_the_start(name: str) -> None:
    """In Python no simulator starts with it."""
    with pytest.raises(ValueError, match=name):
        create_world(**{name: WRONG[name]})


@pytest.mark.parametrize(
    ("aes_key", "good"),
    [
        ("A" * 43, True),
        ("ab+/" * 10 + "abA", True),
        ("A" * 42, False),
        ("A" * 44, False),
        ("一" * 43, False),
        ("!" * 43, False),
    ],
)
def test_an_aes_key_stands_for_32_bytes(platform: Platform, aes_key: str, good: bool) -> None:
    """43 characters of base64, whoever made them up."""
    if good:
        assert aes_key == platform.configure(aes_key=aes_key)["aes_key"]
    else:
        with pytest.raises(ControlError):
            platform.configure(aes_key=aes_key)


def test_half_a_character_in_the_token_breaks_no_callback(platform: Platform) -> None:
    """JSON can name what UTF-8 cannot hold; the callback goes out all the same."""
    platform.configure(token="\ud800", callback="http://127.0.0.1:9/")
    assert 3 == len(platform.say("alice", "在吗")["attempts"])
    assert [] == platform.running.world.crashes


def test_no_number_is_no_json(api: ApiCaller) -> None:
    """NaN, which Python reads and writes, is told like any other body that is no JSON."""
    told = api.send_raw("POST", "/_sim/account", json.dumps({"mass_delay": float("nan")}).encode())
    assert (400, {"error": "the body is not JSON"}) == (told.status, told.json)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/_sim/nothing", 404), ("GET", "/_sim/unfollow", 405), ("DELETE", "/_sim/account", 405)],
)
def test_what_is_no_control_is_told_in_json(api: ApiCaller, method: str, path: str, status: int) -> None:
    """A path or a method that is none is an error like the others; elsewhere it is a page."""
    told = api.send_raw(method, path)
    assert (status, ["error"]) == (told.status, list(told.json))
    assert "text/html" in api.send_raw("GET", "/nothing").type


@pytest.mark.parametrize("since", ["x", "1.1.1", "2026-13-01"])
def test_a_time_that_is_none(api: ApiCaller, since: str) -> None:
    """The answer says what a time looks like."""
    assert "ISO 8601" in api.send_raw("GET", f"/_sim/calls?since={since}").json["error"]
