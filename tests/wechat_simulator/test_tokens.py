"""Both families of tokens (reference, section D)."""

import pytest

from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.pytest_plugin import Platform

pytestmark = pytest.mark.platform(virtual=True, start=1_793_000_000.0)


def plain(api: ApiCaller) -> str:
    """A token of the first family."""
    query = f"grant_type=client_credential&appid={api.identity.app_id}&secret={api.identity.secret}"
    return str(api.send_raw("GET", f"/cgi-bin/token?{query}").json["access_token"])


def works(api: ApiCaller, token: str) -> int:
    """The errcode with which a token is met."""
    return int(api.send_raw("GET", f"/cgi-bin/draft/count?access_token={token}").json.get("errcode", 0))


def test_a_stable_token_stays_the_same(platform: Platform, api: ApiCaller) -> None:
    """D: a repeated call gives the same token, with the seconds that are left."""
    first = api.stable_token()
    platform.advance(1000)
    second = api.stable_token()

    assert first["access_token"] == second["access_token"]
    assert (7200, 6200) == (first["expires_in"], second["expires_in"])


def test_a_stable_token_is_replaced_near_its_end(platform: Platform, api: ApiCaller) -> None:
    """D: within the last five minutes a new one comes, and both work."""
    old = api.stable_token()["access_token"]
    platform.advance(7000)
    new = api.stable_token()["access_token"]

    assert old != new
    assert (0, 0) == (works(api, old), works(api, new))
    platform.advance(300)
    assert (42001, 0) == (works(api, old), works(api, new))


def test_a_forced_refresh_kills_the_old_one_at_once(api: ApiCaller) -> None:
    """D: force_refresh leaves no overlap."""
    old = api.stable_token()["access_token"]
    new = api.stable_token(force_refresh=True)["access_token"]

    assert (40001, 0) == (works(api, old), works(api, new))


def test_forcing_is_limited(platform: Platform, api: ApiCaller) -> None:
    """D: at least 30 seconds apart, and twenty a day."""
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
    """D O1: the previous token works for five minutes more, then it is not the latest: 40001."""
    old, new = plain(api), plain(api)

    assert old != new
    assert (0, 0) == (works(api, old), works(api, new))
    platform.advance(300)
    assert (40001, 0) == (works(api, old), works(api, new))


@pytest.mark.platform(token_overlap=0.0)
def test_the_overlap_can_be_nought(api: ApiCaller) -> None:
    """O1: without an overlap the previous token is dead at once."""
    old = plain(api)
    plain(api)
    assert 40001 == works(api, old)


def test_the_families_do_not_disturb_each_other(platform: Platform, api: ApiCaller) -> None:
    """D: token() never invalidates a stable token, nor the other way round."""
    stable = api.stable_token()["access_token"]
    first = plain(api)
    api.stable_token(force_refresh=True)
    stable = api.stable_token()["access_token"]
    plain(api)
    platform.advance(299)

    assert (0, 0) == (works(api, stable), works(api, first))


def test_a_token_lives_two_hours(platform: Platform, api: ApiCaller) -> None:
    """D: then it is 42001."""
    token = plain(api)
    platform.advance(7199)
    assert 0 == works(api, token)
    platform.advance(1)
    assert 42001 == works(api, token)


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
    """D: each wrong argument of the token call has a code of its own."""
    assert code == api.stable_token(**more)["errcode"]


@pytest.mark.platform(ip_allow=["203.0.113.9"])
def test_the_allow_list_names_the_address_to_add(api: ApiCaller) -> None:
    """D: 40164 tells which address was seen."""
    refused = api.stable_token()
    assert 40164 == refused["errcode"]
    assert refused["errmsg"].startswith("invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist rid: ")


@pytest.mark.platform(secret_frozen=True)
def test_a_frozen_secret(api: ApiCaller) -> None:
    """D: 40243 until it is thawed."""
    assert 40243 == api.stable_token()["errcode"]


def test_tokens_can_be_revoked_on_order(platform: Platform, api: ApiCaller) -> None:
    """O12: after a reset of the secret every token is 40001, and the next call brings a new one."""
    token = api.stable_token()["access_token"]
    assert {"revoked": 1} == platform.post("tokens/revoke")

    assert 40001 == works(api, token)
    assert 0 == works(api, api.stable_token()["access_token"])


@pytest.mark.platform(account_frozen=True)
def test_a_frozen_account_gets_no_token(api: ApiCaller) -> None:
    """D M: 50007 from both calls for a token."""
    assert 50007 == api.stable_token()["errcode"]
    query = f"grant_type=client_credential&appid={api.identity.app_id}&secret={api.identity.secret}"
    assert 50007 == api.send_raw("GET", f"/cgi-bin/token?{query}").json["errcode"]
