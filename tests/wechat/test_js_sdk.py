"""Tests of signatures for the JS-SDK."""

from datetime import UTC, datetime

from tests.wechat.desk import START, asked, control, door
from wechat_simulator import RunningSimulator
from wxbot.wechat import MemoryTokenStore
from wxbot.wechat.js_sdk import sign_page

TICKET = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"


def test_a_signature_is_that_of_the_reference() -> None:
    """The reference's vector; what follows `#` is not signed."""
    now = datetime.fromtimestamp(1_414_587_457, UTC)
    pages = ("http://mp.weixin.qq.com?params=value", "http://mp.weixin.qq.com?params=value#here")
    signed = [sign_page("wx1", TICKET, page, now, "Wm3WZYTPz0wzccnW") for page in pages]

    assert "0f9de62fce790f9a083d5c99e95740ceb90c27ed" == signed[0].signature == signed[1].signature
    assert {"appId", "timestamp", "nonceStr", "signature"} == set(signed[0].as_config())


def test_processes_share_a_ticket(platform: RunningSimulator) -> None:
    """Two processes sign with the ticket that one of them fetched, in one call; it is fetched again before its end."""
    store = MemoryTokenStore()
    now = datetime.fromtimestamp(START, UTC)
    doors = [door(platform, store), door(platform, store)]
    signatures = {each.sign_page("https://news.example.org/", now, "n").signature for each in doors}

    assert 1 == len(signatures) == len(asked(platform, "ticket/getticket"))
    control(platform, "clock", advance=7000)
    later = doors[0].sign_page("https://news.example.org/", now, "n").signature
    assert 2 == len(asked(platform, "ticket/getticket"))
    assert later in signatures  # the platform gives the same ticket until its end
    for each in doors:
        each.close()
