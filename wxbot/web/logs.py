"""The log of a server process, on standard error: warnings at once, the rest when there is time.

A line for every answer is worth having, but not a system call for every line.
"""

import atexit
import logging
import sys
from typing import TYPE_CHECKING, TextIO

__all__ = ["Lines", "set_up"]

if TYPE_CHECKING:
    Handler = logging.StreamHandler[TextIO]
else:
    Handler = logging.StreamHandler  # generic only for the type checker until Python 3.12

_BUFFER = 65_536
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Lines(Handler):
    """Writes lines; `flush` is what brings those out that are less than a warning."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(open(descriptor, "w", _BUFFER, encoding="utf-8", errors="replace", closefd=False))  # noqa: SIM115
        self.setFormatter(logging.Formatter(_FORMAT))
        self._patient = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, and bring it out when somebody should look."""
        self._patient = record.levelno < logging.WARNING
        try:
            super().emit(record)
        finally:
            self._patient = False

    def flush(self) -> None:
        """Bring out what was written, unless it can wait."""
        if not self._patient:
            super().flush()


def set_up() -> Lines:
    """Send what this program has to say, from INFO, and others' warnings to standard error."""
    # Nothing in the format asks for these; every record would pay for them.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    lines = Lines(sys.stderr.fileno())
    logging.basicConfig(level=logging.WARNING, handlers=[lines], force=True)
    logging.getLogger("wxbot").setLevel(logging.INFO)
    atexit.register(lines.flush)
    return lines
