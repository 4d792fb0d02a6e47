"""Tests of the log of a server process: every line is written, whole and in order."""

import logging
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from typing import IO

import pytest

from wxbot.web.log import BoundedLog, BufferedLogHandler

LINE = re.compile(r"[0-9-]{10} [0-9:]{8},[0-9]{3} (INFO|WARNING) [a-z.]+: (.*)")


@pytest.fixture
def file() -> Iterator[IO[bytes]]:
    """Yield a file in place of standard error."""
    with tempfile.TemporaryFile() as file:
        yield file


def read(file: IO[bytes]) -> list[str]:
    """Return the messages of the lines in the file; every line must be well-formed."""
    text = os.pread(file.fileno(), 10_000_000, 0).decode()
    found = [LINE.fullmatch(line) for line in text.splitlines()]
    assert all(found), text
    return [each[2] for each in found if each]


def test_access_lines_wait_for_a_flush(file: IO[bytes]) -> None:
    """Access lines are buffered; `flush` writes all of them once, in order."""
    lines = BufferedLogHandler(file.fileno())
    for at in range(3):
        lines.add_access_line(f"answer {at}")
    before = read(file)
    lines.flush()
    lines.flush()

    assert ([], ["answer 0", "answer 1", "answer 2"]) == (before, read(file))


def test_a_warning_is_written_at_once_behind_earlier_lines(file: IO[bytes]) -> None:
    """A warning is written with all earlier access lines before it."""
    lines = BufferedLogHandler(file.fileno())
    logger = logging.Logger("wxbot.web.test")
    logger.addHandler(lines)
    lines.add_access_line("answered")
    logger.warning("the database does not answer")
    lines.add_access_line("later")

    assert ["answered", "the database does not answer"] == read(file)


def test_threads_lose_no_line(file: IO[bytes]) -> None:
    """Of four threads that add a thousand lines each while a fifth flushes, every line is written once."""
    lines = BufferedLogHandler(file.fileno())
    done = threading.Event()

    def flush_often() -> None:
        """Flush until all lines are added."""
        while not done.is_set():
            lines.flush()

    def add_lines(who: int) -> None:
        """Add a thousand lines."""
        for at in range(1000):
            lines.add_access_line(f"{who} {at}")

    flusher = threading.Thread(target=flush_often)
    threads = [threading.Thread(target=add_lines, args=(who,)) for who in range(4)]
    flusher.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    flusher.join()
    lines.flush()

    assert sorted(f"{who} {at}" for who in range(4) for at in range(1000)) == sorted(read(file))


def test_warnings_about_strangers_are_bounded(file: IO[bytes]) -> None:
    """Of a flood of refused requests the first of each minute are logged, and at its end how many more there were."""
    logger = logging.Logger("wxbot.web.test")
    logger.addHandler(BufferedLogHandler(file.fileno()))
    seconds = [0.0]
    bounded = BoundedLog(logger, 2, lambda: seconds[0])
    for seconds[0] in (0, 1, 2, 3, 61):
        bounded.warning("refused: %s", "signature")

    wanted = ["refused: signature"] * 2 + ["2 more such warnings were left out", "refused: signature"]
    assert wanted == read(file)
