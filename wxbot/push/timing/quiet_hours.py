"""Quiet hours (免打扰时段) of the account: a campaign that is due in them waits until they end, and says so.

An hour that an editor asked for is not delayed, even inside the quiet hours.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wxbot.db import Session
from wxbot.push.ledger.lease import Lease
from wxbot.push.ledger.queries import any_delivery
from wxbot.push.ledger.states import move_campaign
from wxbot.push.ledger.tables import (
    POSSIBLY_SENT,
    Campaign,
    CampaignState,
    DeliveryState,
    EditorChoice,
    Route,
)

__all__ = [
    "QuietHours",
    "is_waiting_for_quiet_hours",
    "quiet_hours_warnings",
    "wait_for_quiet_hours",
    "watch_quiet_hours",
]

PUNCTUAL = dt.timedelta(hours=1)  # a start later than this after the requested time counts as missed
SILENT_ROUTES = (Route.DRAFT, Route.PUBLISH)  # followers get no notification
UNSENT_STATES = (DeliveryState.PLANNED, DeliveryState.UNKNOWN)


@dataclass(frozen=True)
class QuietHours:
    """Quiet hours from one full hour (0 to 23) in `tz` to another; over midnight if `start` is the larger one."""

    start: int
    end: int
    tz: ZoneInfo

    def __str__(self) -> str:
        return f"{self.start}:00 到 {self.end}:00"

    def end_if_within(self, moment: dt.datetime) -> dt.datetime | None:
        """Return the end of the quiet hours that contain `moment`; None if it lies outside them."""
        local = moment.astimezone(self.tz)
        hour, over_midnight = local.hour, self.start > self.end
        after_start, before_end = hour >= self.start, hour < self.end
        if not (after_start or before_end if over_midnight else after_start and before_end):
            return None
        days = 1 if over_midnight and hour >= self.start else 0
        end = dt.datetime.combine(local.date() + dt.timedelta(days=days), dt.time(self.end), self.tz)
        return end.astimezone(dt.UTC).astimezone(self.tz)

    def postponed_until(
        self, now: dt.datetime, *, wished: dt.datetime | None, begun: bool
    ) -> dt.datetime | None:
        """Return until when a due campaign must wait; None if it may go out now.

        `wished` is the time an editor asked for, `begun` whether part of it has been sent. A time inside these quiet
        hours is honoured if the campaign starts then, but not hours later, after an outage.
        """
        end = self.end_if_within(now)
        if end is None or wished is None or self.end_if_within(wished) != end or now < wished:
            return end
        return None if begun or now - wished < PUNCTUAL else end


def wait_for_quiet_hours(session: Session, lease: Lease, quiet: QuietHours | None, now: dt.datetime) -> bool:
    """Move a campaign to waiting until the quiet hours end; return False if it may go on.

    It may go on if only reports are left to take in, if its route notifies nobody, and if an editor asked for this
    time. A send whose answer was lost waits, too: repeating the call sends the message if it was not accepted before.
    """
    campaign = session.get_one(Campaign, lease.campaign_id)
    if quiet is None or campaign.route in SILENT_ROUTES or not _has_unsent(session, campaign):
        return False
    wished = campaign.at or EditorChoice.from_campaign(campaign).hurried_at
    begun = any_delivery(session, campaign.id, POSSIBLY_SENT)
    end = quiet.postponed_until(now, wished=wished, begun=begun)
    if end is None:
        return False
    is_unknown = campaign.state == CampaignState.UNKNOWN
    reason = f"现在是免打扰时段（{quiet}），等到 {end:%m 月 %d 日 %H:%M} 再发"
    reason = f"{campaign.reason}；{reason}" if is_unknown and "免打扰" not in campaign.reason else reason
    if campaign.state != CampaignState.RUNNING:
        move_campaign(session, campaign.id, "start", now, fence=lease.fence)
    event = "lose" if is_unknown else "wait"
    move_campaign(session, campaign.id, event, now, fence=lease.fence, reason=reason, look_again_at=end)
    return True


def quiet_hours_warnings(
    quiet: QuietHours | None, route: Route, at: dt.datetime | None, now: dt.datetime
) -> list[str]:
    """Return warnings in Chinese about a plan for the time `at` (None: as soon as it is approved)."""
    if quiet is None or route in SILENT_ROUTES:
        return []
    if at is not None:
        return [f"这个时刻在免打扰时段（{quiet}）里：按您给的时刻发"] if quiet.end_if_within(at) else []
    end = quiet.end_if_within(now)
    if end is None:
        return []
    return [
        f"现在是免打扰时段（{quiet}）：批准后等到 {end:%m 月 %d 日 %H:%M} 才发；要立即发用 wxbot push start"
    ]


def is_waiting_for_quiet_hours(campaign: Campaign, quiet: QuietHours | None, now: dt.datetime) -> bool:
    """Return whether a campaign waits only for the end of the quiet hours."""
    end = quiet.end_if_within(now) if quiet is not None else None
    return end is not None and campaign.state == CampaignState.WAITING and campaign.look_again_at == end


def watch_quiet_hours(quiet: QuietHours | None, clock: Callable[[], dt.datetime]) -> Callable[[], bool]:
    """Return a check for "quiet hours started after this run began"; always False if the run began inside them."""
    if quiet is None or quiet.end_if_within(clock()) is not None:
        return lambda: False
    return lambda: quiet.end_if_within(clock()) is not None


def _has_unsent(session: Session, campaign: Campaign) -> bool:
    """Return whether a call may still be made: the campaign has not started, or a delivery is open."""
    return campaign.state == CampaignState.APPROVED or any_delivery(session, campaign.id, UNSENT_STATES)
