"""The log of a server process on standard error: warnings at once, access lines once a second.

Every answer has a line in the log, but lines are written in batches to save system calls.
"""

import atexit
import logging
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, TextIO

from wxbot.log_format import formatter, json_line, log_fields, text_line

__all__ = ["BoundedLog", "BufferedLogHandler", "configure"]

if TYPE_CHECKING:
    Handler = logging.StreamHandler[TextIO]
else:
    Handler = logging.StreamHandler  # generic only for the type checker until Python 3.12

_BUFFER = 65_536
_ACCESS_LOGGER = "wxbot.web.webhook"  # the logger's name in access lines


class BufferedLogHandler(Handler):
    """Write records to a file descriptor; those below a warning, and access lines, stay buffered until `flush`."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(open(descriptor, "w", _BUFFER, encoding="utf-8", errors="replace", closefd=False))  # noqa: SIM115
        self.set_format("text")
        self._is_buffering = False
        self._access_lines: list[str] = []
        self._timestamp = (0, "")  # a second, and its text

    def set_format(self, kind: str) -> None:
        """Write text lines or JSON from now on."""
        self._is_json = kind == "json"
        self.setFormatter(formatter(kind))

    def add_access_line(self, text: str) -> None:
        """Buffer one line at INFO, without the cost of a log record."""
        now = time.time()
        if self._is_json:
            self._access_lines.append(f"{json_line(now, 'INFO', _ACCESS_LOGGER, text)}\n")
            return
        second, timestamp = self._timestamp
        if second != int(now):
            second = int(now)
            timestamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(second))
            self._timestamp = (second, timestamp)
        milliseconds = int((now - second) * 1000)
        line = text_line(f"{timestamp},{milliseconds:03d} INFO {_ACCESS_LOGGER}: {text}", log_fields())
        self._access_lines.append(f"{line}\n")

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record behind the buffered access lines; flush from a warning on."""
        self._is_buffering = record.levelno < logging.WARNING
        self._write_access_lines()
        try:
            super().emit(record)
        finally:
            self._is_buffering = False

    def flush(self) -> None:
        """Write all that is buffered to the descriptor; does nothing while a record below a warning is emitted."""
        if self._is_buffering:
            return
        with self.lock or nullcontext():
            self._write_access_lines()
        super().flush()

    def _write_access_lines(self) -> None:
        """Write the lines that are buffered now; those that other threads add meanwhile stay for the next time."""
        count = len(self._access_lines)
        self.stream.write("".join(self._access_lines[:count]))
        del self._access_lines[:count]


class BoundedLog:
    """Warnings about requests that anybody can send: so many a minute, then one that says how many more there were.

    Without an end of them a stranger fills the disk. `clock` counts seconds.
    """

    def __init__(
        self, log: logging.Logger, most: int = 60, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._log, self._most, self._clock = log, most, clock
        self._minute, self._count = clock(), 0

    def warning(self, text: str, *values: object) -> None:
        """Log one warning, or only count it."""
        if self._clock() - self._minute >= 60:
            if self._count > self._most:
                self._log.warning("%d more such warnings were left out", self._count - self._most)
            self._minute, self._count = self._clock(), 0
        self._count += 1
        if self._count <= self._most:
            self._log.warning(text, *values)


def configure() -> BufferedLogHandler:
    """Send wxbot's records from INFO on, and other packages' warnings, to standard error."""
    # The format uses none of these, and computing them costs time for every record.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = BufferedLogHandler(sys.stderr.fileno())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("wxbot").setLevel(logging.INFO)
    atexit.register(handler.flush)
    return handler
