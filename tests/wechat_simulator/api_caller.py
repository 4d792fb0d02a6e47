"""Caller of the platform's API over HTTP, as an account's program calls it."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from wechat_simulator.account import Identity
from wechat_simulator.media_format import draw_png

BOUNDARY = "----boundary-of-a-form"
PICTURE = draw_png(20210102)


@dataclass(frozen=True)
class HttpAnswer:
    """One HTTP response."""

    status: int
    type: str
    body: bytes
    disposition: str = ""

    @property
    def json(self) -> dict[str, Any]:
        """The body as a JSON object."""
        found: dict[str, Any] = json.loads(self.body)
        return found


class ApiCaller:
    """Calls the API of one account; a test may set `token` to any value."""

    def __init__(self, url: str, identity: Identity) -> None:
        self.url = url
        self.identity = identity
        self._token: str | None = None

    @property
    def token(self) -> str:
        """The access token, fetched on first use."""
        if self._token is None:
            self._token = self.stable_token()["access_token"]
        return self._token

    @token.setter
    def token(self, value: str) -> None:
        """Use this token from now on."""
        self._token = value

    def stable_token(self, **more: object) -> dict[str, Any]:
        """Request a token of the second kind, with additional arguments."""
        given = {
            "grant_type": "client_credential",
            "appid": self.identity.app_id,
            "secret": self.identity.secret,
        }
        return self.send_raw("POST", "/cgi-bin/stable_token", json.dumps(given | more).encode()).json

    def send_raw(self, method: str, path: str, data: bytes | None = None, **headers: str) -> HttpAnswer:
        """Send a request without adding a token."""
        request = urllib.request.Request(self.url + path, data, method=method)
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            answer = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            kind, disposition = (
                answer.headers.get("Content-Type", ""),
                answer.headers.get("Content-disposition", ""),
            )
            return HttpAnswer(answer.status, kind, answer.read(), disposition)

    def request(self, method: str, path: str, data: bytes | None = None, /, **query: object) -> HttpAnswer:
        """Send a request with the token."""
        return self.send_raw(method, f"{path}?{urlencode({'access_token': self.token} | query)}", data)

    def get(self, path: str, /, **query: object) -> dict[str, Any]:
        """Send GET with the token and return the JSON."""
        return self.request("GET", path, **query).json

    def post(self, path: str, body: object = None, /) -> dict[str, Any]:
        """Send POST with the token and a JSON body in literal UTF-8; return the JSON."""
        return self.request("POST", path, json.dumps(body or {}, ensure_ascii=False).encode()).json

    def errcode(self, path: str, body: object = None, /) -> int:
        """Send POST and return the errcode; 0 if the answer has none."""
        return int(self.post(path, body).get("errcode", 0))

    def upload(
        self,
        path: str,
        data: bytes = PICTURE,
        /,
        filename: str = "封面.png",
        fields: dict[str, str] | None = None,
        part: str = "media",
        **query: object,
    ) -> dict[str, Any]:
        """Send a file in a multipart POST and return the JSON."""
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in (fields or {}).items()
        ]
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{part}"; filename="{filename}"\r\n'
        parts += [head.encode(), b"Content-Type: application/octet-stream\r\n\r\n", data, b"\r\n"]
        body = b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])
        target = f"{path}?{urlencode({'access_token': self.token} | query)}"
        return self.send_raw(
            "POST", target, body, Content_Type=f"multipart/form-data; boundary={BOUNDARY}"
        ).json

    def cover(self) -> str:
        """Upload a permanent picture and return its media_id."""
        return str(self.upload("/cgi-bin/material/add_material", type="image")["media_id"])

    def article(self, **fields: object) -> dict[str, Any]:
        """Return an article that a draft accepts, with the given fields."""
        article = {"title": "第12期", "content": "<section>本期要闻</section>", "thumb_media_id": ""}
        if "thumb_media_id" not in fields:
            article["thumb_media_id"] = self.cover()
        return article | fields

    def draft(self, **fields: object) -> str:
        """Create a draft of one article and return its media_id."""
        return str(self.post("/cgi-bin/draft/add", {"articles": [self.article(**fields)]})["media_id"])

    def send_all(self, media_id: str, **more: object) -> dict[str, Any]:
        """Send a draft as a mass message to all followers."""
        body = {"filter": {"is_to_all": True}, "msgtype": "mpnews", "mpnews": {"media_id": media_id}}
        return self.post("/cgi-bin/message/mass/sendall", body | more)
