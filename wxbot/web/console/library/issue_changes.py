"""Pages on which an editor confirms a change of an issue, and their forms."""

from collections.abc import Callable

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot.db import Session
from wxbot.editors import EditorRight
from wxbot.errors import NotFound, WxbotError
from wxbot.library import Issue
from wxbot.library.issue_list import seen_token
from wxbot.web.console.access import require_right
from wxbot.web.console.auth import current_editor
from wxbot.web.console.library.issue_actions import (
    IssueOrder,
    OrderBy,
    article_order,
    issue_order,
    require_issue,
    restore_order,
)
from wxbot.web.console.rendering import remedy_text, render_page
from wxbot.wiring import Services

__all__ = ["IssueChangePages"]

MAX_REASON_CHARS = 200
BuildOrder = Callable[[Session, Issue], IssueOrder]


class IssueChangePages:
    """Views of the changes; each shows its page on GET and carries the change out on POST."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        both = ["GET", "POST"]
        blueprint.add_url_rule("/change/<verb>/<path:key>", "change_issue", self.issue, methods=both)
        blueprint.add_url_rule(
            "/article/<verb>/<path:key>/<int:n>", "change_article", self.article, methods=both
        )
        blueprint.add_url_rule("/restore/<path:key>/<int:revision>", "restore", self.restore, methods=both)

    @require_right(EditorRight.PUBLISH)
    def issue(self, verb: str, key: str) -> AnyResponse:
        """Publish or withdraw an issue."""
        return self._answer(key, lambda session, issue: issue_order(session, issue, verb))

    @require_right(EditorRight.PUBLISH)
    def article(self, verb: str, key: str, n: int) -> AnyResponse:
        """Withdraw, publish, pin or unpin an article."""
        return self._answer(key, lambda session, issue: article_order(session, issue, n, verb))

    @require_right(EditorRight.PUBLISH)
    def restore(self, key: str, revision: int) -> AnyResponse:
        """Restore a revision."""
        return self._answer(key, lambda session, issue: restore_order(session, issue, revision))

    def _answer(self, key: str, build: BuildOrder) -> AnyResponse:
        if request.method == "GET":
            return self._page(key, build)
        with self._services.db.read() as session:
            order = build(session, require_issue(session, key))
        reason = request.form.get("reason", "").replace("\0", "").strip()[:MAX_REASON_CHARS]
        if order.needs_reason and not reason:
            return self._page(key, build, "请写为什么撤下；读者看不到，记在经过里。", status=400)
        given = OrderBy(current_editor().person, request.form.get("seen", ""), reason)
        try:
            done = order.run(self._services, given)
        except NotFound:
            raise
        except WxbotError as error:
            return self._page(key, build, error.message, remedy_text(error), status=409)
        return redirect(f"{g.path}{order.back}?done={done}", 303)

    def _page(
        self, key: str, build: BuildOrder, error: str = "", remedy: str = "", status: int = 200
    ) -> Response:
        """Return the page of a change as the issue is now."""
        with self._services.db.read() as session:
            order = build(session, require_issue(session, key))
            seen = seen_token(session, key)
        return render_page(
            "change.html",
            status,
            title=order.heading,
            here="issues",
            order=order,
            comparison=order.comparison,
            seen=seen,
            reason=request.form.get("reason", "")[:MAX_REASON_CHARS],
            error=error,
            remedy=remedy,
            address=request.path.removeprefix("/console/"),
        )
