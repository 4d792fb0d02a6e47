"""Sign public pages for WeChat's JS-SDK: only pages of this site, and only where the setting `share_cards` is on."""

import datetime as dt
import logging
import secrets
from collections.abc import Callable

from flask import Flask, Response, abort, jsonify, request

from wxbot.errors import WxbotError
from wxbot.wechat import WeChat

__all__ = ["ShareCards"]

log = logging.getLogger(__name__)

_URL_CHARS = 2000
_NO_SIGNATURE = "现在签不了名，转发时显示链接本身，网页照常能看。"


class ShareCards:
    """The view of signatures. `wechat` opens the platform at the first request, `now` returns the time."""

    def __init__(
        self, wechat: Callable[[], WeChat], *, public_url: str, now: Callable[[], dt.datetime]
    ) -> None:
        self._wechat = wechat
        self._public_url = public_url
        self._now = now

    def register(self, app: Flask) -> None:
        """Add the view to the application."""
        app.add_url_rule("/jssdk", "jssdk", self.sign)

    def sign(self) -> Response:
        """Return the signature of a page of this site; 404 for any other address, 503 while there is no ticket."""
        url = request.args.get("url", "")
        if not url.startswith(f"{self._public_url}/") or len(url) > _URL_CHARS:
            abort(404)
        try:
            signature = self._wechat().sign_page(url, self._now(), secrets.token_hex(8))
        except WxbotError as error:
            log.warning("no signature for a page that is shared: %s", error)
            response = jsonify(error=_NO_SIGNATURE)
            response.status_code = 503
            return response
        response = jsonify(signature.as_config())
        response.cache_control.no_store = True
        return response
