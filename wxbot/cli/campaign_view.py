"""Show a plan or a campaign as text and as JSON."""

from collections.abc import Mapping
from typing import Any

import click

from wxbot import push as pushing
from wxbot.cli.context import print_json, print_line
from wxbot.errors import Exit
from wxbot.local_time import moment_label
from wxbot.push import Campaign, CampaignState, Plan, Route
from wxbot.push.ledger.labels import (
    CAMPAIGN_STATE_LABELS,
    DELIVERY_STATE_LABELS,
    ROUTE_LABELS,
    audience_label,
)
from wxbot.push.planning.approval_parts import changes_since_plan
from wxbot.wiring import Services

__all__ = ["CODES", "campaign_json", "plan_json", "show", "show_plan", "tell"]

CODES = {"waiting": Exit.TRY_LATER, "unknown": Exit.UNKNOWN, "failed": Exit.REFUSED}


def plan_json(made: Plan, campaign: Campaign | None) -> dict[str, Any]:
    return {
        "campaign": campaign.id if campaign else None,
        "hash": made.hash,
        "articles": [
            {"title": a.title, "n": k, "holds": list(a.articles)} for k, a in enumerate(made.articles, 1)
        ],
        "recipients": made.recipients.size,
        "route": made.route,
        "ways": {str(way): size for way, size in made.recipients.by_route.items()},
        "left_out": dict(made.recipients.left_out),
        "quotas": [
            {"what": quota.name, "when": quota.period, "needed": quota.needed, "left": quota.left}
            for quota in made.quotas
        ],
        "at": made.at.isoformat() if made.at else None,
        "warnings": list(made.warnings),
    }


def show_plan(w: Services, made: Plan) -> None:
    print_line(f"{made.number} → {audience_label(made.audience)}，{made.recipients.size} 人")
    print_line(
        f"时刻：{moment_label(made.at, w.settings.tz) if made.at else '批准后立即'}    方式：{ROUTE_LABELS[made.route]}"
    )
    if made.route is Route.MIXED:
        for way, size in made.recipients.by_route.items():
            print_line(f"  {ROUTE_LABELS[way]} {size} 人")
    for reason, size in sorted(made.recipients.left_out.items(), key=lambda each: -each[1]):
        print_line(f"  不发给 {size} 人：{reason}")
    for quota in made.quotas:
        print_line(f"额度：{quota.summary}")
    for k, article in enumerate(made.articles, start=1):
        print_line(f"{k:>3}. {article.title}（{len(article.articles)} 篇）")
    for warning in made.warnings:
        print_line(f"  ! {warning}")


def show(w: Services, campaign_id: int, *, json_out: bool, codes: Mapping[str, Exit] = CODES) -> None:
    """Show a campaign; a command that changed it ends with the exit code of its state."""
    with w.db.read() as session:
        campaign = pushing.queries.get_campaign(session, campaign_id)
        waits = campaign.state in {CampaignState.PLANNED, CampaignState.APPROVED}
        changes = changes_since_plan(session, campaign, w.push_settings) if waits else []
    if json_out:
        print_json(campaign_json(w, campaign) | {"changes": changes})
    else:
        tell(w, campaign)
        for change in changes:
            print_line(f"计划之后改了：{change}")
    if campaign.state in codes:
        raise click.exceptions.Exit(codes[campaign.state])


def tell(w: Services, campaign: Campaign) -> None:
    with w.db.read() as session:
        lines, counted = (
            pushing.queries.campaign_deliveries(session, campaign.id),
            pushing.queries.delivery_counts(session, campaign.id),
        )
    print_line(
        f"计划 {campaign.id}：{campaign.number} → {audience_label(campaign.audience)}，{campaign.recipients} 人，"
        f"哈希 {campaign.hash}"
    )
    at = moment_label(campaign.at, w.settings.tz) or "批准后立即"
    print_line(f"状态：{CAMPAIGN_STATE_LABELS[campaign.state]}    时刻：{at}")
    if campaign.reason:
        print_line(f"说明：{campaign.reason}")
    for line in lines:
        print_line(f"投递：{line.recipient}  {DELIVERY_STATE_LABELS[line.state]}  {line.reason}")
    if sum(counted.values()) > 1:
        in_states = "、".join(f"{DELIVERY_STATE_LABELS[state]} {many}" for state, many in counted.items())
        shown = f"，以上是 {len(lines)} 条" if len(lines) < sum(counted.values()) else ""
        print_line(f"共 {sum(counted.values())} 条：{in_states}{shown}")
    if campaign.state == CampaignState.PLANNED:
        print_line(f"批准：wxbot push approve {campaign.id} --hash {campaign.hash}")


def campaign_json(w: Services, campaign: Campaign) -> dict[str, Any]:
    """A campaign with its counts, and at most fifty lines of its ledger, those with problems first."""
    with w.db.read() as session:
        lines, counted = (
            pushing.queries.campaign_deliveries(session, campaign.id),
            pushing.queries.delivery_counts(session, campaign.id),
        )
    return {
        "campaign": campaign.id,
        "state": campaign.state,
        "deliveries": counted,
        "number": campaign.number,
        "to": str(campaign.audience),
        "route": campaign.route,
        "at": campaign.at.isoformat() if campaign.at else None,
        "hash": campaign.hash,
        "articles": campaign.articles,
        "recipients": campaign.recipients,
        "reason": campaign.reason,
        "warnings": campaign.warnings,
        "lines": [
            {
                "recipient": line.recipient,
                "route": line.route,
                "state": line.state,
                "msg_id": line.msg_id,
                "errcode": line.errcode,
                "reason": line.reason,
                "report": line.report,
                "at": line.moved_at.isoformat(),
            }
            for line in lines
        ],
    }
