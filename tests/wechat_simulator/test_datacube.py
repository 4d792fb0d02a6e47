"""Statistics, computed from the events in the simulator (reference, section K5)."""

import pytest

from tests.wechat_simulator.account_server import AccountServer
from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.follower_registry import SCENES
from wechat_simulator.pytest_plugin import Platform

# 2026-11-16 00:00 in Beijing; mass messages are sent at once.
pytestmark = pytest.mark.platform(virtual=True, start=1_794_758_400.0, mass_delay=0.0)

FIRST = "2026-11-16"
NEXT_NOON = "2026-11-17T12:00:00+08:00"


def report_rows(api: ApiCaller, name: str, begin: str = FIRST, end: str = FIRST) -> list[dict[str, object]]:
    """Return the rows of one report."""
    return list(api.post(f"/datacube/{name}", {"begin_date": begin, "end_date": end})["list"])


@pytest.fixture
def issue(platform: Platform, api: ApiCaller) -> str:
    """Send an issue to a hundred followers, let three read it, and move the clock to noon of the next day."""
    platform.crowd(100)
    answer = api.send_all(api.draft())
    platform.advance(0)
    (page,) = platform.running.state.mass_messages.jobs[answer["msg_id"]].pages
    for name in ("a", "b", "c"):
        platform.post("read", {"url": f"/s/{page}", "openid": name})
    platform.post("read", {"url": f"/s/{page}", "openid": "a"})
    platform.post("read", {"url": f"/s/{page}", "openid": "a", "does": "share"})
    platform.jump(NEXT_NOON)
    api.token = api.stable_token()["access_token"]
    return f"{answer['msg_data_id']}_1"


def test_new_and_lost_followers(platform: Platform, api: ApiCaller) -> None:
    """The reports have new and lost followers by source, and the total at the end of each day (K5)."""
    platform.crowd(10)
    platform.follow("alice", scene="issue12")
    platform.advance(86400)
    platform.unfollow("alice")
    platform.advance(86400)
    platform.crowd(5)
    platform.jump("2026-11-18T12:00:00+08:00")
    api.token = api.stable_token()["access_token"]

    assert [
        {"ref_date": FIRST, "user_source": 1, "new_user": 10, "cancel_user": 0},
        {"ref_date": FIRST, "user_source": 30, "new_user": 1, "cancel_user": 0},
        {"ref_date": "2026-11-17", "user_source": 0, "new_user": 0, "cancel_user": 1},
    ] == report_rows(api, "getusersummary", FIRST, "2026-11-17")
    totals = report_rows(api, "getusercumulate", FIRST, "2026-11-17")
    assert [11, 10] == [row["cumulate_user"] for row in totals]


def test_old_and_new_article_reports(api: ApiCaller, issue: str) -> None:
    """All reports about articles show the same readings (K5)."""
    (old,) = report_rows(api, "getarticlesummary")
    assert (issue, 3, 4, 1) == tuple(
        old[key] for key in ("msgid", "int_page_read_user", "int_page_read_count", "share_user")
    )
    (total,) = report_rows(api, "getarticletotal")
    details = total["details"]
    assert isinstance(details, list)
    assert (FIRST, 100, 4) == tuple(
        details[0][key] for key in ("stat_date", "target_user", "int_page_read_count")
    )
    (read,) = report_rows(api, "getarticleread")
    assert isinstance(read["detail"], dict)
    assert (issue, 3) == (read["msgid"], read["detail"]["read_user"])
    (share,) = report_rows(api, "getarticleshare")
    assert {"share_user": 1} == share["detail"]
    (detail,) = report_rows(api, "getarticletotaldetail")
    assert isinstance(detail["detail_list"], list)
    assert (0, 0.03) == (detail["publish_type"], detail["detail_list"][0]["read_delivery_rate"])


@pytest.mark.usefixtures("issue")
def test_the_account_as_a_whole(api: ApiCaller) -> None:
    """The account's reports sum up all articles, by day and by hour (K5)."""
    (day,) = report_rows(api, "getbizsummary")
    assert (3, 1, 100) == (day["read_user"], day["share_user"], day["send_page_count"])
    assert [4] == [row["int_page_read_count"] for row in report_rows(api, "getuserread")]
    assert [(0, 4)] == [
        (row["ref_hour"], row["int_page_read_count"]) for row in report_rows(api, "getuserreadhour")
    ]
    assert [1] == [row["share_count"] for row in report_rows(api, "getusershare")]
    assert [0] == [row["ref_hour"] for row in report_rows(api, "getusersharehour")]


def test_messages_and_the_account_s_server(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """The reports count users' messages, messages per user, and the server's callbacks (K5)."""
    for n in range(6):
        platform.say("alice", str(n))
    platform.say("bob", "一")
    platform.send("bob", "image")
    account_server.status = 500
    platform.say("bob", "二")
    platform.jump(NEXT_NOON)
    api.token = api.stable_token()["access_token"]

    text, image = report_rows(api, "getupstreammsg")
    assert (1, 2, 8) == (text["msg_type"], text["msg_user"], text["msg_count"])
    assert (2, 1, 1) == (image["msg_type"], image["msg_user"], image["msg_count"])
    assert 2 == len(report_rows(api, "getupstreammsghour"))
    assert [8, 1] == [row["msg_count"] for row in report_rows(api, "getupstreammsgweek")]
    distribution = report_rows(api, "getupstreammsgdist")
    assert [(1, 1), (2, 1)] == [(row["count_interval"], row["msg_user"]) for row in distribution]
    (interface,) = report_rows(api, "getinterfacesummary")
    assert (9, 1) == (interface["callback_count"], interface["fail_count"])
    assert 1 == len(report_rows(api, "getinterfacesummaryhour"))


@pytest.mark.parametrize(
    ("name", "begin", "end", "code"),
    [
        ("getusersummary", "16.11.2026", FIRST, 61500),
        ("getusersummary", "20261116", FIRST, 61500),
        ("getusersummary", "2026-11-17", FIRST, 61501),
        ("getusersummary", "2026-11-09", FIRST, 61501),
        ("getusersummary", FIRST, "2026-11-17", 61501),
        ("getarticlesummary", "2026-11-15", FIRST, 61501),
        ("getarticleread", "2025-10-31", "2025-10-31", 61501),
    ],
)
def test_dates_are_checked(
    platform: Platform, api: ApiCaller, name: str, begin: str, end: str, code: int
) -> None:
    """Invalid dates are 61500; wrong order, span, future dates and dates before the new reports are 61501 (K5)."""
    platform.jump(NEXT_NOON)
    assert code == api.errcode(f"/datacube/{name}", {"begin_date": begin, "end_date": end})


def test_yesterday_is_ready_at_eight(platform: Platform, api: ApiCaller) -> None:
    """Yesterday's figures are 61503 until eight in the morning (K5)."""
    body = {"begin_date": FIRST, "end_date": FIRST}
    platform.jump("2026-11-17T07:59:59+08:00")
    assert 61503 == api.errcode("/datacube/getusersummary", body)
    platform.advance(1)
    assert 0 == api.errcode("/datacube/getusersummary", body)


def test_articles_with_few_readings_are_omitted(platform: Platform, api: ApiCaller) -> None:
    """Articles with fewer than three readings are omitted; the new reports have is_delay (K5)."""
    answer = api.send_all(api.draft())
    platform.advance(0)
    (page,) = platform.running.state.mass_messages.jobs[answer["msg_id"]].pages
    api.send_raw("GET", f"/s/{page}")
    platform.jump(NEXT_NOON)
    api.token = api.stable_token()["access_token"]

    result = api.post("/datacube/getarticleread", {"begin_date": FIRST, "end_date": FIRST})
    assert {"list": [], "is_delay": False} == result


def test_every_source_has_its_number(platform: Platform, api: ApiCaller) -> None:
    """Each way of following has its user_source: search 1, card 17, code 30, account name 57, and so on (K5)."""
    for number, scene in enumerate(SCENES):
        platform.follow(f"reader{number}", subscribe_scene=scene)
    platform.jump(NEXT_NOON)
    api.token = api.stable_token()["access_token"]

    counted = {row["user_source"]: row["new_user"] for row in report_rows(api, "getusersummary")}
    assert {0: 4, 1: 1, 17: 1, 30: 1, 57: 1, 100: 1, 149: 1, 161: 1, 200: 1, 201: 1} == counted
