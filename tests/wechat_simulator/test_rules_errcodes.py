"""Error codes that no other test covers, and the messages of all (reference, section M)."""

import pytest

from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.api_errors import TEXTS
from wechat_simulator.pytest_plugin import Platform

SEEN_LIVE = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken,"
    " more details at https://mmbizurl.cn/s/JtxxFh33r",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40007: "invalid media_id",
    40013: "invalid appid",
    40014: "invalid access_token",
    40125: "invalid appsecret",
    41001: "access_token missing",
    42001: "access_token expired",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    44003: "empty news data",
    44004: "empty content",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45028: "has no masssend quota",
    45047: "out of response count limit",
    45065: "clientmsgid exist",
    45110: "author size out of limit",
    46003: "menu no exist",
    47001: "data format error",
    48001: "api unauthorized",
    48006: "forbid to clear quota because of reaching the limit",
}


def test_error_messages_are_those_of_the_platform() -> None:
    """Messages that were observed on the platform are the same here (M)."""
    assert {code: TEXTS[code] for code in SEEN_LIVE} == SEEN_LIVE


def test_any_errcode_can_be_ordered(platform: Platform, api: ApiCaller) -> None:
    """A fault can make any error code happen once, with its message and a rid (M)."""
    for code in (*TEXTS, 12345):
        platform.fault("/cgi-bin/draft/count", "errcode", errcode=code, times=1)
        result = api.get("/cgi-bin/draft/count")
        words = TEXTS.get(code, "unknown error").partition("{")[0]
        assert (code, True) == (result["errcode"], result["errmsg"].startswith(words))
        assert " rid: " in result["errmsg"]
    assert {"total_count": 0} == api.get("/cgi-bin/draft/count")


def test_a_missing_media_id(api: ApiCaller) -> None:
    """A missing media_id is 41006 (M, H)."""
    assert 41006 == api.get("/cgi-bin/media/get")["errcode"]
    assert 41006 == api.errcode("/cgi-bin/material/get_material")
    assert 41006 == api.errcode("/cgi-bin/material/del_material")


def test_a_card_address_that_is_too_long(platform: Platform, api: ApiCaller) -> None:
    """A card's address of more than 2,048 characters is 45005 (M, E)."""
    platform.say("alice", "在吗")
    card = {"title": "一", "url": "https://example.org/" + "a" * 2100}
    body = {"touser": "alice", "msgtype": "news", "news": {"articles": [card]}}
    assert 45005 == api.errcode("/cgi-bin/message/custom/send", body)


@pytest.mark.parametrize(
    "codes",
    [
        pytest.param((40155, 40204, 40215, 40249, 41040, 43116, 45166, 53503, 53504, 53505), id="contents"),
        pytest.param((45062, 48003, 48004, 48008, 48021, 48022, 50001, 50002, 50004, 53500), id="sanctions"),
        pytest.param((42010, 45006, 45010, 45162, 45169, 46001, 46004), id="undocumented limits"),
        pytest.param((89503, 89504, 89505, 89506, 89507), id="the administrator"),
        pytest.param((40021, 40028, 41007, 41008, 43003, 65302, 65305, 65400), id="what is not here"),
        pytest.param((53404, 53405, 53406), id="the shop"),
        pytest.param((*range(61450, 61458), 88002, 88006, 88007, 88009), id="customer service, comments"),
        pytest.param((76003, 76004, 200011, 200013, 200019, 200022), id="the library"),
        pytest.param((268487001, 268487002, 268488001, 9500001, 9500002), id="busy"),
    ],
)
def test_error_codes_that_only_faults_cause(
    platform: Platform, api: ApiCaller, codes: tuple[int, ...]
) -> None:
    """Error codes that only a fault causes have their own messages, and the call changes nothing (M, F5, G)."""
    article = api.article()
    for code in codes:
        platform.fault("/cgi-bin/draft/add", "errcode", errcode=code)
        result = api.post("/cgi-bin/draft/add", {"articles": [article]})
        assert (code, TEXTS[code]) == (result["errcode"], result["errmsg"].partition(" rid: ")[0])
    assert {"total_count": 0} == api.get("/cgi-bin/draft/count")
