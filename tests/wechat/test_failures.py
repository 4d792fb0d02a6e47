"""Every exception of requests and wechatpy, and the one class of ours that it becomes."""

import inspect
import ssl

import pytest
import requests
import urllib3.exceptions
import wechatpy.exceptions

from wxbot.errors import (
    ConfirmationNeeded,
    FollowerUnreachable,
    Misconfigured,
    OutcomeUnknown,
    QuotaSpent,
    Refused,
    TryLater,
    WxbotError,
)
from wxbot.wechat.failures import failure, garbled_response

CLASSES = {
    TryLater,
    QuotaSpent,
    ConfirmationNeeded,
    Misconfigured,
    Refused,
    FollowerUnreachable,
    OutcomeUnknown,
}
NEVER_SENT = {"ConnectTimeout", "ProxyError"}
NO_ADDRESS = {
    "InvalidURL",
    "InvalidProxyURL",
    "MissingSchema",
    "InvalidSchema",
    "InvalidHeader",
    "URLRequired",
}


def exceptions(module: object, base: type[Exception]) -> list[type[Exception]]:
    """The exceptions that a module defines below a base."""
    found = [each for _, each in inspect.getmembers(module, inspect.isclass) if issubclass(each, base)]
    return sorted(found, key=lambda each: each.__name__)


def made(kind: type[Exception]) -> Exception:
    """One of a kind, as the library itself makes it."""
    if kind is requests.exceptions.JSONDecodeError:
        return kind("no JSON", "<html>", 0)
    return kind("secret-in-the-address")


@pytest.mark.parametrize("kind", exceptions(requests.exceptions, requests.RequestException))
def test_exception_of_requests_falls_into_one_class(kind: type[Exception]) -> None:
    """Not sent: try later. No address: an operator. Else it may have happened, unless that is harmless."""
    once = failure(made(kind), repeatable=False)
    again = failure(made(kind), repeatable=True)

    if kind.__name__ in NO_ADDRESS:
        assert (Misconfigured, Misconfigured) == (type(once), type(again))
    elif kind.__name__ in NEVER_SENT:
        assert (TryLater, TryLater) == (type(once), type(again))
    else:
        assert (OutcomeUnknown, TryLater) == (type(once), type(again))


@pytest.mark.parametrize("kind", exceptions(wechatpy.exceptions, wechatpy.exceptions.WeChatException))
def test_exception_of_wechatpy_falls_into_one_class(kind: type[Exception]) -> None:
    """Its errcode decides, wherever in the library it was raised."""
    pay = kind is wechatpy.exceptions.WeChatPayException
    wrong = kind(return_code=1, errcode=45009, errmsg="quota") if pay else kind(45009, "quota")  # type: ignore[call-arg]

    assert QuotaSpent is type(failure(wrong, repeatable=False))


@pytest.mark.parametrize("kind", exceptions(urllib3.exceptions, urllib3.exceptions.HTTPError))
def test_exception_of_urllib3_falls_into_one_class(kind: type[Exception]) -> None:
    """Should one ever come through requests unwrapped, it is told by the same rule."""
    wrong = kind.__new__(kind)

    assert type(failure(wrong, repeatable=False)) in {TryLater, OutcomeUnknown}
    assert type(failure(wrong, repeatable=True)) is TryLater


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (urllib3.exceptions.NewConnectionError(None, "refused"), TryLater),  # type: ignore[arg-type]
        (urllib3.exceptions.NameResolutionError("h", None, OSError()), TryLater),  # type: ignore[arg-type]
        (urllib3.exceptions.ConnectTimeoutError(None, "slow"), TryLater),
        (urllib3.exceptions.ProtocolError("aborted", ConnectionResetError()), OutcomeUnknown),
        (urllib3.exceptions.ReadTimeoutError(None, "u", "slow"), OutcomeUnknown),  # type: ignore[arg-type]
        (urllib3.exceptions.SSLError("record layer"), OutcomeUnknown),
        (urllib3.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed")), Misconfigured),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else each.__name__,
)
def test_lost_connection_is_told_by_when_it_was_lost(reason: Exception, expected: type[WxbotError]) -> None:
    """requests has one class for refused and for reset; what it was made of tells them apart."""
    inner = urllib3.exceptions.MaxRetryError(None, "/cgi-bin/x?access_token=secret", reason)  # type: ignore[arg-type]

    for wrong in (requests.ConnectionError(inner), requests.ConnectionError(reason)):
        assert expected is type(failure(wrong, repeatable=False))


@pytest.mark.parametrize(
    ("status", "once", "again"),
    [
        (400, Refused, Refused),
        (403, Misconfigured, Misconfigured),
        (404, Misconfigured, Misconfigured),
        (408, OutcomeUnknown, TryLater),
        (413, Refused, Refused),
        (429, TryLater, TryLater),
        (500, OutcomeUnknown, TryLater),
        (502, OutcomeUnknown, TryLater),
        (504, OutcomeUnknown, TryLater),
    ],
)
def test_status_of_a_gateway(status: int, once: type[WxbotError], again: type[WxbotError]) -> None:
    """Below 500 the gateway let nothing through; from 500 on it may have."""
    response = requests.Response()
    response.status_code = status
    wrong = wechatpy.exceptions.WeChatClientException(None, None, response=response)

    assert (once, again) == tuple(type(failure(wrong, repeatable=each)) for each in (False, True))


def test_answer_that_is_none() -> None:
    """A page of HTML in place of JSON: it may have happened."""
    assert (OutcomeUnknown, TryLater) == (
        type(garbled_response(repeatable=False)),
        type(garbled_response(repeatable=True)),
    )


def test_no_word_of_the_address_is_in_the_error() -> None:
    """The exceptions of requests quote the address with the token: ours do not, in text or in chain."""
    wrong = requests.ConnectionError("Max retries exceeded with url: /x?access_token=secret-in-the-address")
    error = failure(wrong, repeatable=False)

    assert "secret-in-the-address" not in f"{error}{error!r}{error.remedy}"
    assert (None, None) == (error.__cause__, error.__context__)


def test_secret_in_the_platforms_own_words_is_masked() -> None:
    """Should an errmsg ever quote what we sent, an editor does not read it."""
    wrong = wechatpy.exceptions.WeChatClientException(
        40125, "bad secret=abc for tokenvalue access_token=xyz&a=1"
    )
    error = failure(wrong, repeatable=True, secrets=("tokenvalue", ""))

    assert Misconfigured is type(error)
    assert not {"abc", "xyz", "tokenvalue"} & set(error.message.replace("=", " ").replace("&", " ").split())
