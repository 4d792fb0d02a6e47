"""The production server: granian in front, one application a process."""

import gc
import logging
import multiprocessing

from granian import Granian
from granian.constants import HTTPModes, Interfaces

from wxbot import settings as settings_module
from wxbot.settings import Settings
from wxbot.web import log as server_log
from wxbot.web import metrics
from wxbot.web.app import create_app, running
from wxbot.web.console import Office
from wxbot.web.front import Front
from wxbot.wiring import Services

__all__ = ["application", "serve"]

log = logging.getLogger(__name__)

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
    lines = server_log.set_up()
    settings = settings_module.load()
    if settings.encoding_aes_key.get_secret_value() and not settings.require_encryption:
        log.warning(
            "unencrypted pushes are taken too: once the console is in safe mode, set require_encryption = true"
        )
    parts = Services(
        settings,
        durable=False,
        busy_seconds=settings.answer_seconds / 3,
        statement_seconds=settings.answer_seconds / 2,
    )
    # What an editor decides goes to the disk at once: the journal may lose a moment with the power, a pause may not.
    desk = Services(settings)

    def every_second() -> None:
        lines.flush()
        parts.db.checkpoint()

    app = create_app(
        settings=settings,
        db=parts.db,
        index=parts.index,
        bot=parts.bot,
        envelope=parts.envelope,
        clock=parts.now,
        every_second=every_second,
        line=lines.note,
        office=Office.of(settings, desk.db, desk.now, lambda: desk.wechat),
    )
    inside = running(app)
    # What is there by now stays: not to be looked through again with every collection.
    gc.collect()
    gc.freeze()

    def close() -> None:
        inside.close()
        parts.close()
        desk.close()
        lines.flush()

    return Front(inside.webhook, inside.scribe, app.wsgi_app, close)
