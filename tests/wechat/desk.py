"""Helpers on the simulated platform: connect a client, inject faults, read recorded calls, make test data."""

import io
import json
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from wechat_simulator import RunningSimulator
from wxbot.wechat import MemoryTokenStore, WeChat, connect

__all__ = ["START", "article", "asked", "break_next", "control", "door", "picture"]

START = datetime(2026, 11, 24, 4, 0, tzinfo=UTC).timestamp()


def door(platform: RunningSimulator, store: MemoryTokenStore | None = None, *, secret: str = "") -> WeChat:
    """Connect a client as another process would, with a token store of its own unless one is given."""
    return connect(
        app_id=platform.account.app_id,
        app_secret=secret or platform.account.secret,
        platform_url=platform.url,
        store=store or MemoryTokenStore(),
        timeout=(3, 3),
        clock=lambda: datetime.fromtimestamp(platform.world.now(), UTC),
    )


def control(platform: RunningSimulator, path: str, /, **body: Any) -> Any:
    """Call the simulator's control interface: POST with a body, GET without."""
    data = json.dumps(body).encode() if body else None
    where = urlsplit(platform.url)
    connection = HTTPConnection(where.hostname or "", where.port)
    with closing(connection):
        connection.request(
            "POST" if body else "GET", f"/_sim/{path}", data, {"Content-Type": "application/json"}
        )
        answer = connection.getresponse()
        assert 200 == answer.status
        return json.load(answer)


def asked(platform: RunningSimulator, path: str) -> list[dict[str, Any]]:
    """Return the recorded calls of a path, oldest first."""
    return [dict(call) for call in control(platform, f"calls?path=/cgi-bin/{path}")]


def break_next(platform: RunningSimulator, path: str, kind: str, **how: Any) -> None:
    """Inject a fault into the next call of a path."""
    control(platform, "faults", path=f"/cgi-bin/{path}", kind=kind, **how)


def picture(width: int = 900, height: int = 383) -> bytes:
    """A JPEG of that size."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (40, 90, 160)).save(file, "JPEG")
    return file.getvalue()


def article(wechat: WeChat, title: str = "长风联盟工作简报第2期") -> dict[str, Any]:
    """An article as draft/add takes it, with a cover of its own."""
    return {
        "title": title,
        "author": "秘书处",
        "digest": "比亚迪发布刀片电池",
        "content": "<section><p>正文“引号”</p></section>",
        "thumb_media_id": wechat.add_picture(picture(), "cover.jpg")[0],
    }
