"""Is it alive, is it ready, what has it counted: for whoever watches over the server."""

import hmac
import ipaddress
import logging
from collections.abc import Callable

from flask import Flask, Response, abort, jsonify, make_response, request

from wxbot import db as database
from wxbot import library
from wxbot.db import Database
from wxbot.errors import SchemaError, WxbotError
from wxbot.search import Index
from wxbot.web.metrics import Metrics

__all__ = ["Health"]

log = logging.getLogger(__name__)

# Whoever comes through a proxy on this machine seems to come from this machine; proxies say so in one of these.
_PROXIED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")


class Health:
    """The views; `token` is what lets others than this machine read the numbers ("" for nobody)."""

    def __init__(self, db: Database, index: Index, metrics: Metrics, token: str) -> None:
        self._db = db
        self._index = index
        self._metrics = metrics
        self._token = token

    def register(self, app: Flask) -> None:
        """Put the views at their addresses."""
        app.add_url_rule("/healthz", "alive", self.alive)
        app.add_url_rule("/readyz", "ready", self.ready)
        app.add_url_rule("/metrics", "metrics", self.metrics)

    def alive(self) -> Response:
        """The process answers."""
        return _plain("ok\n")

    def ready(self) -> Response:
        """The database can be asked, its tables fit, and the index has all that is on the shelf; else 503."""
        found = {
            "database": self._verdict(self._database),
            "migrations": self._verdict(self._migrations),
            "index": self._verdict(self._behind),
        }
        answer = jsonify(found)
        answer.status_code = 200 if set(found.values()) == {"ok"} else 503
        return answer

    def metrics(self) -> Response:
        """What was counted, as Prometheus reads it; for this machine, or with the token."""
        if not (_from_here() or self._may_read()):
            abort(403)
        return _plain(self._metrics.text(), "text/plain; version=0.0.4; charset=utf-8")

    def _verdict(self, check: Callable[[], None]) -> str:
        try:
            check()
        except WxbotError as wrong:
            return wrong.message
        except Exception:
            log.exception("not ready")
            return "failed"
        return "ok"

    def _database(self) -> None:
        self._db.ping()

    def _migrations(self) -> None:
        version = database.inspect(self._db)
        if not version.current:
            raise SchemaError(f"schema {version.found}, needed {version.needed}")

    def _behind(self) -> None:
        with self._db.read() as session:
            shelf, behind = library.identity(session), library.version(session) - self._index.version
        if behind or self._index.library != shelf:
            raise WxbotError(f"{behind} versions behind the shelf")

    def _may_read(self) -> bool:
        given = request.headers.get("Authorization", "").encode("utf-8", "replace")
        return bool(self._token) and hmac.compare_digest(given, f"Bearer {self._token}".encode())


def _from_here() -> bool:
    """Whether a program on this machine asks: no proxy for somebody else."""
    try:
        near = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        near = False
    return near and not any(name in request.headers for name in _PROXIED)


def _plain(text: str, kind: str = "text/plain; charset=utf-8") -> Response:
    response = make_response(text)
    response.content_type = kind
    response.cache_control.no_store = True
    return response
