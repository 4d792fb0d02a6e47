"""The log of a server process, on standard error: warnings at once, the rest when there is time.

A line for every answer is worth having, but not a system call for every line.
"""

import atexit
import logging
import sys
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, TextIO

__all__ = ["Lines", "set_up"]

if TYPE_CHECKING:
    Handler = logging.StreamHandler[TextIO]
else:
    Handler = logging.StreamHandler  # generic only for the type checker until Python 3.12

_BUFFER = 65_536
_NOTED = "wxbot.web.webhook"  # who says something with every answer
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Lines(Handler):
    """Writes lines; `flush` is what brings those out that are less than a warning."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(open(descriptor, "w", _BUFFER, encoding="utf-8", errors="replace", closefd=False))  # noqa: SIM115
        self.setFormatter(logging.Formatter(_FORMAT))
        self._patient = False
        self._notes: list[str] = []
        self._clock = (0, "")  # a second, and how it is written

    def note(self, text: str) -> None:
        """One more line at INFO; of what is said with every answer, no more is made than the line itself."""
        now = time.time()
        second, stamp = self._clock
        if second != int(now):
            second = int(now)
            stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(second))
            self._clock = (second, stamp)
        self._notes.append(f"{stamp},{int((now - second) * 1000):03d} INFO {_NOTED}: {text}\n")

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, and bring it out when somebody should look."""
        self._patient = record.levelno < logging.WARNING
        self._write_notes()
        try:
            super().emit(record)
        finally:
            self._patient = False

    def flush(self) -> None:
        """Bring out what was written, unless it can wait."""
        if self._patient:
            return
        with self.lock or nullcontext():
            self._write_notes()
        super().flush()

    def _write_notes(self) -> None:
        """Behind each other, and those that others add meanwhile stay for the next time."""
        count = len(self._notes)
        self.stream.write("".join(self._notes[:count]))
        del self._notes[:count]


def set_up() -> Lines:
    """Send what this program has to say, from INFO, and others' warnings to standard error."""
    # Nothing in the format asks for these; every record would pay for them.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    lines = Lines(sys.stderr.fileno())
    logging.basicConfig(level=logging.WARNING, handlers=[lines], force=True)
    logging.getLogger("wxbot").setLevel(logging.INFO)
    atexit.register(lines.flush)
    return lines
