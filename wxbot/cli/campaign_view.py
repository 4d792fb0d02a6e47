"""Show a plan or a campaign as text and as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from wxbot import push as pushing
from wxbot.bulletin.push_form import BEST, PushForm
from wxbot.cli.context import print_json, print_line
from wxbot.errors import Exit
from wxbot.library import Consequence
from wxbot.local_time import moment_label
from wxbot.push import Campaign, CampaignState, Plan, Route
from wxbot.push.ledger.labels import (
    CAMPAIGN_STATE_LABELS,
    COMMENT_LABELS,
    DELIVERY_STATE_LABELS,
    ROUTE_LABELS,
    audience_label,
)
from wxbot.push.planning.approval_parts import article_json, changes_since_plan
from wxbot.wiring import Services

__all__ = ["CODES", "campaign_json", "effect_exit", "plan_json", "print_consequences", "show", "show_plan"]

# The exit code of a command that leaves a campaign in one of these states.
CODES = {"waiting": Exit.TRY_LATER, "unknown": Exit.UNKNOWN, "failed": Exit.REFUSED}


def print_consequences(consequences: Iterable[Consequence]) -> None:
    """Print what a change of an issue means for its campaigns, and the commands for what can follow."""
    for each in consequences:
        print_line(f"  {each.says}")
        if each.remedy:
            print_line(f"    {each.remedy}")


def effect_exit(consequences: Iterable[Consequence]) -> Exit:
    """Return the exit code of a command that changed an issue: a problem if an editor should decide something."""
    return Exit.PROBLEMS if any(each.asks for each in consequences) else Exit.DONE


def plan_json(plan: Plan, campaign: Campaign | None) -> dict[str, Any]:
    """Return a plan as JSON; `campaign` is the one created from it, None after a dry run."""
    return {
        "campaign": campaign.id if campaign else None,
        "hash": plan.hash,
        "articles": [article_json(k, article, plan.form) for k, article in enumerate(plan.articles, start=1)],
        "form": plan.form.to_json(),
        "recipients": plan.recipients.size,
        "route": plan.route,
        "ways": {str(way): size for way, size in plan.recipients.by_route.items()},
        "left_out": dict(plan.recipients.left_out),
        "quotas": [
            {"what": quota.name, "when": quota.period, "needed": quota.needed, "left": quota.left}
            for quota in plan.quotas
        ],
        "at": plan.at.isoformat() if plan.at else None,
        "warnings": list(plan.warnings),
    }


def show_plan(w: Services, plan: Plan) -> None:
    """Print a plan: audience, time, route, recipients left out, quotas, messages and warnings."""
    print_line(f"{plan.number} → {audience_label(plan.audience)}，{plan.recipients.size} 人")
    print_line(
        f"时刻：{moment_label(plan.at, w.settings.tz) if plan.at else '批准后立即'}    方式：{ROUTE_LABELS[plan.route]}"
    )
    if plan.route is Route.MIXED:
        for way, size in plan.recipients.by_route.items():
            print_line(f"  {ROUTE_LABELS[way]} {size} 人")
    for reason, size in sorted(plan.recipients.left_out.items(), key=lambda each: -each[1]):
        print_line(f"  不发给 {size} 人：{reason}")
    for quota in plan.quotas:
        print_line(f"额度：{quota.summary}")
    _print_articles([article_json(k, article, plan.form) for k, article in enumerate(plan.articles, start=1)])
    _print_form(plan.form)
    for warning in plan.warnings:
        print_line(f"  ! {warning}")


def _print_articles(articles: Sequence[Mapping[str, Any]]) -> None:
    """Print the articles of a message; their numbers in options where the order is another one."""
    for article in articles:
        numbered = f"，编号 {article['item']}" if article.get("item", article["n"]) != article["n"] else ""
        print_line(f"{article['n']:>3}. {article['title']}（{len(article['holds'])} 篇{numbered}）")
        if digest := article.get("digest"):
            print_line(f"     摘要：{digest}")
        author, comments = article.get("author"), article.get("comments")
        if about := [
            *([f"作者：{author}"] if author else []),
            *([COMMENT_LABELS[comments]] if comments else []),
        ]:
            print_line(f"     {'    '.join(about)}")


def _print_form(form: PushForm) -> None:
    """Print what the messages alone do not show of an editor's form."""
    if form.picks:
        picked = "最好的几篇" if form.picks == BEST else f"第 {'、'.join(map(str, form.picks))} 篇"
        print_line(f"单独成条：{picked}")
    if form.leave_out:
        print_line(f"不推送：{'、'.join(form.leave_out)}")
    if form.cover:
        print_line(f"头条的封面：{form.cover}")
    for item in form.items:
        if item.cover:
            print_line(f"「{item.of}」的封面：{item.cover}")


def show(w: Services, campaign_id: int, *, json_out: bool, codes: Mapping[str, Exit] = CODES) -> None:
    """Print a campaign, then end the command with the exit code that `codes` gives for its state (default 0)."""
    with w.db.read() as session:
        campaign = pushing.queries.get_campaign(session, campaign_id)
        waits = campaign.state in {CampaignState.PLANNED, CampaignState.APPROVED}
        changes = changes_since_plan(session, campaign, w.push_settings) if waits else []
    if json_out:
        print_json(campaign_json(w, campaign) | {"changes": changes})
    else:
        _print_campaign(w, campaign)
        for change in changes:
            print_line(f"计划之后改了：{change}")
    if campaign.state in codes:
        raise click.exceptions.Exit(codes[campaign.state])


def _print_campaign(w: Services, campaign: Campaign) -> None:
    """Print a campaign's content, state and deliveries; at most fifty deliveries, those with problems first."""
    with w.db.read() as session:
        deliveries, counts = (
            pushing.queries.campaign_deliveries(session, campaign.id),
            pushing.queries.delivery_counts(session, campaign.id),
        )
    print_line(
        f"计划 {campaign.id}：{campaign.number} → {audience_label(campaign.audience)}，{campaign.recipients} 人，"
        f"校验码 {campaign.hash}"
    )
    at = moment_label(campaign.at, w.settings.tz) or "批准后立即"
    print_line(f"状态：{CAMPAIGN_STATE_LABELS[campaign.state]}    时刻：{at}")
    if campaign.reason:
        print_line(f"说明：{campaign.reason}")
    if form := PushForm.from_json(campaign.parts.get("form")):
        _print_articles(campaign.articles)
        _print_form(form)
    for delivery in deliveries:
        print_line(f"投递：{delivery.recipient}  {DELIVERY_STATE_LABELS[delivery.state]}  {delivery.reason}")
    if sum(counts.values()) > 1:
        in_states = "、".join(f"{DELIVERY_STATE_LABELS[state]} {count}" for state, count in counts.items())
        shown = f"，以上是 {len(deliveries)} 条" if len(deliveries) < sum(counts.values()) else ""
        print_line(f"共 {sum(counts.values())} 条：{in_states}{shown}")
    if campaign.state == CampaignState.PLANNED:
        print_line(f"批准：wxbot push approve {campaign.id} --hash {campaign.hash}")


def campaign_json(w: Services, campaign: Campaign) -> dict[str, Any]:
    """Return a campaign with its counts and at most fifty of its deliveries, those with problems first."""
    with w.db.read() as session:
        deliveries, counts = (
            pushing.queries.campaign_deliveries(session, campaign.id),
            pushing.queries.delivery_counts(session, campaign.id),
        )
    return {
        "campaign": campaign.id,
        "state": campaign.state,
        "deliveries": counts,
        "number": campaign.number,
        "to": str(campaign.audience),
        "route": campaign.route,
        "at": campaign.at.isoformat() if campaign.at else None,
        "hash": campaign.hash,
        "articles": campaign.articles,
        "form": campaign.parts.get("form", {}),
        "recipients": campaign.recipients,
        "reason": campaign.reason,
        "warnings": campaign.warnings,
        "lines": [
            {
                "recipient": delivery.recipient,
                "route": delivery.route,
                "state": delivery.state,
                "msg_id": delivery.msg_id,
                "errcode": delivery.errcode,
                "reason": delivery.reason,
                "report": delivery.report,
                "at": delivery.moved_at.isoformat(),
            }
            for delivery in deliveries
        ],
    }
