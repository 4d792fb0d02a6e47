"""Client of a running simulator's control interface: followers, clock, faults, results. It uses urllib only.

platform = SimulatorClient("http://127.0.0.1:8100")
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
SECONDS = 70.0  # three attempts of five seconds, and a moved clock can cause several callbacks


class ControlError(Exception):
    """The simulator refused a control request; the message is its own explanation."""


class SimulatorClient:
    """Control one account of a simulator: the one with the given app id, else the first."""

    def __init__(self, url: str, app_id: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._app_id = app_id

    def get(self, path: str, /, **query: object) -> Any:
        """Send GET to `/_sim/<path>` and return the JSON; query values of None are left out."""
        parameters = {name: value for name, value in query.items() if value is not None}
        if self._app_id:
            parameters["account"] = self._app_id
        return self._exchange("GET", f"{path}?{urlencode(parameters)}", None)

    def post(self, path: str, body: Json | None = None, *, method: str = "POST") -> Any:
        """Send a JSON body to `/_sim/<path>` and return the JSON answer."""
        account = {"account": self._app_id} if self._app_id else {}
        return self._exchange(method, path, json.dumps((body or {}) | account).encode())

    def _exchange(self, method: str, path: str, data: bytes | None) -> Any:
        request = urllib.request.Request(f"{self.url}/_sim/{path}", data, method=method)  # noqa: S310 - the caller's URL
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise ControlError(error.read().decode("utf-8", "replace")) from None

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
        """Let a user follow; return the callback's attempts, what was shown, and whether the fault notice appeared."""
        return self._json(self.post("followers", {"openid": openid, **more}))

    def crowd(self, count: int) -> int:
        """Create `count` followers at once, without callbacks; return the total."""
        return int(self.post("followers", {"count": count})["total"])

    def unfollow(self, openid: str) -> Json:
        """Let a follower leave; return the callback's outcome."""
        return self._json(self.post("unfollow", {"openid": openid}))

    def say(self, openid: str, content: str, **more: object) -> Json:
        """Send a text as a follower; return the callback's outcome."""
        return self._json(
            self.post("message", {"openid": openid, "type": "text", "content": content, **more})
        )

    def send(self, openid: str, type_: str, **fields: object) -> Json:
        """Send a message of another type as a follower: image, voice, video, location, link."""
        return self._json(self.post("message", {"openid": openid, "type": type_, **fields}))

    def event(self, openid: str, event: str, key: str = "", **fields: object) -> Json:
        """Send an event as a follower: CLICK, VIEW, SCAN, LOCATION and the like."""
        return self._json(
            self.post("message", {"openid": openid, "type": "event", "event": event, "key": key, **fields})
        )

    def inbox(self, openid: str) -> list[Json]:
        """Return both sides of a follower's chat, oldest first."""
        return list(self.get(f"inbox/{quote(openid, safe='')}"))

    def calls(self, path: str = "", since: int = 0) -> list[Json]:
        """Return the API calls whose path starts with `path`, after the id `since`, oldest first."""
        return list(self.get("calls", path=path, since=since))

    def callbacks(self, openid: str | None = None, since: int = 0) -> list[Json]:
        """Return the callbacks of one follower, or of all, after the id `since`, oldest first."""
        return list(self.get("callbacks", openid=openid, since=since))

    def advance(self, seconds: float) -> Json:
        """Move a virtual clock forward; scheduled actions run before this returns."""
        return self._json(self.post("clock", {"advance": seconds}))

    def jump(self, to: str) -> Json:
        """Move a virtual clock to a time in ISO 8601."""
        return self._json(self.post("clock", {"to": to}))

    def fault(self, path: str, kind: str, **more: object) -> list[Json]:
        """Add a fault: `fault("/cgi-bin/draft/add", "errcode", errcode=-1, times=2)`."""
        return list(self.post("faults", {"path": path, "kind": kind, **more}))

    def reset(self) -> None:
        """Remove all state but the accounts' identities."""
        self.post("reset")

    def snapshot(self) -> Json:
        """Return the whole state, as `restore` takes it."""
        return self._json(self.get("state"))

    def restore(self, state: Json) -> None:
        """Replace the whole state by a snapshot."""
        self.post("state", state, method="PUT")
