"""The console's calendar: what went out and what comes, month by month, and the issues that may go out on a day."""

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from flask import Blueprint, Response, request

from wxbot import push, rendering
from wxbot.errors import NotFound
from wxbot.library.issue_list import IssueFilter, IssueView, select_issues
from wxbot.local_time import chinese_date
from wxbot.push import labels
from wxbot.push.planning.capabilities import fetch_capabilities
from wxbot.push.reporting.calendar import (
    CalendarEntry,
    calendar_entries,
    month_quota,
    undated_campaigns,
)
from wxbot.push.timing import slots_after
from wxbot.web.console.rendering import render_page
from wxbot.wiring import Services

__all__ = ["CalendarPages"]

MAX_ISSUES = 12
MAX_DAILY_SLOTS = 3  # shown of a schedule without a weekday
WEEKDAYS = "一二三四五六日"
FIRST_YEAR, LAST_YEAR = 2000, 2100


class CalendarDay(NamedTuple):
    """A day of the calendar; `slot` is a time of the schedule on a day with nothing planned yet, "" for none."""

    date: dt.date
    label: str
    in_month: bool
    is_today: bool
    is_past: bool
    entries: Sequence[Mapping[str, Any]]
    slot: str


class CalendarPages:
    """Views of a month and of a day."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._tz = services.settings.tz

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/calendar", "calendar", self.month)
        blueprint.add_url_rule("/calendar/day", "calendar_day", self.day)

    def month(self) -> Response:
        """Return a month with its campaigns and the use of the quota of mass messages."""
        now = self._services.now().astimezone(self._tz)
        first = _read_month(request.args.get("month", "")) or now.date().replace(day=1)
        following = _next_month(first)
        weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
        start, end = self._midnight(weeks[0][0]), self._midnight(weeks[-1][-1] + dt.timedelta(days=1))
        kind = fetch_capabilities(self._services.db, None, now).kind
        month_start, month_end = self._midnight(first), self._midnight(following)
        with self._services.db.read() as session:
            entries = calendar_entries(session, start, end)
            inside = [each for each in entries if month_start <= each.moment < month_end]
            quota = month_quota(session, kind, month_start, month_end, inside)
            undated = undated_campaigns(session)
        by_day = self._entries_by_day(entries)
        slots = self._free_slots(set(by_day), now, end)
        return render_page(
            "calendar.html",
            title=f"日历：{first.year}年{first.month}月",
            here="calendar",
            first=first,
            before=first - dt.timedelta(days=1),
            after=following,
            is_this_month=(first.year, first.month) == (now.year, now.month),
            weeks=[[self._day(date, first, now.date(), by_day, slots) for date in week] for week in weeks],
            weekdays=WEEKDAYS,
            quota=quota,
            undated=undated,
            is_empty=not entries and not undated,
            today=now.date(),
        )

    def day(self) -> Response:
        """Return a day with its campaigns, and the issues whose push can be planned for it."""
        date = _read_date(request.args.get("date", ""))
        if date is None:
            raise NotFound("没有这一天", remedy="回到日历，选一天。")
        now, start = self._services.now().astimezone(self._tz), self._midnight(date)
        with self._services.db.read() as session:
            entries = calendar_entries(session, start, self._midnight(date + dt.timedelta(days=1)))
            issues = select_issues(session, IssueFilter(view=IssueView.PUBLIC), MAX_ISSUES)
            latest = {issue.key: push.queries.latest_campaign(session, issue.key) for issue in issues}
        moment = self._services.push_schedule.moment(date).astimezone(self._tz)
        return render_page(
            "calendar_day.html",
            title=f"{chinese_date(date)}",
            here="calendar",
            date=date,
            label=f"{chinese_date(date)} 星期{WEEKDAYS[date.weekday()]}",
            is_past=date < now.date(),
            entries=[self._row(each) for each in entries],
            at=f"{moment:%Y-%m-%dT%H:%M}" if moment > now else "",
            issues=[
                {
                    "key": issue.key,
                    "label": rendering.issue_label(issue),
                    "campaign": campaign,
                    "state": labels.CAMPAIGN_STATE_LABELS[campaign.state] if campaign else "",
                }
                for issue in issues
                for campaign in [latest[issue.key]]
            ],
        )

    def _midnight(self, date: dt.date) -> dt.datetime:
        return dt.datetime.combine(date, dt.time(), self._tz)

    def _entries_by_day(self, entries: Sequence[CalendarEntry]) -> dict[dt.date, list[dict[str, Any]]]:
        found = defaultdict[dt.date, list[dict[str, Any]]](list)
        for each in entries:
            found[each.moment.astimezone(self._tz).date()].append(self._row(each))
        return dict(found)

    def _row(self, entry: CalendarEntry) -> dict[str, Any]:
        """Return the values that a page shows of a campaign."""
        campaign = entry.campaign
        return {
            "campaign": campaign,
            "time": f"{entry.moment.astimezone(self._tz):%H:%M}",
            "state": labels.CAMPAIGN_STATE_LABELS[campaign.state],
            "route": labels.ROUTE_LABELS[campaign.route],
            "by_rule": campaign.made_by == "worker",
            "has_begun": entry.has_begun,
        }

    def _free_slots(self, occupied: set[dt.date], start: dt.datetime, end: dt.datetime) -> dict[dt.date, str]:
        """Return the times at which the schedule would send a new issue, on days on which nothing is planned.

        A schedule for every day would fill the month: of it only the next few times are given.
        """
        if not self._services.settings.plan_new_issues or start >= end:
            return {}
        found, rule = dict[dt.date, str](), self._services.push_schedule
        for slot in slots_after(rule, start):
            local = slot.at.astimezone(self._tz)
            if local >= end or (not rule.weekday and len(found) == MAX_DAILY_SLOTS):
                return found
            if local.date() not in occupied:
                found[local.date()] = f"{local:%H:%M}"
        return found

    def _day(
        self,
        date: dt.date,
        first: dt.date,
        today: dt.date,
        by_day: Mapping[dt.date, Sequence[Mapping[str, Any]]],
        slots: Mapping[dt.date, str],
    ) -> CalendarDay:
        label = f"{date.month}月{date.day}日 周{WEEKDAYS[date.weekday()]}"
        in_month = date.month == first.month
        return CalendarDay(
            date, label, in_month, date == today, date < today, by_day.get(date, ()), slots.get(date, "")
        )


def _numbers(text: str, parts: int) -> Iterator[int]:
    """Yield the numbers of a date such as 2026-12; nothing if the text has another form."""
    given = text.split("-")
    if len(given) == parts and all(part.isascii() and part.isdecimal() and len(part) < 5 for part in given):
        yield from map(int, given)


def _read_month(text: str) -> dt.date | None:
    """Return the first day of a month written as `2026-12`; None for anything else."""
    return _read_date(f"{text}-1")


def _read_date(text: str) -> dt.date | None:
    """Return a date written as `2026-12-05`; None for anything else."""
    numbers = tuple(_numbers(text, 3))
    if not numbers or not FIRST_YEAR <= numbers[0] <= LAST_YEAR:
        return None
    try:
        return dt.date(*numbers)
    except ValueError:
        return None


def _next_month(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=31)).replace(day=1)
