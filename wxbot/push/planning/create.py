"""Writing a plan down: what stands in its way, what gives way to it."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from wxbot import audit
from wxbot.db import Database, Session
from wxbot.errors import Forbidden
from wxbot.push.audience.selection import openid_pages
from wxbot.push.audience.snapshot import add_listed_openids
from wxbot.push.ledger.batches import new_clientmsgid
from wxbot.push.ledger.labels import CAMPAIGN_STATE_LABELS
from wxbot.push.ledger.states import audit_subject, move_campaign
from wxbot.push.ledger.tables import (
    ONE_ROW_PER_FOLLOWER,
    POSSIBLY_SENT,
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
)
from wxbot.push.planning.approval_parts import changes_since_plan
from wxbot.push.planning.plan import Plan
from wxbot.push.push_settings import EditorChoice, PushSettings

__all__ = ["create_campaign"]


def create_campaign(
    db: Database, made: Plan, settings: PushSettings, by: str, now: dt.datetime, *, insist: bool = False
) -> Campaign:
    """Write the plan down as a campaign, with its ledger.

    A campaign for the same issue that only waits for approval, or whose approval was for other content, gives way to
    the new one. One that is approved as it is, or may have gone out, to whomever, stands in the way: Forbidden,
    unless the editor insists. A correction takes the place of what it corrects.
    """
    try:
        with db.begin() as session:
            standing = _standing(session, made)
            if standing is not None and made.choice.correction is not None and _is_over(standing):
                # From here on the correction keeps others from sending the issue again.
                standing.claims = None
                session.flush()
                standing = None
            if standing is not None and not insist and _makes_room(session, standing, made, settings):
                _give_way(session, standing, by, now)
            elif standing is not None and not insist:
                raise _in_the_way(standing)
            return _write(session, made, by, now, insist=insist)
    except IntegrityError:
        with db.read() as session:
            winner = _standing(session, made)
        if winner is None:
            raise
        raise _in_the_way(winner) from None


def _makes_room(session: Session, standing: Campaign, made: Plan, settings: PushSettings) -> bool:
    """Whether a campaign gives way to a new plan: it only waits for approval, or what was approved is no more."""
    out = select(Delivery.id).where(Delivery.campaign_id == standing.id, Delivery.state.in_(POSSIBLY_SENT))
    if session.scalar(out.limit(1)) is not None:
        return False
    if EditorChoice.from_campaign(standing).correction is not None and made.choice.correction is None:
        return False  # what it corrects went out
    if standing.state == CampaignState.APPROVED:
        return bool(changes_since_plan(session, standing, settings))
    return standing.state == CampaignState.PLANNED


def _is_over(standing: Campaign) -> bool:
    return standing.state in {CampaignState.FINISHED, CampaignState.FAILED, CampaignState.CANCELLED}


def _standing(session: Session, made: Plan) -> Campaign | None:
    return session.scalar(select(Campaign).where(Campaign.claims == made.number))


def _give_way(session: Session, standing: Campaign, by: str, now: dt.datetime) -> None:
    move_campaign(session, standing.id, "cancel", now, by=by, reason="有了新的计划", claims=None)
    session.flush()


def _in_the_way(standing: Campaign) -> Forbidden:
    said = {
        CampaignState.FINISHED: "已经推送过",
        CampaignState.UNKNOWN: "可能已经推送出去（结果不明）",
        CampaignState.CANCELLED: "可能已经推送过",
    }.get(CampaignState(standing.state), "已有推送计划")
    return Forbidden(
        f"{standing.number} {said}：计划 {standing.id}（{CAMPAIGN_STATE_LABELS[standing.state]}）",
        remedy=f"wxbot push show {standing.id} 查看；确实要再发一次，加 --again。",
    )


def _write(session: Session, made: Plan, by: str, now: dt.datetime, *, insist: bool) -> Campaign:
    campaign = Campaign(
        number=made.number,
        route=made.route,
        audience=made.audience.name,
        tag_id=made.audience.tag_id,
        at=made.at,
        hash=made.hash,
        articles=[
            {"title": a.title, "n": k, "holds": list(a.articles)} for k, a in enumerate(made.articles, 1)
        ],
        warnings=list(made.warnings),
        choice=made.choice.to_json(),
        parts=dict(made.parts),
        recipients=made.audience.size,
        claims=None if insist and made.choice.correction is None else made.number,
        made_by=by,
        made_at=now,
        moved_at=now,
    )
    session.add(campaign)
    session.flush()
    for page in openid_pages(made.audience.names or ()):
        add_listed_openids(session, campaign.id, page)
    if made.route not in ONE_ROW_PER_FOLLOWER:
        session.add(
            Delivery(
                campaign_id=campaign.id,
                recipient=made.audience.name,
                route=made.route,
                state=DeliveryState.PLANNED,
                clientmsgid=new_clientmsgid(),
                moved_at=now,
            )
        )
    audit.note(
        session,
        who=by,
        what="plan",
        subject=audit_subject(campaign.id),
        now=now,
        number=made.number,
        hash=made.hash,
        **({"corrects": made.choice.correction.of} if made.choice.correction else {}),
    )
    if made.choice.correction is not None:
        corrected = audit_subject(made.choice.correction.of)
        audit.note(session, who=by, what="correct", subject=corrected, now=now, campaign=campaign.id)
    return campaign
