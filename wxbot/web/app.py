"""The application: webhook, pages, pictures, health; made of parts that are handed in."""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, abort, request

from wxbot.bot import Bot
from wxbot.db import Database
from wxbot.search import Index
from wxbot.settings import Settings
from wxbot.web.background import Refresher
from wxbot.web.console import Console, Office
from wxbot.web.deadline import Answering, Shares
from wxbot.web.deferred_answers import Debts
from wxbot.web.gate import PATH, Gate
from wxbot.web.health import Health
from wxbot.web.journal_writer import Scribe
from wxbot.web.metrics import Metrics
from wxbot.web.openings import Openings
from wxbot.web.pages import Pages
from wxbot.web.pictures import Pictures
from wxbot.web.webhook import Webhook
from wxbot.wechat import CallbackCrypto

__all__ = ["Running", "create_app", "running"]

log = logging.getLogger(__name__)

_KEY = "wxbot"


@dataclass(frozen=True)
class Running:
    """What works inside an application: its webhook and its threads."""

    webhook: Webhook
    answering: Answering
    scribe: Scribe
    debts: Debts
    openings: Openings
    refresher: Refresher

    def close(self) -> None:
        """End the threads, when all is written."""
        self.refresher.close()
        self.answering.close()
        self.scribe.close()
        self.debts.pay()
        try:
            self.openings.write()
        except Exception:
            log.exception("what was opened last is not counted")


def create_app(
    *,
    settings: Settings,
    db: Database,
    index: Index,
    bot: Bot,
    envelope: CallbackCrypto,
    clock: Callable[[], dt.datetime],
    every_second: Callable[[], None] | None = None,
    line: Callable[[str], None] | None = None,
    shares: Shares | None = None,
    office: Office | None = None,
) -> Flask:
    """An application of its own; `running(app).close()` ends its threads. `clock` gives the moment, aware.

    `every_second` is called about as often, from a thread of the application; `line` takes a line for the log with
    every answer; `shares` are how the stages of an answer divide its time. `office` is what the editors' pages work
    with; without one they have this database, and no door to the platform.
    """
    app = Flask("wxbot.web", static_folder=None)
    metrics = Metrics(settings.state / "metrics")
    scribe = Scribe(db, bot.list_minutes)
    answering, debts, openings = (
        Answering(bot, shares),
        Debts(db, bot.list_minutes, clock),
        Openings(db, clock),
    )
    webhook = Webhook(
        envelope,
        bot,
        answering,
        scribe,
        debts,
        metrics,
        clock=clock,
        seconds=settings.answer_seconds,
        line=line or log.info,
    )
    # Named here for whoever lists the addresses; answered by the gate, before Flask sees it.
    app.add_url_rule(PATH, "webhook", methods=["GET", "POST"], build_only=True)
    app.wsgi_app = Gate(webhook, app.wsgi_app)  # type: ignore[method-assign]
    pictures = Pictures(settings.state / "pictures")
    names = {"public_url": settings.public_url, "account_name": settings.account_name}
    Pages(db, pictures, openings, **names).register(app)
    Health(db, index, metrics, settings.metrics_token.get_secret_value()).register(app)
    Console(office or Office.of(settings, db, clock)).register(app)
    app.before_request(_without_nul)
    app.after_request(_hardened)
    refresher = Refresher(db, index, bot, also=(debts.pay, openings.write, every_second))
    app.extensions[_KEY] = Running(webhook, answering, scribe, debts, openings, refresher)
    return app


def running(app: Flask) -> Running:
    """What works inside an application that `create_app` made."""
    found: Running = app.extensions[_KEY]
    return found


def _without_nul() -> None:
    """No text in PostgreSQL can hold this character, so nothing has it in its name."""
    if "\0" in request.path:
        abort(404)


def _hardened(response: Response) -> Response:
    """What every answer to a browser carries; pages bring a policy of their own."""
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    return response
