"""Completion: finish, fail or lose a campaign by the states of all its deliveries.

The runs of a campaign's routes move deliveries; none of them ends the campaign. When nothing is left for them to do,
and when a report of the platform arrives, one aggregate over all deliveries decides.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Row, func, select

from wxbot.db import Session
from wxbot.push.ledger.states import move_campaign
from wxbot.push.ledger.tables import ONE_CALL_PER_FOLLOWER, CampaignState, Delivery, DeliveryState

__all__ = ["complete_campaign"]

D = DeliveryState
UNTIL_RESOLVED = dt.timedelta(days=3650)  # an editor's resolution ends the wait

_Group = Row[str, str, int, int, str]  # route, state, size, settled, reason


def complete_campaign(
    session: Session, campaign_id: int, now: dt.datetime, *, fence: int | None = None
) -> CampaignState | None:
    """End the campaign if its deliveries allow it; return its new state, or None when it goes on.

    It goes on while a delivery is planned or claimed, while the platform has not reported the end of an accepted job
    (`settled_at`), and while a bulk call is unknown, because its run repeats the call. Joins the caller's transaction.
    """
    if _has_open_delivery(session, campaign_id):
        return None
    groups = _groups(session, campaign_id)
    bulk = [group for group in groups if group.route not in ONE_CALL_PER_FOLLOWER]
    if any(g.state == D.UNKNOWN or (g.state == D.SENT and g.settled < g.size) for g in bulk):
        return None
    unknown = sum(group.size for group in groups if group.state == D.UNKNOWN)
    failures = _failure_reasons(bulk)
    if unknown:
        event, reason, again = "lose", _unknown_reason(unknown, campaign_id), now + UNTIL_RESOLVED
    elif failures:
        event, reason, again = "fail", "；".join(failures), None
    else:
        event, reason, again = "finish", _finish_reason(groups), None
    return move_campaign(session, campaign_id, event, now, fence=fence, reason=reason, look_again_at=again)


def _has_open_delivery(session: Session, campaign_id: int) -> bool:
    """Return whether a delivery is planned or claimed; asked often, and cheap by the index."""
    open_ids = select(Delivery.id).where(
        Delivery.campaign_id == campaign_id, Delivery.state.in_([D.PLANNED, D.CLAIMED])
    )
    return session.scalar(open_ids.limit(1)) is not None


def _groups(session: Session, campaign_id: int) -> Sequence[_Group]:
    found = select(
        Delivery.route,
        Delivery.state,
        func.count().label("size"),
        func.count(Delivery.settled_at).label("settled"),
        func.max(Delivery.reason).label("reason"),
    )
    by = (Delivery.route, Delivery.state)
    return session.execute(found.where(Delivery.campaign_id == campaign_id).group_by(*by).order_by(*by)).all()


def _failure_reasons(bulk: Sequence[_Group]) -> list[str]:
    """Return the reasons of bulk calls that failed, or were refused while nothing was sent by the same route."""
    sent = {group.route for group in bulk if group.state == D.SENT}
    return [
        group.reason
        for group in bulk
        if group.state == D.FAILED or (group.state == D.REFUSED and group.route not in sent)
    ]


def _unknown_reason(unknown: int, campaign_id: int) -> str:
    return (
        f"{unknown} 位粉丝的结果不明（平台没有办法核实），其余已发完；"
        f"核对后用 wxbot push resolve {campaign_id} --sent 或 --unsent"
    )


def _finish_reason(groups: Sequence[_Group]) -> str:
    """Return the platform's reports on bulk calls, and a sentence for calls to single followers."""
    reports = [g.reason for g in groups if g.route not in ONE_CALL_PER_FOLLOWER and g.state == D.SENT]
    individual = any(group.route in ONE_CALL_PER_FOLLOWER for group in groups)
    return "；".join([*reports, *(["已发完"] if individual or not reports else [])])
