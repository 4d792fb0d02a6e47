"""A relay to a server that a test can make hang: connections stay open, but no data passes."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

__all__ = ["Relay", "relayed"]


class Relay:
    """Relay connections to `port` to a Unix socket; while `open` is not set, no data passes in either direction."""

    def __init__(self, target: str) -> None:
        self._target = target
        self.open = threading.Event()
        self.open.set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accept no more connections, and let those that hang continue."""
        self.open.set()
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listening socket was closed
            while True:
                near, _ = self._listening.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._target)
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: Any, sink: Any) -> None:
        with contextlib.suppress(OSError):  # the other end has closed
            while piece := source.recv(65_536):
                self.open.wait()
                sink.sendall(piece)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)


@contextmanager
def relayed(database_url: str) -> Iterator[tuple[Relay, str]]:
    """Yield a relay to the PostgreSQL server of a URL, and the URL that leads through the relay."""
    url = make_url(database_url)
    folder = url.query["host"]
    assert isinstance(folder, str)
    (target,) = Path(folder).glob(".s.PGSQL.*[0-9]")
    relay = Relay(str(target))
    through = url.set(host="127.0.0.1", port=relay.port, query={})
    yield relay, through.render_as_string(hide_password=False)
    relay.close()
