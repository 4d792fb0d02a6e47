"""The form that plans a campaign: read its fields, show the plan, and create the campaign on confirmation.

Every field is checked, and each problem is shown beside its field.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import library, push, rendering
from wxbot.errors import NotFound, WxbotError
from wxbot.library import Article, Issue
from wxbot.local_time import moment_label
from wxbot.push import Audience, EditorChoice, Plan, PlanRequest, Route
from wxbot.web.console.auth import current_editor
from wxbot.web.console.campaigns import campaign_address
from wxbot.web.console.rendering import error_text, render_page
from wxbot.wiring import Services

__all__ = ["FIELDS", "PlanForm", "PlanPages", "read_fields", "read_form"]

FIELDS = ("to", "tag", "section", "active", "unreached", "route", "at", "lead", "without", "again")
MAX_FIELD_CHARS = 200
_TEXT_PROBLEMS = {"tag": "请写标签的名字，与公众平台后台的完全一致", "section": "请选一个栏目"}
_NUMBER_PROBLEMS = {"active": "请写天数，如 30", "unreached": "请写计划的编号，如 7"}
_FIELD_LABELS = {"tag": "标签", "section": "栏目", "active": "天数", "unreached": "计划的编号"}
_AUDIENCE_KINDS = {"all", "recent", "consented", *_TEXT_PROBLEMS, *_NUMBER_PROBLEMS}


@dataclass(frozen=True)
class PlanForm:
    """An editor's entries: kind and text of the audience, route, time (aware; None for at once), and choice of content.

    `again` allows a second campaign for the issue.
    """

    kind: str
    audience: str
    route: Route | None
    at: dt.datetime | None
    choice: EditorChoice
    again: bool


class PlanPages:
    """Views of the form."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/plan/<path:number>", "plan_form", self.show_form)
        blueprint.add_url_rule("/plan/<path:number>", "plan", self.plan, methods=["POST"])

    def show_form(self, number: str) -> Response:
        """Return the empty form for an issue."""
        issue, articles = self._issue(number)
        return self._page(issue, articles, read_fields({"to": "all"}), {})

    def plan(self, number: str) -> AnyResponse:
        """Show the plan of the form; once the editor has seen exactly this plan, create the campaign."""
        issue, articles = self._issue(number)
        fields = read_fields(request.form)
        tz, now = self._services.settings.tz, self._services.now()
        form, errors = read_form(fields, {article.n for article in articles}, tz, now)
        if form is None:
            return self._page(issue, articles, fields, errors, status=400)
        try:
            plan = self._compose_plan(number, form)
        except WxbotError as error:
            return self._page(
                issue, articles, fields, {_error_field(form, error): error_text(error)}, status=400
            )
        seen = request.form.get("seen", "")
        if seen != plan.hash:
            message = "内容刚刚变了，请再看一遍。" if seen else ""
            return self._page(issue, articles, fields, {}, plan, message=message)
        try:
            campaign = self._services.pusher.create(plan, current_editor().person, insist=form.again)
        except WxbotError as error:
            return self._page(issue, articles, fields, {"again": error_text(error)}, plan, status=409)
        return redirect(campaign_address(campaign.id, "plan"), 303)

    def _issue(self, number: str) -> tuple[Issue, list[Article]]:
        """Return an issue with its articles; NotFound if there is none."""
        with self._services.db.read() as session:
            issue = library.issue(session, number)
            if issue is None:
                raise NotFound(f"书架上没有 {number}", remedy="回到书架看有哪些期。")
            return issue, library.articles(session, number)

    def _compose_plan(self, number: str, form: PlanForm) -> Plan:
        request = PlanRequest(number, Audience.parse(form.audience), form.at, form.route, form.choice)
        return self._services.pusher.plan(request, offline=not self._services.has_platform)

    def _page(
        self,
        issue: Issue,
        articles: list[Article],
        fields: dict[str, str],
        errors: dict[str, str],
        plan: Plan | None = None,
        *,
        message: str = "",
        status: int = 200,
    ) -> Response:
        with self._services.db.read() as session:
            latest = push.queries.latest_campaign(session, issue.key)
        return render_page(
            "plan.html",
            status,
            title=f"计划推送 {issue.key}",
            here="issues",
            issue=issue,
            label=rendering.issue_label(issue),
            articles=articles,
            routes=push.labels.ROUTE_LABELS,
            fields=fields,
            errors=errors,
            message=message,
            plan=plan,
            at=moment_label(plan.at, self._services.settings.tz) if plan else "",
            latest=latest,
        )


def _error_field(form: PlanForm, error: WxbotError) -> str:
    """Return the field beside which an error is shown: the audience's where something is not found, else the route."""
    if not isinstance(error, NotFound):
        return "route"
    return form.kind if form.kind in FIELDS else "to"


def read_fields(form: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a form as they were entered, so that the page can show them again."""
    return {name: form.get(name, "").strip()[:MAX_FIELD_CHARS].replace("\0", "") for name in FIELDS}


def read_form(
    fields: Mapping[str, str], numbers: Collection[int | None], tz: ZoneInfo, now: dt.datetime
) -> tuple[PlanForm | None, dict[str, str]]:
    """Return the form, or None and the problems by field. `numbers` are those of the issue's articles."""
    errors: dict[str, str] = {}
    kind, audience = _read_audience(fields, errors)
    at = _read_time(fields.get("at", ""), tz, now, errors)
    lead = _read_numbers("lead", fields, numbers, errors)
    without = _read_numbers("without", fields, numbers, errors)
    if not errors and set(lead) & set(without):
        errors["without"] = "有一篇既要放在最前，又不要推送"
    if not errors and set(without) >= set(numbers):
        errors["without"] = "一篇也不剩了"
    route = fields.get("route", "")
    if route and route not in set(Route):
        errors["route"] = "没有这种方式"
    if errors:
        return None, errors
    return PlanForm(
        kind,
        audience,
        Route(route) if route else None,
        at,
        EditorChoice(lead, without),
        bool(fields.get("again")),
    ), {}


def _read_audience(fields: Mapping[str, str], errors: dict[str, str]) -> tuple[str, str]:
    """Return kind and text of the audience; add problems to `errors`."""
    kind = fields.get("to", "")
    if kind not in _AUDIENCE_KINDS:
        errors["to"] = "请选发给谁"
    elif others := [_FIELD_LABELS[other] for other in _FIELD_LABELS if other != kind and fields.get(other)]:
        # An editor who fills in a tag and leaves 全部粉丝 chosen must not reach all followers.
        errors["to"] = f"{others[0]}也填了，选的却是另一种：请选一种，不要的清空"
    if kind not in _TEXT_PROBLEMS | _NUMBER_PROBLEMS:
        return kind, kind
    name = fields.get(kind, "")
    if kind in _TEXT_PROBLEMS and not name:
        errors[kind] = _TEXT_PROBLEMS[kind]
    elif kind in _NUMBER_PROBLEMS and not (
        name.isascii() and name.isdecimal() and 0 < len(name) < 6 and int(name)
    ):
        errors[kind] = _NUMBER_PROBLEMS[kind]
    return kind, f"{kind}:{name}"


def _read_time(text: str, tz: ZoneInfo, now: dt.datetime, errors: dict[str, str]) -> dt.datetime | None:
    """Return a local time as browsers send it (`2026-12-01T09:00`); None for at once or a problem."""
    if not text:
        return None
    try:
        read = dt.datetime.fromisoformat(text.replace("：", ":"))
    except ValueError:
        errors["at"] = "看不懂这个时刻，请写成 2026-12-01T09:00"
        return None
    moment = read if read.tzinfo is not None else read.replace(tzinfo=tz)
    if moment < now:
        errors["at"] = "这个时刻已经过去"
    return moment


def _read_numbers(
    field: str, fields: Mapping[str, str], known: Collection[int | None], errors: dict[str, str]
) -> tuple[int, ...]:
    """Return numbers of articles as in `5,1,9`, each once; () for none or a problem."""
    text = fields.get(field, "").replace("，", ",").replace("、", ",").replace(" ", ",")
    parts = [part for part in text.split(",") if part]
    if not all(part.isascii() and part.isdecimal() and len(part) < 6 for part in parts):
        errors[field] = "请写文章的编号，用逗号隔开，如 5,1,9"
        return ()
    found = tuple(int(part) for part in parts)
    if len(set(found)) < len(found):
        errors[field] = "有一篇写了两遍"
    elif unknown := [n for n in found if n not in known]:
        errors[field] = f"这一期没有第 {'、'.join(map(str, unknown))} 篇"
    return found
