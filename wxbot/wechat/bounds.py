"""How long an answer may take as a whole, and how large it may be.

    Bounded   reads within the bounds for requests
    Pieces    the same for the standard library: a socket's bytes

requests and the standard library bound the wait for each piece of an answer alone: a gateway that lets a byte through
now and then, or a page without end, would hold a worker, and what it has claimed, for ever.
"""

import io
import socket
import time
from collections.abc import Mapping

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

__all__ = ["LARGEST_BYTES", "Bounded", "Pieces"]

# The largest answer is a draft of eight articles, each below 1 MB (G1).
LARGEST_BYTES = 32 * 1_048_576
# An answer as a whole may take so many times as long as one piece of it.
_PIECES = 3
_AT_ONCE = 65_536
# As many threads as a server has use one client; each keeps its connection.
_CONNECTIONS = 32


class _Bounds:
    """Of one answer: so many seconds for each piece, a few times as many in all, and so many bytes."""

    def __init__(self, between_pieces: float) -> None:
        self._between = between_pieces
        self._ends = time.monotonic() + _PIECES * between_pieces
        self._bytes = 0

    def seconds(self) -> float:
        """How long the next piece may take; TimeoutError when no time is left."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer takes too long as a whole")
        return min(left, self._between)

    def count(self, size: int) -> None:
        """Take note of a piece; ValueError when it was one too many."""
        self._bytes += size
        if self._bytes > LARGEST_BYTES:
            raise ValueError("the answer is larger than any of the platform's")


class Bounded(HTTPAdapter):
    """Reads the whole answer at once; `between_pieces` is in seconds. Raises TimeoutError and ValueError."""

    def __init__(self, between_pieces: float) -> None:
        super().__init__(_CONNECTIONS, _CONNECTIONS, max_retries=0)
        self._between = between_pieces

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,  # noqa: ARG002 - the base class's signature
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """See HTTPAdapter."""
        response = super().send(request, True, timeout, verify, cert, proxies)
        try:
            # Where `content` looks first.
            response._content = _whole(response, _Bounds(self._between))
        except BaseException:
            response.close()
            raise
        return response


def _whole(response: Response, bounds: _Bounds) -> bytes:
    body = bytearray()
    while piece := response.raw.read1(_AT_ONCE, decode_content=True):
        body += piece
        bounds.count(len(piece))
        bounds.seconds()
    return bytes(body)


class Pieces(io.RawIOBase):
    """A socket as http.client reads it, within the bounds from the first byte to the last."""

    def __init__(self, sock: socket.socket, between_pieces: float) -> None:
        self._sock = sock
        self._bounds = _Bounds(between_pieces)

    def makefile(self, *_: object) -> io.BufferedReader:
        """What http.client asks a socket for."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """One piece."""
        self._sock.settimeout(self._bounds.seconds())
        size = self._sock.recv_into(buffer)
        self._bounds.count(size)
        return size
