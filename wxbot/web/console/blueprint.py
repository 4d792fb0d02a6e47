"""The console as a whole: its pages behind a login, below `/console/`, and its error pages."""

import logging

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException

from wxbot.errors import Busy, NotFound, TryLater, WxbotError
from wxbot.web.console import rendering
from wxbot.web.console.admin import ADMIN_PAGES
from wxbot.web.console.auth import Authentication
from wxbot.web.console.campaigns.after_sending import AfterSendingPages
from wxbot.web.console.campaigns.calendar_pages import CalendarPages
from wxbot.web.console.campaigns.campaign_pages import CampaignPages
from wxbot.web.console.campaigns.plan_form import PlanPages
from wxbot.web.console.home_page import HomePage
from wxbot.web.console.library import LIBRARY_PAGES
from wxbot.web.console.members import MemberPages
from wxbot.web.console.phone.pages import PhonePages
from wxbot.web.console.settings import SETTINGS_PAGES
from wxbot.web.console.settings.synonyms import SynonymPages
from wxbot.web.console.static_files import StaticFiles
from wxbot.wiring import Services

__all__ = ["Console"]

PREFIX = "/console"
log = logging.getLogger(__name__)


class Console:
    """The editors' pages.

    The database of `services` must be opened as durable: a campaign that an editor has paused must stay paused after a
    power cut. Without an account of the platform recipients are counted in the database, and previews are refused.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, app: Flask) -> None:
        """Add the pages to the application."""
        blueprint = Blueprint("console", __name__, url_prefix=PREFIX)
        for part in (
            Authentication,
            HomePage,
            CampaignPages,
            AfterSendingPages,
            PlanPages,
            PhonePages,
            CalendarPages,
            MemberPages,
            SynonymPages,
            *SETTINGS_PAGES,
            *ADMIN_PAGES,
            *LIBRARY_PAGES,
        ):
            part(self._services).register(blueprint)
        StaticFiles(self._services.brand_file.current).register(blueprint)
        blueprint.after_request(rendering.add_console_headers)
        blueprint.register_error_handler(WxbotError, _refused_page)
        blueprint.register_error_handler(Exception, _failure_page)
        app.register_blueprint(blueprint)
        app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    """Add the console's headers to answers below its address that no view of it gave, such as 404."""
    if request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
        return rendering.add_console_headers(response)
    return response


def _refused_page(error: WxbotError) -> Response:
    """Return the page of an error of our own: 404, 503 or 409."""
    status = 404 if isinstance(error, NotFound) else 503 if isinstance(error, Busy | TryLater) else 409
    if status == 503:
        log.warning("a page of the console is not shown for now: %s", error)
    return rendering.error_page(error.message, rendering.remedy_text(error), status)


def _failure_page(error: Exception) -> Response | HTTPException:
    """Return the page of an unexpected exception; HTTP errors keep their own pages."""
    if isinstance(error, HTTPException):
        return error
    log.error("a page of the console failed", exc_info=error)
    return rendering.error_page(
        "这一页出错了",
        "刚才的操作可能没有做成：先看看推送列表，再试一次；仍然不行，请运维看日志。",
        500,
    )
