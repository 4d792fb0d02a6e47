"""Times at which a campaign may go out: the schedule of new issues, and the account's quiet hours (免打扰时段).

The schedule gives the times of the rule in config/wxbot.toml, and which of them are still free. A campaign that is due
in the quiet hours waits until they end, and its state says so; a time that an editor asked for is not delayed, even
inside the quiet hours.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import chinese_calendar
from sqlalchemy import or_, select

from wxbot import library
from wxbot.bulletin.habits import Habits
from wxbot.db import Session
from wxbot.local_time import BEIJING, start_of_day
from wxbot.push.ledger.audience import Audience, AudienceKind
from wxbot.push.ledger.lease import Lease
from wxbot.push.ledger.queries import any_delivery
from wxbot.push.ledger.states import move_campaign
from wxbot.push.ledger.tables import (
    ONE_CALL_PER_FOLLOWER,
    POSSIBLY_SENT,
    Campaign,
    CampaignState,
    DeliveryState,
    EditorChoice,
    Route,
)

__all__ = [
    "WEEKDAYS",
    "QuietHours",
    "ScheduleRule",
    "Slot",
    "is_waiting_for_quiet_hours",
    "is_workday",
    "next_free_slot",
    "next_slot",
    "occupied_days",
    "quiet_hours_warnings",
    "schedule_applies",
    "slots_after",
    "wait_for_quiet_hours",
    "watch_quiet_hours",
]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_DAYS_AHEAD = 60  # longer than any holiday, and every weekday occurs within it

WAITING_STATES = (
    CampaignState.PLANNED,
    CampaignState.APPROVED,
    CampaignState.PAUSED,
    CampaignState.WAITING,
)
SENDING_STATES = (CampaignState.RUNNING, CampaignState.UNKNOWN, CampaignState.FINISHED)

PUNCTUAL = dt.timedelta(hours=1)  # a start later than this after the requested time counts as missed
SILENT_ROUTES = (Route.DRAFT, Route.PUBLISH)  # followers get no notification
UNSENT_STATES = (DeliveryState.PLANNED, DeliveryState.UNKNOWN)


@dataclass(frozen=True)
class ScheduleRule:
    """A clock time ("09:00") in a zone, on weekdays ("mon,thu"; "" for any), with `workdays` on workdays only."""

    hour: str
    tz: ZoneInfo
    weekday: str = ""
    workdays: bool = False

    def includes(self, date: dt.date) -> bool:
        """Return whether the rule names this date's weekday."""
        return not self.weekday or WEEKDAYS[date.weekday()] in self.weekday.split(",")

    def moment(self, date: dt.date) -> dt.datetime:
        """Return the rule's clock time on a date.

        A time that daylight saving skips is an hour later on the clock; of a time that occurs twice, the first.
        """
        hour, minute = (int(part) for part in self.hour.split(":"))
        local = dt.datetime.combine(date, dt.time(hour, minute), self.tz)
        # Through UTC: moments of one zone compare by clock time, on which 1:30 may occur twice.
        return local.astimezone(dt.UTC).astimezone(self.tz)


@dataclass(frozen=True)
class Slot:
    """A time that the rule gives, with the dates before it that were skipped for holidays.

    `warning` says where the rule could not be followed exactly, `note` why a weekend day is a workday; both in Chinese.
    """

    at: dt.datetime
    skipped: tuple[str, ...] = ()
    note: str = ""
    warning: str = ""


def next_slot(rule: ScheduleRule, now: dt.datetime) -> Slot:
    """Return the first slot strictly after `now`.

    Workdays follow the State Council's yearly plan, including swapped weekends. Its data end with the last announced
    year: after that Monday to Friday count as workdays, and the slot's warning says so.
    """
    today, skipped = now.astimezone(rule.tz).date(), list[str]()
    for ahead in range(MAX_DAYS_AHEAD):
        date = today + dt.timedelta(days=ahead)
        moment = rule.moment(date)
        if not rule.includes(date) or moment.astimezone(dt.UTC) <= now.astimezone(dt.UTC):
            continue
        if not rule.workdays:
            return Slot(moment)
        day = _Day.of(date)
        if day.is_workday:
            return Slot(moment, tuple(skipped), day.why, day.warning)
        skipped.append(f"{date:%Y-%m-%d} {day.why}")
    # A rule such as "Saturdays that are workdays" hardly ever applies: fall back to the weekday alone.
    slot = next_slot(replace(rule, workdays=False), now)
    return replace(slot, warning=f"{MAX_DAYS_AHEAD} 天内没有合适的工作日，按星期几算")


def slots_after(rule: ScheduleRule, now: dt.datetime) -> Iterator[Slot]:
    """Yield the slots after `now` in order, without end."""
    while True:
        slot = next_slot(rule, now)
        yield slot
        now = slot.at


@dataclass(frozen=True)
class _Day:
    """A date's status as a workday, with the reason if that does not follow from the weekday."""

    is_workday: bool
    why: str
    warning: str = ""

    @classmethod
    def of(cls, date: dt.date) -> "_Day":
        """Look the date up in the State Council's plan."""
        is_weekend = date.weekday() >= 5
        try:
            is_off, name = chinese_calendar.get_holiday_detail(date)
        except NotImplementedError:
            warning = f"{date.year} 年的放假安排还没有公布，按周一到周五算工作日"
            return cls(not is_weekend, "周末" if is_weekend else "", warning)
        holiday = chinese_calendar.Holiday(name).chinese if name else ""
        if is_off:
            return cls(False, f"{holiday}放假" if holiday else "周末")
        return cls(True, f"{holiday}调休上班" if is_weekend else "")


def is_workday(date: dt.date) -> bool:
    """Return whether a date is a workday by the State Council's plan; Monday to Friday where it is not announced."""
    return _Day.of(date).is_workday


def occupied_days(session: Session, number: str, now: dt.datetime) -> dict[dt.date, str]:
    """Return the dates in Beijing on which a mass message, publication or draft is planned or went out today.

    The values name the issue and campaign in Chinese. Whole days count, because an account may send one mass message
    a day, or four a month (wechat-platform.md, F5). Campaigns of the issue `number` are left out, because a new one
    replaces them.
    """
    today = start_of_day(now)
    waiting = Campaign.state.in_(WAITING_STATES) & (Campaign.at >= today)
    sent = Campaign.state.in_(SENDING_STATES) & (Campaign.moved_at >= today)
    found = select(Campaign).where(
        or_(waiting, sent), Campaign.number != number, Campaign.route.not_in(ONE_CALL_PER_FOLLOWER)
    )
    return {
        _sending_time(campaign).astimezone(BEIJING).date(): f"{campaign.number}（计划 {campaign.id}）"
        for campaign in session.scalars(found.order_by(Campaign.id))
    }


def _sending_time(campaign: Campaign) -> dt.datetime:
    return campaign.at if campaign.state in WAITING_STATES and campaign.at else campaign.moved_at


def next_free_slot(session: Session, rule: ScheduleRule, number: str, now: dt.datetime) -> Slot:
    """Return the first slot after `now` on a date that no other issue occupies."""
    occupied = occupied_days(session, number, now)
    return next(slot for slot in slots_after(rule, now) if slot.at.astimezone(BEIJING).date() not in occupied)


def schedule_applies(session: Session, number: str, audience: Audience, habits: Habits) -> bool:
    """Return whether the schedule for `audience` applies to an issue.

    One for a section needs that section, under any of its names; one for a publication needs an issue of it.
    """
    issue = library.issue(session, number)
    if issue is None or audience.kind not in {AudienceKind.SECTION, AudienceKind.PUBLICATION}:
        return issue is not None
    own = next((each for each in library.publications(session) if each.id == issue.publication_id), None)
    if audience.kind is AudienceKind.PUBLICATION:
        wanted = library.find_publication(session, audience.argument)
        return wanted is not None and own is not None and wanted.id == own.id
    given = habits.of_publication(own.slug, library.publication_names(own)) if own else None
    names = given.spellings(audience.argument) if given else (audience.argument,)
    return bool({audience.argument, *names} & {*issue.sections})


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
        self, now: dt.datetime, *, requested: dt.datetime | None, begun: bool
    ) -> dt.datetime | None:
        """Return until when a due campaign must wait; None if it may go out now.

        `requested` is the time an editor asked for, `begun` whether part of it has been sent. A time inside these quiet
        hours is honoured if the campaign starts then, but not hours later, after an outage.
        """
        end = self.end_if_within(now)
        if end is None or requested is None or self.end_if_within(requested) != end or now < requested:
            return end
        return None if begun or now - requested < PUNCTUAL else end


def wait_for_quiet_hours(session: Session, lease: Lease, quiet: QuietHours | None, now: dt.datetime) -> bool:
    """Move a campaign to waiting until the quiet hours end; return False if it may go on.

    It may go on if only reports are left to take in, if its route notifies nobody, and if an editor asked for this
    time. A send whose answer was lost waits, too: repeating the call sends the message if it was not accepted before.
    """
    campaign = session.get_one(Campaign, lease.campaign_id)
    if quiet is None or campaign.route in SILENT_ROUTES or not _has_unsent(session, campaign):
        return False
    requested = campaign.at or EditorChoice.from_campaign(campaign).hurried_at
    begun = any_delivery(session, campaign.id, POSSIBLY_SENT)
    end = quiet.postponed_until(now, requested=requested, begun=begun)
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
