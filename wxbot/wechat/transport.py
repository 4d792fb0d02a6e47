"""One call to the platform: bounded, with a good token, and ending in an answer or in one of our errors.

`Client` is wechatpy's client, of which four things are replaced (wechat-platform.md N2, N3): where the token
comes from, the endless retry on a stale one, the fixed address, and the exceptions that carry the token in
their text. Calls to single followers (`lean.QUICK`) go past it, by the same rules.
"""

import ipaddress
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from requests.adapters import BaseAdapter
from requests.cookies import RequestsCookieJar
from urllib3.exceptions import HTTPError
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatClientException

from wxbot.errors import SettingsError, WeChatError, WxbotError
from wxbot.wechat import api
from wxbot.wechat.bounds import Bounded
from wxbot.wechat.endpoints import ENDPOINTS, Endpoint
from wxbot.wechat.errcodes import STALE
from wxbot.wechat.failures import failure, garbled
from wxbot.wechat.lean import QUICK, Lean
from wxbot.wechat.redaction import mask_library_logs
from wxbot.wechat.token import AccessTokens, TokenStore

__all__ = ["Client"]

_ONCE = Endpoint(repeatable=False)
_JSON = {"Content-Type": "application/json; charset=utf-8"}


class Client(WeChatClient):  # type: ignore[misc]  # wechatpy ships no types
    """The platform over HTTP, for any number of threads.

    `via` carries every call elsewhere, such as a test's simulator; `timeout` is seconds to connect and
    between two pieces of an answer (`bounds` has the rest).
    """

    consenting = api.Consenting()
    custom = api.Custom()
    datacube = api.Datacube()
    draft = api.Drafts()
    followers = api.Followers()
    mass = api.Mass()
    menus = api.Menus()
    pictures = api.Pictures()
    publishing = api.Publishing()
    tools = api.Tools()

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        platform_url: str,
        store: TokenStore,
        clock: Callable[[], datetime],
        via: BaseAdapter | None,
        timeout: tuple[float, float],
    ) -> None:
        super().__init__(app_id, app_secret, timeout=timeout, auto_retry=False)
        root = _root(platform_url)
        self.root = root
        self.API_BASE_URL = f"{root}/cgi-bin/"
        self.tokens = AccessTokens(app_id, self._fetch, store, clock)
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, via or Bounded(timeout[1]))
        self._http.cookies = _NoCookies()
        # A proxy of the environment leads to the world, not to a simulator on this machine.
        self._http.trust_env = not _is_local(root)
        lean = Lean(root, timeout, by_proxy=self._http.trust_env)
        self._lean = lean if via is None and lean.fits else None
        mask_library_logs()

    def __repr__(self) -> str:
        return f"<Client of {self.appid}>"

    @property
    def access_token(self) -> str:
        """A token that is good now; wechatpy's own groups ask for it here."""
        return self.tokens.current()

    def fetch_access_token(self) -> None:
        """Make sure of a token; raises one of our errors when there is none to be had."""
        self.tokens.current()

    def check(self) -> None:
        """Ask for a token now, whatever is kept: it is the call on which the platform checks our address."""
        self._fetch(False)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()
        if self._lean is not None:
            self._lean.close()

    def _request(self, method: str, url_or_endpoint: str, **kwargs: Any) -> dict[str, Any]:
        """Ask once; once more, with another token, where the platform calls the first one stale."""
        params = dict(kwargs.pop("params", None) or {})
        quick = self._lean is not None and url_or_endpoint in QUICK
        token = self.tokens.lately() if quick else self.tokens.current()
        answer = self._asked(method, url_or_endpoint, {**params, "access_token": token}, kwargs)
        if isinstance(answer, WeChatError) and answer.errcode in STALE:
            token = self.tokens.renew(token)
            answer = self._asked(method, url_or_endpoint, {**params, "access_token": token}, kwargs)
        if isinstance(answer, WxbotError):
            raise answer
        return answer

    def _fetch(self, force: bool) -> tuple[str, int]:
        """A token and its seconds from stable_token (D)."""
        body = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        # No parameters at all: for none named access_token wechatpy would fetch a token first.
        answer = self._asked("post", "stable_token", (), {"data": body | {"force_refresh": force}})
        if isinstance(answer, WxbotError):
            raise answer
        if not answer["access_token"]:
            raise garbled(repeatable=True)
        return answer["access_token"], answer["expires_in"]

    def _asked(
        self, method: str, endpoint: str, params: dict[str, Any] | tuple[()], more: dict[str, Any]
    ) -> dict[str, Any] | WxbotError:
        """The platform's JSON, or the error to raise: outside of `except`, so that no address hangs on it."""
        rule = ENDPOINTS.get(endpoint, _ONCE)
        secrets = (self.secret, params["access_token"]) if isinstance(params, dict) else (self.secret,)
        if self._lean is not None and endpoint in QUICK and isinstance(params, dict):
            return self._lean.post(endpoint, more["data"], params["access_token"], secrets)
        try:
            answer = super()._request(
                method, endpoint, params=params, allow_redirects=False, **_encoded(more)
            )
        except WeChatClientException as no:
            if no.errcode not in rule.accepts:
                return failure(no, repeatable=rule.repeatable, asking_token=not params, secrets=secrets)
            answer = self._decode_result(no.response)
        # The last three come of numbers that are none, and of brackets without end: wechatpy reads what it gets.
        except (OSError, HTTPError, ValueError, TypeError, OverflowError, RecursionError) as lost:
            return failure(lost, repeatable=rule.repeatable)
        if not isinstance(answer, dict) or not all(
            isinstance(answer.get(key), kind) for key, kind in rule.holds.items()
        ):
            return garbled(repeatable=rule.repeatable)
        return answer


class _NoCookies(RequestsCookieJar):
    """Forgets: the platform needs no cookies, and threads would share them."""

    def set_cookie(self, cookie: Any, *args: Any, **kwargs: Any) -> None:
        """Keep nothing."""
        del cookie, args, kwargs


def _encoded(more: dict[str, Any]) -> dict[str, Any]:
    r"""A JSON body as raw UTF-8: `\u` escapes are stored literally by some endpoints (0)."""
    data = more.get("data")
    if not isinstance(data, dict):
        return more
    body = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")
    return {**more, "data": body, "headers": _JSON}


def _root(platform_url: str) -> str:
    parts = urlsplit(platform_url)
    try:
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False  # a port that is none
    if not good:
        raise SettingsError("WXBOT_PLATFORM_URL 应是 http:// 或 https:// 开头的地址。")
    return platform_url.rstrip("/")


def _is_local(root: str) -> bool:
    host = urlsplit(root).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
