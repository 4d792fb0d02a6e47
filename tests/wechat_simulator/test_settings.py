"""Valid and invalid settings of an account."""

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
    """Over HTTP an invalid setting is refused by name, and the valid ones beside it are not applied."""
    before = platform.account
    with pytest.raises(ControlError, match=name):
        platform.configure(**{name: WRONG[name], "secret": "another"})
    assert before == platform.account


@pytest.mark.parametrize("name", ["kind", "mode", "aes_key", "mass_delay"])
def test_a_wrong_setting_at_the_start(name: str) -> None:
    """In Python an invalid setting keeps the simulator from starting."""
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
    """An AES key has 43 Base64 characters, generated or given."""
    if good:
        assert aes_key == platform.configure(aes_key=aes_key)["aes_key"]
    else:
        with pytest.raises(ControlError):
            platform.configure(aes_key=aes_key)


def test_a_lone_surrogate_in_the_token_breaks_no_callback(platform: Platform) -> None:
    """A lone surrogate in the token, which JSON can express and UTF-8 cannot, does not break callbacks."""
    platform.configure(token="\ud800", callback="http://127.0.0.1:9/")
    assert 3 == len(platform.say("alice", "在吗")["attempts"])
    assert [] == platform.running.world.crashes


def test_nan_is_not_json(api: ApiCaller) -> None:
    """NaN, which Python's json accepts, is refused as invalid JSON."""
    result = api.send_raw("POST", "/_sim/account", json.dumps({"mass_delay": float("nan")}).encode())
    assert (400, {"error": "the body is not JSON"}) == (result.status, result.json)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/_sim/nothing", 404), ("GET", "/_sim/unfollow", 405), ("DELETE", "/_sim/account", 405)],
)
def test_unknown_control_paths_are_json_errors(api: ApiCaller, method: str, path: str, status: int) -> None:
    """Unknown control paths and methods are answered with a JSON error; other paths with a page."""
    result = api.send_raw(method, path)
    assert (status, ["error"]) == (result.status, list(result.json))
    assert "text/html" in api.send_raw("GET", "/nothing").type


@pytest.mark.parametrize("since", ["x", "1.1.1", "2026-13-01"])
def test_an_invalid_time(api: ApiCaller, since: str) -> None:
    """An invalid time is refused with a hint at the valid formats."""
    assert "ISO 8601" in api.send_raw("GET", f"/_sim/calls?since={since}").json["error"]
