"""Concurrent calls by fifty threads: counts are exact, and each caller gets its own answer."""

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


def run_concurrently(times: int, do: Callable[[int], T]) -> list[T]:
    """Run `do` for 0 to `times` - 1 in fifty threads; return the results in that order."""
    with ThreadPoolExecutor(PROGRAMS) as programs:
        return list(programs.map(do, range(times)))


def test_a_quota_is_spent_to_the_last_call(platform: Platform, api: ApiCaller) -> None:
    """Of 200 concurrent calls exactly the hundred within the quota succeed (0)."""
    platform.post("quotas", {"path": "/cgi-bin/draft/count", "limit": 100})
    _ = api.token
    codes = run_concurrently(200, lambda _: api.get("/cgi-bin/draft/count").get("errcode", 0))
    assert {0: 100, 45009: 100} == Counter(codes)


def test_an_allowance_is_spent_to_the_last_message(platform: Platform, api: ApiCaller) -> None:
    """A follower's message allows five messages, however many callers send at once (E)."""
    platform.say("alice", "在吗")
    _ = api.token
    body = {"touser": "alice", "msgtype": "text", "text": {"content": "在"}}
    codes = run_concurrently(PROGRAMS, lambda _: api.errcode("/cgi-bin/message/custom/send", body))
    assert {0: 5, 45047: 45} == Counter(codes)
    assert 5 == len([one for one in platform.inbox("alice") if one["via"] == "customer"])


def test_concurrent_sends_create_one_job(platform: Platform, api: ApiCaller) -> None:
    """Fifty concurrent calls with the same clientmsgid create one job (F4)."""
    platform.follow("alice")
    media_id = api.draft()
    codes = run_concurrently(PROGRAMS, lambda _: api.send_all(media_id, clientmsgid="issue-12")["errcode"])
    assert {0: 1, 45066: 49} == Counter(codes)
    platform.advance(1)
    assert 1 == len([one for one in platform.inbox("alice") if one["via"] == "mass"])


def test_a_stable_token_is_one(api: ApiCaller) -> None:
    """Concurrent requests get the same stable token (D)."""
    assert 1 == len({one["access_token"] for one in run_concurrently(PROGRAMS, lambda _: api.stable_token())})


def test_everybody_gets_an_answer_of_their_own(platform: Platform, account_server: AccountServer) -> None:
    """Fifty followers write at once, and each sees the reply to their own text once (A5)."""
    account_server.answer = lambda callback: reply_xml(
        callback,
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{callback.field('Content')}]]></Content>",
    )
    result = run_concurrently(
        100, lambda n: platform.say(f"reader{n % PROGRAMS}", f"第{n}句")["shown"]["content"]
    )
    assert [f"第{n}句" for n in range(100)] == result
    assert [4] * PROGRAMS == [len(platform.inbox(f"reader{n}")) for n in range(PROGRAMS)]


def test_concurrent_readings_are_all_counted(platform: Platform, api: ApiCaller) -> None:
    """An article opened by 200 concurrent requests has 200 readings (K5)."""
    platform.follow("alice")
    answer = api.send_all(api.draft())
    platform.advance(0)
    (page,) = platform.running.state.mass_messages.jobs[answer["msg_id"]].pages
    assert {200: 200} == Counter(
        run_concurrently(200, lambda _: api.send_raw("GET", f"/s/{page}?openid=alice").status)
    )
    (facts,) = (counts for counts in platform.running.state.event_counts.values() if f"read {page}" in counts)
    assert 200 == facts[f"read {page}"]


def test_accounts_are_added_during_calls(platform: Platform, api: ApiCaller) -> None:
    """No API call fails while accounts are added."""
    _ = api.token

    def one(number: int) -> object:
        """Add an account in every fourth call, else call the API."""
        if number % 4:
            return api.get("/cgi-bin/draft/count")
        return len(platform.post("accounts", {"name": f"第{number}个"}))

    answers = run_concurrently(400, one)
    assert [{"total_count": 0}] * 300 == [answer for answer in answers if isinstance(answer, dict)]
    assert 101 == len(platform.get("accounts"))
    assert [] == platform.running.world.crashes
