"""Request ids: the log lines of a request, its answer's `X-Request-Id`, and the 编号 on its error page are the same.

An editor tells the number on the page to a technician, who finds the lines of that request by it. The number comes from
here alone: one that a client sends would let strangers write into the log.

    request_context   give a request its id
    send_with_id      add the id to an ASGI answer
    RequestIds        do both for a WSGI application
"""

import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from wxbot.log_format import log_context, request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["HEADER", "RequestIds", "request_context", "send_with_id"]

HEADER = "X-Request-Id"
_NAME = HEADER.lower().encode()

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@contextmanager
def request_context() -> Iterator[str]:
    """Name the request whose log lines a block writes, unless a caller has done so; yield its id."""
    if given := request_id():
        yield given
        return
    number = secrets.token_hex(4)
    with log_context(request=number):
        yield number


def send_with_id(send: Send, number: str) -> Send:
    """Return `send` with the id in the answer's headers, in place of one that an application inside has put there."""
    header = (_NAME, number.encode())

    async def send_named(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            others = [each for each in message["headers"] if each[0].lower() != _NAME]
            message = {**message, "headers": [*others, header]}
        await send(message)

    return send_named


class RequestIds:
    """WSGI application that gives each request of `app` an id, or keeps the one that the ASGI application gave."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        with request_context() as number:

            def start_named(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
                return start_response(status, [*headers, (HEADER, number)], *error)

            return self._app(environ, start_named)
