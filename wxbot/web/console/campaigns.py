"""Campaigns: the list of them, one of them, and what an editor does with it."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import editors, followers, push, rendering
from wxbot.db import Session
from wxbot.errors import NotFound, WxbotError
from wxbot.local_time import moment_label
from wxbot.push import AudienceKind, Campaign, CampaignState, DeliveryState, PlanRequest, Route
from wxbot.push.audience.resolve import count_recipients
from wxbot.push.audience.snapshot import routes_of
from wxbot.push.ledger.labels import (
    AUDIT_EVENT_LABELS,
    CAMPAIGN_STATE_LABELS,
    DELIVERY_STATE_LABELS,
    ROUTE_LABELS,
)
from wxbot.push.ledger.tables import ONE_ROW_PER_FOLLOWER
from wxbot.push.planning.approval_parts import changes_since_plan
from wxbot.push.reporting.render import report_html
from wxbot.web.console import actions, html, labels, progress
from wxbot.web.console.actions import Deed
from wxbot.web.console.auth import editor
from wxbot.web.console.cache import Kept
from wxbot.web.console.labels import People
from wxbot.web.console.office import Office

__all__ = ["Campaigns", "address"]

_SHOWN = 50
_REFRESH_SECONDS = 5
_COUNTED_AT_ONCE = 20_000  # followers whose wishes are looked through while a page waits
_COUNTED_ON_A_LIST = 100_000  # lines of one campaign that is over
_MAY_STILL_CHANGE = (CampaignState.PLANNED, CampaignState.APPROVED, CampaignState.PAUSED)
# Lines that a person may want to look at, one by one.
_TROUBLED = (DeliveryState.UNKNOWN, DeliveryState.FAILED, DeliveryState.REFUSED)


def address(campaign_id: int, done: str = "") -> str:
    """Where a campaign's page is; `done` is the verb of what was just done with it."""
    return f"{g.path}push/{campaign_id}" + (f"?done={done}" if done else "")


class Campaigns:
    """The views."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._counts = Kept[dict[str, int]]()
        self._ledgers = Kept[dict[str, Any]]()

    def register(self, blueprint: Blueprint) -> None:
        """Put the views at their addresses."""
        blueprint.add_url_rule("/", "home", self.home)
        blueprint.add_url_rule("/push/<int:campaign_id>", "campaign", self.campaign)
        blueprint.add_url_rule("/push/<int:campaign_id>/report", "report", self.report)
        blueprint.add_url_rule("/push/<int:campaign_id>/<verb>", "ask", self.ask)
        blueprint.add_url_rule("/push/<int:campaign_id>/<verb>", "act", self.act, methods=["POST"])

    def home(self) -> Response:
        """The newest campaigns, and how far each is."""
        with self._office.db.read() as session:
            found = push.queries.recent_campaigns(session, _SHOWN)
            counts = {each.id: self._counted(session, each) for each in found if not _is_long_over(each)}
            people = People.of(editors.all_editors(session))
        rows = [
            self._brief(each, people)
            | {"counts": (has := counts.get(each.id, {})), "shares": progress.shares(has)}
            for each in found
        ]
        running = any(each.state == CampaignState.RUNNING for each in found)
        return html.page(
            "home.html", title="推送", here="push", rows=rows, refresh=_REFRESH_SECONDS if running else 0
        )

    def campaign(self, campaign_id: int) -> Response:
        """One campaign, whole."""
        done = actions.BY_VERB.get(request.args.get("done", ""))
        said = "计划已写下，等待批准。" if request.args.get("done") == "plan" else done.done if done else ""
        with self._office.db.read() as session:
            campaign = push.queries.get_campaign(session, campaign_id)
            counts = self._counted(session, campaign)
            people = People.of(editors.all_editors(session))
            shown = self._brief(campaign, people) | self._whole(session, campaign, counts, people)
        mine = editor().person in campaign.approvers
        return html.page(
            "campaign.html",
            title=f"计划 {campaign_id}",
            here="push",
            said=said,
            deeds=[d for d in actions.possible(campaign, counts) if not (mine and d.verb == "approve")],
            left_out=self._left_out(campaign),
            has_begun=set(counts) - {DeliveryState.PLANNED} != set(),
            refresh=_REFRESH_SECONDS if campaign.state == CampaignState.RUNNING else 0,
            **shown,
        )

    def report(self, campaign_id: int) -> Response:
        """What became of a campaign, with charts."""
        office, now = self._office, self._office.clock()
        found = office.pusher.report(campaign_id)
        with office.db.read() as session:
            people = People.of(editors.all_editors(session))
        report_page = report_html(found, office.tz, now, account_name=office.account_name)
        response = make_response(people.said(report_page))
        response.headers["Content-Security-Policy"] = rendering.REPORT_POLICY
        return response

    def ask(self, campaign_id: int, verb: str) -> Response:
        """What a deed will do, and the button that does it."""
        with self._office.db.read() as session:
            campaign = push.queries.get_campaign(session, campaign_id)
            counts = push.queries.delivery_counts(session, campaign_id)
        deed = _deed(verb)
        wrong = "" if deed.is_allowed(campaign, counts) else _not_now(campaign, deed)
        if request.args.get("seen", campaign.hash) != campaign.hash:
            wrong = wrong or "您看过之后，这个计划变了：请看清楚下面现在的样子。"
        return self._confirm(campaign, deed, wrong)

    def act(self, campaign_id: int, verb: str) -> AnyResponse:
        """Do it; where it is refused, say why on the page that asked."""
        deed = _deed(verb)
        try:
            deed.do(self._office, editor(), campaign_id, request.form.get("seen", ""))
        except NotFound:
            raise
        except WxbotError as no:
            with self._office.db.read() as session:
                campaign = push.queries.get_campaign(session, campaign_id)
            return self._confirm(campaign, deed, no.message, labels.remedy(no), 409)
        return redirect(address(campaign_id, verb), 303)

    def _confirm(
        self, campaign: Campaign, deed: Deed, wrong: str = "", remedy: str = "", status: int = 200
    ) -> Response:
        with self._office.db.read() as session:
            people = People.of(editors.all_editors(session))
            differs = (
                changes_since_plan(session, campaign, self._office.push_settings)
                if deed.verb == "approve"
                else []
            )
        return html.page(
            "confirm.html",
            status,
            title=f"{deed.word}：计划 {campaign.id}",
            here="push",
            deed=deed,
            wrong="" if differs else people.said(wrong),
            remedy=remedy,
            differs=differs,
            second=self._office.approvals > 1,
            **self._brief(campaign, people),
        )

    def _brief(self, campaign: Campaign, people: People) -> dict[str, Any]:
        """What every page tells of a campaign."""
        return {
            "campaign": campaign,
            "root": self._office.root,
            "state": CAMPAIGN_STATE_LABELS[campaign.state],
            "at": moment_label(campaign.at, self._office.tz),
            "route": ROUTE_LABELS[campaign.route],
            "reason": people.said(campaign.reason),
            "approved_by": [people.called(each) for each in campaign.approvers],
        }

    def _whole(
        self, session: Session, campaign: Campaign, counts: dict[str, int], people: People
    ) -> dict[str, Any]:
        """What only its own page tells."""
        tz, count = self._office.tz, partial(_looked_through, session, campaign, counts)
        kept = campaign.state == CampaignState.RUNNING
        return (self._ledgers.get(campaign.id, campaign.state, count) if kept else count()) | {
            "made": f"{people.called(campaign.made_by)}，{moment_label(campaign.made_at, tz)}",
            "counts": [(DELIVERY_STATE_LABELS[share.state], share) for share in progress.shares(counts)],
            "history": [
                {
                    "at": moment_label(entry.at, tz),
                    "what": AUDIT_EVENT_LABELS.get(entry.what, entry.what),
                    "who": people.called(entry.who),
                    "why": people.said(str(entry.details.get("reason", ""))),
                }
                for entry in push.queries.campaign_history(session, campaign.id)
            ],
        }

    def _counted(self, session: Session, campaign: Campaign) -> dict[str, int]:
        """How many lines stand in each state; of a campaign that runs, perhaps as it was a moment ago."""
        count = partial(push.queries.delivery_counts, session, campaign.id)
        kept = campaign.state == CampaignState.RUNNING
        return self._counts.get(campaign.id, campaign.state, count) if kept else count()

    def _left_out(self, campaign: Campaign) -> dict[str, int] | None:
        """Who would be left out if it began now, of an audience that is frozen only then; None where that is known."""
        audience = campaign.audience
        is_known = audience.is_resolved_by_platform or audience.kind is AudienceKind.FILE
        if campaign.state not in _MAY_STILL_CHANGE or is_known:
            return None
        office = self._office
        with office.db.read() as session:
            if followers.count(session) > _COUNTED_AT_ONCE:
                return None
        route = Route(campaign.route)
        request = PlanRequest(campaign.number, audience, campaign.at, route)
        routes = routes_of(campaign)
        found = count_recipients(office.db, request, routes, office.push_settings, office.clock())
        return dict(found.left_out)


def _is_long_over(campaign: Campaign) -> bool:
    """Whether counting its lines takes a good part of a second, and nothing of them will change: its own page tells."""
    over = campaign.state in {CampaignState.FINISHED, CampaignState.CANCELLED}
    return over and campaign.route in ONE_ROW_PER_FOLLOWER and campaign.recipients > _COUNTED_ON_A_LIST


def _looked_through(session: Session, campaign: Campaign, counts: dict[str, int]) -> dict[str, Any]:
    """What the lines of a ledger say beside how many they are."""
    troubled = [
        {
            "word": DELIVERY_STATE_LABELS[state],
            "size": counts[state],
            "reasons": push.queries.reason_counts(session, campaign.id, state),
            "lines": push.queries.campaign_deliveries(session, campaign.id, states=[state]),
        }
        for state in _TROUBLED
        if state in counts
    ]
    return {
        "troubled": troubled,
        "skipped": push.queries.reason_counts(session, campaign.id, DeliveryState.SKIPPED),
        "reports": progress.reports(session, campaign),
    }


def _deed(verb: str) -> Deed:
    if verb not in actions.BY_VERB:
        raise NotFound("没有这个操作", remedy="回到推送列表再试。")
    return actions.BY_VERB[verb]


def _not_now(campaign: Campaign, deed: Deed) -> str:
    return f"计划 {campaign.id} 现在是「{CAMPAIGN_STATE_LABELS[campaign.state]}」，不能{deed.word}。"
