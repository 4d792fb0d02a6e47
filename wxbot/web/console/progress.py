"""The ledger as a page shows it: a campaign may have a million lines, a page has room for fifty."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wxbot.db import Session
from wxbot.push import Campaign, DeliveryState
from wxbot.push.ledger.states import DELIVERY_MOVES
from wxbot.push.ledger.tables import ONE_CALL_PER_FOLLOWER
from wxbot.push.reporting.statistics import send_jobs

__all__ = ["AT_MOST", "Share", "may", "reports", "shares"]

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


def reports(session: Session, campaign: Campaign) -> list[Mapping[str, Any]]:
    """What the platform reported of a campaign's jobs, where it delivers itself; fifty at most."""
    if campaign.route in ONE_CALL_PER_FOLLOWER:
        return []
    return [job.report for job in send_jobs(session, campaign.id) if job.report][:AT_MOST]


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
