"""Build the Flask application (webhook, public pages, console, health and metrics) from the given parts."""

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask, Response, abort, request
from werkzeug.routing import IntegerConverter

from wxbot.bot import Bot
from wxbot.db import Database
from wxbot.search import Index
from wxbot.settings import Settings
from wxbot.web.background import Background, ClickCounter, Job
from wxbot.web.console import Console
from wxbot.web.deadline import DeadlineAnswerer, TimeShares
from wxbot.web.deferred_answers import DeferredAnswers
from wxbot.web.health import HealthViews
from wxbot.web.journal_writer import JournalWriter
from wxbot.web.metrics import Metrics
from wxbot.web.pages import PublicPages
from wxbot.web.pictures import PictureCache, PublicPictures
from wxbot.web.request_ids import RequestIds
from wxbot.web.share_cards import ShareCards
from wxbot.web.site_pages import SitePages
from wxbot.web.state_metrics import StateMetrics
from wxbot.web.webhook import Webhook
from wxbot.web.webhook_view import WebhookView
from wxbot.wechat import CallbackCrypto, limits
from wxbot.wechat.js_sdk import SDK_ADDRESS
from wxbot.wiring import Services

__all__ = ["SECURITY_HEADERS", "Runtime", "create_app", "runtime_of"]

log = logging.getLogger(__name__)

# On every response; pages have a content security policy of their own.
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
_EXTENSION = "wxbot"


@dataclass(frozen=True)
class Runtime:
    """The webhook and the threads of one application."""

    webhook: Webhook
    view: WebhookView
    answerer: DeadlineAnswerer
    journal_writer: JournalWriter
    deferred: DeferredAnswers
    clicks: ClickCounter
    background: Background

    def close(self) -> None:
        """Write what is queued, then end the threads."""
        self.view.close()
        self.answerer.close()
        self.journal_writer.close()
        self.background.close()


def create_app(
    *,
    settings: Settings,
    db: Database,
    index: Index,
    bot: Bot,
    envelope: CallbackCrypto,
    clock: Callable[[], dt.datetime],
    jobs: Sequence[Job] = (),
    access_log: Callable[[str], None] = log.info,
    shares: TimeShares | None = None,
    console_services: Services | None = None,
) -> Flask:
    """Build an application; `runtime_of(app).close()` ends its threads.

    Parameters
    ----------
    clock : gives the current time, aware
    jobs : run every second in a thread of the application
    access_log : called with one line of text for each answer of the webhook
    shares : how the steps of an answer share its time
    console_services : the container of services for console and publications; without it the console uses `db`
    """
    app = Flask("wxbot.web", static_folder=None)
    setattr(app, "wsgi_app", RequestIds(app.wsgi_app))  # noqa: B010  Flask's way
    app.config["MAX_CONTENT_LENGTH"] = limits.BODY_BYTES
    app.url_map.converters["int"] = _DatabaseInteger
    services = console_services or Services.over(settings, db, clock)
    metrics = Metrics()
    clicks = ClickCounter(db, clock)
    deferred = DeferredAnswers(db, bot.list_minutes, clock)
    answerer = DeadlineAnswerer(bot, shares)
    webhook = Webhook(
        envelope,
        bot,
        answerer,
        deferred,
        metrics,
        clock=clock,
        seconds=settings.answer_seconds,
        access_log=access_log,
    )
    journal_writer = JournalWriter(db, bot.list_minutes)
    view = WebhookView(webhook, journal_writer)
    view.register(app)
    _register_public_site(app, settings, db, index, clicks, services, clock)
    state_metrics = StateMetrics(db, index, settings, clock)
    token = settings.metrics_token.get_secret_value()
    HealthViews(db, index, metrics, state_metrics, token).register(app)
    Console(services).register(app)
    app.before_request(_refuse_nul)
    app.after_request(_add_security_headers)
    background = Background(db, index, bot, (deferred.write, clicks.write, *jobs))
    app.extensions[_EXTENSION] = Runtime(
        webhook, view, answerer, journal_writer, deferred, clicks, background
    )
    return app


def _register_public_site(
    app: Flask,
    settings: Settings,
    db: Database,
    index: Index,
    clicks: ClickCounter,
    services: Services,
    clock: Callable[[], dt.datetime],
) -> None:
    """Add the public pages and pictures to the application, and shared cards where the settings want them."""
    habits, brand = services.habits_file.current, services.brand_file.current
    brand()  # a server does not start with a brand that has mistakes
    names = {"public_url": settings.public_url, "account_name": settings.account_name}
    sdk = SDK_ADDRESS if settings.share_cards and settings.public_url else ""
    PublicPages(db, clicks, **names, index=index, habits=habits, brand=brand, share_sdk=sdk).register(app)
    PublicPictures(db, PictureCache(settings.state / "pictures"), brand).register(app)
    if sdk:
        ShareCards(lambda: services.wechat, public_url=settings.public_url, now=clock).register(app)
    SitePages(
        db, index, **names, habits=habits, brand=brand, now=lambda: clock().astimezone(settings.tz)
    ).register(app)


def runtime_of(app: Flask) -> Runtime:
    """Return the webhook and the threads of an application that `create_app` built."""
    runtime: Runtime = app.extensions[_EXTENSION]
    return runtime


class _DatabaseInteger(IntegerConverter):
    """A number in an address: one that a database can hold, in plain digits; any other address is not found."""

    regex = "[0-9]{1,18}"


def _refuse_nul() -> None:
    """Answer 404 to a path with a NUL character: PostgreSQL stores none, so nothing has it in its name."""
    if "\0" in request.path:
        abort(404)


def _add_security_headers(response: Response) -> Response:
    """Add the headers that every response has, and lead no redirect to the address in the request's Host header.

    The router redirects `//` and a missing slash with the whole address that the client claims to have asked.
    """
    if response.location is not None and response.location.startswith(request.host_url):
        response.location = f"/{response.location.removeprefix(request.host_url).lstrip('/')}"
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    return response
