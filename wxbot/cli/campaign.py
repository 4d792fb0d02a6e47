"""What a plan and a campaign look like, in words and as JSON."""

from collections.abc import Mapping
from typing import Any

import click

from wxbot import push as pushing
from wxbot.cli.door import as_json, say
from wxbot.cli.typed import spoken
from wxbot.errors import Exit
from wxbot.push import ROUTE_WORDS, STATE_WORDS, Campaign, CampaignState, Plan
from wxbot.wiring import Wxbot

__all__ = ["CODES", "DEEDS", "LINES", "campaign_json", "plan_json", "show", "show_plan", "tell"]

LINES = {
    "planned": "未发",
    "claimed": "发送中",
    "sent": "已发出",
    "failed": "失败（可重试）",
    "refused": "被拒绝",
    "unknown": "不明",
    "skipped": "略过",
}

DEEDS = {
    "plan": "计划",
    "approve": "批准",
    "second": "批准（还差一位）",
    "preview": "预览",
    "recall": "撤回",
    "bring forward": "改为立即",
    "start": "开始",
    "pause": "暂停",
    "resume": "恢复",
    "cancel": "取消",
    "retry": "重试",
    "resolve": "核实",
    "wait": "等待",
    "lose": "结果不明",
    "finish": "完成",
    "fail": "失败",
    "change": "内容变了",
    "miss": "错过时刻",
    "phone ask": "手机上要求",
    "phone confirm": "手机上确认",
}

CODES = {"waiting": Exit.TRY_LATER, "unknown": Exit.UNKNOWN, "failed": Exit.REFUSED}


def plan_json(made: Plan, campaign: Campaign | None) -> dict[str, Any]:
    return {
        "campaign": campaign.id if campaign else None,
        "hash": made.hash,
        "articles": [
            {"title": a.title, "n": k, "holds": list(a.articles)} for k, a in enumerate(made.articles, 1)
        ],
        "recipients": made.audience.size,
        "route": made.route,
        "left_out": dict(made.audience.left_out),
        "at": made.at.isoformat() if made.at else None,
        "warnings": list(made.warnings),
    }


def show_plan(w: Wxbot, made: Plan) -> None:
    say(
        f"{made.number} → {'全部粉丝' if made.audience.name == 'all' else made.audience.name}，{made.audience.size} 人"
    )
    say(
        f"时刻：{spoken(made.at, w.settings.tz) if made.at else '批准后立即'}    方式：{ROUTE_WORDS[made.route]}"
    )
    for reason, size in made.audience.left_out.items():
        say(f"  不发给 {size} 人：{reason}")
    for k, article in enumerate(made.articles, start=1):
        say(f"{k:>3}. {article.title}（{len(article.articles)} 篇）")
    for warning in made.warnings:
        say(f"  ! {warning}")


def show(w: Wxbot, campaign_id: int, *, json_out: bool, codes: Mapping[str, Exit] = CODES) -> None:
    """Show a campaign; a command that changed it ends with the exit code of its state."""
    with w.db.read() as session:
        campaign = pushing.find(session, campaign_id)
    if json_out:
        as_json(campaign_json(w, campaign))
    else:
        tell(w, campaign)
    if campaign.state in codes:
        raise click.exceptions.Exit(codes[campaign.state])


def tell(w: Wxbot, campaign: Campaign) -> None:
    with w.db.read() as session:
        lines = pushing.ledger(session, campaign.id)
    say(
        f"计划 {campaign.id}：{campaign.number} → {campaign.audience}，{campaign.recipients} 人，哈希 {campaign.hash}"
    )
    say(f"状态：{STATE_WORDS[campaign.state]}    时刻：{spoken(campaign.at, w.settings.tz) or '批准后立即'}")
    if campaign.reason:
        say(f"说明：{campaign.reason}")
    for line in lines:
        say(f"投递：{line.recipient}  {LINES[line.state]}  {line.reason}")
    if campaign.state == CampaignState.PLANNED:
        say(f"批准：wxbot push approve {campaign.id} --hash {campaign.hash}")


def campaign_json(w: Wxbot, campaign: Campaign) -> dict[str, Any]:
    with w.db.read() as session:
        lines = pushing.ledger(session, campaign.id)
    return {
        "campaign": campaign.id,
        "state": campaign.state,
        "deliveries": pushing.counts(lines),
        "number": campaign.number,
        "to": campaign.audience,
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
