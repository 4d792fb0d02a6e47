"""The production server: granian in front, one application a process."""

import logging
import multiprocessing

from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces

from wxbot import settings as settings_module
from wxbot.settings import Settings
from wxbot.web import metrics
from wxbot.web.app import create_app
from wxbot.wiring import Wxbot

__all__ = ["application", "serve"]

THREADS = 16  # most of them wait for the scribe's commit, which is the larger for it
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
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_SECONDS,
    ).serve()


def application() -> Flask:
    """The application of one process, from the environment and config/wxbot.toml."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("wxbot").setLevel(logging.INFO)
    settings = settings_module.load()
    parts = Wxbot(settings, durable=False, busy_seconds=settings.answer_seconds / 3)
    return create_app(
        settings=settings,
        db=parts.db,
        index=parts.index,
        bot=parts.bot,
        envelope=parts.envelope,
        clock=parts.now,
    )
