"""One call to the platform through wechatpy: with a valid token, within limits, ending in a response or our error.

`PlatformClient` is wechatpy's client with four things replaced (wechat-platform.md N2, N3): the source of the token,
the endless retry on a stale one, the fixed address, and exceptions that carry the token in their text. Calls to single
followers (`api.POOLED_ENDPOINTS`) bypass wechatpy and requests, by the same rules.
"""

import ipaddress
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from requests.adapters import BaseAdapter
from requests.cookies import RequestsCookieJar
from urllib3.exceptions import HTTPError
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatClientException

from wxbot.errors import SettingsError, WeChatError, WxbotError
from wxbot.wechat import api
from wxbot.wechat.errcodes import STALE
from wxbot.wechat.failures import errcode_error, failure, garbled_response, gateway_error
from wxbot.wechat.http import BoundedAdapter, JsonPoster, mask_library_logs
from wxbot.wechat.token import AccessTokens, TokenStore

__all__ = ["PlatformClient"]

_NOT_REPEATABLE = api.EndpointRule(repeatable=False)
_JSON_HEADERS = {"Content-Type": "application/json; charset=utf-8"}
# Numbers out of range and endless brackets in a response raise the last three: json and wechatpy do not catch them.
_CALL_ERRORS = (OSError, HTTPError, ValueError, TypeError, OverflowError, RecursionError)


class PlatformClient(WeChatClient):  # type: ignore[misc]  # wechatpy ships no types
    """The platform over HTTP, for any number of threads.

    `via` carries every call elsewhere, such as to a test's simulator; `timeout` is seconds to connect and to wait for a
    piece of a response (`http` limits the whole).
    """

    custom = api.CustomMessageApi()
    datacube = api.DatacubeApi()
    draft = api.DraftApi()
    followers = api.FollowerApi()
    js_sdk = api.JsSdkApi()
    mass = api.MassMessageApi()
    menus = api.MenuApi()
    notices = api.SubscriptionNoticeApi()
    pictures = api.PictureApi()
    publishing = api.PublishApi()
    tools = api.ToolsApi()

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
        root = _checked_root(platform_url)
        self.root = root
        self.API_BASE_URL = f"{root}/cgi-bin/"
        self.tokens = AccessTokens(app_id, self._request_token, store, clock)
        # A ticket lives as a token does: shared by all processes, fetched by one of them.
        self.js_tickets = AccessTokens(f"jsapi_ticket:{app_id}", self._request_js_ticket, store, clock)
        adapter = BoundedAdapter()
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, via or adapter)
        self._http.cookies = _NoCookies()
        # A proxy of the environment leads to the internet, not to a simulator on this machine.
        self._http.trust_env = not _is_local(root)
        self._poster = None if via else JsonPoster(self._http, adapter, root, timeout)
        mask_library_logs()

    def __repr__(self) -> str:
        return f"<PlatformClient of {self.appid}>"

    @property
    def access_token(self) -> str:
        """Return a valid token; wechatpy's own API groups ask for it here."""
        return self.tokens.current()

    def fetch_access_token(self) -> None:
        """Make sure that there is a valid token. Raises one of our errors when none can be had."""
        self.tokens.current()

    def check(self) -> None:
        """Request a token even if one is stored: on this call alone the platform checks secret and IP allow-list."""
        self._request_token(False)

    def close(self) -> None:
        """Close the idle connections; a later call opens new ones."""
        self._http.close()
        if self._poster is not None:
            self._poster.close()

    def _request(self, method: str, url_or_endpoint: str, **kwargs: Any) -> dict[str, Any]:
        """Make a call; retry it once with another token when the platform calls the first one stale."""
        params = dict(kwargs.pop("params", None) or {})
        pooled = self._is_pooled(url_or_endpoint)
        token = self.tokens.current_cached() if pooled else self.tokens.current()
        result = self._call(method, url_or_endpoint, {**params, "access_token": token}, kwargs)
        if isinstance(result, WeChatError) and result.errcode in STALE:
            token = self.tokens.renew(token)
            result = self._call(method, url_or_endpoint, {**params, "access_token": token}, kwargs)
        if isinstance(result, WxbotError):
            raise result
        return result

    def _request_token(self, force: bool) -> tuple[str, int]:
        """Request a token from stable_token (D); return it and its lifetime in seconds."""
        body = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        # Without any parameters: wechatpy would fetch a token first if there were some but no access_token.
        result = self._call("post", "stable_token", (), {"data": body | {"force_refresh": force}})
        if isinstance(result, WxbotError):
            raise result
        if not result["access_token"]:
            raise garbled_response(repeatable=True)
        return result["access_token"], result["expires_in"]

    def _request_js_ticket(self, force: bool) -> tuple[str, int]:  # noqa: ARG002  the platform decides
        """Request the ticket for the JS-SDK (K6); return it and its lifetime in seconds."""
        result = self.js_sdk.ticket()
        return result["ticket"], result["expires_in"]

    def _is_pooled(self, endpoint: str) -> bool:
        return self._poster is not None and endpoint in api.POOLED_ENDPOINTS

    def _call(
        self, method: str, endpoint: str, params: dict[str, Any] | tuple[()], options: dict[str, Any]
    ) -> dict[str, Any] | WxbotError:
        """Make one call; return the platform's JSON or the error to raise.

        The error is returned, not raised: raised inside an `except` it would carry the library's exception, and with it
        the address and its token.
        """
        rule = api.ENDPOINTS.get(endpoint, _NOT_REPEATABLE)
        secrets = (self.secret, params["access_token"]) if isinstance(params, dict) else (self.secret,)
        if self._poster is not None and self._is_pooled(endpoint) and isinstance(params, dict):
            return _post_pooled(self._poster, endpoint, options["data"], params["access_token"], secrets)
        try:
            result = super()._request(
                method, endpoint, params=params, allow_redirects=False, **_encode_json(options)
            )
        except WeChatClientException as error:
            if error.errcode not in rule.accepts:
                return failure(
                    error, repeatable=rule.repeatable, requesting_token=not params, secrets=secrets
                )
            result = self._decode_result(error.response)
        except _CALL_ERRORS as error:
            return failure(error, repeatable=rule.repeatable)
        if not isinstance(result, dict) or not all(
            isinstance(result.get(key), kind) for key, kind in rule.required.items()
        ):
            return garbled_response(repeatable=rule.repeatable)
        return result


def _post_pooled(
    poster: JsonPoster, endpoint: str, data: dict[str, Any], token: str, secrets: tuple[str, ...]
) -> dict[str, Any] | WxbotError:
    """POST one call to a single follower; return the platform's JSON or the error. These calls are not repeatable."""
    try:
        status, raw = poster.post(f"/cgi-bin/{endpoint}?access_token={quote(token, safe='')}", data)
    except (OSError, HTTPError, ValueError) as error:
        return failure(error, repeatable=False)
    return gateway_error(status, repeatable=False) if status >= 400 else _parse_result(raw, secrets)


def _parse_result(raw: bytes, secrets: tuple[str, ...]) -> dict[str, Any] | WxbotError:
    try:
        result = json.loads(raw.decode("utf-8", "ignore"), strict=False)
        errcode = int(result.get("errcode", 0)) if isinstance(result, dict) else None
    except (ValueError, TypeError, OverflowError, RecursionError):
        return garbled_response(repeatable=False)
    if errcode is None:
        return garbled_response(repeatable=False)
    return errcode_error(errcode, str(result.get("errmsg", errcode)), secrets) if errcode else result


class _NoCookies(RequestsCookieJar):
    """A cookie jar that stays empty: the platform needs no cookies, and threads share the session."""

    def set_cookie(self, cookie: Any, *args: Any, **kwargs: Any) -> None:
        """Ignore the cookie."""
        del cookie, args, kwargs


def _encode_json(options: dict[str, Any]) -> dict[str, Any]:
    r"""Return the options with a JSON body in raw UTF-8: some endpoints store `\u` escapes literally (0)."""
    data = options.get("data")
    if not isinstance(data, dict):
        return options
    body = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")
    return {**options, "data": body, "headers": _JSON_HEADERS}


def _checked_root(platform_url: str) -> str:
    """Return the address without a slash at its end. Raises SettingsError for an invalid one."""
    parts = urlsplit(platform_url)
    try:
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False  # the port is no number, or out of range
    if not valid:
        raise SettingsError("WXBOT_PLATFORM_URL 应是 http:// 或 https:// 开头的地址。")
    return platform_url.rstrip("/")


def _is_local(root: str) -> bool:
    host = urlsplit(root).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
