"""Facts about request ids: log lines, answers and error pages of a request name the same one."""

import asyncio
import logging
import re
from typing import Any

import pytest
from sqlalchemy import text

from tests.web.conftest import Caller, Site, message
from tests.web.console.browser import Browser
from wxbot.db import Database
from wxbot.log_format import log_fields
from wxbot.web import runtime_of
from wxbot.web.asgi_app import AsgiApp


@pytest.fixture
def logged() -> Any:
    """Yield the request ids of the lines that are logged from a warning on."""
    ids: list[object] = []

    class Collector(logging.Handler):
        """Keep the id of each record."""

        def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002  logging's signature
            """Keep the id under which the record was written."""
            ids.append(log_fields().get("request"))

    collector = Collector(logging.WARNING)
    logging.getLogger().addHandler(collector)
    yield ids
    logging.getLogger().removeHandler(collector)


def test_every_answer_has_an_id_of_its_own(caller: Caller) -> None:
    """Webhook, public page, console and a missing page answer with X-Request-Id, whatever the client sends."""
    client = caller.app.test_client()
    named = {"X-Request-Id": "forged"}
    answers = [client.get(path, headers=named) for path in ("/", "/", "/console/login", "/nowhere")]
    answers.append(caller.push(message()))
    ids = [answer.headers["X-Request-Id"] for answer in answers]
    assert 5 == len(set(ids))
    assert all(re.fullmatch("[0-9a-f]{8}", each) for each in ids)


def test_the_page_of_an_error_shows_the_number_in_the_log(
    site: Site, sample_db: Database, logged: list[object]
) -> None:
    """A page that failed shows its request's id to readers and to editors, and the log has it."""
    browser = Browser(site().app)
    for path, table in (("/", "article"), ("/console/login", "editor")):
        with sample_db.engine.begin() as connection:
            connection.execute(text(f"DROP TABLE {table}"))
        logged.clear()
        seen = browser.open(path)
        number = seen.response.headers["X-Request-Id"]
        assert (500, True) == (seen.status, f"编号 {number}" in seen.words)
        assert {number} == set(logged)


def test_a_page_from_memory_has_an_id_of_its_own(caller: Caller) -> None:
    """Two readers of one kept page get two ids, under ASGI, and one header each."""
    runtime = runtime_of(caller.app)
    app = AsgiApp(caller.app.wsgi_app, runtime.webhook, runtime.journal_writer, runtime.close)

    async def read() -> list[bytes]:
        """Return the ids in the headers of one answer."""
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            """Return an empty body."""
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(part: Any) -> None:
            """Record a part of the answer."""
            sent.append(part)

        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "http_version": "1.1"}
        await app({**scope, "headers": []}, receive, send)
        return [value for name, value in sent[0]["headers"] if name.lower() == b"x-request-id"]

    async def read_twice() -> list[list[bytes]]:
        """Return the ids of two readers within the second that a page is kept."""
        return [await read(), await read()]

    (first,), (second,) = asyncio.run(read_twice())
    assert first != second
