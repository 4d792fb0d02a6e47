"""The webhook as a Flask view, for any WSGI server: each push is answered in the thread that calls."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from flask import Flask, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from wxbot.web.deadline import wait_in_thread
from wxbot.web.journal_writer import JournalWriter
from wxbot.web.reply_writers import ThreadWriter
from wxbot.web.webhook import PATH, TOO_LARGE, Webhook, WebhookResponse
from wxbot.wechat import limits

__all__ = ["WebhookView"]

Result = TypeVar("Result")


class WebhookView:
    """The views of `/wechat`; threads may share them, and their replies share group commits."""

    def __init__(self, webhook: Webhook, writer: JournalWriter) -> None:
        self._webhook = webhook
        self._writer = ThreadWriter(writer)

    def register(self, app: Flask) -> None:
        """Add the views to the application."""
        app.add_url_rule(PATH, "verify_address", self.verify_address, methods=["GET"])
        app.add_url_rule(PATH, "webhook", self.receive, methods=["POST"])

    def verify_address(self) -> Response:
        """Answer the platform's check of our address."""
        return _flask_response(self._webhook.verify_address(request.query_string))

    def receive(self) -> Response:
        """Answer one push."""
        body = _read_body()
        if body is None:
            return _flask_response(TOO_LARGE)
        handling = self._webhook.handle(request.query_string, body, self._writer, wait_in_thread)
        return _flask_response(_run_without_loop(handling))


def _run_without_loop(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine that never suspends, because all that it awaits blocks the thread; return its result."""
    try:
        coroutine.send(None)
    except StopIteration as finished:
        result: Result = finished.value
        return result
    coroutine.close()
    raise RuntimeError("the coroutine waits for an event loop")


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
