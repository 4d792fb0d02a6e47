"""State machines of campaigns, deliveries and preparations: a table of moves and one function each.

Nothing else writes `state`. Every UPDATE names the expected state, so of two workers one changes the row. For each
event, `…_IGNORED` gives the reason why it does nothing in all other states.
"""

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
    ("change", C.PLANNED): C.PLANNED,  # the issue changed since: it must be planned again
    ("change", C.APPROVED): C.PLANNED,  # … and the approval was for other content
    ("change", C.RUNNING): C.PLANNED,  # … found before anything was sent
    ("miss", C.APPROVED): C.PLANNED,  # the time passed by more than the grace period: an editor decides
    ("start", C.APPROVED): C.RUNNING,
    ("start", C.WAITING): C.RUNNING,
    ("start", C.UNKNOWN): C.RUNNING,  # what was unknown is now known
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
    ("retry", C.FINISHED): C.APPROVED,  # deliveries to some followers failed and may be retried
    ("cancel", C.PLANNED): C.CANCELLED,
    ("cancel", C.APPROVED): C.CANCELLED,
    ("cancel", C.RUNNING): C.CANCELLED,
    ("cancel", C.PAUSED): C.CANCELLED,
    ("cancel", C.WAITING): C.CANCELLED,
    ("cancel", C.UNKNOWN): C.CANCELLED,
    ("cancel", C.FAILED): C.CANCELLED,
}

CAMPAIGN_IGNORED: dict[str, str] = {
    "approve": "only a planned campaign waits for approval",
    "change": "a campaign that was sent, stopped or cancelled keeps its plan",
    "miss": "only an approved campaign can miss its time",
    "start": "it runs already, is over, or was stopped by an editor, who must resume it",
    "wait": "only a running campaign can find that it must wait",
    "lose": "only a running campaign can lose an answer",
    "finish": "only a running campaign ends; a repeated report of the end changes nothing",
    "fail": "only a running campaign fails",
    "pause": "nothing is going on that could be stopped",
    "resume": "nothing was stopped",
    "retry": "nothing failed",
    "cancel": "it is over",
}

DELIVERY_MOVES: dict[tuple[str, DeliveryState], DeliveryState] = {
    ("claim", D.PLANNED): D.CLAIMED,
    ("accept", D.CLAIMED): D.SENT,
    ("accept", D.UNKNOWN): D.SENT,  # a late answer, after the claim expired: still true
    ("defer", D.CLAIMED): D.PLANNED,  # the platform did not accept it: safe to retry
    ("pass on", D.CLAIMED): D.PLANNED,  # this route is closed: planned again by another one
    ("fail", D.CLAIMED): D.FAILED,
    ("refuse", D.CLAIMED): D.REFUSED,
    ("lose", D.CLAIMED): D.UNKNOWN,
    ("expire", D.CLAIMED): D.UNKNOWN,  # the worker died during the call
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
    "claim": "another worker has claimed it, or it is done",
    "accept": "it is known to be sent already, or was resolved by an editor",
    "defer": "the claim expired and the row belongs to another worker",
    "pass on": "the claim expired and the row belongs to another worker",
    "fail": "the claim expired and the row belongs to another worker",
    "refuse": "the claim expired and the row belongs to another worker",
    "lose": "the claim expired and the row is unknown already",
    "expire": "no worker has claimed it",
    "find sent": "it is no longer unknown",
    "find unsent": "it is no longer unknown",
    "report": "the platform reports only what it accepted",
    "report failed": "the platform reports only what it accepted",
    "report refused": "the platform reports only what it accepted",
    "retry": "only a failed delivery can be retried",
    "skip": "what may have been sent cannot be skipped",
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
    """One claimed delivery; its result counts only while the row still has this fencing token."""

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
    """Move a campaign as `event` allows from its state; return the new state, or None when it allows no move.

    With `fence`, move it only if that is still the fencing token of the latest lease. `values` are written with the
    move, and an audit entry by `by` in the same transaction.
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
    """Return the subject under which the audit log stores a campaign's entries."""
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
    """Move a delivery as `event` allows from its state; return the new state, or None when it allows no move."""
    for new, olds in _targets(event).items():
        if _update_states(session, Delivery.id == delivery_id, event, (olds, new), now, values):
            return new
    return None


def move_deliveries(
    session: Session, where: ColumnElement[bool], event: str, now: dt.datetime, **values: Any
) -> int:
    """Move every delivery matched by `where` as `event` allows from its state; return how many were moved."""
    return sum(
        _update_states(session, where, event, (olds, new), now, values)
        for new, olds in _targets(event).items()
    )


def claim_deliveries(
    session: Session, where: ColumnElement[bool], most: int, now: dt.datetime
) -> list[Claim]:
    """Claim up to `most` of the planned deliveries matched by `where`, the oldest first.

    Rows that another transaction is about to claim are passed over: PostgreSQL skips locked rows, and on SQLite the
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


def _targets(event: str) -> dict[DeliveryState, list[DeliveryState]]:
    """Return the states an event leads to, each with the states it leads from."""
    targets: dict[DeliveryState, list[DeliveryState]] = {}
    for (name, old), new in DELIVERY_MOVES.items():
        if name == event:
            targets.setdefault(new, []).append(old)
    return targets


def _update_states(
    session: Session,
    where: ColumnElement[bool],
    event: str,
    move: tuple[list[DeliveryState], DeliveryState],
    now: dt.datetime,
    values: dict[str, Any],
) -> int:
    olds, new = move
    if event == "claim":
        values = values | {"fence": Delivery.fence + 1}
    moved = update(Delivery).where(where, Delivery.state.in_(olds)).values(state=new, moved_at=now, **values)
    return session.connection().execute(moved).rowcount
