"""The production server: granian in front, one application a process."""

import gc
import multiprocessing

from granian import Granian
from granian.constants import HTTPModes, Interfaces

from wxbot import settings as settings_module
from wxbot.settings import Settings
from wxbot.web import logs, metrics
from wxbot.web.app import create_app, running
from wxbot.web.front import Front
from wxbot.wiring import Wxbot

__all__ = ["application", "serve"]

KILL_SECONDS = 10


def serve(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve until SIGTERM or SIGINT; what is in flight is answered first.

    Each of `workers` processes reads the settings and opens database and index for itself.
    """
    metrics.clear(settings.state / "metrics")
    # A database that is open here must not be carried over a fork: SQLite's locks belong to a process.
    multiprocessing.set_start_method("spawn", force=True)
    Granian(
        "wxbot.web.server:application",
        factory=True,
        interface=Interfaces.RSGI,
        address=host,
        port=port,
        workers=workers,
        http=HTTPModes.http1,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_SECONDS,
    ).serve()


def application() -> Front:
    """The application of one process, from the environment and config/wxbot.toml."""
    lines = logs.set_up()
    settings = settings_module.load()
    parts = Wxbot(settings, durable=False, busy_seconds=settings.answer_seconds / 3)
    app = create_app(
        settings=settings,
        db=parts.db,
        index=parts.index,
        bot=parts.bot,
        envelope=parts.envelope,
        clock=parts.now,
        every_second=lines.flush,
    )
    inside = running(app)
    # What is there by now stays: not to be looked through again with every collection.
    gc.collect()
    gc.freeze()

    def close() -> None:
        inside.close()
        parts.close()
        lines.flush()

    return Front(inside.webhook, inside.scribe, app.wsgi_app, close)
