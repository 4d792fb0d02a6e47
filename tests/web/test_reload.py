"""Facts about a reload of `wxbot serve`."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

from wxbot.web.server import _Server


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
