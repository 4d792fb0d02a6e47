"""One call over a real socket ends within its limits, in a response or in one of our errors.

Most facts hold for every way in which the platform is asked: see `ways`.
"""

import json
import logging
import socket

import pytest

from tests.wechat.crooked import CLOSE, HANG, answer, crooked
from tests.wechat.ways import (
    BAD,
    GOOD,
    HOLLOW,
    RENEWED,
    SECRET,
    STALE,
    TOKEN,
    WAYS,
    Way,
    opened,
)
from wxbot.errors import (
    FollowerUnreachable,
    Misconfigured,
    QuotaSpent,
    Refused,
    SettingsError,
    TryLater,
    WxbotError,
)

every_way = pytest.mark.parametrize("way", WAYS, ids=str)
BRINGING = [way for way in WAYS if not way.name.startswith("card")]


def body(asked: bytes) -> bytes:
    """Return the body of a request."""
    return asked.partition(b"\r\n\r\n")[2]


def addresses(asked: list[bytes]) -> list[str]:
    """The addresses of requests, as they were asked for."""
    return [one.split(b" ")[1].decode() for one in asked]


@every_way
@pytest.mark.parametrize("bad", BAD, ids=lambda bad: repr(bad[-30:]))
def test_answer_that_was_lost(way: Way, bad: bytes) -> None:
    """A lost response makes a read TryLater and a send OutcomeUnknown, with no automatic retry and no endless wait."""
    with crooked(bad) as server, pytest.raises(WxbotError) as lost:
        way.ask(way.at(server.url))

    assert way.lost is type(lost.value)
    assert 1 == len(server.asked)


@pytest.mark.parametrize("way", BRINGING, ids=str)
@pytest.mark.parametrize("hollow", HOLLOW, ids=lambda bad: repr(bad[-30:]))
def test_answer_without_what_it_has_to_bring(way: Way, hollow: bytes) -> None:
    """JSON of the platform's that lacks the number or the id is no answer either."""
    with crooked(hollow) as server, pytest.raises(WxbotError) as lost:
        way.ask(way.at(server.url))

    assert way.lost is type(lost.value)


@every_way
def test_request_that_never_left(way: Way) -> None:
    """A call that could not connect is TryLater, whatever it was."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    with pytest.raises(TryLater):
        way.ask(way.at(url))


@every_way
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("403 Forbidden", Misconfigured),
        ("413 Too Large", Refused),
        ("429 Busy", TryLater),
        ("408 Timeout", None),
        ("504 Timeout", None),
    ],
)
def test_gateway_before_the_platform(way: Way, status: str, expected: type[WxbotError] | None) -> None:
    """Below 500 nothing was let through; from 500 on, and after a wait, it may have been."""
    with crooked(answer(b"<html>", status)) as server, pytest.raises(WxbotError) as refused:
        way.ask(way.at(server.url))

    assert (expected or way.lost) is type(refused.value)


@every_way
@pytest.mark.parametrize(
    ("errcode", "expected"),
    [
        (43004, FollowerUnreachable),
        ("45015", FollowerUnreachable),
        (-1, TryLater),
        (45009, QuotaSpent),
        (True, Refused),
    ],
)
def test_errcode_is_the_one_class(way: Way, errcode: object, expected: type[WxbotError]) -> None:
    """The platform's number decides, in whichever type it comes, and whichever way the call took."""
    with (
        crooked(answer({"errcode": errcode, "errmsg": "no"})) as server,
        pytest.raises(WxbotError) as refused,
    ):
        way.ask(way.at(server.url))

    assert expected is type(refused.value)


@every_way
def test_stale_token_is_renewed_once(way: Way) -> None:
    """One fresh token, one more try, and the next call begins with the fresh one."""
    with crooked(STALE, RENEWED, GOOD, GOOD) as server:
        wechat = way.at(server.url)
        way.ask(wechat)
        way.ask(wechat)

    first, fetched, second, third = addresses(server.asked)
    assert "/cgi-bin/stable_token" == fetched
    assert first.endswith("?access_token=90_token-of-the%2Faccount")
    assert second == third == first.replace("90_token-of-the%2Faccount", "90_renewed")


@every_way
def test_token_that_stays_stale_is_given_up(way: Way) -> None:
    """A second no is the answer: never a third try, never an endless one."""
    with crooked(STALE, RENEWED, STALE) as server, pytest.raises(TryLater, match="40001"):
        way.ask(way.at(server.url))

    assert 3 == len(server.asked)


@every_way
@pytest.mark.parametrize(
    "bad",
    [CLOSE, HANG, STALE, answer(b"", "502 Bad"), answer({"errcode": 1, "errmsg": f"{TOKEN} {SECRET}"})],
    ids=lambda bad: repr(bad[-30:]),
)
def test_nothing_secret_leaves(way: Way, bad: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the logs at their most talkative nor an error, in its text or its chain, hold token or secret."""
    caplog.set_level(logging.DEBUG)
    with crooked(bad, STALE, STALE) as server, pytest.raises(WxbotError) as wrong:
        way.ask(way.at(server.url))

    error = wrong.value
    shown = f"{error!s}{error!r}{error.remedy}{way.at(server.url)!r}{caplog.text}"
    assert (None, None) == (error.__cause__, error.__context__)
    assert TOKEN not in shown
    assert SECRET not in shown


@every_way
def test_proxy_is_not_asked_for_this_machine(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform on this machine is reached directly although a proxy is configured."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with crooked(GOOD) as server:
        way.ask(way.at(server.url))

    assert 1 == len(server.asked)


@every_way
def test_door_can_be_closed_twice(way: Way) -> None:
    """A client may be closed twice, and a call after closing opens a new connection."""
    with crooked(GOOD, GOOD) as server:
        wechat = way.at(server.url)
        way.ask(wechat)
        wechat.close()
        wechat.close()
        way.ask(wechat)

    assert 2 == len(server.asked)


def test_logs_of_the_libraries_are_there_and_masked(caplog: pytest.LogCaptureFixture) -> None:
    """urllib3 goes on telling what it does; only the secrets are gone from it."""
    caplog.set_level(logging.DEBUG)
    with crooked(GOOD) as server:
        opened(server.url).count_drafts()

    assert "access_token=***" in caplog.text
    assert "90_token" not in caplog.text


def test_token_that_is_none() -> None:
    """An answer without a token, or without a number of seconds, is no answer: nothing of it is kept."""
    for bad in (
        {"access_token": "t"},
        {"access_token": "", "expires_in": 7200},
        {"access_token": None, "expires_in": 7200},
        {"access_token": "t", "expires_in": "x"},
    ):
        with crooked(answer(bad)) as server, pytest.raises(TryLater):
            opened(server.url, token=False).ping()


def test_second_try_sends_the_whole_file_again() -> None:
    """A picture is as long the second time."""
    picture = b"\xff\xd8picture" * 100
    with crooked(STALE, RENEWED, answer({"url": "http://mmbiz/1"})) as server:
        assert "http://mmbiz/1" == opened(server.url).upload_image(picture, "a.png")

    first, _, second = server.asked
    assert picture in body(first)
    assert picture in body(second)
    assert b'name="media"; filename="a.png"\r\nContent-Type: image/png' in body(second)


@pytest.mark.parametrize("seconds", [10**18, 10**400, -(10**18), 0])
def test_token_of_an_absurd_age(seconds: int) -> None:
    """A number of seconds that no clock can hold does not stop the call that the token was fetched for."""
    with crooked(answer({"access_token": "90_t", "expires_in": seconds}), GOOD) as server:
        assert 3 == opened(server.url, token=False).count_drafts()


def test_wrong_secret_is_an_operators_business() -> None:
    """40001 to the call for a token is not renewed: the secret is wrong."""
    with crooked(STALE) as server, pytest.raises(Misconfigured, match="AppSecret"):
        opened(server.url, token=False).ping()

    assert 1 == len(server.asked)


def test_address_to_allow_is_named() -> None:
    """40164 tells the operator the address that the platform saw."""
    words = "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 66bdb248-1fa23ff9-58483015"
    with (
        crooked(answer({"errcode": 40164, "errmsg": words})) as server,
        pytest.raises(Misconfigured) as refused,
    ):
        opened(server.url, token=False).ping()

    assert "203.0.113.9" in refused.value.remedy
    assert "66bdb248-1fa23ff9-58483015" == refused.value.rid


def test_token_call_says_nothing_in_its_address() -> None:
    """AppID and secret go in the body, as JSON."""
    with crooked(RENEWED) as server:
        opened(server.url, token=False).ping()

    assert server.asked[0].startswith(b"POST /cgi-bin/stable_token HTTP/1.1\r\n")
    assert {
        "grant_type": "client_credential",
        "appid": "wx1",
        "secret": SECRET,
        "force_refresh": False,
    } == json.loads(body(server.asked[0]))


def test_text_goes_out_as_it_is() -> None:
    """汉字 as UTF-8: escapes are stored literally by some endpoints. What UTF-8 cannot hold stops nobody."""
    with crooked(answer({"media_id": "m"})) as server:
        opened(server.url).add_draft([{"title": "“第2期”\ud800"}])

    assert '"title": "“第2期”?"'.encode() in body(server.asked[0])
    assert b"application/json; charset=utf-8" in server.asked[0]


def test_answer_without_charset_is_utf8() -> None:
    """The platform sends UTF-8 as text/plain, and sometimes with control characters inside."""
    draft = '{"news_item":[{"title":"芯\x01片"}]}'.encode()
    with crooked(answer(draft, head="Content-Type: text/plain\r\n")) as server:
        assert [{"title": "芯\x01片"}] == opened(server.url).get_draft("m")


def test_platform_below_a_path() -> None:
    """The root may have a path of its own, with a slash at its end or without."""
    for end in ("", "/"):
        with crooked(answer({"total_count": 1})) as server:
            opened(f"{server.url}/wechat{end}").count_drafts()
        assert server.asked[0].startswith(b"GET /wechat/cgi-bin/draft/count?")


@pytest.mark.parametrize("url", ["", "api.weixin.qq.com", "ftp://api.weixin.qq.com", "https://"])
def test_address_that_is_none(url: str) -> None:
    """An invalid address is refused when the client is created, not at the first call."""
    with pytest.raises(SettingsError):
        opened(url)


def test_access_is_checked_although_a_token_is_kept() -> None:
    """A secret that was changed, or an address no longer allowed, is found before the kept token ends."""
    with crooked(answer({"errcode": 40125, "errmsg": "invalid appsecret"})) as server:
        wechat = opened(server.url)
        wechat.ping()
        with pytest.raises(Misconfigured, match="40125"):
            wechat.check_access()


def test_no_cookie_is_kept() -> None:
    """Threads share the client, so cookies of one call are not sent with the next."""
    first = answer({"total_count": 1}, head="Set-Cookie: a=b; Path=/\r\n")
    with crooked(first, answer({"total_count": 2})) as server:
        wechat = opened(server.url)
        assert [1, 2] == [wechat.count_drafts(), wechat.count_drafts()]

    assert b"cookie" not in server.asked[1].lower()
