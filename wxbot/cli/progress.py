"""Progress of a long command: one line on stderr with count and estimate, on a terminal only."""

import sys
import time
from types import TracebackType

import click

from wxbot.cli.context import print_notes
from wxbot.wiring import Services

__all__ = ["ProgressLine", "sync_index"]

_AFTER = 1.0  # seconds without a line: a short command shows no progress
_MINUTE = 60
_WAIT_SECONDS = 10.0  # for another process that is updating the index


class ProgressLine:
    """One line that is overwritten: `读简报 12/340，约 3 分钟`; nothing where stderr is no terminal."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._count = 0
        self._began = time.monotonic()
        self._shown = False
        self._at_terminal = sys.stderr is not None and sys.stderr.isatty()

    def __enter__(self) -> "ProgressLine":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def advance(self, count: int = 1) -> None:
        """Count some more, and show the line in place of the one before."""
        self.clear()
        self._count += count
        passed = time.monotonic() - self._began
        if self._at_terminal and self._count < self._total and passed >= _AFTER:
            rest = _duration(passed / self._count * (self._total - self._count))
            click.echo(f"{self._what} {self._count}/{self._total}，还要{rest}", err=True, nl=False)
            self._shown = True

    def clear(self) -> None:
        """Remove the line, before something else is printed."""
        if self._shown:
            click.echo("\r\x1b[K", err=True, nl=False)
            self._shown = False


def sync_index(w: Services, *, wait_seconds: float = _WAIT_SECONDS) -> None:
    """Update the index to the library's version, and show the progress.

    Wait up to `wait_seconds` while the server or the worker is updating it; after that, tell that results may lack the
    newest articles.
    """
    with ProgressLine("建索引", w.count_unindexed()) as progress:
        is_current = w.sync_index(progress.advance, wait_seconds=wait_seconds)
    if not is_current and wait_seconds:
        print_notes("另一个进程还在建索引，最新的文章可能还找不到：过一会儿再试。")


def _duration(seconds: float) -> str:
    """Return a rough duration in Chinese."""
    if seconds < _MINUTE:
        return f"约 {max(1, round(seconds))} 秒"
    return f"约 {round(seconds / _MINUTE)} 分钟"
