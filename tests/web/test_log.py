"""The log of a server process: every line comes out, whole and in its place."""

import logging
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from typing import IO

import pytest

from wxbot.web.log import Lines

LINE = re.compile(r"[0-9-]{10} [0-9:]{8},[0-9]{3} (INFO|WARNING) [a-z.]+: (.*)")


@pytest.fixture
def file() -> Iterator[IO[bytes]]:
    """A file that stands for standard error."""
    with tempfile.TemporaryFile() as file:
        yield file


def read(file: IO[bytes]) -> list[str]:
    """What the lines in the file say; each has the form of a line."""
    text = os.pread(file.fileno(), 10_000_000, 0).decode()
    found = [LINE.fullmatch(line) for line in text.splitlines()]
    assert all(found), text
    return [each[2] for each in found if each]


def test_notes_wait_until_they_are_brought_out(file: IO[bytes]) -> None:
    """Nothing is written for a note alone; `flush` brings all out, in their order, once."""
    lines = Lines(file.fileno())
    for at in range(3):
        lines.note(f"answer {at}")
    before = read(file)
    lines.flush()
    lines.flush()

    assert ([], ["answer 0", "answer 1", "answer 2"]) == (before, read(file))


def test_a_warning_comes_out_at_once_behind_what_was_noted(file: IO[bytes]) -> None:
    """Whoever reads the log sees what happened before the warning, and nothing behind it."""
    lines = Lines(file.fileno())
    logger = logging.Logger("wxbot.web.test")
    logger.addHandler(lines)
    lines.note("answered")
    logger.warning("the database does not answer")
    lines.note("later")

    assert ["answered", "the database does not answer"] == read(file)


def test_threads_lose_no_line(file: IO[bytes]) -> None:
    """Four threads note a thousand lines each while a fifth brings them out: all are there, each once."""
    lines = Lines(file.fileno())
    done = threading.Event()

    def bring_out() -> None:
        """Until all is noted."""
        while not done.is_set():
            lines.flush()

    def note(who: int) -> None:
        """A thousand lines."""
        for at in range(1000):
            lines.note(f"{who} {at}")

    flusher = threading.Thread(target=bring_out)
    threads = [threading.Thread(target=note, args=(who,)) for who in range(4)]
    flusher.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    flusher.join()
    lines.flush()

    assert sorted(f"{who} {at}" for who in range(4) for at in range(1000)) == sorted(read(file))
