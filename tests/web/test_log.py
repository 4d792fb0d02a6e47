"""Tests of the log of a server process: every line is written, whole and in order."""

import json
import logging
import logging.config
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from typing import IO

import pytest

from wxbot.errors import DatabaseUnavailable
from wxbot.log_format import formatter, log_config, log_context, mask
from wxbot.web.background import Background
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


def test_json_lines_carry_request_and_traceback(file: IO[bytes]) -> None:
    """As JSON, an access line and a record are one document each, with the request and an error's traceback."""
    lines = BufferedLogHandler(file.fileno())
    lines.set_format("json")
    logger = logging.Logger("wxbot.web.test")
    logger.addHandler(lines)
    with log_context(request="ab12cd34"):
        lines.add_access_line("answered text hits=1 2.0 ms")
        try:
            raise ValueError("two\nlines")
        except ValueError:
            logger.exception("the webhook failed")
    logger.warning("alone")

    text = os.pread(file.fileno(), 10_000_000, 0).decode()
    access, failed, alone = map(json.loads, text.splitlines())
    assert ("INFO", "ab12cd34", "answered text hits=1 2.0 ms") == (
        access["level"],
        access["request"],
        access["message"],
    )
    assert ("wxbot.web.test", "ab12cd34") == (failed["logger"], failed["request"])
    assert "ValueError: two" in failed["error"]
    assert {"time", "level", "logger", "message"} == set(alone)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("oAbCdEfGhIjKlMnOpQrStUvWxYz1 left", "oAbC… left"),
        ("GET /cgi-bin/x?access_token=81_QxYz-abcdef&type=1", "GET /cgi-bin/x?access_token=…&type=1"),
        ('{"secret": "0123456789abcdef"}', '{"secret": "…"}'),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer …"),
        ("postgresql+psycopg://wxbot:pa55word@db/wxbot", "postgresql+psycopg://wxbot:…@db/wxbot"),
        ("campaign 7: finished, 1200 of 1200", "campaign 7: finished, 1200 of 1200"),
    ],
)
def test_openids_and_secrets_are_masked(written: str, shown: str) -> None:
    """Openids keep four characters, secrets none; other text stays."""
    assert shown == mask(written)
    record = logging.LogRecord("wxbot", logging.INFO, "", 0, "%s", (written,), None)
    assert formatter("text").format(record).endswith(f" wxbot: {shown}")
    assert shown == json.loads(formatter("json").format(record))["message"]


def test_a_server_programs_own_lines_have_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    """gunicorn's and granian's loggers write JSON with the same keys once they are configured by us."""
    logging.config.dictConfig(log_config("json", ("test.granian",)))
    logging.getLogger("test.granian").info("Listening at: %s", "http://127.0.0.1:8000")
    line = json.loads(capsys.readouterr().err)
    assert ("test.granian", "Listening at: http://127.0.0.1:8000") == (line["logger"], line["message"])


def test_a_job_that_meets_a_busy_database_leaves_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """Its first failure is told in words, without a traceback; the next ones are not told."""
    background = object.__new__(Background)
    background._failing = set()

    def job() -> None:
        raise DatabaseUnavailable("数据库不可用")

    assert [None, None] == [background._run(job), background._run(job)]
    assert ["数据库不可用" in each.getMessage() and each.exc_info is None for each in caplog.records] == [
        True
    ]
