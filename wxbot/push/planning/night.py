"""A campaign and the account's quiet hours: what is due in them waits until they end, and says so."""

import datetime as dt
from collections.abc import Callable

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
from wxbot.push.push_settings import PushSettings
from wxbot.push.timing.quiet_hours import QuietHours

__all__ = ["is_waiting_for_quiet_hours", "quiet_hours_warnings", "wait_for_quiet_hours", "watch_quiet_hours"]

SILENT = (Route.DRAFT, Route.PUBLISH)  # nobody's phone rings
TO_SEND = (DeliveryState.PLANNED, DeliveryState.UNKNOWN)


def wait_for_quiet_hours(session: Session, lease: Lease, settings: PushSettings, now: dt.datetime) -> bool:
    """Let a campaign wait until the quiet hours end; False where it may go on.

    It may where nothing is left but to take in reports, where nobody would notice it, and where a person asked for
    this very hour. A send whose answer was lost waits too: to ask again is to send, where it was not taken.
    """
    campaign = session.get_one(Campaign, lease.campaign_id)
    if settings.quiet is None or campaign.route in SILENT or not _has_to_send(session, campaign):
        return False
    wished = campaign.at or EditorChoice.from_campaign(campaign).hurried_at
    begun = any_delivery(session, campaign.id, POSSIBLY_SENT)
    ends = settings.quiet.postponed_until(now, wished=wished, begun=begun)
    if ends is None:
        return False
    unknown = campaign.state == CampaignState.UNKNOWN
    reason = f"现在是免打扰时段（{settings.quiet}），等到 {ends:%m 月 %d 日 %H:%M} 再发"
    reason = f"{campaign.reason}；{reason}" if unknown and "免打扰" not in campaign.reason else reason
    if campaign.state != CampaignState.RUNNING:
        move_campaign(session, campaign.id, "start", now, fence=lease.fence)
    event = "lose" if unknown else "wait"
    move_campaign(session, campaign.id, event, now, fence=lease.fence, reason=reason, look_again_at=ends)
    return True


def quiet_hours_warnings(
    settings: PushSettings, route: Route, at: dt.datetime | None, now: dt.datetime
) -> list[str]:
    """What an editor should know of the quiet hours, of a plan for `at` (None: as soon as it is approved)."""
    quiet = settings.quiet
    if quiet is None or route in SILENT:
        return []
    if at is not None:
        return [f"这个时刻在免打扰时段（{quiet}）里：按您给的时刻发"] if quiet.end_if_within(at) else []
    ends = quiet.end_if_within(now)
    if ends is None:
        return []
    return [
        f"现在是免打扰时段（{quiet}）：批准后等到 {ends:%m 月 %d 日 %H:%M} 才发；要立即发用 wxbot push start"
    ]


def is_waiting_for_quiet_hours(campaign: Campaign, settings: PushSettings, now: dt.datetime) -> bool:
    """Whether a campaign waits for nothing but the end of the quiet hours."""
    ends = settings.quiet.end_if_within(now) if settings.quiet is not None else None
    return ends is not None and campaign.state == CampaignState.WAITING and campaign.look_again_at == ends


def watch_quiet_hours(quiet: QuietHours | None, clock: Callable[[], dt.datetime]) -> Callable[[], bool]:
    """Whether quiet hours have begun since; never where it was quiet already, for then they were meant."""
    if quiet is None or quiet.end_if_within(clock()) is not None:
        return lambda: False
    return lambda: quiet.end_if_within(clock()) is not None


def _has_to_send(session: Session, campaign: Campaign) -> bool:
    """Whether anything may still go out: before it started, or by a line that is open."""
    return campaign.state == CampaignState.APPROVED or any_delivery(session, campaign.id, TO_SEND)
