"""Run a wxbot command as a child that ends with its parent: `python -m wxbot.cli.child_process COMMAND…`.

The parent holds the other end of the child's stdin. When the parent is gone, even by SIGKILL or with its terminal, the
pipe closes and the child ends as after SIGTERM: what is in flight finishes.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from wxbot.cli import main

__all__ = ["start_child"]

_END_WITHIN = 15.0  # seconds from the parent's end to SIGKILL


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


def _end_with_parent() -> None:
    """Wait until the parent's end of the pipe closes, then end this process."""
    while os.read(0, 1024):
        continue
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_END_WITHIN)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    main(sys.argv[1:])
