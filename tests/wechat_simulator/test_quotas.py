"""Daily and per-minute quotas (reference, sections 0 and D)."""

import pytest

from tests.wechat_simulator.api_caller import ApiCaller
from tests.wechat_simulator.valid_requests import VALID_REQUESTS, fill_placeholders
from wechat_simulator.api.endpoint_table import TABLE
from wechat_simulator.pytest_plugin import Platform

pytestmark = pytest.mark.platform(virtual=True, start=1_793_000_000.0)

DOCUMENTED = {
    "/cgi-bin/token": 2000,
    "/cgi-bin/menu/create": 1000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/menu/delete": 1000,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/mass/sendall": 100,
    "/cgi-bin/message/mass/preview": 100,
    "/cgi-bin/qrcode/create": 100_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/draft/add": 1000,
    "/cgi-bin/draft/get": 500,
    "/cgi-bin/freepublish/submit": 100,
    "/cgi-bin/freepublish/delete": 10,
    "/cgi-bin/user/get": 500,
    "/cgi-bin/user/info": 5_000_000,
    "/cgi-bin/user/info/updateremark": 10_000,
    "/cgi-bin/stable_token": 500_000,
}


# Calls refused before the quota check, because the object does not exist yet; clearing quotas has no quota.
EARLIER: dict[str, tuple[int, ...]] = {
    "/cgi-bin/clear_quota": (0,),
    "/cgi-bin/openapi/quota/clear": (0,),
    "/cgi-bin/callback/check": (40201,),
    "/cgi-bin/message/mass/send": (40031,),
    "/cgi-bin/message/mass/get": (40059,),
    "/cgi-bin/message/mass/delete": (40059,),
    "/cgi-bin/message/custom/send": (40007, 53600),
    "/cgi-bin/user/info/batchget": (40003,),
    "/cgi-bin/tags/members/batchblacklist": (40003,),
    "/cgi-bin/menu/addconditional": (65303,),
    "/cgi-bin/freepublish/get": (53502,),
    "/cgi-bin/freepublish/getarticle": (53600,),
    "/cgi-bin/freepublish/delete": (53600,),
    "/cgi-bin/message/subscribe/bizsend": (40037,),
    "/cgi-bin/message/template/subscribe": (43101,),
    "/cgi-bin/comment/list": (88001,),
    "/cgi-bin/comment/reply/add": (88001,),
}


def test_the_limits_are_the_documented_ones() -> None:
    """Each endpoint has the documented limit of a newly registered account (0)."""
    limits = {endpoint.path: endpoint.daily for endpoint in TABLE}
    assert {path: limits[path] for path in DOCUMENTED} == DOCUMENTED


def test_every_interface_stands_once_in_the_table() -> None:
    """The endpoint table has each path once (O2)."""
    paths = [endpoint.path for endpoint in TABLE]
    assert sorted(set(paths)) == sorted(paths)


def test_a_used_up_day_ends_at_midnight_in_beijing(platform: Platform, api: ApiCaller) -> None:
    """A used-up daily quota is 45009 until 00:00 in Beijing (0, O2)."""
    api.token = api.stable_token()["access_token"]
    platform.post("quotas", {"path": "/cgi-bin/draft/count", "limit": 2})
    platform.jump("2026-12-01T23:59:00+08:00")
    api.token = api.stable_token()["access_token"]

    assert [None, None, 45009] == [api.get("/cgi-bin/draft/count").get("errcode") for _ in range(3)]
    platform.advance(60)
    assert {"total_count": 0} == api.get("/cgi-bin/draft/count")


def test_the_minute_has_a_limit_too(platform: Platform, api: ApiCaller) -> None:
    """A used-up minute quota is 45011 until the next minute (0, F5)."""
    platform.post("quotas", {"path": "/cgi-bin/draft/count", "per_minute": 2})

    assert [None, None, 45011] == [api.get("/cgi-bin/draft/count").get("errcode") for _ in range(3)]
    platform.advance(60)
    assert {"total_count": 0} == api.get("/cgi-bin/draft/count")


def test_arguments_come_before_the_quota(platform: Platform, api: ApiCaller) -> None:
    """A call with invalid arguments is refused for those and does not count (O2)."""
    platform.post("quotas", {"path": "/cgi-bin/draft/add", "limit": 0})

    assert 44003 == api.errcode("/cgi-bin/draft/add")
    assert 45009 == api.errcode("/cgi-bin/draft/add", {"articles": [api.article()]})
    assert {"total_count": 0} == api.get("/cgi-bin/draft/count")


@pytest.mark.parametrize(
    "path", sorted({path for path, _ in VALID_REQUESTS if not path.startswith("/_sim/")})
)
def test_nothing_happens_beyond_the_quota(platform: Platform, api: ApiCaller, path: str) -> None:
    """No call changes anything when its quota is used up (O2)."""
    platform.follow("alice")
    platform.post("templates", {"template_id": "M", "title": "一", "keys": ["thing1"]})
    exists = {"$material": api.cover(), "$draft": api.draft(), "$app": api.identity.app_id}
    api.post("/cgi-bin/tags/create", {"tag": {"name": "一"}})
    platform.post("quotas", {"path": path, "limit": 0})
    before = state_without_quotas(platform)

    for _, body in (good for good in VALID_REQUESTS if good[0] == path):
        result = api.post(path, fill_placeholders(body, exists | {"$secret": api.identity.secret}))
        assert result["errcode"] in (45009, *EARLIER.get(path, ()))
    assert before == state_without_quotas(platform)


def state_without_quotas(platform: Platform) -> dict[str, object]:
    """Return the account's whole state without the quota counters."""
    (account,) = platform.snapshot()["accounts"]
    return {name: value for name, value in account.items() if name != "quotas"}


def test_quota_get_returns_limit_used_and_remaining(api: ApiCaller) -> None:
    """openapi/quota/get returns limit, used and remaining calls (D)."""
    api.get("/cgi-bin/draft/count")
    result = api.post("/cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/draft/count"})

    assert {"daily_limit": 1000, "used": 1, "remain": 999} == result["quota"]
    assert 76021 == api.errcode("/cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/nothing"})


@pytest.mark.platform(kind="personal")
def test_quota_get_of_what_is_not_allowed(api: ApiCaller) -> None:
    """openapi/quota/get is 76022 for an endpoint that the account has no right to (D)."""
    assert 76022 == api.errcode("/cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/menu/create"})


def test_all_quotas_can_be_cleared_ten_times_a_month(platform: Platform, api: ApiCaller) -> None:
    """Both forms of clear_quota share ten uses a month; the next one is 48006 (D)."""
    body = {"appid": api.identity.app_id}
    platform.post("quotas", {"path": "/cgi-bin/draft/count", "used": 1000})
    assert 45009 == api.get("/cgi-bin/draft/count")["errcode"]

    assert 0 == api.errcode("/cgi-bin/clear_quota", body)
    assert {"total_count": 0} == api.get("/cgi-bin/draft/count")
    by_secret = body | {"appsecret": api.identity.secret}
    assert [0] * 9 == [api.errcode("/cgi-bin/clear_quota/v2", by_secret) for _ in range(9)]
    assert (48006, 48006) == (
        api.errcode("/cgi-bin/clear_quota", body),
        api.errcode("/cgi-bin/clear_quota/v2", by_secret),
    )


def test_clearing_needs_the_own_appid(api: ApiCaller) -> None:
    """clear_quota with another appid is 40013, without one 41002 (D)."""
    assert 40013 == api.errcode("/cgi-bin/clear_quota", {"appid": "wx0"})
    assert 41002 == api.errcode("/cgi-bin/clear_quota")


def test_one_counter_can_be_cleared_fifty_times(platform: Platform, api: ApiCaller) -> None:
    """openapi/quota/clear has its own limit of fifty uses a month (D)."""
    body = {"cgi_path": "/cgi-bin/draft/count"}
    platform.post("quotas", {"path": "/cgi-bin/draft/count", "used": 1000})

    assert [0] * 50 + [48006] == [api.errcode("/cgi-bin/openapi/quota/clear", body) for _ in range(51)]
    assert {"total_count": 0} == api.get("/cgi-bin/draft/count")


def test_a_rid_leads_to_its_request(platform: Platform, api: ApiCaller) -> None:
    """openapi/rid/get returns request and response of a refused call for seven days (D)."""
    refused = api.post("/cgi-bin/draft/get", {"media_id": "nothing"})
    rid = refused["errmsg"].rpartition(" ")[2]

    result = api.post("/cgi-bin/openapi/rid/get", {"rid": rid})["request"]
    assert '{"media_id": "nothing"}' == result["request_body"]
    assert "40007" in result["response_body"]
    assert 76001 == api.errcode("/cgi-bin/openapi/rid/get", {"rid": "00000000-00000000-00000000"})
    platform.advance(7 * 86400 + 1)
    api.token = api.stable_token()["access_token"]
    assert 76001 == api.errcode("/cgi-bin/openapi/rid/get", {"rid": rid})


def test_addresses_and_the_check_of_the_callback(platform: Platform, api: ApiCaller) -> None:
    """getcallbackip lists addresses; callback/check needs a URL, an action and an operator (D)."""
    assert api.get("/cgi-bin/getcallbackip")["ip_list"]
    assert api.get("/cgi-bin/get_api_domain_ip")["ip_list"]
    good = {"action": "all", "check_operator": "DEFAULT"}
    assert 40201 == api.errcode("/cgi-bin/callback/check", good)
    platform.configure(callback="http://127.0.0.1:1/wechat")
    assert 40202 == api.errcode("/cgi-bin/callback/check", good | {"action": "some"})
    assert 40203 == api.errcode("/cgi-bin/callback/check", good | {"check_operator": "NOBODY"})
    result = api.post("/cgi-bin/callback/check", good)
    assert {"ip", "real_operator"} == result["dns"][0].keys()
    assert {"ip", "from_operator", "package_loss", "time"} == result["ping"][0].keys()
