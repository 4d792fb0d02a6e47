"""Fifty programs at once: what is counted is counted exactly, and nobody gets another's answer."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from tests.wechat_simulator.account_server import AccountServer, reply_xml
from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.pytest_plugin import Platform

pytestmark = pytest.mark.platform(virtual=True, start=1_794_801_600.0, mass_delay=0.0)

T = TypeVar("T")
PROGRAMS = 50


def at_once(times: int, do: Callable[[int], T]) -> list[T]:
    """So many calls, by fifty threads; their results in the order of the calls."""
    with ThreadPoolExecutor(PROGRAMS) as programs:
        return list(programs.map(do, range(times)))


def test_a_quota_is_spent_to_the_last_call(platform: Platform, api: ApiCaller) -> None:
    """0: of 200 calls at once exactly the hundred that are allowed are answered."""
    platform.post("quotas", {"path": "/cgi-bin/draft/count", "limit": 100})
    _ = api.token
    codes = at_once(200, lambda _: api.get("/cgi-bin/draft/count").get("errcode", 0))
    assert {0: 100, 45009: 100} == Counter(codes)


def test_an_allowance_is_spent_to_the_last_message(platform: Platform, api: ApiCaller) -> None:
    """E: one message of a follower allows five, however many programs answer it."""
    platform.say("alice", "在吗")
    _ = api.token
    body = {"touser": "alice", "msgtype": "text", "text": {"content": "在"}}
    codes = at_once(PROGRAMS, lambda _: api.errcode("/cgi-bin/message/custom/send", body))
    assert {0: 5, 45047: 45} == Counter(codes)
    assert 5 == len([one for one in platform.inbox("alice") if one["via"] == "customer"])


def test_one_of_many_sends_the_issue(platform: Platform, api: ApiCaller) -> None:
    """F4: the same clientmsgid from fifty programs is one job."""
    platform.follow("alice")
    media_id = api.draft()
    codes = at_once(PROGRAMS, lambda _: api.send_all(media_id, clientmsgid="issue-12")["errcode"])
    assert {0: 1, 45066: 49} == Counter(codes)
    platform.advance(1)
    assert 1 == len([one for one in platform.inbox("alice") if one["via"] == "mass"])


def test_a_stable_token_is_one(api: ApiCaller) -> None:
    """D: whoever asks first, all have the same."""
    assert 1 == len({one["access_token"] for one in at_once(PROGRAMS, lambda _: api.stable_token())})


def test_everybody_gets_an_answer_of_their_own(platform: Platform, account_server: AccountServer) -> None:
    """A5: fifty followers write at once; each sees the reply to their own words, once."""
    account_server.answer = lambda asked: reply_xml(
        asked,
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{asked.field('Content')}]]></Content>",
    )
    told = at_once(100, lambda n: platform.say(f"reader{n % PROGRAMS}", f"第{n}句")["shown"]["content"])
    assert [f"第{n}句" for n in range(100)] == told
    assert [4] * PROGRAMS == [len(platform.inbox(f"reader{n}")) for n in range(PROGRAMS)]


def test_readers_at_once_are_all_counted(platform: Platform, api: ApiCaller) -> None:
    """K5: an article that is opened 200 times at once was read 200 times."""
    platform.follow("alice")
    answer = api.send_all(api.draft())
    platform.advance(0)
    (page,) = platform.running.state.mass_messages.jobs[answer["msg_id"]].pages
    assert {200: 200} == Counter(
        at_once(200, lambda _: api.send_raw("GET", f"/s/{page}?openid=alice").status)
    )
    (facts,) = (counts for counts in platform.running.state.event_counts.values() if f"read {page}" in counts)
    assert 200 == facts[f"read {page}"]


def test_accounts_come_while_others_call(platform: Platform, api: ApiCaller) -> None:
    """Another account may be opened at any time: no call fails of it."""
    _ = api.token

    def one(number: int) -> object:
        """Every fourth opens an account, the others call."""
        if number % 4:
            return api.get("/cgi-bin/draft/count")
        return len(platform.post("accounts", {"name": f"第{number}个"}))

    answers = at_once(400, one)
    assert [{"total_count": 0}] * 300 == [answer for answer in answers if isinstance(answer, dict)]
    assert 101 == len(platform.get("accounts"))
    assert [] == platform.running.world.crashes
