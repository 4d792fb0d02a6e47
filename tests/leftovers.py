"""End what a test run leaves behind when it is killed: servers, databases and browsers would run on for ever.

A watching process holds the other end of a pipe. When the run ends in any way, SIGKILL included, the watcher kills
every process that carries the run's mark in its environment, and deletes the run's folder.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

__all__ = ["MARK", "watch_this_run"]

MARK = "WXBOT_TEST_RUN"
"""Environment variable with the run's folder, which every process of the run inherits."""

KILL_SECONDS = 10.0  # for processes that are started while others are being killed


def watch_this_run() -> None:
    """Start the watcher of this process, mark the processes that it will start, and make the run's folder.

    A run inside a marked one, such as a worker of pytest-xdist, belongs to that one.
    """
    if MARK in os.environ:
        return
    folder = tempfile.mkdtemp(prefix="wxbot-tests-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))
    Path(folder).chmod(0o755)  # PostgreSQL, when root starts it, runs as another user
    read, write = os.pipe()
    subprocess.Popen(
        [sys.executable, __file__, folder],
        stdin=read,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C and a closed terminal end the run, not its watcher
    )
    os.close(read)
    os.set_inheritable(write, False)  # stays open until this process ends, however that happens
    os.environ[MARK] = folder


def main(folder: str) -> None:
    """Wait for the end of the run, then end what it left."""
    while os.read(0, 1024):
        continue
    until = time.monotonic() + KILL_SECONDS
    while (left := _marked(folder)) and time.monotonic() < until:
        for process in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.1)
    shutil.rmtree(folder, ignore_errors=True)


def _marked(folder: str) -> list[int]:
    """Return the processes with the mark of a run; none where the system does not show environments."""
    mark, found = f"{MARK}={folder}".encode(), list[int]()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # ended meanwhile, or another user's
            is_marked = mark in (process / "environ").read_bytes().split(b"\0")
            if is_marked and b"\nState:\tZ" not in (process / "status").read_bytes():
                found.append(int(process.name))
    return found


if __name__ == "__main__":
    main(sys.argv[1])
