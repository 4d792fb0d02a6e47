"""The console's pages for a message that went out with a mistake: recall it, and send a correction."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import library, push
from wxbot.errors import UsageError, WxbotError
from wxbot.local_time import read_moment
from wxbot.push import Audience, AudienceKind, Campaign, EditorChoice, Plan, PlanRequest, Route
from wxbot.web.console.access import EditorRight, current_editor, require_right
from wxbot.web.console.campaigns.campaign_pages import campaign_address
from wxbot.web.console.campaigns.plan_preview import plan_page_values
from wxbot.web.console.rendering import error_text, field_errors, render_page
from wxbot.wiring import Services

__all__ = ["AfterSendingPages"]

_FIELDS = ("words", "at", "again")
_LONGEST = 200


class AfterSendingPages:
    """Views that recall and correct a campaign, by the functions of `wxbot push recall` and `plan --correction`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        for verb, show, run in (
            ("recall", self.show_recall, self.recall),
            ("correct", self.show_correction, self.correct),
        ):
            path = f"/push/<int:campaign_id>/{verb}"
            blueprint.add_url_rule(path, verb, show)
            blueprint.add_url_rule(path, f"run_{verb}", run, methods=["POST"])

    @require_right(EditorRight.APPROVE)
    def show_recall(self, campaign_id: int) -> Response:
        """Return the page that explains a recall and asks what to recall."""
        return self._recall_page(campaign_id)

    @require_right(EditorRight.APPROVE)
    def recall(self, campaign_id: int) -> AnyResponse:
        """Recall the message or one article of it, once the editor has ticked that it cannot be undone."""
        campaign = self._services.pusher.campaign(campaign_id)
        article = request.form.get("article", "")
        if article not in {"0", *(str(each["n"]) for each in campaign.articles)}:
            return self._recall_page(campaign_id, "请选撤回哪些。", status=400)
        if not request.form.get("sure"):
            return self._recall_page(campaign_id, "请勾选「我知道不能恢复」。", int(article), 400)
        try:
            self._services.pusher.recall(campaign_id, int(article), by=current_editor().person)
        except WxbotError as error:
            return self._recall_page(campaign_id, error_text(error), int(article), 409)
        return redirect(campaign_address(campaign_id, "recall"), 303)

    def _recall_page(
        self, campaign_id: int, error: str = "", chosen: int | None = None, status: int = 200
    ) -> Response:
        campaign = self._services.pusher.campaign(campaign_id)
        return render_page(
            "recall.html",
            status,
            title=f"撤回：计划 {campaign_id}",
            here="push",
            error=error,
            chosen=chosen,
            campaign=campaign,
            state=push.labels.CAMPAIGN_STATE_LABELS[campaign.state],
            possible=self._services.has_platform and self._services.pusher.can_recall(campaign_id),
            singles=campaign.has_one_call_per_follower,
        )

    @require_right(EditorRight.PLAN)
    def show_correction(self, campaign_id: int) -> Response:
        """Return the form that asks what was wrong."""
        return self._correction_page(self._services.pusher.campaign(campaign_id))

    @require_right(EditorRight.PLAN)
    def correct(self, campaign_id: int) -> AnyResponse:
        """Show the plan of the correction; once the editor has seen exactly this plan, create its campaign."""
        pusher = self._services.pusher
        campaign = pusher.campaign(campaign_id)
        fields = _read_fields()
        try:
            plan, notes = self._plan(campaign, fields)
            seen = request.form.get("seen", "")
            if seen == plan.hash:
                created = pusher.create(plan, current_editor().person)
                return redirect(campaign_address(created.id, "correct"), 303)
        except WxbotError as error:
            return self._correction_page(campaign, fields, refusal=error)
        message = "内容刚刚变了，请再看一遍。" if seen else ""
        return self._correction_page(campaign, fields, plan, notes, error=message)

    def _plan(self, campaign: Campaign, fields: dict[str, str]) -> tuple[Plan, tuple[str, ...]]:
        """Return the plan of a correction to those who got a campaign, and notes about it."""
        s = self._services
        at = read_moment(fields["at"], s.now(), s.settings.tz) if fields["at"] else None
        if fields["at"] and at is None:
            raise UsageError(
                f"看不懂时刻「{fields['at']}」", remedy="请写成 明天 9:00 或 2026-12-01 9:00。", field="at"
            )
        correction, notes = s.pusher.correction(
            campaign.number, fields["words"], insist=bool(fields["again"])
        )
        earlier = s.pusher.campaign(correction.of)
        single = earlier.has_one_row_per_follower
        audience = Audience(AudienceKind.REACHED, str(earlier.id)) if single else earlier.audience
        choice = replace(EditorChoice.from_campaign(earlier), correction=correction, hurried_at=None)
        wanted = PlanRequest(campaign.number, audience, at, None if single else Route(earlier.route), choice)
        plan = s.pusher.plan(wanted, offline=not s.has_platform)
        return replace(plan, warnings=(*notes, *plan.warnings)), notes

    def _correction_page(
        self,
        campaign: Campaign,
        fields: dict[str, str] | None = None,
        plan: Plan | None = None,
        notes: tuple[str, ...] = (),
        *,
        error: str = "",
        refusal: WxbotError | None = None,
    ) -> Response:
        errors = field_errors(refusal)
        shown: dict[str, Any] = {}
        if plan is not None:
            with self._services.db.read() as session:
                issue = library.public_issue(session, plan.number)
                articles = library.articles(session, plan.number)
            shown = plan_page_values(g.path, plan, issue, articles, (), self._services.settings.tz)
        return render_page(
            "correct.html",
            409 if refusal else 200,
            title=f"发更正：{campaign.number}",
            here="push",
            campaign=campaign,
            fields=fields or dict.fromkeys(_FIELDS, ""),
            plan=plan,
            notes=notes,
            error=error or (error_text(refusal) if refusal and not errors else ""),
            errors=errors,
            can_recall=self._services.pusher.can_recall(campaign.id),
            routes=push.labels.ROUTE_LABELS,
            explanations=push.labels.ROUTE_EXPLANATIONS,
            **shown,
        )


def _read_fields() -> dict[str, str]:
    return {name: request.form.get(name, "").strip()[:_LONGEST].replace("\0", "") for name in _FIELDS}
