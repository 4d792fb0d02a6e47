"""Bad input never brings the simulator down: thousands of random requests leave it answering."""

import json
import random
from collections.abc import Callable
from io import BytesIO
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from wxbot.simulator import create_app, create_world
from wxbot.simulator.api.table import TABLE
from wxbot.simulator.pictures import drawing
from wxbot.simulator.world import World

REQUESTS = 200  # of each example; with fifty examples ten thousand
CONTROL = [
    "followers",
    "unfollow",
    "message",
    "clock",
    "faults",
    "admin",
    "scan",
    "consent",
    "read",
    "comment",
]
CONTROL += [
    "account",
    "accounts",
    "quotas",
    "templates",
    "reader",
    "tokens/revoke",
    "state",
    "calls",
    "callbacks",
]
CONTROL += ["inbox/alice", "drafts", "jobs", "publications", "menu", "media/x", "verify", "nothing"]
WORDS = """
media_id index articles title author digest content content_source_url thumb_media_id article_type
image_info image_list image_media_id offset count no_content touser towxname msgtype text mpnews image
images media_ids voice video music news msgmenu list filter is_to_all tag_id clientmsgid msg_id
article_idx speed openid next_openid user_list openid_list remark begin_openid tag id name tagid button
sub_button type key url matchrule menuid user_id publish_id article_id template_id data thing1 value scene
action_name action_info scene_id scene_str expire_seconds begin_date end_date appid secret grant_type
force_refresh cgi_path rid action check_operator msg_data_id user_comment_id begin template_id_short
keyword_name_list tid kidList event advance to path kind errcode times accept ticket keys limit used
callback mode format accounts hours_ago starttime endtime number msgid command query state wxcard mpvideo
miniprogrampage need_open_comment ids start
"""
KEYS = WORDS.split()
ODD: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        2**70,
        1.5,
        -0.0,
        1e308,
        "",
        "0",
        "1",
        "x" * 3000,
        "长风",
        "\ud800",
        "\x00",
        "]]>",
    ),
    *("mpnews", "text", "image", "click", "view", "alice", "2026-11-16", "https://example.org/", "<p>一</p>"),
    *(
        "client_credential",
        "QR_SCENE",
        "news",
        "/cgi-bin/draft/add",
        "all",
        "DEFAULT",
        "CLICK",
        "subscribe",
        [],
        {},
    ),
)


class Requester:
    """Makes random requests of a world, some of them nearly right, and checks that each is answered."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self._app: Callable[..., Any] = create_app(world).wsgi_app
        self._chance = chance
        self._known: list[Any] = [world.account.identity.app_id, world.account.identity.secret]
        tokens = world.account.tokens
        self._tokens = [tokens.mint_stable(world.now(), False)[0], tokens.mint_plain(world.now(), 300)[0]]

    def ask(self) -> None:
        """One request; its answer must be JSON, or bytes, and no outage."""
        chance = self._chance
        method = chance.choice(["GET", "POST", "POST", "POST", "PUT", "DELETE"])
        if chance.random() < 0.25:
            path, query = f"/_sim/{chance.choice(CONTROL)}", f"limit={chance.choice(['1', 'x', '-1'])}"
        else:
            point = chance.choice(TABLE)
            path = point.path if chance.random() < 0.98 else point.path + "/x"
            query = (
                f"access_token={chance.choice(self._tokens)}&type={chance.choice(['image', 'jsapi', 'poem'])}"
            )
            method = point.method if chance.random() < 0.95 else method
        status, body = self._send(method, path, query, self._body())
        assert status < 500, (method, path, body)
        self._learn(body)

    def _learn(self, body: bytes) -> None:
        """Keep ids from answers, so that later requests are about things that exist."""
        try:
            answer = json.loads(body)
        except ValueError:
            return
        if isinstance(answer, dict):
            self._known += [one for one in answer.values() if isinstance(one, str | int)][:3]
            self._known = self._known[-60:]

    def _body(self) -> tuple[bytes, str]:
        chance = self._chance
        if chance.random() < 0.1:
            head = b'--b\r\nContent-Disposition: form-data; name="media"; filename="x.png"\r\n\r\n'
            data = chance.choice([drawing(1), b"", b"GIF89a", b"\xff\xd8\xff"])
            return head + data + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"
        if chance.random() < 0.05:
            return chance.randbytes(chance.randrange(80)), ""
        raw = json.dumps(self._object(3), ensure_ascii=chance.random() < 0.2).encode("utf-8", "surrogatepass")
        return raw, "application/json"

    def _object(self, depth: int) -> dict[str, Any]:
        return {self._chance.choice(KEYS): self._value(depth) for _ in range(self._chance.randrange(9))}

    def _value(self, depth: int) -> Any:
        roll = self._chance.random()
        if depth and roll < 0.25:
            return self._object(depth - 1)
        if depth and roll < 0.4:
            return [self._value(depth - 1) for _ in range(self._chance.randrange(4))]
        return self._chance.choice(self._known) if roll < 0.6 else self._chance.choice(ODD)

    def _send(self, method: str, path: str, query: str, body: tuple[bytes, str]) -> tuple[int, bytes]:
        raw, kind = body
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(len(raw)),
            "SERVER_NAME": "simulator",
            "SERVER_PORT": "80",
            "wsgi.input": BytesIO(raw),
            "wsgi.url_scheme": "http",
        }
        heard: list[int] = []
        answer = self._app(environ, lambda status, *_: heard.append(int(status[:3])))
        return heard[0], b"".join(answer)


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_random_requests_leave_it_answering(seed: int) -> None:
    """Issue: whatever is asked, the answer is the platform's, nothing fails inside, and the next call works."""
    world = create_world(virtual=True, start=1_793_000_000.0, seed=seed)
    world.account.followers.add_crowd(20, world.now())
    world.account.followers.follow("alice", world.now())
    try:
        requester = Requester(world, random.Random(seed))
        for _ in range(REQUESTS):
            requester.ask()
            world.faults.clear()  # an ordered outage is no failure
        assert [] == world.crashes
    finally:
        world.close()
