"""Figures of followers for editors: new, gone and total by day, and what they subscribed to; never single people.

The figures are counted from the rows of followers. The row of a follower who left is kept for `journal_days`; a
follower who came back counts from the last follow. Followers read from the platform's list have no day of following.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import String, cast, select

from wxbot.db import Session
from wxbot.followers import Follower, count, parse_preferences

__all__ = ["FollowerDay", "SubscriptionFigures", "count_subscriptions", "daily_figures"]

BATCH = 5000  # rows to read at a time


@dataclass(frozen=True, slots=True)
class FollowerDay:
    """One day: how many followed, how many left, and how many followers there were at its end."""

    day: dt.date
    new: int
    gone: int
    total: int


@dataclass(frozen=True, slots=True)
class SubscriptionFigures:
    """Followers by what they chose: `everything` chose nothing, `nothing` declined every push.

    `sections` and `publications` (by slug) count those who want them by name, `refused` those who declined a
    publication. `quiet` and `weekly` count those with quiet hours and with a limit a week.
    """

    everything: int
    nothing: int
    sections: Mapping[str, int]
    publications: Mapping[str, int]
    refused: Mapping[str, int]
    quiet: int
    weekly: int


def daily_figures(session: Session, days: int, now: dt.datetime, tz: dt.tzinfo) -> list[FollowerDay]:
    """Return the last `days` days in `tz`, the oldest first and today last."""
    today = now.astimezone(tz).date()
    dates = [today - dt.timedelta(days=back) for back in range(days - 1, -1, -1)]
    start = dt.datetime.combine(dates[0], dt.time(), tz)
    followed = select(Follower.since).where(Follower.since >= start).execution_options(yield_per=BATCH)
    left = (
        select(Follower.left_at)
        .where(Follower.left_at >= start, ~Follower.following)
        .execution_options(yield_per=BATCH)
    )
    new = Counter(moment.astimezone(tz).date() for moment in session.scalars(followed) if moment)
    gone = Counter(moment.astimezone(tz).date() for moment in session.scalars(left) if moment)
    found, total = list[FollowerDay](), count(session)
    for day in reversed(dates):
        found.append(FollowerDay(day, new[day], gone[day], total))
        total += gone[day] - new[day]
    return found[::-1]


def count_subscriptions(session: Session) -> SubscriptionFigures:
    """Return what current followers chose. Only the rows of those who chose something are read."""
    chosen = Follower.following & (cast(Follower.wishes, String) != "{}")
    sections, publications, refused = Counter[str](), Counter[str](), Counter[str]()
    choosing = nothing = quiet = weekly = 0
    rows = session.scalars(select(Follower.wishes).where(chosen).execution_options(yield_per=BATCH))
    for wishes in map(parse_preferences, rows):
        restricts = wishes.sections is not None or bool(wishes.publications or wishes.refused)
        choosing += wishes.nothing or restricts
        nothing += wishes.nothing
        quiet += wishes.quiet is not None
        weekly += wishes.weekly is not None
        if not wishes.nothing:
            sections.update(wishes.sections or ())
            publications.update(wishes.publications)
            refused.update(wishes.refused)
    return SubscriptionFigures(
        count(session) - choosing,
        nothing,
        _sort_by_count(sections),
        _sort_by_count(publications),
        refused,
        quiet,
        weekly,
    )


def _sort_by_count(counts: Counter[str]) -> dict[str, int]:
    """Return the counts with the greatest first, and equal ones by name."""
    ranked: Sequence[tuple[str, int]] = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return dict(ranked)
