"""Responses that caches may keep: the same for every reader, with an ETag of their content."""

import datetime as dt
import hashlib

from flask import Response, make_response, request

from wxbot import rendering
from wxbot.rendering import PLAIN_LOOK, PublicationLook

__all__ = ["PAGE_SECONDS", "PICTURE_SECONDS", "cacheable", "file_response", "page_response"]

PAGE_SECONDS = 300  # an editor's correction is seen soon
PICTURE_SECONDS = 365 * 86_400  # its address changes with the picture


def page_response(
    page: str,
    modified: dt.datetime | None = None,
    look: PublicationLook = PLAIN_LOOK,
    *,
    search: bool = False,
) -> Response:
    """Return a page of the public site; `search` tells that it has the search form."""
    response = make_response(page)
    response.headers["Content-Security-Policy"] = rendering.page_policy(look, search=search)
    response.last_modified = modified
    return cacheable(response, PAGE_SECONDS)


def file_response(content: str, media_type: str) -> Response:
    """Return a text file for programs."""
    response = make_response(content)
    response.content_type = f"{media_type}; charset=utf-8"
    return cacheable(response, PAGE_SECONDS)


def cacheable(response: Response, seconds: int) -> Response:
    """Let every cache keep the response for `seconds`; answer 304 to a reader who has this version already."""
    response.cache_control.public = True
    response.cache_control.max_age = seconds
    response.cache_control.immutable = seconds == PICTURE_SECONDS
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(request)
    return response
