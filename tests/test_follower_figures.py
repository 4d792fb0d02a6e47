"""Tests of the figures of followers."""

import datetime as dt
from zoneinfo import ZoneInfo

from wxbot import followers
from wxbot.db import Database
from wxbot.follower_figures import count_subscriptions, daily_figures
from wxbot.followers import Preferences

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_days_count_in_the_zone_of_the_association(db: Database) -> None:
    """New and gone followers count on the day that the association's clock shows, and the total follows from them."""
    now = dt.datetime(2026, 12, 3, 2, 0, tzinfo=dt.UTC)
    with db.begin() as session:
        followers.record_sync_page(session, ["old"], now)
        followers.record_follow(session, "early", dt.datetime(2026, 12, 1, 15, 59, tzinfo=dt.UTC))
        followers.record_follow(session, "late", dt.datetime(2026, 12, 1, 16, 1, tzinfo=dt.UTC))
        followers.record_unfollow(session, "early", now)
    with db.read() as session:
        days = daily_figures(session, 3, now, SHANGHAI)
    assert [(1, 0, 2), (1, 0, 3), (0, 1, 2)] == [(each.new, each.gone, each.total) for each in days]
    assert [1, 2, 3] == [each.day.day for each in days]


def test_subscriptions_are_counted_by_name(db: Database, now: dt.datetime) -> None:
    """Each section and publication has the number of those who chose it; who chose nothing gets everything."""
    chosen = {
        "a": Preferences(sections=("投融界", "新动向")),
        "b": Preferences(sections=("投融界",), weekly=1),
        "c": Preferences(nothing=True),
        "d": Preferences(refused=("kuaixun",)),
        "e": Preferences(quiet=(22, 8)),
    }
    with db.begin() as session:
        followers.record_follow(session, "f", now)
        for openid, preferences in chosen.items():
            followers.save_preferences(session, openid, preferences)
        followers.record_unfollow(session, "f", now)
        followers.record_follow(session, "g", now)
    with db.read() as session:
        found = count_subscriptions(session)
    assert [("投融界", 2), ("新动向", 1)] == list(found.sections.items())
    assert (2, 1, 1, 1, {"kuaixun": 1}) == (
        found.everything,
        found.nothing,
        found.quiet,
        found.weekly,
        found.refused,
    )
