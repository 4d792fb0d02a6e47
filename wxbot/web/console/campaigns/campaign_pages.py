"""The console's pages of campaigns: the list, one campaign with its deliveries, and the actions of an editor."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import editors, push, rendering
from wxbot.db import Session
from wxbot.editors import EditorRight
from wxbot.errors import NotFound, WxbotError
from wxbot.local_time import moment_label
from wxbot.push import Campaign, CampaignState, DeliveryState, labels
from wxbot.push.reporting.report_csv import report_csv
from wxbot.web.console.access import require_right
from wxbot.web.console.auth import current_editor, site_root
from wxbot.web.console.campaigns.actions import ACTIONS, CampaignAction, allowed_actions
from wxbot.web.console.campaigns.plan_preview import campaign_views
from wxbot.web.console.rendering import (
    EditorNames,
    FigureCache,
    bar_segments,
    remedy_text,
    render_page,
)
from wxbot.wiring import Services

__all__ = ["CampaignPages", "campaign_address"]

MAX_CAMPAIGNS = 50
MAX_REPORTS = 50
REFRESH_SECONDS = 5
MAX_COUNTED_FOLLOWERS = 20_000  # whose preferences are checked while a page waits
MAX_LISTED_DELIVERIES = 100_000  # of a campaign that is over, counted for the list
_PLAN_MESSAGES = {
    "recall": "已撤回：卡片还在聊天里，点开显示已删除。改好简报以后，可以发更正。",
    "correct": "更正已计划，等待批准。",
    "plan": "计划已保存，等待批准。",
    "plan-kept": "计划已保存，等待批准。标题、次序等记在这一期名下，下次照用。",
    "plan-written": "计划已保存，等待批准。标题、次序等记在这一期名下，也写进了原文旁边的修正文件。",
    "plan-unwritten": "计划已保存，等待批准。标题、次序等记在这一期名下，照用；只是没有写进原文旁边的修正文件："
    "它里面有写错的，或者写不了。请改正它，再计划一次。",
}
# Filters of the list: the value in the address, the label, and the states.
_FILTERS = (
    ("", "全部", ()),
    (
        "todo",
        "等您决定",
        (CampaignState.PLANNED, CampaignState.PAUSED, CampaignState.UNKNOWN, CampaignState.FAILED),
    ),
    ("coming", "在发和要发", (CampaignState.APPROVED, CampaignState.RUNNING, CampaignState.WAITING)),
    ("over", "结束了", (CampaignState.FINISHED, CampaignState.CANCELLED)),
)
# Deliveries in these states are listed one by one: an editor may have to look at each.
_TROUBLED_STATES = (DeliveryState.UNKNOWN, DeliveryState.FAILED, DeliveryState.REFUSED)


def campaign_address(campaign_id: int, done: str = "") -> str:
    """Return the address of a campaign's page; `done` is the verb of the action just done."""
    return f"{g.path}push/{campaign_id}" + (f"?done={done}" if done else "")


def _right_for(verb: str, **_: object) -> EditorRight:
    """Return the right that an action on a campaign needs."""
    return ACTIONS[verb].right if verb in ACTIONS else EditorRight.APPROVE


class CampaignPages:
    """Views of campaigns: the list, one campaign, its report, and its actions."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._tz = services.settings.tz
        self._counts = FigureCache[dict[str, int]]()
        self._ledgers = FigureCache[dict[str, Any]]()

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/push", "push_list", self.push_list)
        blueprint.add_url_rule("/push/<int:campaign_id>", "campaign", self.campaign)
        blueprint.add_url_rule("/push/<int:campaign_id>/report", "report", self.report)
        blueprint.add_url_rule("/push/<int:campaign_id>/report.csv", "report_csv", self.report_csv)
        blueprint.add_url_rule("/push/<int:campaign_id>/<verb>", "confirmation", self.confirmation)
        blueprint.add_url_rule(
            "/push/<int:campaign_id>/<verb>", "run_action", self.run_action, methods=["POST"]
        )

    def push_list(self) -> Response:
        """Return the list of the newest campaigns, each with its progress."""
        chosen = request.args.get("show", "")
        shown = next((states for key, _, states in _FILTERS if key == chosen), ())
        with self._services.db.read() as session:
            found = push.queries.recent_campaigns(session, MAX_CAMPAIGNS, shown)
            counts = {
                each.id: self._delivery_counts(session, each) for each in found if not _is_long_over(each)
            }
            names = EditorNames.of(editors.all_editors(session))
        rows = [
            self._summary(each, names)
            | {"counts": counts.get(each.id, {}), "segments": bar_segments(counts.get(each.id, {}))}
            for each in found
        ]
        running = any(each.state == CampaignState.RUNNING for each in found)
        return render_page(
            "push_list.html",
            title="推送",
            here="push",
            rows=rows,
            filters=[(key, label) for key, label, _ in _FILTERS],
            chosen=chosen if shown else "",
            next_steps=push.labels.NEXT_STEPS,
            refresh=REFRESH_SECONDS if running else 0,
        )

    def campaign(self, campaign_id: int) -> Response:
        """Return the page of one campaign."""
        verb = request.args.get("done", "")
        message = ACTIONS[verb].message if verb in ACTIONS else _PLAN_MESSAGES.get(verb, "")
        with self._services.db.read() as session:
            campaign = push.queries.get_campaign(session, campaign_id)
            counts = self._delivery_counts(session, campaign)
            names = EditorNames.of(editors.all_editors(session))
            details = self._summary(campaign, names) | self._details(session, campaign, counts, names)
            views = campaign_views(session, g.path, campaign)
            changes = self._services.pusher.changes(campaign) if views else []
        has_approved = current_editor().person in campaign.approvers
        return render_page(
            "campaign.html",
            title=f"计划 {campaign_id}",
            here="push",
            message=message,
            actions=[
                each
                for each in allowed_actions(campaign, counts)
                if current_editor().may(each.right) and not (has_approved and each.verb == "approve")
            ],
            left_out=self._services.pusher.count_left_out(campaign, max_followers=MAX_COUNTED_FOLLOWERS),
            views=views,
            changes=changes,
            has_sent=DeliveryState.SENT in counts,
            has_begun=set(counts) - {DeliveryState.PLANNED} != set(),
            refresh=REFRESH_SECONDS if campaign.state == CampaignState.RUNNING else 0,
            **details,
        )

    def report(self, campaign_id: int) -> Response:
        """Return the report on a campaign's results, with charts."""
        report = self._services.pusher.report(campaign_id)
        with self._services.db.read() as session:
            names = EditorNames.of(editors.all_editors(session))
        account_name = self._services.settings.account_name
        links = [("回到计划", f"{g.path}push/{campaign_id}"), ("下载表格（CSV）", "report.csv")]
        html = push.report_html(
            report, self._tz, self._services.now(), account_name=account_name, links=links
        )
        response = make_response(names.replace_in(html))
        response.headers["Content-Security-Policy"] = rendering.REPORT_POLICY
        return response

    def report_csv(self, campaign_id: int) -> Response:
        """Return the report as a file for spreadsheets."""
        response = make_response(report_csv(self._services.pusher.report(campaign_id), self._tz))
        response.content_type = "text/csv; charset=utf-8"
        response.headers["Content-Disposition"] = f'attachment; filename="push-{campaign_id}-report.csv"'
        return response

    @require_right(_right_for)
    def confirmation(self, campaign_id: int, verb: str) -> Response:
        """Return the page that explains an action, with the button that does it."""
        with self._services.db.read() as session:
            campaign = push.queries.get_campaign(session, campaign_id)
            counts = push.queries.delivery_counts(session, campaign_id)
        action = _find_action(verb)
        error = "" if action.is_allowed(campaign, counts) else _not_allowed_text(campaign, action)
        if request.args.get("seen", campaign.hash) != campaign.hash:
            error = error or "您看过之后，这个计划变了：请看清楚下面现在的样子。"
        return self._confirmation_page(campaign, action, error)

    @require_right(_right_for)
    def run_action(self, campaign_id: int, verb: str) -> AnyResponse:
        """Do an action; where it is refused, return its page again with the reason."""
        action = _find_action(verb)
        try:
            action.run(self._services, current_editor(), campaign_id, request.form.get("seen", ""))
        except NotFound:
            raise
        except WxbotError as error:
            with self._services.db.read() as session:
                campaign = push.queries.get_campaign(session, campaign_id)
            return self._confirmation_page(campaign, action, error.message, remedy_text(error), 409)
        return redirect(campaign_address(campaign_id, verb), 303)

    def _confirmation_page(
        self, campaign: Campaign, action: CampaignAction, error: str = "", remedy: str = "", status: int = 200
    ) -> Response:
        changes = self._services.pusher.changes(campaign) if action.verb == "approve" else []
        with self._services.db.read() as session:
            names = EditorNames.of(editors.all_editors(session))
        return render_page(
            "confirm.html",
            status,
            title=f"{action.label}：计划 {campaign.id}",
            here="push",
            action=action,
            error="" if changes else names.replace_in(error),
            remedy=remedy,
            changes=changes,
            lacks_wechat=action.verb == "preview" and current_editor().openid is None,
            needs_two=self._services.settings.push_approvals > 1,
            **self._summary(campaign, names),
        )

    def _summary(self, campaign: Campaign, names: EditorNames) -> dict[str, Any]:
        """Return the values that every page shows of a campaign."""
        return {
            "campaign": campaign,
            "root": site_root(self._services),
            "state": labels.CAMPAIGN_STATE_LABELS[campaign.state],
            "at": moment_label(campaign.at, self._tz),
            "route": labels.ROUTE_LABELS[campaign.route],
            "reason": names.replace_in(campaign.reason),
            "approved_by": [names.name_of(each) for each in campaign.approvers],
        }

    def _details(
        self, session: Session, campaign: Campaign, counts: dict[str, int], names: EditorNames
    ) -> dict[str, Any]:
        """Return the values that only a campaign's own page shows."""
        tz, count = self._tz, partial(_delivery_details, session, campaign, counts)
        cached = campaign.state == CampaignState.RUNNING
        return (self._ledgers.get(campaign.id, campaign.state, count) if cached else count()) | {
            "planned_by": f"{names.name_of(campaign.made_by)}，{moment_label(campaign.made_at, tz)}",
            "counts": [(labels.DELIVERY_STATE_LABELS[each.state], each) for each in bar_segments(counts)],
            "history": [
                {
                    "at": moment_label(entry.at, tz),
                    "what": labels.AUDIT_EVENT_LABELS.get(entry.what, entry.what),
                    "who": names.name_of(entry.who),
                    "why": names.replace_in(str(entry.details.get("reason", ""))),
                }
                for entry in push.queries.campaign_history(session, campaign.id)
            ],
        }

    def _delivery_counts(self, session: Session, campaign: Campaign) -> dict[str, int]:
        """Return the number of deliveries by state; of a running campaign it may come from the cache."""
        count = partial(push.queries.delivery_counts, session, campaign.id)
        cached = campaign.state == CampaignState.RUNNING
        return self._counts.get(campaign.id, campaign.state, count) if cached else count()


def _is_long_over(campaign: Campaign) -> bool:
    """Return whether a campaign is over and its deliveries take too long to count for the list."""
    over = campaign.state in {CampaignState.FINISHED, CampaignState.CANCELLED}
    return over and campaign.has_one_row_per_follower and campaign.recipients > MAX_LISTED_DELIVERIES


def _delivery_details(session: Session, campaign: Campaign, counts: dict[str, int]) -> dict[str, Any]:
    """Return the deliveries in trouble, reasons of skipped ones, and the platform's reports."""
    troubled = [
        {
            "label": labels.DELIVERY_STATE_LABELS[state],
            "size": counts[state],
            "reasons": push.queries.reason_counts(session, campaign.id, state),
            "deliveries": push.queries.campaign_deliveries(session, campaign.id, states=[state]),
        }
        for state in _TROUBLED_STATES
        if state in counts
    ]
    return {
        "troubled": troubled,
        "skipped": push.queries.reason_counts(session, campaign.id, DeliveryState.SKIPPED),
        "reports": _platform_reports(session, campaign),
    }


def _platform_reports(session: Session, campaign: Campaign) -> list[Mapping[str, Any]]:
    """Return the platform's reports on a campaign's mass jobs, at most MAX_REPORTS."""
    if campaign.has_one_call_per_follower:
        return []
    return [job.report for job in push.send_jobs(session, campaign.id) if job.report][:MAX_REPORTS]


def _find_action(verb: str) -> CampaignAction:
    """Return the action of a verb; NotFound if there is none."""
    if verb not in ACTIONS:
        raise NotFound("没有这个操作", remedy="回到推送的列表再试。")
    return ACTIONS[verb]


def _not_allowed_text(campaign: Campaign, action: CampaignAction) -> str:
    return (
        f"计划 {campaign.id} 现在是「{labels.CAMPAIGN_STATE_LABELS[campaign.state]}」，不能{action.label}。"
    )
