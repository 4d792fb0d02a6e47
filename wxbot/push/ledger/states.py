"""Every move of a campaign and of a delivery, in two tables, taken by two functions. Nothing else writes `state`."""

import datetime as dt
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, select, update

from wxbot import audit
from wxbot.db import Session
from wxbot.push.ledger.tables import (
    Approval,
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    Preparation,
    PreparationState,
)

__all__ = [
    "CAMPAIGN_IGNORED",
    "CAMPAIGN_MOVES",
    "DELIVERY_IGNORED",
    "DELIVERY_MOVES",
    "FINAL",
    "PREPARATION_IGNORED",
    "PREPARATION_MOVES",
    "Claim",
    "audit_subject",
    "claim_deliveries",
    "move_campaign",
    "move_deliveries",
    "move_delivery",
    "move_preparation",
    "withdraw_approvals",
]

C, D, P = CampaignState, DeliveryState, PreparationState

CAMPAIGN_MOVES: dict[tuple[str, CampaignState], CampaignState] = {
    ("approve", C.PLANNED): C.APPROVED,
    ("change", C.PLANNED): C.PLANNED,  # the issue changed since: the plan must be made again
    ("change", C.APPROVED): C.PLANNED,  # … and the approval was for something else
    ("change", C.RUNNING): C.PLANNED,  # … found before anything was sent
    ("miss", C.APPROVED): C.PLANNED,  # the hour passed by more than the grace: a person decides
    ("start", C.APPROVED): C.RUNNING,
    ("start", C.WAITING): C.RUNNING,
    ("start", C.UNKNOWN): C.RUNNING,  # what was unknown is known now
    ("wait", C.RUNNING): C.WAITING,
    ("lose", C.RUNNING): C.UNKNOWN,
    ("finish", C.RUNNING): C.FINISHED,
    ("fail", C.RUNNING): C.FAILED,
    ("pause", C.APPROVED): C.PAUSED,
    ("pause", C.RUNNING): C.PAUSED,
    ("pause", C.WAITING): C.PAUSED,
    ("pause", C.UNKNOWN): C.PAUSED,
    ("resume", C.PAUSED): C.APPROVED,
    ("retry", C.FAILED): C.APPROVED,
    ("retry", C.FINISHED): C.APPROVED,  # of many followers some failed and may be tried again
    ("cancel", C.PLANNED): C.CANCELLED,
    ("cancel", C.APPROVED): C.CANCELLED,
    ("cancel", C.RUNNING): C.CANCELLED,
    ("cancel", C.PAUSED): C.CANCELLED,
    ("cancel", C.WAITING): C.CANCELLED,
    ("cancel", C.UNKNOWN): C.CANCELLED,
    ("cancel", C.FAILED): C.CANCELLED,
}

CAMPAIGN_IGNORED: dict[str, str] = {
    "approve": "only what waits for approval can be approved",
    "change": "what has been sent, or never will be, is not planned again",
    "miss": "only an approved hour can be missed",
    "start": "what runs already runs; what is over stays over; what a person stopped, a person resumes",
    "wait": "only a running campaign finds that it must wait",
    "lose": "only a running campaign loses an answer",
    "finish": "only a running campaign ends; a second report of the end changes nothing",
    "fail": "only a running campaign fails",
    "pause": "nothing moves that could be stopped",
    "resume": "nothing was stopped",
    "retry": "nothing failed",
    "cancel": "it is over",
}

DELIVERY_MOVES: dict[tuple[str, DeliveryState], DeliveryState] = {
    ("claim", D.PLANNED): D.CLAIMED,
    ("accept", D.CLAIMED): D.SENT,
    ("accept", D.UNKNOWN): D.SENT,  # a slow answer, heard by a worker whose lease had ended: still the truth
    ("defer", D.CLAIMED): D.PLANNED,  # the platform did not take it: free to try again
    ("pass on", D.CLAIMED): D.PLANNED,  # this way is closed: planned again, by another
    ("fail", D.CLAIMED): D.FAILED,
    ("refuse", D.CLAIMED): D.REFUSED,
    ("lose", D.CLAIMED): D.UNKNOWN,
    ("expire", D.CLAIMED): D.UNKNOWN,  # the worker died with the call in its hand
    ("find sent", D.UNKNOWN): D.SENT,
    ("find unsent", D.UNKNOWN): D.PLANNED,
    ("report", D.SENT): D.SENT,  # the platform reports some jobs twice
    ("report failed", D.SENT): D.FAILED,
    ("report refused", D.SENT): D.REFUSED,
    ("retry", D.FAILED): D.PLANNED,
    ("skip", D.PLANNED): D.SKIPPED,
    ("skip", D.FAILED): D.SKIPPED,
}

DELIVERY_IGNORED: dict[str, str] = {
    "claim": "somebody else has it, or it is done",
    "accept": "already known to be sent, or settled by a person",
    "defer": "the lease had ended and the row is no longer ours",
    "pass on": "the lease had ended and the row is no longer ours",
    "fail": "the lease had ended and the row is no longer ours",
    "refuse": "the lease had ended and the row is no longer ours",
    "lose": "the lease had ended and the row is unknown already",
    "expire": "it is not in anybody's hand",
    "find sent": "nothing is unknown any more",
    "find unsent": "nothing is unknown any more",
    "report": "the platform reports only what it took",
    "report failed": "the platform reports only what it took",
    "report refused": "the platform reports only what it took",
    "retry": "only what failed and may pass is tried again",
    "skip": "what may have gone out cannot be left out",
}

PREPARATION_MOVES: dict[tuple[str, PreparationState], PreparationState] = {
    ("claim", P.PLANNED): P.CLAIMED,
    ("claim", P.CLAIMED): P.CLAIMED,  # the worker died during the call: another takes the step over
    ("finish", P.CLAIMED): P.DONE,
}

PREPARATION_IGNORED: dict[str, str] = {
    "claim": "it is done",
    "finish": "a worker that took over has finished it, or nothing was called yet",
}

FINAL = {C.CANCELLED, D.SENT, D.REFUSED, D.SKIPPED, P.DONE}


class Claim(NamedTuple):
    """One line in a worker's hand; what is heard about it counts only while its fence is still this one."""

    delivery_id: int
    recipient: str
    fence: int


def move_campaign(
    session: Session,
    campaign_id: int,
    event: str,
    now: dt.datetime,
    *,
    by: str = "worker",
    fence: int | None = None,
    **values: Any,
) -> CampaignState | None:
    """Take the one move that `event` allows from where the campaign stands; None when it allows none.

    With `fence`, only if the lease taken with it is still the last one. `values` are written with the move, and the
    audit log says in the same transaction that `by` made it.
    """
    for (name, old), new in CAMPAIGN_MOVES.items():
        if name != event:
            continue
        here = (Campaign.id == campaign_id) & (Campaign.state == old)
        if fence is not None:
            here &= Campaign.fence == fence
        moved = update(Campaign).where(here).values(state=new, moved_at=now, **values)
        if session.connection().execute(moved).rowcount == 1:
            if new is CampaignState.PLANNED:
                withdraw_approvals(session, campaign_id)
            why = str(values.get("reason", ""))
            audit.note(
                session, who=by, what=event, subject=audit_subject(campaign_id), now=now, to=new, reason=why
            )
            return new
    return None


def withdraw_approvals(session: Session, campaign_id: int) -> None:
    """Delete the approvals of a campaign; every move back to planned does so. In the caller's transaction."""
    session.execute(delete(Approval).where(Approval.campaign_id == campaign_id))


def audit_subject(campaign_id: int) -> str:
    """What the audit log calls a campaign."""
    return f"campaign {campaign_id}"


def move_preparation(
    session: Session, preparation_id: int, event: str, now: dt.datetime, **values: Any
) -> PreparationState | None:
    """Move a preparation as `event` allows from its state; return the new state, or None when it allows no move."""
    for (name, old), new in PREPARATION_MOVES.items():
        if name != event:
            continue
        here = (Preparation.id == preparation_id) & (Preparation.state == old)
        moved = update(Preparation).where(here).values(state=new, moved_at=now, **values)
        if session.connection().execute(moved).rowcount == 1:
            return new
    return None


def move_delivery(
    session: Session, delivery_id: int, event: str, now: dt.datetime, **values: Any
) -> DeliveryState | None:
    """Take the one move that `event` allows from where the line stands; None when it allows none.

    The WHERE names the state that it expects: of two workers that claim, one changes a row.
    """
    for new, olds in _ways(event).items():
        if _move_lines(session, Delivery.id == delivery_id, event, olds, new, now, values):
            return new
    return None


def move_deliveries(
    session: Session, where: ColumnElement[bool], event: str, now: dt.datetime, **values: Any
) -> int:
    """Let every line that `where` names take the move that `event` allows from where it stands; gives how many did."""
    return sum(
        _move_lines(session, where, event, olds, new, now, values) for new, olds in _ways(event).items()
    )


def claim_deliveries(
    session: Session, where: ColumnElement[bool], most: int, now: dt.datetime
) -> list[Claim]:
    """Take up to `most` of the planned lines that `where` names, the oldest first, for the caller alone.

    Lines that another transaction is about to claim are passed over: PostgreSQL skips locked rows, and on SQLite the
    caller's transaction is the only one that writes.
    """
    waiting = select(Delivery.id, Delivery.recipient, Delivery.fence).where(
        where, Delivery.state == D.PLANNED
    )
    waiting = waiting.order_by(Delivery.id).limit(most).with_for_update(skip_locked=True)
    claims = [Claim(row.id, row.recipient, row.fence + 1) for row in session.execute(waiting)]
    if claims:
        chosen = Delivery.id.in_([claim.delivery_id for claim in claims])
        move_deliveries(session, chosen, "claim", now, claimed_at=now, attempts=Delivery.attempts + 1)
    return claims


def _ways(event: str) -> dict[DeliveryState, list[DeliveryState]]:
    """Where an event leads, and from which states."""
    ways: dict[DeliveryState, list[DeliveryState]] = {}
    for (name, old), new in DELIVERY_MOVES.items():
        if name == event:
            ways.setdefault(new, []).append(old)
    return ways


def _move_lines(
    session: Session,
    where: ColumnElement[bool],
    event: str,
    olds: list[DeliveryState],
    new: DeliveryState,
    now: dt.datetime,
    values: dict[str, Any],
) -> int:
    if event == "claim":
        values = values | {"fence": Delivery.fence + 1}
    moved = update(Delivery).where(where, Delivery.state.in_(olds)).values(state=new, moved_at=now, **values)
    return session.connection().execute(moved).rowcount
