"""A program that tests start: it forks workers and kills them, really, at the line that it is told.

It reads orders, one JSON object a line: `{"env": {…}, "now": seconds, "kill_at": n or null}`. For each it forks a
process that does what a worker does at one ring, with its clock at `now`, and that ends itself by SIGKILL when the
n-th line of `wxbot/push` and `wxbot/wechat` is about to run. It answers `{"killed": bool, "lines": n}`.

Forking is for speed alone: what dies is a process of its own, with connections of its own.
"""

import datetime as dt
import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import wxbot
from wxbot.settings import load
from wxbot.wiring import Wxbot
from wxbot.worker import Worker

WATCHED = tuple(str(Path(wxbot.__file__).parent / part) for part in ("push", "wechat"))


class _At(Wxbot):
    """The product, with its clock where the test puts it."""

    moment: float

    def now(self) -> dt.datetime:
        """The moment of the order."""
        return dt.datetime.fromtimestamp(self.moment, dt.UTC)


class _Killer:
    """Counts the lines that run, and dies at one of them."""

    def __init__(self, at: int | None) -> None:
        self.at = at
        self.lines = 0

    def __call__(self, frame: FrameType, event: str, arg: Any) -> Any:  # noqa: ARG002  the interpreter's signature
        """The interpreter calls this at each new function, and then at each of its lines."""
        if not frame.f_code.co_filename.startswith(WATCHED):
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def _ring(order: dict[str, Any], report: int) -> None:
    os.environ.update(order["env"])
    wxbot = _At(load())
    wxbot.moment = order["now"]
    killer = _Killer(order["kill_at"])
    sys.settrace(killer)
    Worker(wxbot).push_due()
    sys.settrace(None)
    wxbot.close()
    os.write(report, str(killer.lines).encode())


def _one(order: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _ring(order, writing)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    lines = os.read(reading, 32)
    os.close(reading)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    if not killed and status != 0:
        return {"error": f"a worker ended with status {status}"}
    return {"killed": killed, "lines": int(lines or b"0")}


def main() -> None:
    """Take orders until there are no more."""
    for line in sys.stdin:
        print(json.dumps(_one(json.loads(line))), flush=True)  # noqa: T201  the answer to the test


if __name__ == "__main__":
    main()
