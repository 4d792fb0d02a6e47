"""The ledger in figures and samples: a campaign may have a million lines, a page has room for fifty."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from wxbot.db import Session
from wxbot.push import DELIVERY_MOVES, SINGLY, Campaign, Delivery, DeliveryState, jobs_of

__all__ = ["AT_MOST", "Share", "counts_of", "lines_in", "may", "reasons", "reports", "shares"]

AT_MOST = 50
_WIDTH = 1000.0
# In the order in which a bar shows them.
_ORDER = ("sent", "claimed", "planned", "unknown", "failed", "refused", "skipped")


@dataclass(frozen=True)
class Share:
    """How many lines stand in one state, and where that part of the bar lies (0 to 1000)."""

    state: str
    size: int
    x: float
    width: float


def counts_of(session: Session, campaign_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """How many lines of each campaign stand in each state; states without any are left out."""
    found: dict[int, dict[str, int]] = {each: {} for each in campaign_ids}
    counted = (
        select(Delivery.campaign_id, Delivery.state, func.count())
        .where(Delivery.campaign_id.in_(campaign_ids))
        .group_by(Delivery.campaign_id, Delivery.state)
    )
    for campaign_id, state, size in session.execute(counted):
        found[campaign_id][state] = size
    return found


def lines_in(session: Session, campaign_id: int, state: DeliveryState) -> list[Delivery]:
    """The first lines that stand in a state, fifty at most."""
    here = (Delivery.campaign_id == campaign_id) & (Delivery.state == state)
    # In the order of the index, so that of a million lines no more than these are looked at.
    found = select(Delivery).where(here).order_by(Delivery.route, Delivery.id).limit(AT_MOST)
    return list(session.scalars(found))


def reasons(session: Session, campaign_id: int, state: DeliveryState) -> list[tuple[str, int]]:
    """Why lines stand in a state, and how many for each reason; most first, fifty at most."""
    size = func.count().label("size")
    here = (Delivery.campaign_id == campaign_id) & (Delivery.state == state)
    found = select(Delivery.reason, size).where(here).group_by(Delivery.reason)
    rows = session.execute(found.order_by(size.desc(), Delivery.reason).limit(AT_MOST))
    return [(row.reason, row.size) for row in rows]


def reports(session: Session, campaign: Campaign) -> list[Mapping[str, Any]]:
    """What the platform reported of a campaign's jobs, where it delivers itself; fifty at most."""
    if campaign.route in SINGLY:
        return []
    return [job.report for job in jobs_of(session, campaign.id) if job.report][:AT_MOST]


def shares(counts: dict[str, int]) -> list[Share]:
    """The parts of a bar; the smallest can still be seen."""
    total = sum(counts.values())
    found, x = [], 0.0
    for state in _ORDER:
        if size := counts.get(state, 0):
            width = _WIDTH * size / total
            found.append(Share(state, size, round(x, 1), round(max(width, 4.0), 1)))
            x += width
    return found


def may(event: str, states: Iterable[str]) -> bool:
    """Whether a line in one of these states can take the move that `event` allows."""
    return any((event, DeliveryState(state)) in DELIVERY_MOVES for state in states)
