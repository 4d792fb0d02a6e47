"""Program that forks workers, so that a test can kill them at any moment; tests start it.

It reads orders, one JSON object a line, and answers each with one JSON line.

    {"do": "pass", …, "kill_at": n or null}    do what a worker does once, and die by SIGKILL when the n-th line
                                               of `wxbot/push` and `wxbot/wechat` is about to run
                                               -> {"killed": bool, "steps": [n, …]}: at which the first time a line ran
    {"do": "start", …, "log": path}            run `wxbot worker` until a signal ends it  -> {"pid": n}
    {"do": "wait", "pid": n}                   -> {"status": n}, negative: the signal that ended it

`…` is `"env"`, the settings of the worker; `"clock"`, a file that holds the moment (eight bytes, seconds since 1970);
`"skew"`, by how many seconds this worker's clock is ahead; `"patience"`, its timeout in seconds for the platform;
`"busy"`, its timeout in seconds for a lock of the database.

Forking is for speed only: each worker is a process of its own with its own connections.
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
PASS_EVERY = 0.1  # seconds; the clock of these tests runs faster as well
PATIENCE = 60.0  # seconds within which a worker must end after a signal
LIST_BATCH_SIZE = 25  # openids: a small crowd then needs several calls


class _TestServices(Services):
    """The container of services with the test's clock."""

    order: dict[str, Any]

    def now(self) -> dt.datetime:
        """Return the test's time plus this worker's skew."""
        (moment,) = struct.unpack("=d", Path(self.order["clock"]).read_bytes())
        return dt.datetime.fromtimestamp(moment + self.order["skew"], dt.UTC)

    @property
    def worker_limits(self) -> WorkerLimits:
        """The limits of the settings, with small batches."""
        return replace(super().worker_limits, list_batch_size=LIST_BATCH_SIZE)

    @cached_property
    def wechat(self) -> WeChat:
        """Connect to the platform with the test's clock and timeout."""
        patience = self.order["patience"]
        wechat = connect(
            app_id=self.settings.app_id,
            app_secret=self.settings.app_secret.get_secret_value(),
            platform_url=self.settings.platform_url,
            store=KeyValueStore(self.db),
            clock=self.now,
            timeout=(patience, patience),
        )
        self._closing.callback(wechat.close)
        return wechat


class _LineTracer:
    """Trace function: count executed lines, record when each ran first, and kill the process at one of them."""

    def __init__(self, at: int | None) -> None:
        self.at = at
        self.lines = 0
        self.first: dict[tuple[str, int], int] = {}

    def __call__(self, frame: FrameType, event: str, arg: Any) -> Any:  # noqa: ARG002  the interpreter's signature
        """Handle the interpreter's call at each new function and at each of its lines."""
        if not frame.f_code.co_filename.startswith(WATCHED):
            return None
        if event == "line":
            self.lines += 1
            self.first.setdefault((frame.f_code.co_filename, frame.f_lineno), self.lines)
            if self.lines == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def _open(order: dict[str, Any]) -> _TestServices:
    os.environ.update(order["env"])
    opened = _TestServices(load(), busy_seconds=order["busy"])
    opened.order = order
    return opened


def _run_pass(order: dict[str, Any], report: int) -> None:
    services = _open(order)
    ensure_schema(services.db)
    passing = Worker(services)
    tracer = _LineTracer(order["kill_at"])
    threading.settrace(tracer)  # calls to single followers are made in threads
    sys.settrace(tracer)
    passing.deliver_due()
    sys.settrace(None)
    services.close()
    with os.fdopen(report, "w") as pipe:
        json.dump(sorted(tracer.first.values()), pipe)


def _work(order: dict[str, Any]) -> None:
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for standard in (1, 2):
        os.dup2(log, standard)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("wxbot").setLevel(logging.INFO)
    worker.run(_open(order), once=False, push_interval=PASS_EVERY)


def _fork(order: dict[str, Any], report: int | None = None) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if report is None:
                _work(order)
            else:
                _run_pass(order, report)
            code = 0
        finally:
            os._exit(code)
    return child


def _run_once(order: dict[str, Any]) -> dict[str, Any]:
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
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise TimeoutError(f"a worker did not end in {PATIENCE} s")


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    if order["do"] == "pass":
        return _run_once(order)
    if order["do"] == "start":
        return {"pid": _fork(order)}
    return {"status": _wait_for(order["pid"])}


def _warm_up() -> None:
    """Do once what every child inherits: imports, time zone tables, compiled migrations."""
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
