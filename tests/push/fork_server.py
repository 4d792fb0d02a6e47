"""Program that forks workers, so that a test can kill them at any moment; tests start it.

It reads orders, one JSON object a line, and answers each with one JSON line.

    {"do": "run_once", …, "kill_at": n or null}   run one pass of a worker, and kill it by SIGKILL before the n-th
                                                  executed line of `wxbot/push` and `wxbot/wechat`
                                                  -> {"killed": bool, "steps": [n, …]}: for each line of code, the
                                                  number of executed lines when it ran first
    {"do": "start", …, "log": path}               run `wxbot worker` until a signal ends it  -> {"pid": n}
    {"do": "wait", "pid": n}                      -> {"status": n}; negative: the signal that ended the process

`…` stands for the options of a worker: `"env"`, its environment; `"clock"`, a file that holds the time (eight bytes,
seconds since 1970); `"skew"`, the seconds by which its clock is ahead; `"timeout"`, the seconds that it waits for an
answer of the platform; `"busy_seconds"`, the seconds that it waits for a lock of the database.

Workers are forked because a new interpreter would import the product again; each has its own connections.
"""

import datetime as dt
import json
import logging
import os
import signal
import struct
import sys
import tempfile
import threading
import time
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import FrameType
from typing import Any

import wxbot
from wxbot import worker
from wxbot.db import Database, KeyValueStore, ensure_schema
from wxbot.push import WorkerLimits
from wxbot.settings import load
from wxbot.wechat import WeChat, connect
from wxbot.wiring import Services
from wxbot.worker import Worker

WATCHED = tuple(str(Path(wxbot.__file__).parent / part) for part in ("push", "wechat"))
PUSH_INTERVAL = 0.1  # seconds; short, because the clock of these tests runs faster than real time
END_TIMEOUT = 60.0  # seconds within which a worker must end
LIST_BATCH_SIZE = 25  # openids; few, so that a small audience needs several calls


class _ClockedServices(Services):
    """The container of services with the test's clock, timeouts and batch size."""

    order: dict[str, Any]

    def now(self) -> dt.datetime:
        """Return the time of the test's clock plus this worker's skew."""
        (seconds,) = struct.unpack("=d", Path(self.order["clock"]).read_bytes())
        return dt.datetime.fromtimestamp(seconds + self.order["skew"], dt.UTC)

    @property
    def worker_limits(self) -> WorkerLimits:
        """Return the limits of the settings, with small batches."""
        return replace(super().worker_limits, list_batch_size=LIST_BATCH_SIZE)

    @cached_property
    def wechat(self) -> WeChat:
        """Connect to the platform with the test's clock and timeout."""
        wechat = connect(
            app_id=self.settings.app_id,
            app_secret=self.settings.app_secret.get_secret_value(),
            platform_url=self.settings.platform_url,
            store=KeyValueStore(self.db),
            clock=self.now,
            timeout=(self.order["timeout"], self.order["timeout"]),
        )
        self._closing.callback(wechat.close)
        return wechat


class _LineTracer:
    """Trace function: count executed lines, record when each line ran first, and kill the process at one of them."""

    def __init__(self, at: int | None) -> None:
        self.at = at
        self.lines = 0
        self.first: dict[tuple[str, int], int] = {}

    def __call__(self, frame: FrameType, event: str, arg: Any) -> Any:  # noqa: ARG002  the interpreter's signature
        """Count a line of the watched packages; the interpreter calls this for each function and each line."""
        if not frame.f_code.co_filename.startswith(WATCHED):
            return None
        if event == "line":
            self.lines += 1
            self.first.setdefault((frame.f_code.co_filename, frame.f_lineno), self.lines)
            if self.lines == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def _open_services(order: dict[str, Any]) -> _ClockedServices:
    """Open the services of a worker with the environment and options of its order."""
    os.environ.update(order["env"])
    services = _ClockedServices(load(), busy_seconds=order["busy_seconds"])
    services.order = order
    return services


def _deliver_traced(order: dict[str, Any], report: int) -> None:
    """Run one pass of a worker under the tracer, and write the reached steps to the file descriptor `report`."""
    services = _open_services(order)
    traced_worker = Worker(services)
    ensure_schema(services.db)
    tracer = _LineTracer(order["kill_at"])
    threading.settrace(tracer)  # calls to single followers are made in threads
    sys.settrace(tracer)
    traced_worker.deliver_due()
    sys.settrace(None)
    services.close()
    with os.fdopen(report, "w") as pipe:
        json.dump(sorted(tracer.first.values()), pipe)


def _run_worker(order: dict[str, Any]) -> None:
    """Run `wxbot worker` with the test's services until a signal ends it; write its output to the log."""
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("wxbot").setLevel(logging.INFO)
    worker.run(_open_services(order), once=False, push_interval=PUSH_INTERVAL)


def _fork(order: dict[str, Any], report: int | None = None) -> int:
    """Fork a process for the order and return its id; with `report` it runs one traced pass."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if report is None:
                _run_worker(order)
            else:
                _deliver_traced(order, report)
            code = 0
        finally:
            os._exit(code)
    return child


def _run_once(order: dict[str, Any]) -> dict[str, Any]:
    """Answer "run_once": fork a traced pass, wait for its end, and return its steps."""
    reading, writing = os.pipe()
    child = _fork(order, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        steps = pipe.read()
    status = _wait_for(child)
    killed = status == -signal.SIGKILL
    if not killed and status != 0:
        return {"error": f"a worker ended with status {status}"}
    return {"killed": killed, "steps": json.loads(steps or "[]")}


def _wait_for(child: int) -> int:
    """Wait for a child to end and return its status; kill it and raise TimeoutError if that takes too long."""
    until = time.monotonic() + END_TIMEOUT
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise TimeoutError(f"a worker did not end within {END_TIMEOUT} s")


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    """Carry out one order and return its answer."""
    if order["do"] == "run_once":
        return _run_once(order)
    if order["do"] == "start":
        return {"pid": _fork(order)}
    return {"status": _wait_for(order["pid"])}


def _warm_up() -> None:
    """Load before forking what every child then inherits: imports, time zone tables, compiled migrations."""
    with tempfile.TemporaryDirectory() as folder:
        db = Database.open(f"sqlite:///{folder}/warm.db")
        ensure_schema(db)
        db.close()
    load({})


def main() -> None:
    """Answer orders until standard input ends."""
    _warm_up()
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line))), flush=True)  # noqa: T201  the answer to the test


if __name__ == "__main__":
    main()
