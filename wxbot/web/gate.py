"""The gate: the webhook stands before Flask, at the level of WSGI.

Flask's routing, contexts and request object cost more than a search and its share of a commit together (70 of 200
microseconds), and the webhook needs none of them: one path, a query and a body.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from wxbot.web.webhook import Said, Webhook
from wxbot.wechat import limits

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["PATH", "TOO_LARGE", "Gate", "fields"]

PATH = "/wechat"
TOO_LARGE = Said(413, "too large")
_MOST_FIELDS = 50
_REASONS = {
    200: "200 OK",
    400: "400 Bad Request",
    403: "403 Forbidden",
    405: "405 Method Not Allowed",
    413: "413 Content Too Large",
}


class Gate:
    """A WSGI application: the webhook, and `beyond` it everything else."""

    def __init__(self, webhook: Webhook, beyond: "WSGIApplication") -> None:
        self._webhook = webhook
        self._beyond = beyond

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("PATH_INFO") != PATH:
            return self._beyond(environ, start_response)
        said = self._said(environ)
        body = said.body.encode("utf-8", "ignore")
        headers = [("Content-Type", said.kind), ("Content-Length", str(len(body)))]
        start_response(_REASONS[said.status], headers)
        return [body]

    def _said(self, environ: "WSGIEnvironment") -> Said:
        try:
            query = fields(environ.get("QUERY_STRING", ""))
        except ValueError:
            return Said(400, "too many fields")
        match environ["REQUEST_METHOD"]:
            case "POST":
                body = _body(environ)
                return body if isinstance(body, Said) else self._webhook.receive(query, body)
            case "GET":
                return self._webhook.greet(query)
        return Said(405, "GET or POST")


def fields(query: str) -> dict[str, str]:
    """The fields of a query. The platform escapes nothing in its own, so most need no more than to be cut."""
    if "%" in query or "+" in query:
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    pairs = query.split("&")
    if len(pairs) > _MOST_FIELDS:
        raise ValueError("too many fields")
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}


def _body(environ: "WSGIEnvironment") -> bytes | Said:
    """What was sent, or why not: never more than the cap is read."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length and not (length.isascii() and length.isdigit()):
        return Said(400, "Content-Length")
    announced = int(length) if length else limits.BODY_BYTES + 1
    if length and announced > limits.BODY_BYTES:
        return TOO_LARGE
    read: Callable[[int], bytes] = environ["wsgi.input"].read
    body = read(announced)
    return body if len(body) <= limits.BODY_BYTES else TOO_LARGE
