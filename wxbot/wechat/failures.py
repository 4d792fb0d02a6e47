"""Turn a failed call into one error of `wxbot.errors`, whose class says whether a retry is safe.

    failure            an exception of requests, urllib3 or wechatpy
    errcode_error      an errcode of the platform
    gateway_error      an HTTP status of a gateway in front of the platform
    garbled_response   a response that is not the platform's

Two questions decide: can the request have reached the platform, and does repeating it do harm? (wechat-platform.md M,
the rule for sends):

    not sent                              TryLater, whatever the call was
    sent, no response, repeatable         TryLater
    sent, no response, not repeatable     OutcomeUnknown: it may have happened
"""

import ssl

import requests
from urllib3.exceptions import ClosedPoolError, ConnectTimeoutError, NewConnectionError
from wechatpy.exceptions import WeChatClientException, WeChatException

from wxbot.errors import Misconfigured, OutcomeUnknown, Refused, TryLater, WxbotError
from wxbot.wechat.errcodes import errcode_refusal
from wxbot.wechat.http import ConnectionNotMade, mask

__all__ = ["errcode_error", "failure", "garbled_response", "gateway_error"]

_NEVER_SENT = (requests.ConnectTimeout, requests.exceptions.ProxyError)
_NOT_CONNECTED = (
    ConnectionNotMade,
    NewConnectionError,
    ConnectTimeoutError,
    ClosedPoolError,
    ssl.SSLCertVerificationError,
)
_INVALID_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidHeader,
    requests.URLRequired,
)
_CHECK_ADDRESS = "请检查 WXBOT_PLATFORM_URL 和服务器的网络出口。"


def failure(
    error: Exception, *, repeatable: bool, requesting_token: bool = False, secrets: tuple[str, ...] = ()
) -> WxbotError:
    """Return the error for an exception of requests, urllib3 or wechatpy.

    `repeatable` says that repeating the call does no harm. The caller raises the error outside its `except`: the
    libraries' exceptions hold addresses with the token and must not become our error's cause or context.
    """
    if isinstance(error, WeChatException):
        return _wechatpy_error(error, repeatable, requesting_token, secrets)
    if isinstance(error, _INVALID_ADDRESS):
        return Misconfigured("平台的地址不能用。", remedy=_CHECK_ADDRESS)
    if isinstance(error, _NEVER_SENT) or any(
        isinstance(each, _NOT_CONNECTED) for each in _inner_exceptions(error)
    ):
        return _not_sent(error)
    return _no_response(f"请求已发出，没有收到平台的回答（{type(error).__name__}）。", repeatable)


def _not_sent(error: Exception) -> WxbotError:
    """Return the error for a connection that was not made."""
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in _inner_exceptions(error)):
        return Misconfigured("平台的证书没有通过验证，没有发出请求。", remedy=_CHECK_ADDRESS)
    return TryLater("连不上平台，没有发出请求。", remedy=f"过一会儿再试；一直这样，{_CHECK_ADDRESS}")


def errcode_error(
    errcode: int, errmsg: str, secrets: tuple[str, ...], *, requesting_token: bool = False
) -> WxbotError:
    """Return the error for an errcode; secrets are masked in the platform's errmsg."""
    return errcode_refusal(errcode, mask(errmsg, *secrets), requesting_token=requesting_token)


def garbled_response(*, repeatable: bool) -> WxbotError:
    """Return the error for an HTML page, a list, truncated JSON, or JSON without a required value."""
    return _no_response("请求已发出，收到的不是平台的回答。", repeatable)


def _wechatpy_error(
    error: WeChatException, repeatable: bool, requesting_token: bool, secrets: tuple[str, ...]
) -> WxbotError:
    """Return the error for an errcode of the platform, or for the status of a gateway in front of it."""
    if error.errcode is not None:
        return errcode_error(
            int(error.errcode), str(error.errmsg), secrets, requesting_token=requesting_token
        )
    response = error.response if isinstance(error, WeChatClientException) else None
    return gateway_error(0 if response is None else response.status_code, repeatable=repeatable)


def gateway_error(status: int, *, repeatable: bool) -> WxbotError:
    """Return the error for an HTTP status: below 500 the gateway passed nothing on, from 500 on it may have."""
    if status in {425, 429}:
        return TryLater(f"平台的网关说请求太多（HTTP {status}）。")
    if status in {400, 413, 414, 415}:
        return Refused(f"平台的网关不收这个请求（HTTP {status}）。")
    if 400 <= status < 500 and status != 408:
        return Misconfigured(f"平台的网关拒绝了请求（HTTP {status}）。", remedy=_CHECK_ADDRESS)
    return _no_response(f"请求已发出，平台没有正常回答（HTTP {status}）。", repeatable)


def _no_response(message: str, repeatable: bool) -> WxbotError:
    return TryLater(message) if repeatable else OutcomeUnknown(message)


def _inner_exceptions(error: BaseException) -> list[BaseException]:
    """Return the exception and those inside it: requests keeps them as arguments, urllib3 as `reason`."""
    found, waiting = list[BaseException](), [error]
    while waiting and len(found) < 10:
        each = waiting.pop()
        found.append(each)
        parts = (*each.args, getattr(each, "reason", None), getattr(each, "original_error", None))
        waiting += [part for part in parts if isinstance(part, BaseException) and part not in found]
    return found
