"""Remote control of a simulator that runs somewhere: followers, clock, faults, what came of it. urllib only.

platform = Client("http://127.0.0.1:8100")
platform.follow("alice")
platform.say("alice", "芯片")["shown"]
"""

__all__ = ["ControlError", "SimulatorClient"]

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote, urlencode

Json = dict[str, Any]
SECONDS = 70.0  # a callback takes three tries of five seconds at most, and the clock may cause several


class ControlError(Exception):
    """The simulator could not do what was asked; its own words."""


class SimulatorClient:
    """One simulator, and of its accounts the first, or the one with the given app id."""

    def __init__(self, url: str, app_id: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._app_id = app_id

    def get(self, path: str, /, **query: object) -> Any:
        """What `/_sim/<path>` tells."""
        named = {name: value for name, value in query.items() if value is not None}
        if self._app_id:
            named["account"] = self._app_id
        return self._exchange("GET", f"{path}?{urlencode(named)}", None)

    def post(self, path: str, body: Json | None = None, *, method: str = "POST") -> Any:
        """Order something at `/_sim/<path>`."""
        account = {"account": self._app_id} if self._app_id else {}
        return self._exchange(method, path, json.dumps((body or {}) | account).encode())

    def _exchange(self, method: str, path: str, data: bytes | None) -> Any:
        request = urllib.request.Request(f"{self.url}/_sim/{path}", data, method=method)  # noqa: S310 - the caller's URL
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - the same
                return json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            raise ControlError(refused.read().decode("utf-8", "replace")) from None

    @property
    def account(self) -> Json:
        """The account: app_id, secret, token, aes_key, kind, mode, callback and its other settings."""
        return self._json(self.get("account"))

    def configure(self, **settings: object) -> Json:
        """Change settings of the account, such as `callback`, `mode`, `admin_confirms`."""
        return self._json(self.post("account", settings))

    @staticmethod
    def _json(answer: Any) -> Json:
        found: Json = answer
        return found

    def follow(self, openid: str, **more: object) -> Json:
        """One follower comes, with the callback: attempts, what was shown, whether the fault notice came."""
        return self._json(self.post("followers", {"openid": openid, **more}))

    def crowd(self, count: int) -> int:
        """So many followers exist at once; how many there are now."""
        return int(self.post("followers", {"count": count})["total"])

    def unfollow(self, openid: str) -> Json:
        return self._json(self.post("unfollow", {"openid": openid}))

    def say(self, openid: str, content: str, **more: object) -> Json:
        """A follower writes a text."""
        return self._json(
            self.post("message", {"openid": openid, "type": "text", "content": content, **more})
        )

    def send(self, openid: str, type_: str, **fields: object) -> Json:
        """A follower sends a message of another type: image, voice, video, location, link."""
        return self._json(self.post("message", {"openid": openid, "type": type_, **fields}))

    def event(self, openid: str, event: str, key: str = "", **fields: object) -> Json:
        """Something else happens: CLICK, VIEW, SCAN, LOCATION and the like."""
        return self._json(
            self.post("message", {"openid": openid, "type": "event", "event": event, "key": key, **fields})
        )

    def inbox(self, openid: str) -> list[Json]:
        """Both sides of the chat, oldest first."""
        return list(self.get(f"inbox/{quote(openid, safe='')}"))

    def calls(self, path: str = "", since: int = 0) -> list[Json]:
        return list(self.get("calls", path=path, since=since))

    def callbacks(self, openid: str | None = None, since: int = 0) -> list[Json]:
        return list(self.get("callbacks", openid=openid, since=since))

    def advance(self, seconds: float) -> Json:
        """Move a virtual clock forward; what falls due happens before this returns."""
        return self._json(self.post("clock", {"advance": seconds}))

    def jump(self, to: str) -> Json:
        """Move a virtual clock to a time, ISO 8601."""
        return self._json(self.post("clock", {"to": to}))

    def fault(self, path: str, kind: str, **more: object) -> list[Json]:
        """Order a fault: `fault("/cgi-bin/draft/add", "errcode", errcode=-1, times=2)`."""
        return list(self.post("faults", {"path": path, "kind": kind, **more}))

    def reset(self) -> None:
        self.post("reset")

    def snapshot(self) -> Json:
        return self._json(self.get("state"))

    def restore(self, state: Json) -> None:
        self.post("state", state, method="PUT")
