"""Facts about a reload of `wxbot serve`, and about the signal that asks for one."""

import os
import pty
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from wxbot.web.server import _ends_with_terminal, _join, _Server


def test_an_old_process_ends_after_its_successor_is_loaded(tmp_path: Path) -> None:
    """A reload waits until the new process says that it has loaded the application, then ends the old one."""
    loaded = tmp_path / str(os.getpid())

    def lives() -> Iterator[bool]:
        yield from (True, True)
        loaded.touch()
        while True:
            yield True

    life = lives()
    server = object.__new__(_Server)
    successor = SimpleNamespace(inner=SimpleNamespace(pid=os.getpid()), is_alive=lambda: next(life))
    server.ready, server.interrupt_signal, server.wrks = tmp_path, False, [successor]
    found = list[bool]()
    server._end_after_successor(0, lambda: found.append(loaded.exists()))
    assert [True] == found


def test_an_ended_process_is_awaited_until_its_state_shows_it() -> None:
    """Another thread that waits for the same process gets its exit code first: it then looks alive for a moment."""
    states = iter([True, True, False])
    asked = list[float]()
    _join(asked.append, lambda: next(states), 60.0)
    assert ([60.0], []) == (asked, list(states))


@pytest.mark.parametrize(
    ("has_terminal", "is_ignored", "ends"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_sighup_ends_the_server_of_a_terminal(*, has_terminal: bool, is_ignored: bool, ends: bool) -> None:
    """SIGHUP ends a server in a terminal, wherever its output goes; without one, or under nohup, it is a reload."""
    child, terminal = pty.fork() if has_terminal else (os.fork(), None)
    if child == 0:
        try:
            nowhere = os.open(os.devnull, os.O_RDWR)
            for output in range(3):
                os.dup2(nowhere, output)
            if not has_terminal:
                os.setsid()
            signal.signal(signal.SIGHUP, signal.SIG_IGN if is_ignored else signal.SIG_DFL)
            os._exit(10 + _ends_with_terminal())
        finally:
            os._exit(1)
    assert 10 + ends == os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if terminal is not None:
        os.close(terminal)
