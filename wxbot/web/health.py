"""Liveness, readiness and metrics of a server process, for load balancers and Prometheus."""

import datetime as dt
import hmac
import ipaddress
import json
import logging
import tempfile
import time
from collections.abc import Callable

from flask import Flask, Response, abort, make_response, request

from wxbot import db as database
from wxbot import library
from wxbot.db import Database, KeyValueStore
from wxbot.errors import DatabaseUnavailable, SchemaError, WxbotError
from wxbot.search import Index
from wxbot.web.metrics import CONTENT_TYPE, Metrics
from wxbot.web.state_metrics import StateMetrics
from wxbot.wiring import INDEX_REMEDY

__all__ = ["HealthViews"]

log = logging.getLogger(__name__)

PROBE_BYTES = 262_144
_REMEDY = "服务的日志里有出错的经过，连同版本交给维护人员；运行 wxbot doctor。"
WRITE_SECONDS = 1.0  # between two writes of `/readyz`: anybody may ask for it

# A request through a proxy on this machine seems to come from this machine; the proxy adds one of these headers.
_PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")


class HealthViews:
    """Views of liveness, readiness and metrics; `token` gives other machines access to the metrics ("": no access)."""

    def __init__(self, db: Database, index: Index, metrics: Metrics, state: StateMetrics, token: str) -> None:
        self._db = db
        self._index = index
        self._metrics = metrics
        self._state = state
        self._token = token
        self._written_until = 0.0

    def register(self, app: Flask) -> None:
        """Add the views to the application."""
        app.add_url_rule("/healthz", "alive", self.alive)
        app.add_url_rule("/readyz", "ready", self.ready)
        app.add_url_rule("/metrics", "metrics", self.metrics)

    def alive(self) -> Response:
        """Return 200: the process answers."""
        return _plain("ok\n")

    def ready(self) -> Response:
        """Return 200 if the database can be read and written, and schema and index are current; else 503."""
        findings = {
            "database": self._finding(self._db.ping),
            "writing": self._finding(self._check_writing),
            "migrations": self._finding(self._check_migrations),
            "index": self._finding(self._check_index),
        }
        response = _plain(f"{json.dumps(findings, ensure_ascii=False)}\n", "application/json")
        response.status_code = 200 if set(findings.values()) == {"ok"} else 503
        return response

    def metrics(self) -> Response:
        """Return the metrics in Prometheus' text format, to this machine or with the token; else 403."""
        if not (_is_local() or self._has_token()):
            abort(403)
        return _plain(self._metrics.text() + self._state.text(), CONTENT_TYPE)

    def _finding(self, check: Callable[[], None]) -> str:
        """Run a check; return "ok", or what is wrong and what to do."""
        try:
            check()
        except WxbotError as error:
            return f"{error.message}。怎么办：{error.remedy or _REMEDY}"
        except Exception:
            # Entry point of a probe: whatever is broken, the other findings must still be reported.
            log.exception("a readiness check failed")
            return f"检查时出错了。怎么办：{_REMEDY}"
        return "ok"

    def _check_writing(self) -> None:
        """Write a value that nobody reads: with a full disk, questions are read and answers are not recorded.

        SQLite has room in its log for some writes after the disk is full, so a file beside it must find room too.
        """
        if time.monotonic() < self._written_until:
            return
        if (file := self._db.file) is not None:
            try:
                with tempfile.TemporaryFile(dir=file.parent) as probe:
                    probe.write(bytes(PROBE_BYTES))
                    probe.flush()
            except OSError as wrong:
                raise DatabaseUnavailable(f"{file.name} 旁边写不下：{wrong.strerror}") from None
        now = dt.datetime.now(dt.UTC)
        KeyValueStore(self._db).put("readyz", now.isoformat(), now)
        self._written_until = time.monotonic() + WRITE_SECONDS

    def _check_migrations(self) -> None:
        version = database.inspect(self._db)
        if not version.usable:
            raise SchemaError(f"数据库的结构版本是 {version.found or '空'}，本程序需要 {version.needed}")

    def _check_index(self) -> None:
        with self._db.read() as session:
            identity, behind = library.identity(session), library.version(session) - self._index.version
        if self._index.library != identity:
            raise WxbotError("索引不是这个书架的", remedy=INDEX_REMEDY)
        if behind:
            raise WxbotError(f"索引落后书架 {behind} 个版本", remedy=INDEX_REMEDY)

    def _has_token(self) -> bool:
        given = request.headers.get("Authorization", "").encode("utf-8", "replace")
        return bool(self._token) and hmac.compare_digest(given, f"Bearer {self._token}".encode())


def _is_local() -> bool:
    """Return whether the request comes from this machine itself, not through a proxy on it."""
    try:
        local = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        local = False
    return local and not any(name in request.headers for name in _PROXY_HEADERS)


def _plain(text: str, content_type: str = "text/plain; charset=utf-8") -> Response:
    response = make_response(text)
    response.content_type = content_type
    response.cache_control.no_store = True
    return response
