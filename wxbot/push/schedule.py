"""When the next push is due by the rule in config/wxbot.toml."""

import datetime as dt
from zoneinfo import ZoneInfo

__all__ = ["WEEKDAYS", "next_hour"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def next_hour(weekday: str, hour: str, tz: ZoneInfo, now: dt.datetime) -> dt.datetime:
    """The next time that the clock in `tz` shows `hour` ("09:00") on `weekday` ("mon" … "sun", "" for any day).

    Strictly after `now`. An hour that daylight saving leaves out is the one an hour later, as the clock shows it.
    """
    hours, minutes = (int(part) for part in hour.split(":"))
    day = now.astimezone(tz).date()
    for ahead in range(9):
        date = day + dt.timedelta(days=ahead)
        moment = dt.datetime.combine(date, dt.time(hours, minutes), tz)
        if moment > now and weekday in {"", WEEKDAYS[date.weekday()]}:
            return moment
    raise AssertionError("nine days hold every weekday and an hour after now")
