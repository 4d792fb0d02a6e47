"""A server with scripted responses, also broken ones: closed, hanging, slow, too large."""

import contextlib
import datetime as dt
import json
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

__all__ = [
    "CLOSE",
    "FLOOD",
    "HANG",
    "RESET",
    "TRICKLE",
    "Crooked",
    "answer",
    "crooked",
    "read_request",
    "untrusted",
]

# Instead of an answer: end the connection, break it off, or say nothing.
CLOSE, RESET, HANG = b"close", b"reset", b"hang"
# A good answer behind so much space, or so slowly, that nobody should have waited for it.
FLOOD, TRICKLE = b"flood", b"trickle"
_GOOD = b'{"errcode": 0, "total_count": 1, "media_id": "m", "msg_id": 1}'
_TLS_GREETING = b"\x16"
_LARGE, _SLOW = 40 * 1_048_576, 40


def answer(body: object, status: str = "200 OK", head: str = "", cut: int = 0) -> bytes:
    """An answer of HTTP; JSON for anything but bytes. `cut` bytes that it promises are missing."""
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    length = f"Content-Length: {len(raw) + cut}\r\n{head}\r\n"
    return f"HTTP/1.1 {status}\r\nConnection: close\r\n{length}".encode() + raw


class Crooked:
    """Gives the answers one after the other, a connection each, and keeps what it was asked."""

    def __init__(self, answers: list[bytes]) -> None:
        self.asked: list[bytes] = []
        self._answers = answers
        self._done = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        """Stop, and let go of whoever is still waiting."""
        self._done.set()
        with socket.create_connection(self._listener.getsockname()):
            self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        """One connection an answer, until there are no more or the test is over."""
        for each in self._answers:
            connection, _ = self._listener.accept()
            with connection:
                if self._done.is_set():
                    return
                self.asked.append(read_request(connection))
                self._give(connection, each)

    def _give(self, connection: socket.socket, each: bytes) -> None:
        """Answer, or do what stands for no answer."""
        if each == HANG:
            self._done.wait(10)
        elif each == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif each in {FLOOD, TRICKLE}:
            with contextlib.suppress(OSError):  # whom we bore has hung up
                self._bore(connection, each)
        elif each != CLOSE:
            connection.sendall(each)

    def _bore(self, connection: socket.socket, how: bytes) -> None:
        """Much space at once, or a little of it now and then, and at last what was asked for."""
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        if how == FLOOD:
            connection.sendall(b" " * _LARGE)
        else:
            for _ in range(_SLOW):
                connection.sendall(b" ")
                self._done.wait(0.05)
        connection.sendall(_GOOD)


def read_request(connection: socket.socket) -> bytes:
    """One request, head and body; only its beginning from a client that hangs up or greets in TLS."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        received = connection.recv(65536)
        raw += received
        if not received or raw.startswith(_TLS_GREETING):
            return raw
    head, _, body = raw.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    wanted = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < wanted and (received := connection.recv(65536)):
        body += received
    return head + b"\r\n\r\n" + body


@contextmanager
def crooked(*answers: bytes) -> Iterator[Crooked]:
    """Such a server for as long as the block lasts."""
    server = Crooked(list(answers))
    try:
        yield server
    finally:
        server.close()


@contextmanager
def untrusted(folder: Path) -> Iterator[tuple[str, list[bytes]]]:
    """Serve TLS at `localhost` with a certificate that nobody trusts; yield the address, and what clients said."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_own_certificate(folder))
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            """Shake hands, and keep what is said afterwards, until the listener is shut."""
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with (
                    contextlib.suppress(OSError),
                    context.wrap_socket(connection, server_side=True) as secure,
                ):
                    heard.extend(filter(None, [secure.recv(65536)]))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://localhost:{listener.getsockname()[1]}", heard
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _own_certificate(folder: Path) -> Path:
    """Write key and certificate of nobody that anybody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    now = dt.datetime.now(dt.UTC)
    made = (
        made.serial_number(1)
        .not_valid_before(now - dt.timedelta(days=3650))
        .not_valid_after(now + dt.timedelta(days=3650))
    )
    file = folder / "own.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + made.sign(key, SHA256()).public_bytes(Encoding.PEM)
    )
    return file
