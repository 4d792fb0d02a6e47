"""Closing: what the whole ledger comes to, and the campaign's move that follows from it.

The runs of a campaign's routes settle lines; none of them ends the campaign. When nothing is left for them to do, and
when a report of the platform comes in, one aggregate over all lines says whether it is over.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Row, func, select

from wxbot.db import Session
from wxbot.push.ledger.states import move_campaign
from wxbot.push.ledger.tables import ONE_CALL_PER_FOLLOWER, CampaignState, Delivery, DeliveryState

__all__ = ["complete_campaign"]

D = DeliveryState
LONG = dt.timedelta(days=3650)  # until a person says what became of it

_Group = Row[str, str, int, int, str]  # route, state, lines, settled, reason


def complete_campaign(
    session: Session, campaign_id: int, now: dt.datetime, *, fence: int | None = None
) -> CampaignState | None:
    """End the campaign if its ledger says so: finish, fail or lose; gives its state then, None when it goes on.

    It goes on while a line is planned or claimed, while the platform has not told the end of a job that it took
    (`settled_at`), and while a line by one call is unknown, since its run asks again. Part of the caller's transaction.
    """
    if _open(session, campaign_id):
        return None
    groups = _groups(session, campaign_id)
    whole = [group for group in groups if group.route not in ONE_CALL_PER_FOLLOWER]
    if any(g.state == D.UNKNOWN or (g.state == D.SENT and g.settled < g.lines) for g in whole):
        return None
    lost = sum(group.lines for group in groups if group.state == D.UNKNOWN)
    failed = _failed(whole)
    if lost:
        event, reason, again = "lose", _lost(lost, campaign_id), now + LONG
    elif failed:
        event, reason, again = "fail", "；".join(failed), None
    else:
        event, reason, again = "finish", _finished(groups), None
    return move_campaign(session, campaign_id, event, now, fence=fence, reason=reason, look_again_at=again)


def _open(session: Session, campaign_id: int) -> bool:
    """Whether a line is planned or in somebody's hand: the one question that is asked often, and cheap."""
    open_lines = select(Delivery.id).where(
        Delivery.campaign_id == campaign_id, Delivery.state.in_([D.PLANNED, D.CLAIMED])
    )
    return session.scalar(open_lines.limit(1)) is not None


def _groups(session: Session, campaign_id: int) -> Sequence[_Group]:
    found = select(
        Delivery.route,
        Delivery.state,
        func.count().label("lines"),
        func.count(Delivery.settled_at).label("settled"),
        func.max(Delivery.reason).label("reason"),
    )
    by = (Delivery.route, Delivery.state)
    return session.execute(found.where(Delivery.campaign_id == campaign_id).group_by(*by).order_by(*by)).all()


def _failed(whole: Sequence[_Group]) -> list[str]:
    """Why the campaign failed: by one call something failed, or was refused and nothing of that route went out."""
    sent = {group.route for group in whole if group.state == D.SENT}
    return [
        group.reason
        for group in whole
        if group.state == D.FAILED or (group.state == D.REFUSED and group.route not in sent)
    ]


def _lost(lost: int, campaign_id: int) -> str:
    return (
        f"{lost} 位粉丝的结果不明（平台没有办法核实），其余已发完；"
        f"核对后用 wxbot push resolve {campaign_id} --sent 或 --unsent"
    )


def _finished(groups: Sequence[_Group]) -> str:
    """What can be said of the end: the platform's own word for what went by one call."""
    said = [
        group.reason for group in groups if group.route not in ONE_CALL_PER_FOLLOWER and group.state == D.SENT
    ]
    singly = any(group.route in ONE_CALL_PER_FOLLOWER for group in groups)
    return "；".join([*said, *(["已发完"] if singly or not said else [])])
