"""Calls to single followers keep the same rules through the pool (JsonPoster) as through requests."""

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.wechat.crooked import answer, crooked, read_request, untrusted
from tests.wechat.desk import START, asked, break_next, control
from tests.wechat.ways import CARD, OK, SECRET, TOKEN, WAYS, Way, opened
from wechat_simulator import RunningSimulator
from wxbot.errors import Misconfigured, OutcomeUnknown, SettingsError, TryLater
from wxbot.wechat import MemoryTokenStore, WeChat, connect

both_ways = pytest.mark.parametrize("way", [way for way in WAYS if way.name.startswith("card")], ids=str)


@both_ways
def test_request_is_the_same(way: Way) -> None:
    """The same JSON in raw UTF-8 under the same type, below a path of the platform's too."""
    with crooked(OK) as server:
        way.at(f"{server.url}/wechat/").send_card("o\ud800A", CARD)

    head, _, body = server.asked[0].partition(b"\r\n\r\n")
    assert head.startswith(
        b"POST /wechat/cgi-bin/message/custom/send?access_token=90_token-of-the%2Faccount HTTP/1.1\r\n"
    )
    assert b"application/json; charset=utf-8" in head
    assert "第2期“简报”".encode() in body
    assert {"touser", "msgtype", "news"} == set(json.loads(body))


@both_ways
def test_proxy_is_asked_for_the_world(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configured proxy gets the whole address, with the proxy's user name and password."""
    for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with crooked(OK) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.replace("http://", "http://me:pass%21@"))
        way.at("http://platform.example").send_card("oA", CARD)

    head = proxy.asked[0].partition(b"\r\n\r\n")[0]
    assert head.startswith(b"POST http://platform.example/cgi-bin/message/custom/send?")
    assert b"\r\nhost: platform.example" in head.lower()
    assert b"Proxy-Authorization: Basic bWU6cGFzcyE=" in head


@both_ways
def test_proxy_opens_a_tunnel_to_https(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """To an HTTPS platform the proxy opens a tunnel; if it refuses, no request was sent."""
    for name in ("no_proxy", "NO_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with crooked(answer(b"", "407 Proxy Authentication Required")) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        with pytest.raises(TryLater):
            way.at("https://platform.example").send_card("oA", CARD)

    assert proxy.asked[0].startswith(b"CONNECT platform.example:443 ")
    assert TOKEN.encode() not in proxy.asked[0]


@both_ways
def test_encrypted_platform_must_prove_itself(way: Way, tmp_path: Path) -> None:
    """A server with an untrusted certificate gets no request, and the error names the certificate."""
    with untrusted(tmp_path) as (url, heard), pytest.raises(Misconfigured, match="证书"):
        way.at(url).send_card("oA", CARD)
    assert [] == heard


@both_ways
@pytest.mark.parametrize("url", ["http://127.0.0.1:port", "http://127.0.0.1:70000"])
def test_port_that_is_none(way: Way, url: str) -> None:
    """An invalid port is refused when the client is created."""
    with pytest.raises(SettingsError):
        way.at(url)


def _standing(platform: RunningSimulator, *openids: str) -> WeChat:
    for openid in openids:
        control(platform, "followers", openid=openid)
        control(platform, "message", openid=openid, type="text", content="芯片")
    wechat = connect(
        app_id=platform.account.app_id,
        app_secret=platform.account.secret,
        platform_url=platform.url,
        store=MemoryTokenStore(),
        timeout=(3, 3),
        clock=lambda: datetime.fromtimestamp(platform.world.now(), UTC),
    )
    wechat.ping()
    return wechat


def test_connections_are_kept() -> None:
    """Calls in a row go over one connection."""
    reply = b'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"errcode": 0}'
    with socket.create_server(("127.0.0.1", 0)) as listener:
        asked_for: list[bytes] = []

        def serve() -> None:
            """Answer three calls of one connection."""
            connection, _ = listener.accept()
            with connection:
                for _ in range(3):
                    asked_for.append(read_request(connection))
                    connection.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()
        wechat = opened(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=(1, 2))
        for openid in ("oA", "oB", "oC"):
            wechat.send_card(openid, CARD)
        thread.join()
        wechat.close()
    assert [True] * 3 == [one.startswith(b"POST /cgi-bin/message/custom/send?") for one in asked_for]


def test_connection_that_the_platform_ended_is_not_used(platform: RunningSimulator) -> None:
    """After a broken connection the next card goes over a new one."""
    wechat = _standing(platform, "alice")
    wechat.send_card("alice", CARD)
    break_next(platform, "message/custom/send", "cut_before")
    with pytest.raises(OutcomeUnknown):
        wechat.send_card("alice", CARD)
    wechat.send_card("alice", CARD)
    wechat.close()


def test_idle_connection_that_was_hung_up_is_noticed() -> None:
    """An idle connection that the server closed is discarded before it is used."""
    reply = b'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"errcode": 0}'
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            """Answer one call a connection and hang up, without having said so before."""
            for _ in range(2):
                connection, _ = listener.accept()
                with connection:
                    read_request(connection)
                    connection.sendall(reply)
                ended.set()

        thread = threading.Thread(target=serve)
        thread.start()
        wechat = opened(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=(1, 2))
        wechat.send_card("oA", CARD)
        assert ended.wait(10)
        wechat.send_card("oB", CARD)
        thread.join()
        wechat.close()


def test_many_threads_share_the_door(platform: RunningSimulator) -> None:
    """Sixty-four threads at once: each call is answered with its own answer."""
    openids = [f"o{n:03d}" for n in range(64)]
    wechat = _standing(platform, *openids)
    with ThreadPoolExecutor(64) as calls:
        list(calls.map(lambda openid: wechat.send_card(openid, CARD), openids * 4))
    got = dict.fromkeys(openids, 0)
    for call in asked(platform, "message/custom/send"):
        got[call["body"]["touser"]] += 1
    assert {4} == set(got.values())
    wechat.close()


def test_token_is_looked_up_once_a_second() -> None:
    """Many calls in a row read the token store once a second."""
    looks: list[str] = []
    moment = [START]

    class Counting(MemoryTokenStore):
        """A store that keeps count of the looks into it."""

        def get(self, name: str):  # type: ignore[no-untyped-def]
            """Count, and look."""
            looks.append(name)
            return super().get(name)

    store = Counting()
    now = datetime.fromtimestamp(START, UTC)
    store.put("access_token:wx1", TOKEN, now + timedelta(hours=1))
    with crooked(*[OK] * 5) as server:
        wechat = connect(
            app_id="wx1",
            app_secret=SECRET,
            platform_url=server.url,
            store=store,
            clock=lambda: datetime.fromtimestamp(moment[0], UTC),
        )
        for _ in range(4):
            wechat.send_card("oA", CARD)
        assert 1 == len(looks)
        moment[0] += 1
        wechat.send_card("oA", CARD)
        assert 2 == len(looks)
