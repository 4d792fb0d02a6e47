"""Approvals of campaigns: record one, release the campaign once enough persons approved, bring a campaign forward.

Two approvals are two people's. Where two are needed a person is an openid: one that commands by phone, or that of an
account. An account without an openid may be anybody's second one. At the terminal any name can be typed, so all
approvals there together count once.
"""

import datetime as dt
from dataclasses import asdict, dataclass, replace

from wxbot import audit
from wxbot.db import Session
from wxbot.editors import accounts
from wxbot.errors import Forbidden
from wxbot.push.decisions import move_or_refuse
from wxbot.push.ledger.queries import any_delivery, get_campaign
from wxbot.push.ledger.states import audit_subject, move_campaign, withdraw_approvals
from wxbot.push.ledger.tables import POSSIBLY_SENT, Approval, Campaign, CampaignState, EditorChoice
from wxbot.push.planning.approval_parts import changes_since_plan, update_parts
from wxbot.push.push_settings import PushContext, PushSettings
from wxbot.push.timing import is_waiting_for_quiet_hours

__all__ = ["Approver", "approve", "bring_forward", "identify_approver"]

_CAN_BRING_FORWARD = (CampaignState.PLANNED, CampaignState.APPROVED, CampaignState.PAUSED)


@dataclass(frozen=True)
class Approver:
    """Giver of an approval: the person, the account's name if there is one, and if it came from a terminal."""

    person: str
    account: str
    at_terminal: bool


def approve(
    context: PushContext,
    campaign_id: int,
    *,
    by: str,
    given: str | None = None,
    needed: int = 1,
    at_terminal: bool = False,
) -> Campaign:
    """Record one editor's approval of a campaign, and release the campaign once `needed` editors have approved it.

    `given` is the hash that the editor saw. Raises Forbidden when the content has changed since, and when the same
    person approves twice, see `identify_approver`.
    """
    now = context.clock()
    with context.db.begin() as session:
        campaign = get_campaign(session, campaign_id, lock=True)
        _require_unchanged(session, campaign, context.settings, given)
        if campaign.state == CampaignState.PLANNED:
            approver = identify_approver(session, by, needed=needed, at_terminal=at_terminal)
            _require_another_person(campaign.approvals, approver, by)
            _record_approval(session, campaign, approver, now)
        missing = needed - len(campaign.approvals)
        if missing > 0 and campaign.state == CampaignState.PLANNED:
            campaign.reason = f"{by} 已批准，还差 {missing} 位"
            about = audit_subject(campaign_id)
            audit.note(session, who=by, what="second", subject=about, now=now, hash=campaign.hash)
            return campaign
        move_or_refuse(session, campaign, "approve", now, by=by, approved_at=now, reason="")
        return campaign


def _record_approval(session: Session, campaign: Campaign, approver: Approver, now: dt.datetime) -> None:
    """Store one editor's approval of the campaign's hash."""
    campaign.approvals.append(Approval(**asdict(approver), hash=campaign.hash, at=now))
    session.flush()


def _require_unchanged(
    session: Session, campaign: Campaign, settings: PushSettings, given: str | None
) -> None:
    """Raise Forbidden unless the campaign has the hash `given` and the issue still has the planned content."""
    if given is not None and given != campaign.hash:
        raise Forbidden(
            f"批准的是 {given}，而计划 {campaign.id} 现在是 {campaign.hash}",
            remedy=f"wxbot push show {campaign.id} 看清楚后，用现在的校验码重新批准。",
        )
    changes = changes_since_plan(session, campaign, settings)
    if changes:
        raise Forbidden(
            f"计划 {campaign.id} 之后，{campaign.number} 的内容改了：{'；'.join(changes)}",
            remedy=f"重新计划：wxbot push plan {campaign.number}",
        )


def bring_forward(context: PushContext, campaign_id: int, *, by: str) -> None:
    """Make a campaign due at once, in quiet hours too: remove its time and recompute its hash.

    An approval given for the planned time is withdrawn. Does nothing for a campaign that has already started. Raises
    Forbidden when the issue has changed since the plan.
    """
    now, settings = context.clock(), context.settings
    with context.db.begin() as session:
        campaign = get_campaign(session, campaign_id)
        if is_waiting_for_quiet_hours(campaign, settings.quiet, now):
            campaign.look_again_at = None
        elif campaign.state not in _CAN_BRING_FORWARD:
            return
        if not any_delivery(session, campaign_id, POSSIBLY_SENT):
            _require_unchanged(session, campaign, settings, None)
        audit.note(session, who=by, what="bring forward", subject=audit_subject(campaign_id), now=now)
        campaign.choice = replace(EditorChoice.from_campaign(campaign), hurried_at=now).to_json()
        if campaign.at is not None:
            campaign.at, campaign.moved_at = None, now
            withdraw_approvals(session, campaign_id)
            update_parts(session, campaign, settings)
            session.flush()
            move_campaign(session, campaign_id, "change", now, by=by, reason="改为立即发送，请重新批准")


def identify_approver(session: Session, by: str, *, needed: int, at_terminal: bool) -> Approver:
    """Return who approves as `by`: an openid, an account's name or, at the terminal, any name.

    Raises Forbidden where two approvals are needed and `by` does not tell who the person is.
    """
    account = accounts.by_openid(session, by) or accounts.by_name(session, by)
    if needed > 1 and account is None and at_terminal:
        raise Forbidden(
            f"要两位批准：「{by}」不是网页后台的账号，分不清是谁",
            remedy="用 --by 账号名（账号要写有 openid），或请两位在网页后台、手机上批准。",
        )
    if needed > 1 and account is not None and account.openid is None:
        raise Forbidden(
            f"要两位批准：账号「{account.name}」没有写 openid，分不清是不是同一个人",
            remedy="请管理账号的人写上本人微信的 openid（用 wxbot followers list 查看），再批准。",
        )
    if account is None:
        return Approver(by, "", at_terminal)
    return Approver(account.person, account.name, at_terminal)


def _require_another_person(earlier: list[Approval], approver: Approver, by: str) -> None:
    """Raise Forbidden if one of the earlier approvals may be the same person's."""
    for approval in earlier:
        is_same_account = approval.account != "" and approval.account == approver.account
        if approval.person == approver.person or is_same_account:
            raise Forbidden(f"{by} 已经批准过，还差另一位", remedy="请另一位编辑批准。")
        if approval.at_terminal and approver.at_terminal:
            raise Forbidden(
                "在命令行已经批准过一次，还差另一位", remedy="请另一位编辑在网页后台或手机上批准。"
            )
