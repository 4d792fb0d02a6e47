"""Tests of what the app shows of an account: dark mode, name card, read count, history, search, buttons."""

import re
import sys

import pytest

from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.control_client import ControlError
from wechat_simulator.dark_mode import dark_sheet
from wechat_simulator.pytest_plugin import Platform

pytestmark = pytest.mark.platform(virtual=True, mass_delay=2.0)


def test_dark_mode_recolours_as_the_app_does() -> None:
    """Light grounds become dark and dark text light, in their hue; white text on a dark ground stays; urls are left."""
    marked, sheet = dark_sheet(
        '<p style="color:#333;background:#fff">a</p><p style="color:#fff;background-color:#8b0000">b</p>'
        '<p style="border-left: 3px solid #a8352b">c</p><p style="margin:0">d</p>'
    )
    rules = dict(re.findall(r'\[data-dark="(\d+)"\]\{([^}]*)\}', sheet))

    assert ["0", "1", "2"] == re.findall(r'data-dark="(\d+)"', marked)
    assert "color:#cccccc !important;background-color:#1a1a1a !important" == rules["0"]
    assert "background-color:#8b0000 !important" in rules["1"]
    assert "border-left-color:#a8352b !important" == rules["2"]


def test_an_article_leads_to_the_history_of_its_account(api: ApiCaller, platform: Platform) -> None:
    """It shows how often it was read and the account's name card, whose page lists what was sent to all followers."""
    platform.follow("alice")
    answer = api.send_all(api.draft(title="车规芯片通过认证"))
    platform.advance(2)
    (sent,) = platform.running.state.mass_messages.jobs[answer["msg_id"]].pages
    pages = [api.send_raw("GET", f"/s/{sent}").body.decode() for _ in range(2)]
    profile = re.search(r'class="card" href="(/profile/[^"]+)"', pages[1])

    assert "阅读 2" in pages[1]
    assert profile
    assert f'href="/s/{sent}"' in api.send_raw("GET", profile[1]).body.decode()
    assert 404 == api.send_raw("GET", "/profile/wx0").status


def test_followers_are_searched(platform: Platform) -> None:
    """A part of an openid or of a name finds its follower among many, those who have acted before all others."""
    platform.crowd(300)
    platform.follow("oSearchedAlice", name="爱丽丝")

    def search(text: str) -> list[str]:
        return list(platform.get("followers", q=text)["openids"])

    assert ["oSearchedAlice"] == search("searchedal") == search("丽")
    some = platform.get("followers")["openids"][7]
    assert some in search(some[3:])
    assert [] == search("nobody at all")


def test_a_button_runs_the_command_that_was_given(platform: Platform) -> None:
    """A button returns what its command said; a request cannot name another command."""
    platform.running.world.buttons = {"推送": [sys.executable, "-c", "print('已完成')"]}

    assert [{"name": "推送"}] == platform.get("buttons")
    assert {"code": 0, "said": "已完成"} == platform.post("buttons", {"name": "推送"})
    with pytest.raises(ControlError, match="no such button"):
        platform.post("buttons", {"name": "rm"})
