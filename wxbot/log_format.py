"""Format of log lines, as text or JSON: one line a record, with its request or campaign, without openids and secrets.

log_context   name the request or campaign that the lines of a block belong to
formatter     make the formatter of one of the two forms
request_id    return the id of the request that is answered here
log_config    the same form for the lines of a server program (granian, gunicorn), for `logging.config`
mask          hide openids and secrets in a text
"""

import contextvars
import datetime as dt
import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from wxbot.text import escape_controls

__all__ = [
    "formatter",
    "json_line",
    "log_config",
    "log_context",
    "log_fields",
    "mask",
    "request_id",
    "text_line",
    "use",
]

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_FIELDS = contextvars.ContextVar[Mapping[str, str | int]]("log_fields", default=MappingProxyType({}))

_OPENID = re.compile(r"(?<![\w-])(o[\w-]{3})[\w-]{24}(?![\w-])", re.ASCII)
_SECRET = re.compile(
    r"""(?ix) \b( \w*(?:token|secret|password|passwd|aes_?key|signature|ticket|echostr) ) \b
    ( ["']? \s* [=:] \s* ["']? ) (?!…) [^\s"'&,;…]{6,}"""
)
_BEARER = re.compile(r"(?i)\b(bearer|basic) +[\w.~+/=-]{6,}")
_PASSWORD_IN_URL = re.compile(r"(://[^\s/:@]*:)[^\s/@]+@")


@contextmanager
def log_context(**fields: str | int) -> Iterator[None]:
    """Add fields to every log line that this block writes, such as `campaign=7`."""
    token = _FIELDS.set({**_FIELDS.get(), **fields})
    try:
        yield
    finally:
        _FIELDS.reset(token)


def log_fields() -> Mapping[str, str | int]:
    """Return the fields of the lines that are written here."""
    return _FIELDS.get()


def request_id() -> str:
    """Return the id of the request that is answered here; "" outside of one."""
    return str(log_fields().get("request", ""))


def mask(text: str) -> str:
    """Return a text with openids shortened to their first four characters, and without secrets."""
    text = _OPENID.sub(r"\1…", text)
    text = _SECRET.sub(r"\1\2…", text)
    return _PASSWORD_IN_URL.sub(r"\1…@", _BEARER.sub(r"\1 …", text))


class OneLineFormatter(logging.Formatter):
    """Formatter of text lines that escapes control characters; a traceback keeps its lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the library's name
        """Return the record's line."""
        return text_line(super().formatMessage(record), log_fields())

    def formatException(self, ei: object) -> str:  # noqa: N802  the library's name
        """Return the traceback, each of its lines escaped."""
        text = mask(super().formatException(ei))  # type: ignore[arg-type]
        return "\n".join(map(escape_controls, text.splitlines()))


class JsonFormatter(logging.Formatter):
    """Formatter of JSON Lines: time, level, logger, message, fields of `log_context`, and a traceback as `error`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one JSON document on one line."""
        error = mask(self.formatException(record.exc_info)) if record.exc_info else ""
        return json_line(record.created, record.levelname, record.name, record.getMessage(), error)


def text_line(text: str, fields: Mapping[str, str | int]) -> str:
    """Return a line of text with the fields at its end."""
    named = "".join(f" {name}={value}" for name, value in fields.items())
    return escape_controls(mask(text)) + named


def json_line(created: float, level: str, logger: str, message: str, error: str = "") -> str:
    """Return a JSON line; `created` is a Unix time."""
    moment = dt.datetime.fromtimestamp(created, dt.UTC).isoformat(timespec="milliseconds")
    line: dict[str, Any] = {"time": moment, "level": level, "logger": logger, "message": mask(message)}
    line |= log_fields()
    if error:
        line["error"] = error
    return json.dumps(line, ensure_ascii=False)


def formatter(kind: str = "text", fmt: str = _TEXT) -> logging.Formatter:
    """Return the formatter of a form; `fmt` is that of text lines."""
    return JsonFormatter() if kind == "json" else OneLineFormatter(fmt)


def use(kind: str, fmt: str = _TEXT) -> None:
    """Give every handler of this process the form that the settings name."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(formatter(kind, fmt))


def log_config(kind: str, loggers: tuple[str, ...] = ("gunicorn.error", "gunicorn.access")) -> dict[str, Any]:
    """Return a configuration for `logging.config` that writes a server program's own lines in our form."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"wxbot": {"()": "wxbot.log_format.formatter", "kind": kind}},
        "handlers": {
            "wxbot": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "wxbot"}
        },
        "loggers": {name: {"handlers": ["wxbot"], "level": "INFO", "propagate": False} for name in loggers},
    }
