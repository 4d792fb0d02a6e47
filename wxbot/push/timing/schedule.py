"""Schedule of new issues: the times that the rule in config/wxbot.toml gives, and which of them are still free."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import chinese_calendar
from sqlalchemy import or_, select

from wxbot import library
from wxbot.db import Session
from wxbot.local_time import BEIJING, start_of_day
from wxbot.push.ledger.audience import Audience, AudienceKind
from wxbot.push.ledger.tables import ONE_CALL_PER_FOLLOWER, Campaign, CampaignState

__all__ = [
    "WEEKDAYS",
    "ScheduleRule",
    "Slot",
    "next_free_slot",
    "next_slot",
    "occupied_days",
    "schedule_applies",
    "slots_after",
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


def schedule_applies(session: Session, number: str, audience: Audience) -> bool:
    """Return whether the schedule for `audience` applies to an issue: one for a section needs that section."""
    issue = library.issue(session, number)
    return issue is not None and (
        audience.kind is not AudienceKind.SECTION or audience.argument in issue.sections
    )
