"""Format of log lines: one line a record, whatever control characters a file, form or header brought into it."""

import logging

from wxbot.text import escape_controls

__all__ = ["OneLineFormatter"]


class OneLineFormatter(logging.Formatter):
    """Formatter that escapes control characters; a traceback keeps its lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the library's name
        """Return the record's line."""
        return escape_controls(super().formatMessage(record))

    def formatException(self, ei: object) -> str:  # noqa: N802  the library's name
        """Return the traceback, each of its lines escaped."""
        text = super().formatException(ei)  # type: ignore[arg-type]
        return "\n".join(map(escape_controls, text.splitlines()))
