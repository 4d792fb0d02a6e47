"""The webhook as a Flask view: it passes each request to `Webhook` on an event loop of its own."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop
from flask import Flask, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from wxbot.web.journal_writer import JournalWriter
from wxbot.web.loop_writer import LoopWriter
from wxbot.web.webhook import PATH, TOO_LARGE, Webhook, WebhookResponse
from wxbot.wechat import limits

__all__ = ["WebhookView"]

Result = TypeVar("Result")


class WebhookView:
    """The webhook as a Flask view, for any WSGI server.

    The handler runs on an event loop in a thread of its own, so that the messages of all the server's threads share
    group commits.
    """

    def __init__(self, webhook: Webhook, writer: JournalWriter) -> None:
        self._webhook = webhook
        self._journal_writer = writer
        self._loop = _LoopThread("webhook")
        self._loop_writer: LoopWriter | None = None

    def register(self, app: Flask) -> None:
        """Add the views to the application."""
        for path, name in ((PATH, ""), (f"{PATH}/", "_with_slash")):
            app.add_url_rule(path, f"verify_address{name}", self.verify_address, methods=["GET"])
            app.add_url_rule(path, f"webhook{name}", self.receive, methods=["POST"])

    def verify_address(self) -> Response:
        """Answer the platform's check of our address."""
        return _flask_response(self._webhook.verify_address(request.query_string))

    def receive(self) -> Response:
        """Answer one push; the calling thread waits for it."""
        body = _read_body()
        if body is None:
            return _flask_response(TOO_LARGE)
        return _flask_response(self._loop.run(self._handle(request.query_string, body)))

    def close(self) -> None:
        """End the event loop's thread."""
        self._loop.close()
        if self._loop_writer is not None:
            self._loop_writer.close()

    async def _handle(self, query_string: bytes, body: bytes) -> WebhookResponse:
        if self._loop_writer is None:
            self._loop_writer = LoopWriter(self._journal_writer, asyncio.get_running_loop())
        return await self._webhook.handle(query_string, body, self._loop_writer)


class _LoopThread:
    """An event loop in a daemon thread, started when it is first used: after a WSGI server has forked."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(self, job: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine on the loop and wait for its result."""
        return asyncio.run_coroutine_threadsafe(job, self._loop or self._start()).result()

    def close(self) -> None:
        """Stop the loop, if it was started."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _start(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                loop = uvloop.new_event_loop()
                self._thread = threading.Thread(target=loop.run_forever, name=self._name, daemon=True)
                self._thread.start()
                self._loop = loop
            return self._loop


def _read_body() -> bytes | None:
    """Return the body of Flask's request; None when it is larger than the platform's pushes can be."""
    # One byte more than is allowed: werkzeug cuts a body of unannounced length at the maximum without an error.
    request.max_content_length = limits.BODY_BYTES + 1
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        return None
    return body if len(body) <= limits.BODY_BYTES else None


def _flask_response(response: WebhookResponse) -> Response:
    return Response(response.body, response.status, content_type=response.content_type)
