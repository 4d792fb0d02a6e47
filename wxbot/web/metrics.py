"""What the server counts, as Prometheus text: summed over its processes, whichever of them is asked.

Each process writes its numbers into a small file of its own, mapped into memory: counting costs no system call, and
every process can read the others'. A file outlives its process, so no count ever goes back while the server runs.
"""

import mmap
import os
import struct
import threading
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

__all__ = ["OUTCOMES", "Metrics", "clear"]

OUTCOMES = {
    "answered": "answered and written down",
    "repeated": "asked again by the platform; the stored answer was given",
    "unwritten": "answered, but the database was in trouble",
    "late": "not ready in time: titles only, or a promise",
    "busy": "turned away: too many were waiting for an answer",
    "failed": "something failed inside; the member got a polite text or nothing",
    "unreadable": "rightly signed, but not to be understood",
    "refused": "not from the platform",
}
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 4.0, 5.0)
_SLOTS = (
    len(OUTCOMES) + len(BOUNDS) + 1 + 1
)  # counters, buckets with the one above all bounds, the sum of seconds
_FORMAT = struct.Struct(f"={_SLOTS}d")
_SUM = _SLOTS - 1


def clear(folder: Path) -> None:
    """Forget an earlier server's numbers: to be called once, before the processes of a server start."""
    for file in folder.glob("*.numbers"):
        file.unlink(missing_ok=True)


class Metrics:
    """Counts for one process in `folder`; threads may share it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        file = folder / f"{os.getpid()}.numbers"
        file.touch()
        with file.open("r+b") as opened:
            opened.truncate(_FORMAT.size)
            self._memory = mmap.mmap(opened.fileno(), _FORMAT.size)
        self._numbers = memoryview(self._memory).cast("d")
        self._counting = threading.Lock()
        self._places = {outcome: place for place, outcome in enumerate(OUTCOMES)}

    def count(self, outcome: str) -> None:
        """One more of an outcome."""
        with self._counting:
            self._numbers[self._places[outcome]] += 1

    def took(self, seconds: float) -> None:
        """One more answer, after so many seconds."""
        with self._counting:
            self._numbers[len(OUTCOMES) + bisect_left(BOUNDS, seconds)] += 1
            self._numbers[_SUM] += seconds

    def text(self) -> str:
        """All numbers of all processes of this server, in Prometheus' format."""
        return "\n".join(_lines(self._summed())) + "\n"

    def _summed(self) -> list[float]:
        found = (file.read_bytes() for file in self._folder.glob("*.numbers"))
        rows = [_FORMAT.unpack(row) for row in found if len(row) == _FORMAT.size]
        return [sum(column) for column in zip(*rows, strict=True)]


def _lines(numbers: list[float]) -> Iterator[str]:
    yield "# HELP wxbot_webhook_total Pushes of the platform by what became of them."
    yield "# TYPE wxbot_webhook_total counter"
    for outcome, number in zip(OUTCOMES, numbers, strict=False):
        yield f'wxbot_webhook_total{{outcome="{outcome}"}} {number:.0f}'
    yield "# HELP wxbot_webhook_seconds Time from a push to its answer."
    yield "# TYPE wxbot_webhook_seconds histogram"
    below = 0.0
    for bound, number in zip((*BOUNDS, "+Inf"), numbers[len(OUTCOMES) :], strict=False):
        below += number
        yield f'wxbot_webhook_seconds_bucket{{le="{bound}"}} {below:.0f}'
    yield f"wxbot_webhook_seconds_sum {numbers[_SUM]:.6f}"
    yield f"wxbot_webhook_seconds_count {below:.0f}"
