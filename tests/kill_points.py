"""Fork a process that carries out one action and is killed at a chosen point, as by `kill -9`.

A point is what can change the state of an installation, so that killing at each of them covers every line between two:

    a statement          before it is sent to the database
    commit, committed    before and after a transaction ends
    a file's name        before it is created, opened for writing, linked, renamed or removed
    a line of the index  before each line of `wxbot/search/index.py` and `index_files.py`, where asked for
"""

import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

import wxbot

__all__ = ["KILLED", "ForkedRun", "run_forked"]

_COMMITS = 2  # of many transactions about so many are killed behind their commit
KILLED = 99  # the status of a process that was killed at its point
_INDEX = tuple(str(Path(wxbot.__file__).parent / "search" / name) for name in ("index.py", "index_files.py"))
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_FILE_EVENTS = {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate"}


@dataclass(frozen=True)
class ForkedRun:
    """The status of the process, the points that it reached, and what it printed."""

    status: int
    points: list[str]
    printed: str

    @property
    def was_killed(self) -> bool:
        """True if the process ended at the chosen point."""
        return self.status == KILLED

    def spread(self, *, every_point: bool) -> list[int]:
        """Return the points at which to kill: all, or some of those behind a commit and one in the middle.

        Before its commit a transaction leaves what the one before it left.
        """
        everything = range(1, len(self.points) + 1)
        if every_point or "committed" not in self.points:
            return list(everything)
        commits = [n for n in everything if self.points[n - 1] == "committed"]
        return sorted({*commits[:: max(1, len(commits) // _COMMITS)], len(self.points) // 2})


class _Points:
    """Count the points that are reached, and end the process at one of them."""

    def __init__(self, kill_at: int | None, folder: Path, report: int, *, lines: bool) -> None:
        self._kill_at, self._folder, self._report, self._lines = kill_at, str(folder), report, lines
        self._count = 0

    def install(self) -> None:
        """Watch the database, the file system and the index; for the rest of the process's life."""
        event.listen(Engine, "before_cursor_execute", self._on_statement)
        event.listen(Engine, "commit", lambda _: self._reach("commit"))
        event.listen(Session, "after_commit", lambda _: self._reach("committed"))
        sys.addaudithook(self._on_audit)
        if self._lines:
            sys.settrace(self._trace)

    def _reach(self, name: str) -> None:
        self._count += 1
        if self._count == self._kill_at:
            os._exit(KILLED)
        os.write(self._report, f"{name}\n".encode())

    def _on_statement(self, *details: Any) -> None:
        words = str(details[2]).split()
        if words[0].upper() not in {"PRAGMA", "SELECT"}:
            self._reach(" ".join(words[:3]))

    def _on_audit(self, name: str, details: tuple[Any, ...]) -> None:
        wrote = name == "open" and isinstance(details[2], int) and details[2] & _WRITING
        if (wrote or name in _FILE_EVENTS) and str(details[0]).startswith(self._folder):
            self._reach(f"{name} {Path(str(details[0])).name}")

    def _trace(self, frame: FrameType, event_name: str, _: Any) -> Any:
        if frame.f_code.co_filename not in _INDEX:
            return None
        if event_name == "line":
            self._reach(f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}")
        return self._trace


def run_forked(
    action: Callable[[], object], folder: Path, kill_at: int | None = None, *, lines: bool = False
) -> ForkedRun:
    """Carry out an action in a process of its own, killed at its `kill_at`-th point, counted from 1.

    `folder` is where files count; the lines of the index count with `lines`, which is slow. The caller holds no open
    connection, which two processes would share.
    """
    reports, outputs = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        _run_child(action, _Points(kill_at, folder, reports[1], lines=lines), outputs[1])
    texts = []
    for _, writing in (reports, outputs):
        os.close(writing)
    for reading, _ in (reports, outputs):
        with os.fdopen(reading, encoding="utf-8", errors="replace") as pipe:
            texts.append(pipe.read())
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return ForkedRun(status, texts[0].splitlines(), texts[1])


def _run_child(action: Callable[[], object], points: _Points, output: int) -> NoReturn:
    """Run the action in the forked process and end it, without what the test's own process would do at its end."""
    status = 1
    try:
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.stdout, sys.stderr = (open(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))  # noqa: SIM115
        points.install()
        action()
        status = 0
    except SystemExit as ended:
        status = int(ended.code or 0)
    except BaseException:  # noqa: BLE001  the test reads what was printed
        traceback.print_exc()
    finally:
        sys.settrace(None)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
