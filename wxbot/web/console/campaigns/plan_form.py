"""The form that plans a campaign: show the plan, and create the campaign on confirmation.

Every field is checked, and each problem is shown beside its field.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, g, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import library, push, rendering
from wxbot.db import Session
from wxbot.errors import BulletinError, CommentsForbidden, NotFound, WxbotError
from wxbot.library import Article, Issue
from wxbot.library.push_form import write_push_form
from wxbot.push import Audience, EditorChoice, Plan, PlanRequest
from wxbot.push.planning.push_form import FormChange, change_push_form
from wxbot.web.console.access import EditorRight, current_editor, require_right
from wxbot.web.console.campaigns.campaign_pages import campaign_address
from wxbot.web.console.campaigns.item_fields import (
    ItemEntries,
    ItemEntry,
    find_changes,
    kept_entries,
    read_entries,
)
from wxbot.web.console.campaigns.plan_fields import FIELDS, PlanForm, describe_time, read_fields, read_form
from wxbot.web.console.campaigns.plan_preview import picks_problem, plan_page_values, usual_items
from wxbot.web.console.rendering import error_text, render_page
from wxbot.wiring import Services

__all__ = ["PlanPages"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Entered:
    """Values that the page of a form shows: the issue, its articles and usual items, and what an editor entered.

    `publication` is the name of the issue's publication, "" if there is only one. `kept` are the settings of the push
    that are kept with the issue.
    """

    issue: Issue
    articles: Sequence[Article]
    publication: str
    fields: dict[str, str]
    form: PlanForm | None
    usual: Sequence[rendering.DraftArticle]
    kept: ItemEntries
    entries: ItemEntries

    @property
    def names(self) -> list[str]:
        """The names of the items, in the order of the issue."""
        return [each.of for each in self.usual]

    @property
    def has_settings(self) -> bool:
        """True if an editor entered something for an item, or something is kept that the page would hide."""
        message = (self.entries.cover, self.entries.author, self.entries.comments, self.entries.picks)
        return any(entry != ItemEntry() for entry in self.entries.items.values()) or any(message)


class PlanPages:
    """Views of the form."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/plan/<path:number>", "plan_form", self.show_form)
        blueprint.add_url_rule("/plan/<path:number>", "plan", self.plan, methods=["POST"])
        blueprint.add_url_rule("/moment", "moment", self.show_moment)

    @require_right(EditorRight.PLAN)
    def show_form(self, number: str) -> Response:
        """Return the form for an issue, with the settings that are kept for its pushes."""
        entered, _ = self._read(number, {"to": "all", "at": request.args.get("at", "")})
        return self._page(entered, {})

    @require_right(EditorRight.PLAN)
    def plan(self, number: str) -> AnyResponse:
        """Show the plan of the form; once the editor has seen exactly this plan, create the campaign."""
        entered, errors = self._read(number, request.form)
        change, wrong_items = find_changes(entered.entries, entered.kept, entered.names)
        if entered.form is None or errors or wrong_items:
            changed = entered.entries.token != entered.kept.token
            return self._page(entered, errors | wrong_items, status=409 if changed else 400)
        form = entered.form
        try:
            plan = self._compose_plan(number, form, change)
        except WxbotError as error:
            return self._page(entered, {_error_field(form, error): error_text(error)}, status=400)
        seen = request.form.get("seen", "")
        if seen != plan.hash:
            message = "内容刚刚变了，请再看一遍。" if seen else ""
            return self._page(entered, {}, plan, message=message)
        try:
            campaign = self._services.pusher.create(plan, current_editor().person, insist=form.again)
        except WxbotError as error:
            return self._page(entered, {"again": error_text(error)}, plan, status=409)
        done = self._write_form(number) if plan.keeps_form else "plan"
        return redirect(campaign_address(campaign.id, done), 303)

    @require_right(EditorRight.PLAN)
    def show_moment(self) -> Response:
        """Return how the time is understood that an editor is typing, as the text beside the field."""
        text = read_fields(request.args)["at"]
        shown = make_response(describe_time(text, self._services.settings.tz, self._services.now()))
        shown.content_type = "text/plain; charset=utf-8"
        return shown

    def _read(self, number: str, sent: Mapping[str, str]) -> tuple[_Entered, dict[str, str]]:
        """Return a form that was sent, and its problems by field; NotFound if there is no such issue."""
        fields = read_fields(sent)
        with self._services.db.read() as session:
            issue = library.issue(session, number)
            if issue is None:
                raise NotFound(f"书架上没有 {number}", remedy="回到书架看有哪些期。")
            articles = library.articles(session, number)
            fields["publication"] = publication = _publication_name(session, issue)
            tz, now = self._services.settings.tz, self._services.now()
            form, errors = read_form(fields, {article.n for article in articles}, tz, now)
            choice = form.choice if form else EditorChoice()
            typed = read_entries(sent)
            picks = issue.form.picks if typed is None else typed.article_picks
            if typed is not None and (problem := picks_problem(picks, articles, choice)):
                errors["picked"] = problem
            usual = usual_items(session, number, self._services.pusher.settings, choice, picks)
        kept = kept_entries(issue.form, [each.of for each in usual])
        entries = typed or kept
        return _Entered(issue, articles, publication, fields, form, usual, kept, entries), errors

    def _compose_plan(self, number: str, form: PlanForm, change: FormChange) -> Plan:
        with self._services.db.read() as session:
            push_form = change_push_form(session, number, change, form.choice) if change else None
        request = PlanRequest(
            number, Audience.parse(form.audience), form.at, form.route, form.choice, form=push_form
        )
        return self._services.pusher.plan(request, offline=not self._services.has_platform)

    def _write_form(self, number: str) -> str:
        """Write the kept settings into the fix file of the issue's source; return the name of the message about it."""
        try:
            written = write_push_form(self._services.db, self._services.bulletin_folder, number)
        except BulletinError as error:
            log.warning("%s: the form of the push was not written: %s", number, error.message)
            return "plan-unwritten"
        return "plan-written" if written is not None else "plan-kept"

    def _page(
        self,
        entered: _Entered,
        errors: dict[str, str],
        plan: Plan | None = None,
        *,
        message: str = "",
        status: int = 200,
    ) -> Response:
        issue, tz = entered.issue, self._services.settings.tz
        at = entered.form.at if entered.form else None
        with self._services.db.read() as session:
            latest = push.queries.latest_campaign(session, issue.key)
        return render_page(
            "plan.html",
            status,
            title=f"计划推送 {issue.key}",
            here="issues",
            entered=entered,
            issue=issue,
            label=rendering.issue_label(issue),
            articles=entered.articles,
            routes=push.labels.ROUTE_LABELS,
            explanations=push.labels.ROUTE_EXPLANATIONS,
            fields=entered.fields,
            errors=errors,
            message=message,
            understood=describe_time(entered.fields["at"], tz, self._services.now()) if at else "",
            # The time as it was shown: 明天 may be another day once the plan is saved.
            planned_time=f"{at.astimezone(tz):%Y-%m-%d %H:%M}" if at else "",
            plan=plan,
            **plan_page_values(g.path, plan, issue, entered.articles, entered.usual, tz),
            latest=latest,
        )


def _publication_name(session: Session, issue: Issue) -> str:
    """Return the name of the issue's publication; "" if there is only one."""
    found = library.publications(session)
    return next((each.name for each in found if len(found) > 1 and each.id == issue.publication_id), "")


def _error_field(form: PlanForm, error: WxbotError) -> str:
    """Return the field beside which an error is shown: the audience's where something is not found, else the route.

    A missing right to comments is shown beside their field.
    """
    if isinstance(error, CommentsForbidden):
        return "comments"
    if not isinstance(error, NotFound):
        return "route"
    return form.kind if form.kind in FIELDS else "to"
