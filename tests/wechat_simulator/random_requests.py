"""Random requests to the simulator, most of them almost valid, and a small world that they are sent to."""

import copy
import json
import random
from collections.abc import Callable
from io import BytesIO
from typing import Any

from tests.wechat_simulator.valid_requests import VALID_REQUESTS, fill_placeholders
from wechat_simulator import create_app, create_world
from wechat_simulator.account import Account
from wechat_simulator.api.endpoint_table import TABLE
from wechat_simulator.media_format import draw_png
from wechat_simulator.world import World

__all__ = ["Requester", "Sent", "world_of"]

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
    *(
        "mpnews",
        "text",
        "image",
        "view",
        "alice",
        "2026-11-16",
        "https://example.org/",
        "<p>一</p>",
        "&#39;",
        "a b",
    ),
    *("QR_SCENE", "/cgi-bin/draft/add", "subscribe", "callback", [], {}, [[]], [{}], {"a": None}),
)
LOOKING = (
    "followers",
    "inbox/alice",
    "calls",
    "callbacks",
    "drafts",
    "jobs",
    "publications",
    "menu",
    "state",
)
GIVEN = ("alice", "", "jsapi", "%ff", "1")
MEDIA = (draw_png(1), draw_png(2), b"", b"GIF89a", b"\xff\xd8\xff", b"#!AMR\n<", b"x")
UPLOADS = ("/cgi-bin/media/upload", "/cgi-bin/media/uploadimg", "/cgi-bin/material/add_material")

Sent = tuple[str, str, str, bytes, str]  # method, path, query, body, content type


class Requester:
    """Sends random requests, most of them almost valid, and checks that each is answered."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self._world = world
        self._app: Callable[..., Any] = create_app(world)
        self._chance = chance
        self.codes: dict[int, int] = {}

    def ask(self) -> None:
        """Send one request; the answer must be JSON or bytes, with an expected status."""
        sent = self.make()
        status, body = self.exchange(sent)
        assert status < 500, (sent, body)

    def make(self) -> Sent:
        """Return one request; it holds a token that is valid now."""
        kinds = (
            self._nearly_right,
            self._nearly_right,
            self._nearly_right,
            self._looking,
            self._upload,
            self._wild,
        )
        return self._chance.choice(kinds)()

    def _token(self) -> str:
        """Return a token that is valid now; requests may have moved the clock."""
        account = self._world.account
        return account.tokens.issue(self._world.now(), 300)[0]

    def _nearly_right(self) -> Sent:
        """Return a valid request with up to two mistakes."""
        path, body = self._chance.choice(VALID_REQUESTS)
        body = json.loads(json.dumps(body))
        for _ in range(self._chance.choice((0, 1, 1, 2))):
            self._spoil(body)
        body = fill_placeholders(body, _existing(self._world.account, self._chance))
        return "POST", path, f"access_token={self._token()}", self._json(body), ""

    def _json(self, body: object) -> bytes:
        """Return a JSON body, sometimes with escapes."""
        escaped = self._chance.random() < 0.1
        return json.dumps(body, ensure_ascii=escaped).encode("utf-8", "surrogatepass")

    def _spoil(self, body: Any) -> None:
        """Put one mistake into a value, at any depth."""
        while isinstance(body, dict | list) and body:
            key: Any = self._chance.choice(list(body) if isinstance(body, dict) else range(len(body)))
            if not isinstance(body[key], dict | list) or self._chance.random() < 0.3:
                if self._chance.random() < 0.2:
                    del body[key]
                else:
                    body[key] = copy.deepcopy(self._chance.choice(ODD))
                return
            body = body[key]

    def _looking(self) -> Sent:
        """Return a GET request."""
        chance = self._chance
        if chance.random() < 0.5:
            return (
                "GET",
                f"/_sim/{chance.choice(LOOKING)}",
                f"limit={chance.choice(('1', 'x', '-1', '99'))}",
                b"",
                "",
            )
        path = chance.choice([point.path for point in TABLE if point.method == "GET"])
        more = "&".join(f"{key}={chance.choice(GIVEN)}" for key in ("openid", "type", "ids"))
        return "GET", path, f"access_token={self._token()}&next_openid=&{more}", b"", ""

    def _upload(self) -> Sent:
        """Return an upload of a random file."""
        head = b'--b\r\nContent-Disposition: form-data; name="media"; filename="x.png"\r\n\r\n'
        body = head + self._chance.choice(MEDIA) + b"\r\n--b--\r\n"
        kind = self._chance.choice(("image", "thumb", "voice", "video", ""))
        query = f"access_token={self._token()}&type={kind}"
        return "POST", self._chance.choice(UPLOADS), query, body, "multipart/form-data; boundary=b"

    def _wild(self) -> Sent:
        """Return a request with a random method and body."""
        chance = self._chance
        method = chance.choice(("GET", "POST", "PUT", "DELETE", "HEAD", "POEM"))
        path = chance.choice(
            (
                chance.choice(TABLE).path,
                chance.choice(VALID_REQUESTS)[0],
                "/cgi-bin/",
                "/s/x",
                "/_sim/x",
                "//",
            )
        )
        body = chance.choice(
            (b"", b"{", b"[]", b"\xff", chance.randbytes(60), self._json(chance.choice(ODD)))
        )
        kind = chance.choice(
            ("", "multipart/form-data; boundary=b", "multipart/form-data", "text/xml; charset=x")
        )
        return method, path, f"access_token={chance.choice((self._token(), '', 'x', '%00'))}", body, kind

    def exchange(self, sent: Sent) -> tuple[int, bytes]:
        """Send a request, count its errcode, and return status and body."""
        method, path, query, body, kind = sent
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": kind,
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "simulator",
            "SERVER_PORT": "80",
            "wsgi.input": BytesIO(body),
            "wsgi.url_scheme": "http",
        }
        response: list[int] = []
        answer = b"".join(self._app(environ, lambda status, *_: response.append(int(status[:3]))))
        if answer.startswith(b'{"errcode":'):
            code = int(answer.split(b":")[1].split(b",")[0])
            self.codes[code] = self.codes.get(code, 0) + 1
        return response[0], answer


def _existing(account: Account, chance: random.Random) -> dict[str, Any]:
    """Of each kind of thing one that exists, or a name that is none."""
    shelf = account.media
    articles = [one.article_id for one in account.publications.values() if one.article_id]
    jobs = account.mass_messages.jobs
    found: dict[str, list[Any]] = {
        "$material": list(shelf.materials),
        "$draft": list(shelf.drafts),
        "$job": list(jobs),
        "$data": [job.msg_data_id for job in jobs.values()],
        "$page": list(shelf.pages),
        "$publication": list(account.publications),
        "$article": articles,
    }
    chosen = {name: chance.choice(some) if some else "none" for name, some in found.items()}
    return chosen | {"$app": account.identity.app_id, "$secret": account.identity.secret}


def world_of(seed: int) -> World:
    """Return a small world with a virtual clock."""
    world = create_world(virtual=True, start=1_793_000_000.0, seed=seed, mass_delay=1.0)
    world.account.followers.add_crowd(20, world.now())
    for name in ("alice", "bob"):
        world.account.followers.follow(name, world.now())
    return world
