"""The application: webhook, pages, pictures, health; made of parts that are handed in."""

import datetime as dt
import logging
from collections.abc import Callable

from flask import Flask, Response

from wxbot.bot import Bot
from wxbot.db import Database
from wxbot.search import Index
from wxbot.settings import Settings
from wxbot.web.gate import PATH, Gate
from wxbot.web.health import Health
from wxbot.web.metrics import Metrics
from wxbot.web.pages import Pages
from wxbot.web.pictures import Pictures
from wxbot.web.refresh import Refresher
from wxbot.web.scribe import Scribe
from wxbot.web.webhook import Webhook
from wxbot.wechat import Envelope

__all__ = ["Running", "create_app", "running"]

log = logging.getLogger(__name__)

_KEY = "wxbot"


class Running:
    """The threads of one application."""

    def __init__(self, scribe: Scribe, refresher: Refresher) -> None:
        self._scribe = scribe
        self._refresher = refresher

    def close(self) -> None:
        """End them, when all is written."""
        self._refresher.close()
        self._scribe.close()


def create_app(
    *,
    settings: Settings,
    db: Database,
    index: Index,
    bot: Bot,
    envelope: Envelope,
    clock: Callable[[], dt.datetime],
) -> Flask:
    """An application of its own; `running(app).close()` ends its threads. `clock` gives the moment, aware."""
    app = Flask("wxbot.web", static_folder=None)
    metrics = Metrics(settings.state / "metrics")
    scribe = Scribe(db, bot.list_minutes)
    webhook = Webhook(envelope, bot, scribe, metrics, clock=clock, seconds=settings.answer_seconds)
    # Named here for whoever lists the addresses; answered by the gate, before Flask sees it.
    app.add_url_rule(PATH, "webhook", methods=["GET", "POST"], build_only=True)
    app.wsgi_app = Gate(webhook, app.wsgi_app)  # type: ignore[method-assign]
    pictures = Pictures(settings.state / "pictures")
    names = {"public_url": settings.public_url, "account_name": settings.account_name}
    Pages(db, pictures, **names).register(app)
    Health(db, index, metrics, settings.metrics_token.get_secret_value()).register(app)
    app.after_request(_hardened)
    app.extensions[_KEY] = Running(scribe, Refresher(db, index, bot))
    return app


def running(app: Flask) -> Running:
    """What `create_app` started for this application."""
    found: Running = app.extensions[_KEY]
    return found


def _hardened(response: Response) -> Response:
    """What every answer to a browser carries; pages bring a policy of their own."""
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    return response
