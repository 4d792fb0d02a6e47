"""The console as a whole: its pages behind its door, and what is said when something goes wrong."""

import logging

from flask import Blueprint, Flask, Response
from werkzeug.exceptions import HTTPException

from wxbot.errors import Busy, NotFound, TryLater, WxbotError
from wxbot.web.console import html, labels
from wxbot.web.console.auth import Door
from wxbot.web.console.campaigns import Campaigns
from wxbot.web.console.library_pages import Reading
from wxbot.web.console.office import Office
from wxbot.web.console.plan_form import Planning

__all__ = ["Console"]

log = logging.getLogger(__name__)


class Console:
    """The editors' pages."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def register(self, app: Flask) -> None:
        """Put them at their addresses, below `/console/`."""
        blueprint = Blueprint("console", __name__, url_prefix="/console")
        for part in (Door, Campaigns, Planning, Reading):
            part(self._office).register(blueprint)
        blueprint.after_request(html.sealed)
        blueprint.register_error_handler(WxbotError, _refused)
        blueprint.register_error_handler(Exception, _broken)
        app.register_blueprint(blueprint)


def _refused(wrong: WxbotError) -> Response:
    status = 404 if isinstance(wrong, NotFound) else 503 if isinstance(wrong, Busy | TryLater) else 409
    return html.trouble(wrong.message, labels.remedy(wrong), status)


def _broken(wrong: Exception) -> Response | HTTPException:
    if isinstance(wrong, HTTPException):
        return wrong
    log.error("a page of the console failed", exc_info=wrong)
    return html.trouble(
        "这一页出错了", "刚才的操作可能没有做成：看看推送列表再试；仍然不行，请运维看日志。", 500
    )
