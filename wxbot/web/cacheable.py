"""Responses that caches may keep: the same for every reader, with an ETag of their content, texts compressed.

Only these responses are compressed. Pages of the console are not: they hold a CSRF token beside text that a stranger
may have written, and the length of a compressed page tells whether the two are alike (BREACH).
"""

import datetime as dt
import gzip
import hashlib
from http import HTTPStatus

from flask import Response, make_response, request

from wxbot import rendering
from wxbot.rendering import PLAIN_LOOK, PublicationLook

__all__ = ["PAGE_SECONDS", "PICTURE_SECONDS", "cacheable", "file_response", "page_response"]

PAGE_SECONDS = 300  # an editor's correction is seen soon
PICTURE_SECONDS = 365 * 86_400  # its address changes with the picture
_COMPRESSED_FROM = 1000  # bytes; a smaller answer fits one packet of the network as it is
_GZIP_LEVEL = 6
_TEXTS = ("text/", "application/json", "application/xml", "application/atom+xml", "application/manifest+json")


def page_response(
    page: str,
    modified: dt.datetime | None = None,
    look: PublicationLook = PLAIN_LOOK,
    *,
    search: bool = False,
    root: str = "",
) -> Response:
    """Return a page of the public site; `search` tells that it has the search form.

    `root` is the path below which the site is served.
    """
    response = make_response(page)
    response.headers["Content-Security-Policy"] = rendering.page_policy(look, search=search, root=root)
    response.last_modified = modified
    return cacheable(response, PAGE_SECONDS)


def file_response(content: str, media_type: str) -> Response:
    """Return a text file for programs."""
    response = make_response(content)
    response.content_type = f"{media_type}; charset=utf-8"
    return cacheable(response, PAGE_SECONDS)


def cacheable(response: Response, seconds: int) -> Response:
    """Let every cache keep the response for `seconds`; answer 304 to a reader who has this version already.

    A text is sent compressed to a reader who accepts gzip. Each form has an ETag of its own, because a cache may join
    parts of what has the same ETag.
    """
    content = response.get_data()
    is_text = response.content_type.startswith(_TEXTS) and len(content) >= _COMPRESSED_FROM
    compressed = is_text and request.accept_encodings["gzip"] > 0
    response.cache_control.public = True
    response.cache_control.max_age = seconds
    response.cache_control.immutable = seconds == PICTURE_SECONDS
    if is_text:
        response.vary.add("Accept-Encoding")
    response.set_etag(hashlib.sha256(content).hexdigest()[:32] + ("-gzip" if compressed else ""))
    response.make_conditional(request)
    if compressed and response.status_code == HTTPStatus.OK:
        response.set_data(gzip.compress(content, _GZIP_LEVEL, mtime=0))
        response.content_encoding = "gzip"
    return response
