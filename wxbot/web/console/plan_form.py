"""Planning a push: a form, what would go out, and only then the campaign."""

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import library, push, rendering
from wxbot.errors import NotFound, WxbotError
from wxbot.library import Article, Issue
from wxbot.local_time import moment_label
from wxbot.push import Audience, Campaign, Plan, PlanRequest
from wxbot.push.ledger.labels import ROUTE_LABELS
from wxbot.web.console import html, labels
from wxbot.web.console.auth import editor
from wxbot.web.console.campaigns import address
from wxbot.web.console.office import Office
from wxbot.web.console.wish import FIELDS, Wish, read, typed

__all__ = ["Planning"]


class Planning:
    """The views."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def register(self, blueprint: Blueprint) -> None:
        """Put the views at their addresses."""
        blueprint.add_url_rule("/plan/<number>", "plan", self.form)
        blueprint.add_url_rule("/plan/<number>", "planned", self.planned, methods=["POST"])

    def form(self, number: str) -> Response:
        """The form, as empty as it can be."""
        issue, articles = self._issue(number)
        return self._page(issue, articles, typed({"to": "all"}), {})

    def planned(self, number: str) -> AnyResponse:
        """What the form would do; or, when the editor has seen exactly that, the campaign."""
        issue, articles = self._issue(number)
        given = typed(request.form)
        wish, wrong = read(given, {a.n for a in articles}, self._office.tz, self._office.clock())
        if wish is None:
            return self._page(issue, articles, given, wrong, status=400)
        try:
            made = self._made(number, wish)
        except WxbotError as no:
            return self._page(issue, articles, given, {_field(wish, no): labels.said(no)}, status=400)
        seen = request.form.get("seen", "")
        if seen != made.hash:
            said = "内容刚刚变了，请再看一遍。" if seen else ""
            return self._page(issue, articles, given, {}, made, said=said)
        try:
            campaign = self._written(made, wish)
        except WxbotError as no:
            return self._page(issue, articles, given, {"again": labels.said(no)}, made, status=409)
        return redirect(address(campaign.id, "plan"), 303)

    def _issue(self, number: str) -> tuple[Issue, list[Article]]:
        with self._office.db.read() as session:
            issue = library.issue(session, number)
            if issue is None:
                raise NotFound(f"书架上没有 {number}", remedy="回到书架看有哪些期。")
            return issue, library.articles(session, number)

    def _made(self, number: str, wish: Wish) -> Plan:
        office = self._office
        request = PlanRequest(number, Audience.parse(wish.to), wish.at, wish.route, wish.choice)
        return office.pusher.plan(request, offline=office.platform is None)

    def _written(self, made: Plan, wish: Wish) -> Campaign:
        office = self._office
        return office.pusher.create(made, editor().person, insist=wish.again)

    def _page(
        self,
        issue: Issue,
        articles: list[Article],
        given: dict[str, str],
        wrong: dict[str, str],
        made: Plan | None = None,
        *,
        said: str = "",
        status: int = 200,
    ) -> Response:
        with self._office.db.read() as session:
            standing = push.queries.latest_campaign(session, issue.number)
        return html.page(
            "plan.html",
            status,
            title=f"计划推送 {issue.number}",
            here="shelf",
            issue=issue,
            label=rendering.issue_label(issue),
            articles=articles,
            routes=ROUTE_LABELS,
            given=given,
            wrong=wrong,
            said=said,
            made=made,
            at=moment_label(made.at, self._office.tz) if made else "",
            standing=standing,
        )


def _field(wish: Wish, no: WxbotError) -> str:
    """At which field a refusal is said: what is not there was asked for by the audience, the rest by the way."""
    if not isinstance(no, NotFound):
        return "route"
    return wish.kind if wish.kind in FIELDS else "to"
