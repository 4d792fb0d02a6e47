"""How the articles of a campaign fare: asked of the platform's statistics, and kept in the database.

What was asked once is kept until there can be more: the platform adds up a day in the night after it and shows it from
eight in the morning on (reference, K5). So a report works without the platform, and asks it at most once a day.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from wxbot.db import Database, KeyValueStore, Session
from wxbot.errors import Misconfigured, QuotaSpent, Refused, WeChatError
from wxbot.local_time import BEIJING
from wxbot.push.ledger.tables import Delivery, DeliveryState, Route
from wxbot.push.timing.rate_limit import next_quota_reset
from wxbot.wechat import ArticleStatistics, DayStatistics, WeChat

__all__ = [
    "COUNTED_ROUTES",
    "CampaignFigures",
    "SendJob",
    "campaigns_still_counted",
    "fetch_figures",
    "figures_ready_at",
    "send_jobs",
    "stored_figures",
]

COUNTED_ROUTES = (
    Route.MASS,
    Route.LIST,
    Route.PUBLISH,
)  # routes whose articles lie at the platform, which counts readers
NEW_SINCE = dt.date(2025, 11, 1)  # what the newer call knows
READY = dt.time(8)  # of the next day, in Beijing
ADDED_FOR = dt.timedelta(days=31)  # the platform adds up for thirty days
PATIENCE = dt.timedelta(hours=1)
CLAIM = dt.timedelta(minutes=2)
FOR_GOOD = dt.timedelta(days=36500)


@dataclass(frozen=True)
class SendJob:
    """One call by which the platform delivers: its ids, how many lines of the ledger went by it, and its report."""

    msg_id: str
    msg_data_id: str | None
    route: Route
    lines: int
    state: DeliveryState
    claimed_at: dt.datetime | None
    settled_at: dt.datetime | None
    report: Mapping[str, Any]

    @property
    def days(self) -> list[dt.date]:
        """The day in Beijing on which it went out; two where that was about midnight."""
        moments = filter(None, (self.claimed_at, self.settled_at))
        return sorted({moment.astimezone(BEIJING).date() for moment in moments})


@dataclass(frozen=True)
class CampaignFigures:
    """The figures of each article, by its place in the message (from 1), cumulative by day, oldest first.

    `why` says in Chinese why there are none, or no newer ones; `asked_at` is when the platform was last asked.
    """

    articles: Mapping[int, tuple[DayStatistics, ...]] = field(default_factory=dict)
    why: str = ""
    asked_at: dt.datetime | None = None


def send_jobs(session: Session, campaign_id: int) -> list[SendJob]:
    """The calls of a campaign that the platform took, in the order of the ledger; a few even of a million lines."""
    one_each = (
        select(func.min(Delivery.id).label("id"), func.count().label("lines"))
        .where(
            Delivery.campaign_id == campaign_id,
            Delivery.route.in_(COUNTED_ROUTES),
            Delivery.msg_id.is_not(None),
        )
        .group_by(Delivery.msg_id)
        .subquery()
    )
    found = select(Delivery, one_each.c.lines).join(one_each, one_each.c.id == Delivery.id)
    return [
        SendJob(
            str(line.msg_id),
            line.msg_data_id,
            Route(line.route),
            lines,
            DeliveryState(line.state),
            line.claimed_at,
            line.settled_at or line.moved_at,
            line.report,
        )
        for line, lines in session.execute(found.order_by(Delivery.id))
    ]


def campaigns_still_counted(session: Session, now: dt.datetime) -> list[int]:
    """The campaigns whose articles the platform still counts readers of."""
    lately = Delivery.claimed_at >= now - ADDED_FOR
    found = select(Delivery.campaign_id).where(
        Delivery.route.in_(COUNTED_ROUTES), Delivery.msg_id.is_not(None), lately
    )
    return sorted(session.scalars(found.distinct()))


def figures_ready_at(jobs: Sequence[SendJob]) -> dt.datetime | None:
    """When the first figures can be there; None where nothing went out that the platform counts."""
    days = [day for job in jobs for day in job.days]
    return dt.datetime.combine(min(days) + dt.timedelta(days=1), READY, BEIJING) if days else None


def stored_figures(db: Database, campaign_id: int) -> CampaignFigures:
    """What was asked before; empty where nothing was."""
    found = KeyValueStore(db).get(_name(campaign_id))
    return _from_json(found.value) if found is not None else CampaignFigures()


def fetch_figures(db: Database, wechat: WeChat, campaign_id: int, now: dt.datetime) -> None:
    """Ask the platform, where there can be more than what is kept, and keep it.

    What the platform refuses is kept as the reason why there is nothing: this raises none of it.
    """
    with db.read() as session:
        jobs = send_jobs(session, campaign_id)
    ready = figures_ready_at(jobs)
    if ready is None or now < ready:
        return
    shelf, name = KeyValueStore(db), _name(campaign_id)
    found = shelf.get(name)
    if (found is not None and now < found.expires_at) or not shelf.claim(name, now + CLAIM, now):
        return
    try:
        before = _from_json(found.value) if found is not None else CampaignFigures()
        asked, until = _ask_platform(wechat, jobs, before, now)
        shelf.put(name, _to_json(asked), until)
    finally:
        shelf.release(name)


def _ask_platform(
    wechat: WeChat, jobs: Sequence[SendJob], before: CampaignFigures, now: dt.datetime
) -> tuple[CampaignFigures, dt.datetime]:
    """The figures of all days, and until when they stand."""
    rows: list[ArticleStatistics] = []
    days = sorted({day for job in jobs for day in job.days})
    try:
        for day in days:
            if now >= dt.datetime.combine(day + dt.timedelta(days=1), READY, BEIJING):
                rows += _of_day(wechat, day)
    except WeChatError as no:
        return CampaignFigures(before.articles, no.message, before.asked_at), _again(no, now)
    until = _next_morning(now) if now.astimezone(BEIJING).date() - days[-1] < ADDED_FOR else now + FOR_GOOD
    return CampaignFigures(_by_place(jobs, rows), "", now), until


def _of_day(wechat: WeChat, day: dt.date) -> list[ArticleStatistics]:
    if day < NEW_SINCE:
        return wechat.fetch_old_article_statistics(day)
    try:
        return wechat.fetch_article_statistics(day)
    except (Refused, Misconfigured):
        return wechat.fetch_old_article_statistics(day)  # an account that has not been given the newer call


def _by_place(
    jobs: Sequence[SendJob], rows: Iterable[ArticleStatistics]
) -> dict[int, tuple[DayStatistics, ...]]:
    """The rows of our own messages, those of several calls added up, by the article's place."""
    places = {f"{job.msg_data_id}_{at}": at for job in jobs if job.msg_data_id for at in range(1, 9)}
    urls = {_bare(url): at for job in jobs for at, url in enumerate(job.report.get("urls", ()), start=1)}
    added: dict[int, dict[dt.date, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    for row in rows:
        place = places.get(row.msgid) or (urls.get(_bare(row.url)) if row.url else None)
        if place is not None:
            for day in row.days:
                sums = added[place][day.day]
                sums[:] = [sums[0] + day.read, sums[1] + day.shared, sums[2] + day.kept]
    return {
        place: tuple(DayStatistics(day, *sums) for day, sums in sorted(days.items()))
        for place, days in sorted(added.items())
    }


def _bare(url: str) -> str:
    """An article's address without what differs between two ways of naming it."""
    return url.partition("://")[2].partition("#")[0]


def _again(no: WeChatError, now: dt.datetime) -> dt.datetime:
    if isinstance(no, QuotaSpent):
        return next_quota_reset(now)
    return _next_morning(now) if isinstance(no, (Refused, Misconfigured)) else now + PATIENCE


def _next_morning(now: dt.datetime) -> dt.datetime:
    """The next eight o'clock in Beijing."""
    today = dt.datetime.combine(now.astimezone(BEIJING).date(), READY, BEIJING)
    return today if now < today else today + dt.timedelta(days=1)


def _name(campaign_id: int) -> str:
    return f"figures:{campaign_id}"


def _to_json(figures: CampaignFigures) -> str:
    articles = {
        place: [[each.day.isoformat(), each.read, each.shared, each.kept] for each in days]
        for place, days in figures.articles.items()
    }
    asked_at = figures.asked_at.isoformat() if figures.asked_at else None
    return json.dumps({"articles": articles, "why": figures.why, "asked_at": asked_at}, ensure_ascii=False)


def _from_json(kept: str) -> CampaignFigures:
    value = json.loads(kept)
    articles = {
        int(place): tuple(DayStatistics(dt.date.fromisoformat(day), *numbers) for day, *numbers in days)
        for place, days in value["articles"].items()
    }
    asked_at = dt.datetime.fromisoformat(value["asked_at"]) if value["asked_at"] else None
    return CampaignFigures(articles, value["why"], asked_at)
