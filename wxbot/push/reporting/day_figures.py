"""Reading figures of all articles of a campaign by day: what came each day, and what it adds up to."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from wxbot.push.reporting.campaign_report import ArticleReaders
from wxbot.wechat import DayStatistics

__all__ = ["DayFigures", "figures_by_day"]


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Readers of all articles together: `read` and `shared` came on this day, the others are the sums up to it."""

    day: dt.date
    read: int
    shared: int
    read_so_far: int
    shared_so_far: int


def figures_by_day(articles: Sequence[ArticleReaders]) -> list[DayFigures]:
    """Return the figures of each day that has any, oldest first; those of the platform are cumulative."""
    found: list[DayFigures] = []
    for day in sorted({each.day for article in articles for each in article.days}):
        read = _sum_up_to(articles, day, lambda each: each.read)
        shared = _sum_up_to(articles, day, lambda each: each.shared)
        before = found[-1] if found else DayFigures(day, 0, 0, 0, 0)
        found.append(DayFigures(day, read - before.read_so_far, shared - before.shared_so_far, read, shared))
    return found


def _sum_up_to(
    articles: Iterable[ArticleReaders], day: dt.date, figure: Callable[[DayStatistics], int]
) -> int:
    return sum(
        max((figure(each) for each in article.days if each.day <= day), default=0) for article in articles
    )
