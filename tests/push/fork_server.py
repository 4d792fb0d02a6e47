"""Program that forks workers, so that a test can kill them at any moment; tests start it.

Its argument is the text of an issue, whose pictures it draws once for all workers. It reads orders, one JSON object a
line, and answers each with one JSON line.

    {"do": "run_once", …}                         run one pass of a worker
    {"do": "run_once", …, "kill_at": n or null}   the same under a tracer, which is slow: kill the worker by SIGKILL
                                                  before the n-th executed line of `wxbot/push` and `wxbot/wechat`
                                                  -> {"killed": bool, "steps": [n, …]}: for each line of code, the
                                                  number of executed lines when it ran first
    {"do": "start", …, "log": path}               run `wxbot worker` until a signal ends it  -> {"pid": n}
    {"do": "wait", "pid": n}                      -> {"status": n}; negative: the signal that ended the process

`…` stands for the options of a worker: `"env"`, its environment; `"clock"`, a file that holds the time (eight bytes,
seconds since 1970); `"skew"`, the seconds by which its clock is ahead; `"timeout"`, the seconds that it waits for an
answer of the platform; `"busy_seconds"`, the seconds that it waits for a lock of the database.

Workers are forked because a new interpreter would import the product again; each has its own connections.
"""

import contextlib
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
from wxbot import library, worker
from wxbot.db import Database, KeyValueStore, ensure_schema
from wxbot.errors import WxbotError
from wxbot.push import PushSettings, WorkerLimits
from wxbot.push.planning.compose import compose_draft
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


def _deliver_once(order: dict[str, Any], report: int) -> None:
    """Run one pass of a worker, and write the steps that the tracer saw to the file descriptor `report`."""
    services = _open_services(order)
    one_pass_worker = Worker(services)
    ensure_schema(services.db)
    tracer = _LineTracer(order.get("kill_at"))
    if "kill_at" in order:
        threading.settrace(tracer)  # calls to single followers are made in threads
        sys.settrace(tracer)
    one_pass_worker.deliver_due()
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
    """Fork a process for the order and return its id; with `report` it runs one pass."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if report is None:
                _run_worker(order)
            else:
                _deliver_once(order, report)
            code = 0
        finally:
            os._exit(code)
    return child


def _run_once(order: dict[str, Any]) -> dict[str, Any]:
    """Answer "run_once": fork a process for one pass, wait for its end, and return its steps."""
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


def _warm_up(issue: str) -> None:
    """Load before forking what every child then inherits: imports, time zones, migrations, the pictures of an issue."""
    db = Database.open("postgresql+psycopg://")  # not connected: it loads the driver
    db.close()
    with tempfile.TemporaryDirectory() as folder:
        db = Database.open(f"sqlite:///{folder}/warm.db")
        ensure_schema(db)
        _draw_pictures(db, Path(folder), issue)
        _call_closed_port(KeyValueStore(db))
        db.close()
    load({})


def _draw_pictures(db: Database, folder: Path, text: str) -> None:
    """Draw the pictures of the issue with this text; they stay in memory."""
    (folder / "issue.txt").write_text(text, encoding="utf-8")
    (ingested,) = library.ingest(db, [folder / "issue.txt"], dt.datetime.now(dt.UTC))
    assert ingested.parsed.number is not None
    with db.read() as session:
        articles = compose_draft(session, ingested.parsed.number, PushSettings("", ""))
    for article in articles:
        article.draw_cover(lambda _: None)
        for picture in article.pictures:
            picture.draw(lambda _: None)


def _call_closed_port(store: KeyValueStore) -> None:
    """Call a platform that is not there: the libraries that a call loads are then loaded."""
    wechat = connect(
        app_id="wx",
        app_secret="none",
        platform_url="http://127.0.0.1:9",
        store=store,
        clock=lambda: dt.datetime.now(dt.UTC),
        timeout=(1, 1),
    )
    with contextlib.suppress(WxbotError):
        wechat.check_access()
    wechat.close()


def main() -> None:
    """Answer orders until standard input ends."""
    _warm_up(sys.argv[1])
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line))), flush=True)  # noqa: T201  the answer to the test


if __name__ == "__main__":
    main()
