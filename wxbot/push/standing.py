"""Writing a plan down: what stands in its way, what gives way to it."""

import datetime as dt
import secrets
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from wxbot import audit
from wxbot.db import Database, Session
from wxbot.errors import Forbidden
from wxbot.push.plan import Plan, draft_of, hash_of
from wxbot.push.states import move_campaign, subject
from wxbot.push.tables import MAY_BE_OUT, STATE_WORDS, Campaign, CampaignState, Delivery, DeliveryState, Route
from wxbot.push.terms import Choice, Terms

__all__ = ["write"]


def write(
    db: Database, made: Plan, terms: Terms, by: str, now: dt.datetime, *, insist: bool = False
) -> Campaign:
    """Write the plan down as a campaign, with its ledger.

    A campaign for the same issue that only waits for approval, or whose approval was for other content, gives way to
    the new one. One that is approved as it is, or may have gone out, to whomever, stands in the way: Forbidden,
    unless the editor insists.
    """
    try:
        with db.begin() as session:
            standing = _standing(session, made)
            if standing is not None and not insist and _makes_room(session, standing, terms):
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


def _makes_room(session: Session, standing: Campaign, terms: Terms) -> bool:
    """Whether a campaign gives way to a new plan: it only waits for approval, or what was approved is no more."""
    out = select(Delivery.id).where(Delivery.campaign_id == standing.id, Delivery.state.in_(MAY_BE_OUT))
    if session.scalar(out.limit(1)) is not None:
        return False
    if standing.state == CampaignState.APPROVED:
        articles = draft_of(session, standing.number, terms, Choice.of(standing))
        now = hash_of(standing.number, standing.route, standing.audience, standing.at, articles)
        return now != standing.hash
    return standing.state == CampaignState.PLANNED


def _standing(session: Session, made: Plan) -> Campaign | None:
    return session.scalar(select(Campaign).where(Campaign.claims == made.number))


def _give_way(session: Session, standing: Campaign, by: str, now: dt.datetime) -> None:
    move_campaign(session, standing.id, "cancel", now, by=by, reason="有了新的计划", claims=None)
    session.flush()


def _in_the_way(standing: Campaign) -> Forbidden:
    said = {
        CampaignState.FINISHED: "已经推送过",
        CampaignState.UNKNOWN: "可能已经推送出去（结果不明）",
    }.get(CampaignState(standing.state), "已有推送计划")
    return Forbidden(
        f"{standing.number} {said}：计划 {standing.id}（{STATE_WORDS[standing.state]}）",
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
        choice=asdict(made.choice),
        recipients=made.audience.size,
        claims=None if insist else made.number,
        made_by=by,
        made_at=now,
        moved_at=now,
    )
    session.add(campaign)
    session.flush()
    for openid, reason in made.audience.guests:
        state = DeliveryState.SKIPPED if reason else DeliveryState.PLANNED
        session.add(
            Delivery(
                campaign_id=campaign.id,
                recipient=openid,
                route=made.route,
                state=state,
                reason=reason,
                moved_at=now,
            )
        )
    if made.route is not Route.CUSTOMER:
        session.add(
            Delivery(
                campaign_id=campaign.id,
                recipient=made.audience.name,
                route=made.route,
                state=DeliveryState.PLANNED,
                clientmsgid=f"wx{secrets.token_hex(14)}",
                moved_at=now,
            )
        )
    audit.note(
        session,
        who=by,
        what="plan",
        subject=subject(campaign.id),
        now=now,
        number=made.number,
        hash=made.hash,
    )
    return campaign
