"""HTTP server of the simulator, with a thread per connection.

It can cut a connection during a request, as networks do, and it keeps all state in one process while the page's
event stream stays open. No WSGI server in use offers both. `make bench` measures it.
"""

__all__ = ["HttpServer"]

import contextlib
import logging
import socket
import socketserver
import struct
import sys
import threading
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from wechat_simulator.faults import ConnectionCut

MAX_LINE_BYTES = 64 * 1024
MAX_HEADERS = 200
MAX_BODY_BYTES = 64 * 1024 * 1024

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

log = logging.getLogger(__name__)


class _BadRequest(Exception):
    """An invalid or oversized request: answer with `status`, then close the connection."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class HttpServer(socketserver.ThreadingTCPServer):
    """Serves a WSGI application; `start` runs it in a thread, `serve_forever` in the calling thread."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, app: WsgiApp, host: str = "127.0.0.1", port: int = 0) -> None:
        self.app = app
        self._connections: set[socket.socket] = set()
        super().__init__((host, port), _Connection)

    @property
    def url(self) -> str:
        """Base address of the server."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> None:
        """Serve in a daemon thread."""
        threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, name="simulator", daemon=True
        ).start()

    def stop(self) -> None:
        """Accept no more connections and close the open ones."""
        with contextlib.suppress(OSError):  # wakes the accepting thread at once; not every system can do it
            self.socket.shutdown(socket.SHUT_RDWR)
        self.shutdown()
        self.server_close()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):  # the client has closed it meanwhile
                connection.shutdown(socket.SHUT_RDWR)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection and remember it while it is open, so that `stop` can close it."""
        self._connections.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class's signature
        """Log errors of the simulator; ignore connections that the client closed."""
        if not isinstance(sys.exception(), ConnectionError):
            log.exception("a request failed")


class _Connection(socketserver.StreamRequestHandler):
    """One connection, request after request, until either side closes it."""

    disable_nagle_algorithm = True
    rbufsize = 64 * 1024
    server: HttpServer

    def handle(self) -> None:
        """Serve requests until the connection ends."""
        try:
            while self._exchange():
                pass
        except _BadRequest as bad:
            self._send(f"HTTP/1.1 {bad.status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

    def _exchange(self) -> bool:
        """Serve one request; return whether another may follow."""
        environ = self._environ()
        if environ is None:
            return False
        stays = _keeps_alive(environ)
        answer = _ResponseHead()
        try:
            body = self.server.app(environ, answer.start)
        except ConnectionCut:
            self._cut()
            return False
        if not isinstance(body, list):
            return self._stream(answer, body, stays)
        self._send(answer.head(stays, sum(map(len, body))) + b"".join(body))
        return stays

    def _stream(self, answer: "_ResponseHead", body: Iterable[bytes], stays: bool) -> bool:
        """Send a body piece by piece; without a Content-Length the connection's end marks its end."""
        try:
            stays = stays and answer.has_length
            self._send(answer.head(stays, None))
            for piece in body:
                self._send(piece)
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()
        return stays

    def _send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def _cut(self) -> None:
        """Reset the connection without a response."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _line(self) -> str:
        line = self.rfile.readline(MAX_LINE_BYTES + 1)
        if len(line) > MAX_LINE_BYTES:
            raise _BadRequest("431 Request Header Fields Too Large")
        return line.decode("latin-1").rstrip("\r\n")

    def _environ(self) -> Environ | None:
        """Read a request into a WSGI environment; None when the client closed the connection."""
        first = self._line()
        if not first:
            return None
        words = first.split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            raise _BadRequest("400 Bad Request")
        path, _, query = words[1].partition("?")
        host, port = self.server.server_address[:2]
        environ: Environ = {
            "REQUEST_METHOD": words[0],
            "SCRIPT_NAME": "",
            "PATH_INFO": _unquote_path(path) if "%" in path else path,
            "QUERY_STRING": query,
            "SERVER_NAME": str(host),
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": words[2],
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        self._read_headers(environ)
        environ["wsgi.input"] = BytesIO(self._body(environ))
        environ["wsgi.input_terminated"] = True
        return environ

    def _read_headers(self, environ: Environ) -> None:
        for _ in range(MAX_HEADERS):
            line = self._line()
            if not line:
                return
            name, _, value = line.partition(":")
            name = name.strip().upper().replace("-", "_")
            environ[name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + name] = value.strip()
        raise _BadRequest("431 Request Header Fields Too Large")

    def _body(self, environ: Environ) -> bytes:
        if environ.get("HTTP_EXPECT", "").lower() == "100-continue":
            self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
            body = self._chunks()
            environ["CONTENT_LENGTH"] = str(len(body))
            return body
        return self._exactly(_parse_size(environ.get("CONTENT_LENGTH") or "0", 10))

    def _chunks(self) -> bytes:
        pieces, total = [], 0
        while size := _parse_size(self._line().partition(";")[0].strip() or "0", 16):
            total += size
            _parse_size(str(total), 10)
            pieces.append(self._exactly(size))
            self._line()
        while self._line():  # trailers
            pass
        return b"".join(pieces)

    def _exactly(self, size: int) -> bytes:
        data = self.rfile.read(size) if size else b""
        if len(data) < size:
            raise ConnectionResetError("the body ended early")
        return data


def _keeps_alive(environ: Environ) -> bool:
    """Return whether the connection serves another request after this one."""
    closes: bool = environ.get("HTTP_CONNECTION", "").lower() == "close"
    return not closes and environ["SERVER_PROTOCOL"] == "HTTP/1.1"


def _parse_size(text: str, base: int) -> int:
    """Parse a body or chunk size (400, 413)."""
    try:
        size = int(text, base)
    except ValueError:
        raise _BadRequest("400 Bad Request") from None
    if size < 0 or size > MAX_BODY_BYTES:
        raise _BadRequest("413 Content Too Large")
    return size


def _unquote_path(path: str) -> str:
    """Decode a path as WSGI requires: its bytes as latin-1."""
    pieces = path.encode("latin-1").split(b"%")
    out = [pieces[0]]
    for piece in pieces[1:]:
        try:
            out.append(bytes([int(piece[:2], 16)]) + piece[2:])
        except ValueError:
            out.append(b"%" + piece)
    return b"".join(out).decode("latin-1")


class _ResponseHead:
    """Status and headers that the application passed to start_response."""

    def __init__(self) -> None:
        self._status = "500 Internal Server Error"
        self._headers: list[tuple[str, str]] = []

    def start(self, status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> None:
        """Receive status and headers; this is WSGI's start_response."""
        self._status, self._headers = status, headers

    @property
    def has_length(self) -> bool:
        """True if the application set Content-Length."""
        return any(name.lower() == "content-length" for name, _ in self._headers)

    def head(self, stays: bool, length: int | None) -> bytes:
        """Return the bytes of the status line and headers."""
        lines = [f"HTTP/1.1 {self._status}", *(f"{name}: {value}" for name, value in self._headers)]
        if length is not None and not self.has_length:
            lines.append(f"Content-Length: {length}")
        if not stays:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
