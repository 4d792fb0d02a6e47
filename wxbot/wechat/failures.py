"""What a call that brought no good answer means for the caller.

    failure   an exception of requests or wechatpy → the one error of `wxbot.errors`
    unsent    an exception before the request left
    refused   an errcode of the platform
    gateway   a status of a gateway before it
    garbled   an answer that is no answer of the platform's

What decides is whether the request can have reached the platform, and whether asking again does harm
(wechat-platform.md M, the rule for sends):

    not sent                             TryLater, whatever was asked
    sent, no answer, may be repeated     TryLater
    sent, no answer, not to be repeated  OutcomeUnknown: it may have happened
"""

import ssl

import requests
from urllib3.exceptions import ClosedPoolError, ConnectTimeoutError, NewConnectionError
from wechatpy.exceptions import WeChatClientException, WeChatException

from wxbot.errors import Misconfigured, OutcomeUnknown, Refused, TryLater, WxbotError
from wxbot.wechat.errcodes import refusal
from wxbot.wechat.redaction import mask

__all__ = ["failure", "garbled", "gateway", "refused", "unsent"]

_NEVER_SENT = (requests.ConnectTimeout, requests.exceptions.ProxyError)
_NOT_CONNECTED = (NewConnectionError, ConnectTimeoutError, ClosedPoolError, ssl.SSLCertVerificationError)
_NO_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidHeader,
    requests.URLRequired,
)
_CHECK_ADDRESS = "请检查 WXBOT_PLATFORM_URL 和服务器的网络出口。"


def failure(
    wrong: Exception, *, repeatable: bool, asking_token: bool = False, secrets: tuple[str, ...] = ()
) -> WxbotError:
    """The error for an exception of requests, urllib3 or wechatpy.

    Made here and raised by the caller outside of its `except`: those exceptions hold addresses with the
    token, so none of them may hang on ours as cause or context.
    """
    if isinstance(wrong, WeChatException):
        return _answered(wrong, repeatable, asking_token, secrets)
    if isinstance(wrong, _NO_ADDRESS):
        return Misconfigured("平台的地址不能用。", remedy=_CHECK_ADDRESS)
    if isinstance(wrong, _NEVER_SENT) or any(isinstance(each, _NOT_CONNECTED) for each in _inside(wrong)):
        return unsent(wrong)
    return _unheard(f"请求已发出，没有收到平台的回答（{type(wrong).__name__}）。", repeatable)


def unsent(wrong: Exception) -> WxbotError:
    """The error for a connection that never came to be."""
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in _inside(wrong)):
        return Misconfigured("平台的证书没有通过验证，没有发出请求。", remedy=_CHECK_ADDRESS)
    return TryLater("连不上平台，没有发出请求。")


def refused(errcode: int, errmsg: str, secrets: tuple[str, ...], *, asking_token: bool = False) -> WxbotError:
    """The error for an errcode; what the platform says of it goes on without the secrets in it."""
    return refusal(errcode, mask(errmsg, *secrets), asking_token=asking_token)


def garbled(*, repeatable: bool) -> WxbotError:
    """The error for a page of HTML, a list, half a JSON, or JSON without what the call has to bring."""
    return _unheard("请求已发出，收到的不是平台的回答。", repeatable)


def _answered(
    wrong: WeChatException, repeatable: bool, asking_token: bool, secrets: tuple[str, ...]
) -> WxbotError:
    """An errcode of the platform, or the status of a gateway before it."""
    if wrong.errcode is not None:
        return refused(int(wrong.errcode), str(wrong.errmsg), secrets, asking_token=asking_token)
    response = wrong.response if isinstance(wrong, WeChatClientException) else None
    return gateway(0 if response is None else response.status_code, repeatable=repeatable)


def gateway(status: int, *, repeatable: bool) -> WxbotError:
    """The error for a status of HTTP: below 500 nothing was let through, from 500 on it may have been."""
    if status in {425, 429}:
        return TryLater(f"平台的网关说请求太多（HTTP {status}）。")
    if status in {400, 413, 414, 415}:
        return Refused(f"平台的网关不收这个请求（HTTP {status}）。")
    if 400 <= status < 500 and status != 408:
        return Misconfigured(f"平台的网关拒绝了请求（HTTP {status}）。", remedy=_CHECK_ADDRESS)
    return _unheard(f"请求已发出，平台没有正常回答（HTTP {status}）。", repeatable)


def _unheard(message: str, repeatable: bool) -> WxbotError:
    return TryLater(message) if repeatable else OutcomeUnknown(message)


def _inside(wrong: BaseException) -> list[BaseException]:
    """The exception and those it was made of: requests keeps them as arguments, urllib3 as `reason`."""
    found, waiting = list[BaseException](), [wrong]
    while waiting and len(found) < 10:
        each = waiting.pop()
        found.append(each)
        parts = (*each.args, getattr(each, "reason", None), getattr(each, "original_error", None))
        waiting += [part for part in parts if isinstance(part, BaseException) and part not in found]
    return found
