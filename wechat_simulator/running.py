"""A simulator that runs beside a test: its own server in a thread, on a free port of the loopback interface."""

__all__ = ["Running", "run"]

from types import TracebackType
from typing import Any

from wechat_simulator.account import Account, Identity
from wechat_simulator.app import create_app, create_world
from wechat_simulator.server import Server
from wechat_simulator.world import World


class Running:
    """A started simulator; closes at the end of a `with` block, or by `close`."""

    def __init__(self, world: World, host: str = "127.0.0.1", port: int = 0) -> None:
        self.world = world
        self._server = Server(create_app(world).wsgi_app, host, port)
        self._server.start()

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def account(self) -> Identity:
        """The identity of the first account: app_id, secret, token, aes_key, callback, mode and so on, all settable."""
        return self.world.account.identity

    @property
    def state(self) -> Account:
        """All that the first account holds, to look into."""
        return self.world.account

    def close(self) -> None:
        self.world.close()
        self._server.stop()

    def __enter__(self) -> "Running":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def run(*, host: str = "127.0.0.1", port: int = 0, **world: Any) -> Running:
    """Start a simulator in this process: `run(kind="sub", mode="safe", callback=url, virtual=True, mass_delay=0)`."""
    return Running(create_world(**world), host, port)
