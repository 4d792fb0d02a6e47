"""Enforcement of every documented quota (reference, sections 0, D, F5 and K4)."""

import json

import pytest

from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.api.endpoint_table import BY_PATH
from wechat_simulator.pytest_plugin import Platform

pytestmark = pytest.mark.platform(virtual=True, start=1_794_801_600.0)

LIMITS = {
    2000: ["token", "menu/addconditional", "menu/delconditional"],
    1000: [
        "menu/create",
        "menu/delete",
        "draft/add",
        "draft/update",
        "draft/delete",
        "draft/count",
        "draft/batchget",
    ],
    10_000: ["menu/get", "user/info/updateremark"],
    20_000: ["menu/trymatch"],
    100_000: ["media/upload", "qrcode/create", "message/template/send"],
    200_000: ["media/get"],
    500_000: ["message/custom/send", "stable_token"],
    5_000_000: ["user/info"],
    500: ["draft/get", "user/get"],
    100: [
        *("freepublish/submit", "freepublish/get", "freepublish/getarticle", "freepublish/batchget"),
        *(
            f"message/mass/{name}"
            for name in ("sendall", "send", "preview", "get", "delete", "speed/get", "speed/set")
        ),
    ],
    10: ["freepublish/delete"],
}
DOCUMENTED = [(f"/cgi-bin/{name}", limit) for limit, names in LIMITS.items() for name in names]


@pytest.mark.parametrize(("path", "limit"), DOCUMENTED, ids=[path for path, _ in DOCUMENTED])
def test_every_documented_limit_is_enforced(
    platform: Platform, api: ApiCaller, path: str, limit: int
) -> None:
    """Each endpoint reports its quota, and none is left after the last call of the day (0, D, F5, K4)."""
    if BY_PATH[path].key == "token":
        result = api.post("/cgi-bin/openapi/quota/get", {"cgi_path": path})["quota"]
        assert {"daily_limit": limit, "used": 0, "remain": limit} == result
    assert limit == BY_PATH[path].daily
    platform.post("quotas", {"path": path, "used": limit})
    (left,) = [one for one in platform.get("quotas") if one["path"] == path]
    assert (limit, limit) == (left["used"], left["limit"])


def test_token_allows_two_thousand_calls_a_day(platform: Platform, api: ApiCaller) -> None:
    """The 2,000th token() succeeds and the next is 45009; stable_token has its own counter (0)."""
    query = f"grant_type=client_credential&appid={api.identity.app_id}&secret={api.identity.secret}"
    platform.post("quotas", {"path": "/cgi-bin/token", "used": 1999})
    result = [api.send_raw("GET", f"/cgi-bin/token?{query}").json for _ in range(2)]
    assert [None, 45009] == [one.get("errcode") for one in result]
    assert "access_token" in api.stable_token()


def test_stable_token_has_a_limit_a_minute(platform: Platform, api: ApiCaller) -> None:
    """stable_token allows ten thousand calls a minute over all callers (D)."""
    usage = platform.running.state.quotas.usage("/cgi-bin/stable_token", platform.running.world.now())
    assert "access_token" in api.stable_token()
    usage.this_minute = 10_000
    assert 45011 == api.stable_token()["errcode"]
    platform.advance(60)
    assert "access_token" in api.stable_token()


def test_limits_of_each_account_are_its_own(platform: Platform, api: ApiCaller) -> None:
    """A quota used up by one account is still available to another (0)."""
    app_id = platform.post("accounts", {"kind": "svc"})["app_id"]
    other = ApiCaller(platform.url, platform.running.world.accounts[app_id].identity)
    platform.post("quotas", {"path": "/cgi-bin/draft/count", "limit": 0})
    assert 45009 == api.get("/cgi-bin/draft/count")["errcode"]
    assert {"total_count": 0} == other.get("/cgi-bin/draft/count")
    assert json.dumps(platform.get("quotas", account=app_id))
