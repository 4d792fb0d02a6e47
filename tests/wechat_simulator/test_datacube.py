"""Statistics, counted from what happened (reference, section K5)."""

import pytest

from tests.wechat_simulator.account_server import AccountServer
from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.follower_registry import SCENES
from wechat_simulator.pytest_plugin import Platform

# 2026-11-16 00:00 in Beijing; the mass message goes out at once.
pytestmark = pytest.mark.platform(virtual=True, start=1_794_758_400.0, mass_delay=0.0)

FIRST = "2026-11-16"
NEXT_NOON = "2026-11-17T12:00:00+08:00"


def rows(api: ApiCaller, name: str, begin: str = FIRST, end: str = FIRST) -> list[dict[str, object]]:
    """The list of one report."""
    return list(api.post(f"/datacube/{name}", {"begin_date": begin, "end_date": end})["list"])


@pytest.fixture
def issue(platform: Platform, api: ApiCaller) -> str:
    """An issue sent to a hundred followers, read by three of them; the day after, at noon."""
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


def test_who_came_and_who_left(platform: Platform, api: ApiCaller) -> None:
    """K5: by source; the sum at the end of each day."""
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
    ] == rows(api, "getusersummary", FIRST, "2026-11-17")
    totals = rows(api, "getusercumulate", FIRST, "2026-11-17")
    assert [11, 10] == [row["cumulate_user"] for row in totals]


def test_articles_of_old_and_new_kind(api: ApiCaller, issue: str) -> None:
    """K5: the same readings in each of the reports about articles."""
    (old,) = rows(api, "getarticlesummary")
    assert (issue, 3, 4, 1) == tuple(
        old[key] for key in ("msgid", "int_page_read_user", "int_page_read_count", "share_user")
    )
    (total,) = rows(api, "getarticletotal")
    details = total["details"]
    assert isinstance(details, list)
    assert (FIRST, 100, 4) == tuple(
        details[0][key] for key in ("stat_date", "target_user", "int_page_read_count")
    )
    (read,) = rows(api, "getarticleread")
    assert isinstance(read["detail"], dict)
    assert (issue, 3) == (read["msgid"], read["detail"]["read_user"])
    (share,) = rows(api, "getarticleshare")
    assert {"share_user": 1} == share["detail"]
    (detail,) = rows(api, "getarticletotaldetail")
    assert isinstance(detail["detail_list"], list)
    assert (0, 0.03) == (detail["publish_type"], detail["detail_list"][0]["read_delivery_rate"])


@pytest.mark.usefixtures("issue")
def test_the_account_as_a_whole(api: ApiCaller) -> None:
    """K5: sums over all articles, by day and by hour."""
    (day,) = rows(api, "getbizsummary")
    assert (3, 1, 100) == (day["read_user"], day["share_user"], day["send_page_count"])
    assert [4] == [row["int_page_read_count"] for row in rows(api, "getuserread")]
    assert [(0, 4)] == [(row["ref_hour"], row["int_page_read_count"]) for row in rows(api, "getuserreadhour")]
    assert [1] == [row["share_count"] for row in rows(api, "getusershare")]
    assert [0] == [row["ref_hour"] for row in rows(api, "getusersharehour")]


def test_messages_and_the_account_s_server(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """K5: what readers wrote, how often each, and how the server answered."""
    for n in range(6):
        platform.say("alice", str(n))
    platform.say("bob", "一")
    platform.send("bob", "image")
    account_server.status = 500
    platform.say("bob", "二")
    platform.jump(NEXT_NOON)
    api.token = api.stable_token()["access_token"]

    text, image = rows(api, "getupstreammsg")
    assert (1, 2, 8) == (text["msg_type"], text["msg_user"], text["msg_count"])
    assert (2, 1, 1) == (image["msg_type"], image["msg_user"], image["msg_count"])
    assert 2 == len(rows(api, "getupstreammsghour"))
    assert [8, 1] == [row["msg_count"] for row in rows(api, "getupstreammsgweek")]
    distribution = rows(api, "getupstreammsgdist")
    assert [(1, 1), (2, 1)] == [(row["count_interval"], row["msg_user"]) for row in distribution]
    (interface,) = rows(api, "getinterfacesummary")
    assert (9, 1) == (interface["callback_count"], interface["fail_count"])
    assert 1 == len(rows(api, "getinterfacesummaryhour"))


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
    """K5: 61500 for the form, 61501 for order, span, the future and what was before the new reports."""
    platform.jump(NEXT_NOON)
    assert code == api.errcode(f"/datacube/{name}", {"begin_date": begin, "end_date": end})


def test_yesterday_is_ready_at_eight(platform: Platform, api: ApiCaller) -> None:
    """K5: before eight in the morning yesterday's figures are 61503."""
    body = {"begin_date": FIRST, "end_date": FIRST}
    platform.jump("2026-11-17T07:59:59+08:00")
    assert 61503 == api.errcode("/datacube/getusersummary", body)
    platform.advance(1)
    assert 0 == api.errcode("/datacube/getusersummary", body)


def test_hardly_read_articles_are_left_out(platform: Platform, api: ApiCaller) -> None:
    """K5: fewer than three readings tell nothing; the new reports say whether they are late."""
    answer = api.send_all(api.draft())
    platform.advance(0)
    (page,) = platform.running.state.mass_messages.jobs[answer["msg_id"]].pages
    api.send_raw("GET", f"/s/{page}")
    platform.jump(NEXT_NOON)
    api.token = api.stable_token()["access_token"]

    told = api.post("/datacube/getarticleread", {"begin_date": FIRST, "end_date": FIRST})
    assert {"list": [], "is_delay": False} == told


def test_every_source_has_its_number(platform: Platform, api: ApiCaller) -> None:
    """K5: search 1, card 17, code 30, account name 57, advertisement 100, and so on; the rest is 0."""
    for number, scene in enumerate(SCENES):
        platform.follow(f"reader{number}", subscribe_scene=scene)
    platform.jump(NEXT_NOON)
    api.token = api.stable_token()["access_token"]

    counted = {row["user_source"]: row["new_user"] for row in rows(api, "getusersummary")}
    assert {0: 4, 1: 1, 17: 1, 30: 1, 57: 1, 100: 1, 149: 1, 161: 1, 200: 1, 201: 1} == counted
