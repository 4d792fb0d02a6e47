"""Tests of the console's calendar."""

import datetime as dt

import pytest

from tests.conftest import NOON
from tests.web.console.browser import Browser
from tests.web.console.conftest import ConsoleSite
from wxbot.push.reporting.calendar import calendar_entries, undated_campaigns


@pytest.mark.both_databases
def test_a_campaign_stands_on_its_day(console: ConsoleSite, editor: Browser) -> None:
    """A planned campaign stands on the day of its time in the association's zone, one that went out where it began."""
    now = console.harness.now()
    at = now + dt.timedelta(days=1)
    campaign = console.plan_and_approve(at)
    month = at.astimezone(console.services.settings.tz)
    address = f"/console/calendar?month={month:%Y-%m}"
    seen = editor.open(address)
    assert f"{month:%H:%M} 2021-02 → 全部粉丝 已批准，等时刻" in seen.words
    assert f'href="/console/push/{campaign}"' in seen.text

    console.harness.advance(25 * 3600)
    console.harness.run_worker()
    with console.db.read() as session:
        (entry,) = calendar_entries(session, now, now + dt.timedelta(days=9))
    assert (True, True) == (entry.has_begun, at <= entry.moment < at + dt.timedelta(hours=2))
    editor.log_in()
    assert "群发 1 次" in editor.open(address).words


def test_a_campaign_without_a_time_stands_above(console: ConsoleSite, editor: Browser) -> None:
    """A campaign that goes out once it is approved is on no day; a cancelled one is nowhere."""
    campaign = console.plan()
    now = console.harness.now()
    assert "没有定时刻的" in editor.open("/console/calendar").words
    with console.db.read() as session:
        assert [campaign] == [each.id for each in undated_campaigns(session)]
        assert [] == calendar_entries(session, now - dt.timedelta(days=40), now + dt.timedelta(days=40))
    editor.press(campaign, "cancel")
    assert "没有定时刻的" not in editor.open("/console/calendar").words


@pytest.mark.both_databases
def test_a_day_leads_to_the_form_with_its_time(console: ConsoleSite, editor: Browser) -> None:
    """From a free day an issue's form opens with that day and the hour of the schedule filled in."""
    date = (console.harness.now() + dt.timedelta(days=3)).astimezone(console.services.settings.tz).date()
    assert (
        f"calendar/day?date={date}"
        in editor.open("/console/calendar").text + editor.open(f"/console/calendar?month={date:%Y-%m}").text
    )
    day = editor.open(f"/console/calendar/day?date={date}")
    assert f'href="/console/plan/2021-02?at={date}T09:00"' in day.text
    form = editor.open(f"/console/plan/2021-02?at={date}T09:00").form("/console/plan/2021-02")
    assert f"{date}T09:00" == form["at"]


@pytest.mark.parametrize("given", ["", "2026-13", "9999-01", "x-y", "2026-2-30", "٢٠٢٦-01"])
def test_a_month_that_does_not_exist_shows_the_present_one(editor: Browser, given: str) -> None:
    """An address with another month than those of the calendar shows this month."""
    assert f"{NOON.year}年" in editor.open(f"/console/calendar?month={given}").words


@pytest.mark.parametrize("given", ["", "2026-02-30", "2026-12", "1-1-1"])
def test_a_day_that_does_not_exist_is_not_found(editor: Browser, given: str) -> None:
    """An address with a day that does not exist answers 404."""
    assert 404 == editor.open(f"/console/calendar/day?date={given}").status
