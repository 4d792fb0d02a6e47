"""One call over a real socket: bounded, with a good token, and ending in an answer or in one of our errors."""

import json
import logging
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.wechat.crooked import CLOSE, HANG, RESET, answer, crooked
from wxbot.errors import Misconfigured, Refused, SettingsError, TryLater, Unheard, WxbotError
from wxbot.wechat import MemoryStore, WeChat, connect

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TOKEN = "90_token-of-the-account"
SECRET = "secret-of-the-account"
STALE = answer({"errcode": 40001, "errmsg": "invalid credential rid: 66bdb248-1fa23ff9-58483015"})
RENEWED = answer({"access_token": "90_renewed", "expires_in": 7200})

Call = Callable[[WeChat], object]
LOOK: Call = WeChat.count_drafts
SEND: Call = lambda wechat: wechat.send_to_all("m", "wx1")  # noqa: E731 - a call to be made later
ADD: Call = lambda wechat: wechat.add_draft([{"title": "第2期"}])  # noqa: E731 - the same


def opened(url: str, *, token: bool = True) -> WeChat:
    """The platform at an address, with a token in the store unless it shall be asked for."""
    store = MemoryStore()
    if token:
        store.put("access_token:wx1", TOKEN, NOW + timedelta(hours=1))
    return connect(
        app_id="wx1",
        app_secret=SECRET,
        platform_url=url,
        store=store,
        timeout=(1, 0.2),
        clock=lambda: NOW,
    )


def body(asked: bytes) -> bytes:
    """What a request carried."""
    return asked.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    "bad",
    [
        CLOSE,
        RESET,
        HANG,
        answer(b"<html>busy</html>"),
        answer(b"<html>busy</html>", "502 Bad Gateway"),
        answer({"errcode": 0}, "500 Oops"),
        answer(b"", "302 Found", "Location: http://127.0.0.1:9/elsewhere\r\n"),
        answer([1, 2]),
        answer("ok"),
        answer(None),
        answer({"errcode": 0, "errmsg": "ok"}),
        answer({"errcode": "what?", "errmsg": "ok"}),
        answer({"media_id": None, "msg_id": None, "total_count": None}),
        answer(b'{"media_id": "', cut=10),
        answer(b'{"errcode": 0, "media_id": "half'),
        answer(b"[" * 100_000),
        answer(b"\xff\xfe"),
        answer(b"not gzip", head="Content-Encoding: gzip\r\n"),
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=lambda bad: repr(bad[-30:]),
)
def test_answer_that_was_lost(bad: bytes) -> None:
    """Whatever goes wrong after the request left: a look can be repeated, a send may have happened."""
    for call, expected in ((LOOK, TryLater), (SEND, Unheard), (ADD, Unheard)):
        with crooked(bad) as server, pytest.raises(WxbotError) as lost:
            call(opened(server.url))

        assert expected is type(lost.value)
        assert 1 == len(server.asked)


def test_token_that_is_none() -> None:
    """An answer without a token, or without a number of seconds, is no answer: nothing of it is kept."""
    for bad in (
        {"access_token": "t"},
        {"access_token": None, "expires_in": 7200},
        {"access_token": "t", "expires_in": "x"},
    ):
        with crooked(answer(bad)) as server, pytest.raises(TryLater):
            opened(server.url, token=False).ping()


def test_request_that_never_left() -> None:
    """Where nobody listens nothing happened: free to try again, whatever it was."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    for call in (LOOK, SEND, ADD):
        with pytest.raises(TryLater):
            call(opened(url))


@pytest.mark.parametrize(
    ("status", "expected"),
    [("403 Forbidden", Misconfigured), ("413 Too Large", Refused), ("429 Busy", TryLater)],
)
def test_gateway_that_lets_nothing_through(status: str, expected: type[WxbotError]) -> None:
    """A gateway's refusal came before the platform: nothing is unknown."""
    with crooked(answer(b"<html>", status)) as server, pytest.raises(WxbotError) as refused:
        SEND(opened(server.url))

    assert expected is type(refused.value)


def test_stale_token_is_renewed_once() -> None:
    """One fresh token, one more try, and the answer of that."""
    with crooked(STALE, RENEWED, answer({"total_count": 3})) as server:
        assert 3 == opened(server.url).count_drafts()

    paths = [asked.split(b" ")[1].decode() for asked in server.asked]
    assert [
        f"/cgi-bin/draft/count?access_token={TOKEN}",
        "/cgi-bin/stable_token",
        "/cgi-bin/draft/count?access_token=90_renewed",
    ] == paths


def test_token_that_stays_stale_is_given_up() -> None:
    """A second no is the answer: never a third try, never an endless one."""
    with crooked(STALE, RENEWED, STALE) as server, pytest.raises(TryLater, match="40001"):
        opened(server.url).count_drafts()

    assert 3 == len(server.asked)


def test_second_try_sends_the_whole_file_again() -> None:
    """A picture is as long the second time."""
    picture = b"\xff\xd8picture" * 100
    with crooked(STALE, RENEWED, answer({"url": "http://mmbiz/1"})) as server:
        assert "http://mmbiz/1" == opened(server.url).upload_image(picture, "a.png")

    first, _, second = server.asked
    assert picture in body(first)
    assert picture in body(second)
    assert b'name="media"; filename="a.png"\r\nContent-Type: image/png' in body(second)


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
    """A wrong setting is found when the door is built, not at the first call."""
    with pytest.raises(SettingsError):
        opened(url)


@pytest.mark.parametrize(
    "bad", [CLOSE, HANG, STALE, answer(b"", "502 Bad"), answer({"errcode": 1, "errmsg": TOKEN})]
)
def test_nothing_secret_leaves(bad: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the logs at their most talkative nor an error, in its text or its chain, hold token or secret."""
    caplog.set_level(logging.DEBUG)
    with crooked(bad, STALE, STALE) as server, pytest.raises(WxbotError) as wrong:
        SEND(opened(server.url))

    error = wrong.value
    shown = f"{error!s}{error!r}{error.remedy}{opened(server.url)!r}{caplog.text}"
    assert (None, None) == (error.__cause__, error.__context__)
    assert "urllib3" in caplog.text
    assert TOKEN not in shown
    assert SECRET not in shown


def test_proxy_of_the_environment_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulator at the desk is reached although the house goes out through a proxy."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with crooked(answer({"total_count": 1})) as server:
        assert 1 == opened(server.url).count_drafts()


def test_access_is_checked_although_a_token_is_kept() -> None:
    """A secret that was changed, or an address no longer allowed, is found before the kept token ends."""
    with crooked(answer({"errcode": 40125, "errmsg": "invalid appsecret"})) as server:
        wechat = opened(server.url)
        wechat.ping()
        with pytest.raises(Misconfigured, match="40125"):
            wechat.check_access()


def test_no_cookie_is_kept() -> None:
    """Threads share the door, and one call's cookies are none of the next one's business."""
    first = answer({"total_count": 1}, head="Set-Cookie: a=b; Path=/\r\n")
    with crooked(first, answer({"total_count": 2})) as server:
        wechat = opened(server.url)
        assert [1, 2] == [wechat.count_drafts(), wechat.count_drafts()]

    assert b"cookie" not in server.asked[1].lower()


def test_door_can_be_closed() -> None:
    """Closing gives the connections back and may be done twice."""
    with crooked(answer({"total_count": 1})) as server:
        wechat = opened(server.url)
        wechat.count_drafts()
        wechat.close()
        wechat.close()

    assert 1 == len(server.asked)
