"""Build the application of a server process from the settings, and run it under granian."""

import atexit
import gc
import multiprocessing
import os
import resource
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.net import SocketHolder  # type: ignore[attr-defined]

from wxbot import settings as settings_module
from wxbot.log_format import log_config
from wxbot.settings import Settings
from wxbot.web import log as server_log
from wxbot.web import metrics
from wxbot.web.app import create_app, runtime_of
from wxbot.web.asgi_app import AsgiApp
from wxbot.web.unread_bodies import UnreadBodies, most_discarded
from wxbot.wiring import Services

__all__ = ["BACKLOG", "load_asgi_app", "load_flask_app", "serve"]

KILL_SECONDS = 10
# A client that opens a connection and sends nothing, or a header bit by bit, is dropped after this time.
HEADER_MILLISECONDS = 10_000
# Connections of one process. Idle ones cost little; at granian's default, some thousand of them shut everybody out.
CONNECTIONS = 8192
# How long a reload waits for a new process before it ends the old one, and the time from loading to listening.
START_SECONDS, LISTEN_SECONDS = 60.0, 1.0
# Connections that wait while no process accepts them: two hundred messages a second for fifteen seconds, and more.
BACKLOG = 4096
READY = "ready"  # folder in the state folder: a file for each process that has loaded the application


def serve(settings: Settings, listening: socket.socket, *, workers: int) -> None:
    """Serve at a listening socket until SIGTERM or SIGINT; requests in flight are answered first.

    Each of `workers` processes reads the settings and opens database and index for itself; the caller has no database
    open.
    """
    metrics.share_counts(settings.state / "metrics")
    ready = settings.state / READY
    shutil.rmtree(ready, ignore_errors=True)
    # Forked, so that the program is loaded once and not in each process: on a busy machine that halves a restart.
    multiprocessing.set_start_method("fork", force=True)
    host, port = listening.getsockname()[:2]
    connections = _raise_file_limit(CONNECTIONS * workers) // workers
    server = _Server(
        "wxbot.asgi:app",
        interface=Interfaces.ASGI,
        address=host,
        port=port,
        workers=workers,
        http=HTTPModes.http1,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_SECONDS,
        backpressure=connections,
        log_dictconfig=log_config(settings.log_format, ("_granian", "granian.access")),
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS),
    )
    if _ends_with_terminal():
        setattr(server, "signal_handler_reload", server.signal_handler_interrupt)  # noqa: B010  see granian
    server.ready, server.listening = ready, listening
    server.serve()


class _Server(Granian):  # type: ignore[valid-type,misc]  # granian chooses the class by the interpreter
    """granian that, on a reload, ends each old process only once its successor can answer.

    granian itself waits for a fixed time, and a process that opens the index on a busy machine takes longer.
    """

    ready: Path
    listening: socket.socket

    def _init_shared_socket(self) -> None:
        # granian's processes listen each for itself, and one that ends resets the connections it has not accepted
        # yet. Here they share the queue of this process, which outlives them.
        self.listening.set_inheritable(True)
        self._ssp, self._sso, self._sfd = None, self.listening, self.listening.fileno()
        self._shd = SocketHolder(self._sfd, False, BACKLOG)  # type: ignore[call-arg]

    def _respawn_workers(
        self,
        workers: list[int],
        spawn_target: object,
        target_loader: object,
        delay: float = 0.0,  # noqa: ARG002  replaced by waiting
    ) -> None:
        # A new interpreter, because a reload takes the program as it is on the disk by then.
        multiprocessing.set_start_method("spawn", force=True)
        for index in workers:
            old = self.wrks[index]
            old.terminate = partial(self._end_after_successor, index, old.terminate)
            old.join = partial(_join, old.join, old.is_alive)
        super()._respawn_workers(workers, spawn_target, target_loader, 0.0)

    def _end_after_successor(self, index: int, end: Callable[[], None]) -> None:
        successor = self.wrks[index]
        file = self.ready / str(successor.inner.pid)
        until = time.monotonic() + START_SECONDS
        while not file.exists() and successor.is_alive() and time.monotonic() < until:
            if self.interrupt_signal:
                return end()
            time.sleep(0.05)
        time.sleep(LISTEN_SECONDS)
        return end()


def _join(join: Callable[[float], None], is_alive: Callable[[], bool], seconds: float) -> None:
    """Wait for the end of a process, until its state shows it; at most so many seconds.

    A thread of granian's waits too, and the first of them gets the exit code. The other one finds the process alive for
    a moment, and granian would report that it had to kill it.
    """
    until = time.monotonic() + seconds
    join(seconds)
    while is_alive() and time.monotonic() < until:
        time.sleep(0.01)


def _ends_with_terminal() -> bool:
    """Tell if SIGHUP says that the terminal was closed; otherwise it asks for fresh processes.

    The output may go to a file or a pipe, so the controlling terminal counts. Under nohup the signal is ignored.
    """
    if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
        return False
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _raise_file_limit(wanted: int) -> int:
    """Raise this process's limit of open files towards `wanted`; return how many may be connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = wanted + 512 if hard == resource.RLIM_INFINITY else min(wanted + 512, hard)
    if limit > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return max(256, max(limit, soft) - 512) if limit < wanted + 512 else wanted


def _end_with_parent() -> None:
    """Start a thread that ends this process, as after SIGTERM, when the process that started it is gone."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # until the server sets its own: a fork has the parent's
    # A closed terminal tells all processes; the parent ends them in order.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(KILL_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def load_asgi_app() -> AsgiApp:
    """Build the ASGI application of one process from the environment and config/wxbot.toml."""
    _end_with_parent()
    process = _load()
    runtime = runtime_of(process.app)
    with suppress(OSError):  # without a writable state folder a reload waits its whole time
        process.ready.mkdir(parents=True, exist_ok=True)
        (process.ready / str(os.getpid())).touch()
    parts = (process.app.wsgi_app, runtime.webhook, runtime.journal_writer, process.close)
    return AsgiApp(*parts, most_discarded=process.most_discarded)


def load_flask_app() -> Flask:
    """Build the Flask application of one process from the environment and config/wxbot.toml.

    A WSGI server does not notify the application of its end, so the threads are ended at the exit of the interpreter.
    """
    process = _load()
    atexit.register(process.close)
    setattr(process.app, "wsgi_app", UnreadBodies(process.app.wsgi_app, process.most_discarded))  # noqa: B010  Flask's way
    return process.app


@dataclass(frozen=True)
class _Process:
    """The application of one process, its end, how much of an answered form it reads, and its sign of readiness."""

    app: Flask
    close: Callable[[], None]
    most_discarded: int
    ready: Path


def _load() -> _Process:
    log_handler = server_log.configure()
    settings = settings_module.load()
    log_handler.set_format(settings.log_format)
    services = Services(
        settings,
        durable=False,
        busy_seconds=settings.answer_seconds / 3,
        statement_seconds=settings.answer_seconds / 2,
    )
    # An editor's decision is flushed to the disk with its commit: after a power cut the journal may lack its last
    # seconds, but a paused campaign must still be paused.
    console_services = Services(settings)
    app = create_app(
        settings=settings,
        db=services.db,
        index=services.index,
        bot=services.bot,
        envelope=services.envelope,
        clock=services.now,
        jobs=(log_handler.flush, services.db.checkpoint, services.plain_pushes.refresh),
        access_log=log_handler.add_access_line,
        console_services=console_services,
    )
    # Everything loaded so far lives as long as the process: exclude it from garbage collection.
    gc.collect()
    gc.freeze()

    def close() -> None:
        runtime_of(app).close()
        services.close()
        console_services.close()
        log_handler.flush()

    return _Process(app, close, most_discarded(settings), settings.state / READY)
