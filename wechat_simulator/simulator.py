"""Creation and start of a simulator: its world, its WSGI application, and a server in a thread."""

__all__ = ["RunningSimulator", "create_app", "create_world", "page_app", "run"]

import random
from collections.abc import Sequence
from functools import cache
from types import TracebackType
from typing import Any

from flask import Flask, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException

from wechat_simulator import callbacks, mass_jobs, publication_jobs
from wechat_simulator.account import Account, Identity, make_identity
from wechat_simulator.api.endpoint_table import BY_PATH
from wechat_simulator.control import BLUEPRINTS
from wechat_simulator.dispatch import ApiDispatcher
from wechat_simulator.http_server import HttpServer
from wechat_simulator.platform_clock import PlatformClock
from wechat_simulator.web_pages import web_pages
from wechat_simulator.world import Action, World

# The names are stored in snapshots of the schedule; they must not change.
ACTIONS: dict[str, Action] = {
    "mass sent": mass_jobs.send_job,
    "mass unconfirmed": mass_jobs.expire_confirmation,
    "published": publication_jobs.finish_publication,
    "report": callbacks.report,
}


def create_world(
    accounts: Sequence[Identity] = (),
    *,
    virtual: bool = False,
    start: float | None = None,
    clock: PlatformClock | None = None,
    seed: int | None = None,
    callback_timeout: float = 5.0,
    **account: Any,
) -> World:
    """Create a world with the given accounts, or with one of the given settings (`kind`, `app_id`, `mode`, …).

    `virtual` chooses a virtual clock that starts at `start` (seconds since 1970); with `seed` generated values repeat.
    `clock` is used instead if it is given.
    """
    identities = list(accounts) or [make_identity(random.Random(seed), **account)]
    return World(
        identities,
        ACTIONS,
        BY_PATH,
        clock or PlatformClock(virtual, start),
        seed=seed,
        callback_timeout=callback_timeout,
    )


class _Utf8JsonProvider(DefaultJSONProvider):
    """JSON as plain UTF-8; lone surrogates, which JSON can express, are replaced instead of failing."""

    ensure_ascii = False

    def dumps(self, obj: Any, **options: Any) -> str:
        return super().dumps(obj, **options).encode("utf-8", "replace").decode()


def _http_error(wrong: HTTPException) -> tuple[dict[str, Any], int] | HTTPException:
    """Return Flask's own errors, such as 404, as JSON in the control interface."""
    if request.path.startswith("/_sim/"):
        return {"error": wrong.name}, wrong.code or 400
    return wrong


@cache
def page_app() -> Flask:
    """Return the Flask application of page and control interface, which serves the world of each request's environment.

    It is made once for all worlds: compiling its routes takes longer than anything else at a simulator's start.
    """
    app = Flask(__name__, static_folder=None)
    app.json = _Utf8JsonProvider(app)
    app.register_error_handler(HTTPException, _http_error)
    for blueprint in (*BLUEPRINTS, web_pages):
        app.register_blueprint(blueprint)
    return app


def create_app(world: World) -> ApiDispatcher:
    """Create the WSGI application of a world: the whole simulator."""
    return ApiDispatcher(world, page_app().wsgi_app)


class RunningSimulator:
    """A started simulator; it stops at the end of a `with` block or by `close`."""

    def __init__(self, world: World, host: str = "127.0.0.1", port: int = 0) -> None:
        self.world = world
        self._server = HttpServer(create_app(world), host, port)
        self._server.start()

    @property
    def url(self) -> str:
        """Base address of the server."""
        return self._server.url

    @property
    def account(self) -> Identity:
        """Identity of the first account: app_id, secret, token, aes_key, callback, mode and so on; all can be set."""
        return self.world.account.identity

    @property
    def state(self) -> Account:
        """The first account with its whole state, for inspection."""
        return self.world.account

    def close(self) -> None:
        """Stop the world's threads and the server."""
        self.world.close()
        self._server.stop()

    def __enter__(self) -> "RunningSimulator":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def run(*, host: str = "127.0.0.1", port: int = 0, **world: Any) -> RunningSimulator:
    """Start a simulator in this process: `run(kind="sub", mode="safe", callback=url, virtual=True, mass_delay=0)`."""
    return RunningSimulator(create_world(**world), host, port)
