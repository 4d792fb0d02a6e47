"""Reading figures of a campaign's articles: fetched from the platform's statistics and stored in the database.

The platform adds up a day in the following night and shows it from eight in the morning on (wechat-platform.md, section
K5). Stored figures are valid until the platform can have more, so a report needs no platform, and asks it at most once
a day.
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
from wxbot.push.rate_limit import next_quota_reset
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

# Routes whose articles are stored at the platform, which counts their readers.
COUNTED_ROUTES = (Route.MASS, Route.LIST, Route.PUBLISH)
NEWER_CALL_SINCE = dt.date(2025, 11, 1)  # first day that the newer statistics call covers
READY = dt.time(8)  # of the next day, in Beijing
COUNTED_FOR = dt.timedelta(days=31)  # the platform counts an article's readers for thirty days
RETRY_AFTER = dt.timedelta(hours=1)
CLAIM = dt.timedelta(minutes=2)  # in which no other process fetches the same figures
FOREVER = dt.timedelta(days=36500)


@dataclass(frozen=True)
class SendJob:
    """One call that made the platform deliver: ids, number of `deliveries`, platform's report."""

    msg_id: str
    msg_data_id: str | None
    route: Route
    deliveries: int
    state: DeliveryState
    claimed_at: dt.datetime | None
    settled_at: dt.datetime | None
    report: Mapping[str, Any]

    @property
    def days(self) -> list[dt.date]:
        """Days in Beijing on which the message may have gone out: one, or two around midnight."""
        moments = filter(None, (self.claimed_at, self.settled_at))
        return sorted({moment.astimezone(BEIJING).date() for moment in moments})


@dataclass(frozen=True)
class CampaignFigures:
    """Reading figures of a campaign: for each article, by its place in the message from 1, cumulative by day.

    `why` says in Chinese why there are none, or no newer ones. `asked_at` is when the platform was last asked.
    """

    articles: Mapping[int, tuple[DayStatistics, ...]] = field(default_factory=dict)
    why: str = ""
    asked_at: dt.datetime | None = None


def send_jobs(session: Session, campaign_id: int) -> list[SendJob]:
    """Return the calls of a campaign that the platform accepted, in the order of the ledger."""
    # Deliveries of one call share its msg_id: the first one stands for the call.
    first_of_each = (
        select(func.min(Delivery.id).label("id"), func.count().label("deliveries"))
        .where(
            Delivery.campaign_id == campaign_id,
            Delivery.route.in_(COUNTED_ROUTES),
            Delivery.msg_id.is_not(None),
        )
        .group_by(Delivery.msg_id)
        .subquery()
    )
    jobs = select(Delivery, first_of_each.c.deliveries).join(first_of_each, first_of_each.c.id == Delivery.id)
    return [
        SendJob(
            str(delivery.msg_id),
            delivery.msg_data_id,
            Route(delivery.route),
            deliveries,
            DeliveryState(delivery.state),
            delivery.claimed_at,
            delivery.settled_at or delivery.moved_at,
            delivery.report,
        )
        for delivery, deliveries in session.execute(jobs.order_by(Delivery.id))
    ]


def campaigns_still_counted(session: Session, now: dt.datetime) -> list[int]:
    """Return the ids of campaigns whose articles' readers the platform still counts."""
    campaigns = select(Delivery.campaign_id).where(
        Delivery.route.in_(COUNTED_ROUTES),
        Delivery.msg_id.is_not(None),
        Delivery.claimed_at >= now - COUNTED_FOR,
    )
    return sorted(session.scalars(campaigns.distinct()))


def figures_ready_at(jobs: Sequence[SendJob]) -> dt.datetime | None:
    """Return when the first figures can be available; None if nothing was sent whose readers the platform counts."""
    days = [day for job in jobs for day in job.days]
    return dt.datetime.combine(min(days) + dt.timedelta(days=1), READY, BEIJING) if days else None


def stored_figures(db: Database, campaign_id: int) -> CampaignFigures:
    """Return the figures stored by the last `fetch_figures`; empty if there are none."""
    row = KeyValueStore(db).get(_store_key(campaign_id))
    return _from_json(row.value) if row is not None else CampaignFigures()


def fetch_figures(db: Database, wechat: WeChat, campaign_id: int, now: dt.datetime) -> None:
    """Fetch a campaign's figures from the platform, if it can have newer ones than those stored, and store them.

    Does not raise the platform's errors: a refusal is stored as the reason why there are no figures.
    """
    with db.read() as session:
        jobs = send_jobs(session, campaign_id)
    ready = figures_ready_at(jobs)
    if ready is None or now < ready:
        return
    store, key = KeyValueStore(db), _store_key(campaign_id)
    row = store.get(key)
    if (row is not None and now < row.expires_at) or not store.claim(key, now + CLAIM, now):
        return
    try:
        before = _from_json(row.value) if row is not None else CampaignFigures()
        figures, valid_until = _fetch_from_platform(wechat, jobs, before, now)
        store.put(key, _to_json(figures), valid_until)
    finally:
        store.release(key)


def _fetch_from_platform(
    wechat: WeChat, jobs: Sequence[SendJob], before: CampaignFigures, now: dt.datetime
) -> tuple[CampaignFigures, dt.datetime]:
    """Return the figures of all days, and until when they are valid."""
    rows: list[ArticleStatistics] = []
    days = sorted({day for job in jobs for day in job.days})
    try:
        for day in days:
            if now >= dt.datetime.combine(day + dt.timedelta(days=1), READY, BEIJING):
                rows += _fetch_day(wechat, day)
    except WeChatError as error:
        return CampaignFigures(before.articles, error.message, before.asked_at), _retry_at(error, now)
    still_counted = now.astimezone(BEIJING).date() - days[-1] < COUNTED_FOR
    valid_until = _next_morning(now) if still_counted else now + FOREVER
    return CampaignFigures(_by_place(jobs, rows), "", now), valid_until


def _fetch_day(wechat: WeChat, day: dt.date) -> list[ArticleStatistics]:
    if day < NEWER_CALL_SINCE:
        return wechat.fetch_old_article_statistics(day)
    try:
        return wechat.fetch_article_statistics(day)
    except (Refused, Misconfigured):
        # An account that does not have the newer call yet.
        return wechat.fetch_old_article_statistics(day)


def _by_place(
    jobs: Sequence[SendJob], rows: Iterable[ArticleStatistics]
) -> dict[int, tuple[DayStatistics, ...]]:
    """Return the figures by the article's place in the message; those of a campaign's several calls are added up."""
    places = {f"{job.msg_data_id}_{at}": at for job in jobs if job.msg_data_id for at in range(1, 9)}
    urls = {_url_key(url): at for job in jobs for at, url in enumerate(job.report.get("urls", ()), start=1)}
    added: dict[int, dict[dt.date, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    for row in rows:
        place = places.get(row.msgid) or (urls.get(_url_key(row.url)) if row.url else None)
        if place is not None:
            for day in row.days:
                sums = added[place][day.day]
                sums[:] = [sums[0] + day.read, sums[1] + day.shared, sums[2] + day.kept]
    return {
        place: tuple(DayStatistics(day, *sums) for day, sums in sorted(days.items()))
        for place, days in sorted(added.items())
    }


def _url_key(url: str) -> str:
    """Return an article's address without scheme and fragment, in which two spellings of it can differ."""
    return url.partition("://")[2].partition("#")[0]


def _retry_at(error: WeChatError, now: dt.datetime) -> dt.datetime:
    if isinstance(error, QuotaSpent):
        return next_quota_reset(now)
    return _next_morning(now) if isinstance(error, (Refused, Misconfigured)) else now + RETRY_AFTER


def _next_morning(now: dt.datetime) -> dt.datetime:
    """Return the next eight o'clock in Beijing."""
    today = dt.datetime.combine(now.astimezone(BEIJING).date(), READY, BEIJING)
    return today if now < today else today + dt.timedelta(days=1)


def _store_key(campaign_id: int) -> str:
    return f"figures:{campaign_id}"


def _to_json(figures: CampaignFigures) -> str:
    articles = {
        place: [[each.day.isoformat(), each.read, each.shared, each.kept] for each in days]
        for place, days in figures.articles.items()
    }
    asked_at = figures.asked_at.isoformat() if figures.asked_at else None
    return json.dumps({"articles": articles, "why": figures.why, "asked_at": asked_at}, ensure_ascii=False)


def _from_json(stored: str) -> CampaignFigures:
    document = json.loads(stored)
    articles = {
        int(place): tuple(DayStatistics(dt.date.fromisoformat(day), *numbers) for day, *numbers in days)
        for place, days in document["articles"].items()
    }
    asked_at = dt.datetime.fromisoformat(document["asked_at"]) if document["asked_at"] else None
    return CampaignFigures(articles, document["why"], asked_at)
