"""Read and throw away the rest of a form whose answer is ready.

A server that closes a connection with unread bytes resets it, and the browser shows a broken connection instead of the
page that says why the form was refused: too large, a session that has ended. Only bytes and seconds up to a limit are
read, and nothing is kept.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import TYPE_CHECKING, Any

from wxbot.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["UnreadBodies", "discard_rest", "has_forms", "most_discarded"]

_SECONDS = 60
_PIECE = 2**16

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


def has_forms(path: str) -> bool:
    """Tell if forms are sent to a path by browsers; the platform's pushes are not read further."""
    return path.startswith("/console/")


def most_discarded(settings: Settings) -> int:
    """Return how many bytes of a form are thrown away: twice what an upload may have."""
    return 2 * settings.upload_mb * 2**20


async def discard_rest(receive: Receive, most: int) -> None:
    """Read the rest of a request's body under ASGI, at most `most` bytes of it."""
    try:
        async with asyncio.timeout(_SECONDS):
            while most > 0:
                message = await receive()
                most -= max(1, len(message.get("body", b"")))
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
    except TimeoutError:
        return


class UnreadBodies:
    """WSGI application that reads the rest of each form, at most `most` bytes, after `app` has answered it."""

    def __init__(self, app: "WSGIApplication", most: int) -> None:
        self._app, self._most = app, most

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        answer = self._app(environ, start_response)
        sends_body = environ.get("CONTENT_LENGTH", "") not in {"", "0"} or "HTTP_TRANSFER_ENCODING" in environ
        if sends_body and has_forms(environ.get("PATH_INFO", "")):
            left, until = self._most, time.monotonic() + _SECONDS
            while left > 0 and time.monotonic() < until and (piece := environ["wsgi.input"].read(_PIECE)):
                left -= len(piece)
        return answer
