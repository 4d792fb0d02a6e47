"""Both kinds of access tokens (reference, section D)."""

import pytest

from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.pytest_plugin import Platform

pytestmark = pytest.mark.platform(virtual=True, start=1_793_000_000.0)


def request_plain_token(api: ApiCaller) -> str:
    """Request a token of the first kind."""
    query = f"grant_type=client_credential&appid={api.identity.app_id}&secret={api.identity.secret}"
    return str(api.send_raw("GET", f"/cgi-bin/token?{query}").json["access_token"])


def errcode_with_token(api: ApiCaller, token: str) -> int:
    """Return the errcode of a call with the token."""
    return int(api.send_raw("GET", f"/cgi-bin/draft/count?access_token={token}").json.get("errcode", 0))


def test_a_stable_token_stays_the_same(platform: Platform, api: ApiCaller) -> None:
    """A repeated request returns the same token with its remaining seconds (D)."""
    first = api.stable_token()
    platform.advance(1000)
    second = api.stable_token()

    assert first["access_token"] == second["access_token"]
    assert (7200, 6200) == (first["expires_in"], second["expires_in"])


def test_a_stable_token_is_replaced_near_its_end(platform: Platform, api: ApiCaller) -> None:
    """Within its last five minutes a stable token is replaced, and both work (D)."""
    old = api.stable_token()["access_token"]
    platform.advance(7000)
    new = api.stable_token()["access_token"]

    assert old != new
    assert (0, 0) == (errcode_with_token(api, old), errcode_with_token(api, new))
    platform.advance(300)
    assert (42001, 0) == (errcode_with_token(api, old), errcode_with_token(api, new))


def test_a_forced_refresh_kills_the_old_one_at_once(api: ApiCaller) -> None:
    """force_refresh revokes the old token without overlap (D)."""
    old = api.stable_token()["access_token"]
    new = api.stable_token(force_refresh=True)["access_token"]

    assert (40001, 0) == (errcode_with_token(api, old), errcode_with_token(api, new))


def test_forcing_is_limited(platform: Platform, api: ApiCaller) -> None:
    """force_refresh is allowed every 30 seconds and twenty times a day (D)."""
    api.stable_token()
    assert "access_token" in api.stable_token(force_refresh=True)
    assert 45011 == api.stable_token(force_refresh=True)["errcode"]
    for _ in range(19):
        platform.advance(30)
        assert "access_token" in api.stable_token(force_refresh=True)
    platform.advance(30)
    assert 45009 == api.stable_token(force_refresh=True)["errcode"]
    platform.advance(86400)
    assert "access_token" in api.stable_token(force_refresh=True)


def test_token_replaces_the_one_before_after_an_overlap(platform: Platform, api: ApiCaller) -> None:
    """The previous token works for five more minutes, then it is 40001, "not latest" (D, O1)."""
    old, new = request_plain_token(api), request_plain_token(api)

    assert old != new
    assert (0, 0) == (errcode_with_token(api, old), errcode_with_token(api, new))
    platform.advance(300)
    assert (40001, 0) == (errcode_with_token(api, old), errcode_with_token(api, new))


@pytest.mark.platform(token_overlap=0.0)
def test_the_overlap_can_be_zero(api: ApiCaller) -> None:
    """With token_overlap 0 the previous token is invalid at once (O1)."""
    old = request_plain_token(api)
    request_plain_token(api)
    assert 40001 == errcode_with_token(api, old)


def test_the_two_kinds_do_not_affect_each_other(platform: Platform, api: ApiCaller) -> None:
    """token() does not invalidate a stable token, and stable_token no plain one (D)."""
    stable = api.stable_token()["access_token"]
    first = request_plain_token(api)
    api.stable_token(force_refresh=True)
    stable = api.stable_token()["access_token"]
    request_plain_token(api)
    platform.advance(299)

    assert (0, 0) == (errcode_with_token(api, stable), errcode_with_token(api, first))


def test_a_token_lives_two_hours(platform: Platform, api: ApiCaller) -> None:
    """After two hours a token is 42001 (D)."""
    token = request_plain_token(api)
    platform.advance(7199)
    assert 0 == errcode_with_token(api, token)
    platform.advance(1)
    assert 42001 == errcode_with_token(api, token)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"appid": "wx0000000000000000"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "password"}, 40002),
        ({"force_refresh": "yes"}, 47001),
    ],
)
def test_wrong_credentials(api: ApiCaller, more: dict[str, object], code: int) -> None:
    """Each invalid argument of a token request has its own error code (D)."""
    assert code == api.stable_token(**more)["errcode"]


@pytest.mark.platform(ip_allow=["203.0.113.9"])
def test_the_allow_list_names_the_address_to_add(api: ApiCaller) -> None:
    """40164 names the caller's address (D)."""
    refused = api.stable_token()
    assert 40164 == refused["errcode"]
    assert refused["errmsg"].startswith("invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist rid: ")


@pytest.mark.platform(secret_frozen=True)
def test_a_frozen_secret(api: ApiCaller) -> None:
    """A frozen secret is 40243 until it is unfrozen (D)."""
    assert 40243 == api.stable_token()["errcode"]


def test_tokens_can_be_revoked_on_order(platform: Platform, api: ApiCaller) -> None:
    """After a reset of the secret every token is 40001, and the next request returns a new one (O12)."""
    token = api.stable_token()["access_token"]
    assert {"revoked": 1} == platform.post("tokens/revoke")

    assert 40001 == errcode_with_token(api, token)
    assert 0 == errcode_with_token(api, api.stable_token()["access_token"])


@pytest.mark.platform(account_frozen=True)
def test_a_frozen_account_gets_no_token(api: ApiCaller) -> None:
    """A frozen account gets 50007 from both token endpoints (D, M)."""
    assert 50007 == api.stable_token()["errcode"]
    query = f"grant_type=client_credential&appid={api.identity.app_id}&secret={api.identity.secret}"
    assert 50007 == api.send_raw("GET", f"/cgi-bin/token?{query}").json["errcode"]
