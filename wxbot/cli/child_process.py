"""Run a wxbot command as a child that ends with its parent: `python -m wxbot.cli.child_process COMMAND…`.

The parent holds the other end of the child's stdin. When the parent is gone, even by SIGKILL or with its terminal, the
pipe closes and the child ends as after SIGTERM: what is in flight finishes. A process manager such as honcho, which
starts its processes in sessions of their own, holds the other end of their log.
"""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from wxbot.cli import main

__all__ = ["end_without_reader", "start_child"]

_END_WITHIN = 15.0  # seconds from the parent's end to SIGKILL
_LOG = 2  # standard error


def start_child(words: list[str], log: Path) -> "subprocess.Popen[bytes]":
    """Start a wxbot command; its output goes to a log file, its secrets come by the environment."""
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603  wxbot itself, no words from outside
            [sys.executable, "-m", "wxbot.cli.child_process", *words],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the parent alone, which then ends its children in order
        )


def end_without_reader() -> None:
    """Start a thread that ends this process when nobody reads its log any more; only where the log goes to a pipe.

    A file, a terminal, systemd's socket and a named pipe, whose reader may come back, end nothing.
    """
    try:
        is_pipe = str(Path(f"/proc/self/fd/{_LOG}").readlink()).startswith("pipe:")
    except OSError:  # not Linux, or closed
        return
    if is_pipe:
        threading.Thread(target=_await_no_reader, name="log", daemon=True).start()


def _await_no_reader() -> None:
    closed = select.poll()
    closed.register(_LOG, 0)  # the error that says so is reported without being asked for
    closed.poll()
    _end()


def _end_with_parent() -> None:
    """Wait until the parent's end of the pipe closes, then end this process."""
    while os.read(0, 1024):
        continue
    _end()


def _end() -> None:
    """End this process as after SIGTERM, and by SIGKILL when that takes too long."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_END_WITHIN)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    main(sys.argv[1:])
