"""Counting a campaign: how many followers stand where, why some did not receive it, when the others did.

The database counts, so that a ledger of a million lines costs no more memory than one of ten.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select

from wxbot.db import Session
from wxbot.push.ledger.tables import Campaign, Delivery, DeliveryState, Route
from wxbot.push.reporting.statistics import COUNTED_ROUTES, SendJob
from wxbot.wechat.errcodes import refusal

__all__ = ["CampaignCounts", "ReasonCount", "RecipientCounts", "count_campaign"]

SINGLE_CALL_ROUTES = (Route.MASS, Route.PUBLISH, Route.DRAFT)  # routes with one line for everybody
MOST_REASONS = 30
FULL_DETAILS = dt.timedelta(hours=3)  # a delivery that takes no longer is shown by minutes
ERRORS = "平台报告没有送达（平台不说明每一位的原因）"


@dataclass(frozen=True)
class ReasonCount:
    """Why so many did not receive it."""

    words: str
    count: int
    errcode: int | None = None


@dataclass(frozen=True)
class RecipientCounts:
    """How many followers stand where. `sent` is None while the platform took it and has not reported how many.

    `planned` is what the plan counted; `taken` are those of whom only that is known.
    """

    planned: int
    sent: int | None
    taken: int
    failed: int
    filtered: int
    left_out: int
    unknown: int
    waiting: int


@dataclass(frozen=True)
class CampaignCounts:
    """A campaign counted; `moments` are how many were delivered to in each `step` from that moment on.

    `lines` are how many lines of the ledger stand in each state, `routes` those by which anything went out,
    `started_at` and `ended_at` the first and the last of it.
    """

    people: RecipientCounts
    failed: tuple[ReasonCount, ...]
    left_out: tuple[ReasonCount, ...]
    step: dt.timedelta
    moments: tuple[tuple[dt.datetime, int], ...]
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    lines: dict[str, int]
    routes: frozenset[Route]


def count_campaign(session: Session, campaign: Campaign, jobs: Sequence[SendJob]) -> CampaignCounts:
    """Count the ledger and what the platform reported of its `jobs`."""
    lines = _lines(session, campaign.id)
    people, failed = _people(campaign, lines, jobs, _failed(session, campaign))
    step, moments = _moments(session, campaign, jobs)
    started, ended = _span(session, campaign.id, jobs)
    return CampaignCounts(
        people=people,
        failed=failed,
        left_out=_left_out(session, campaign),
        step=step,
        moments=moments,
        started_at=started,
        ended_at=ended,
        lines=_by_state(lines),
        routes=frozenset(each.route for each in lines if each.state is DeliveryState.SENT),
    )


@dataclass(frozen=True)
class _Lines:
    """So many lines of one route stand in one state."""

    route: Route
    state: DeliveryState
    count: int


def _lines(session: Session, campaign_id: int) -> list[_Lines]:
    counted = select(Delivery.route, Delivery.state, func.count()).where(Delivery.campaign_id == campaign_id)
    rows = session.execute(counted.group_by(Delivery.route, Delivery.state))
    return [_Lines(Route(route), DeliveryState(state), count) for route, state, count in rows]


def _by_state(lines: Sequence[_Lines]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for each in sorted(lines, key=lambda each: each.state):
        counted[each.state] = counted.get(each.state, 0) + each.count
    return counted


def _people(
    campaign: Campaign, lines: Sequence[_Lines], jobs: Sequence[SendJob], failed: Sequence[ReasonCount]
) -> tuple[RecipientCounts, tuple[ReasonCount, ...]]:
    """Followers, where the ledger has a line for each and where it has one for all; and why some failed."""
    weight = {route: campaign.recipients if route in SINGLE_CALL_ROUTES else 1 for route in Route}

    def of(*states: DeliveryState) -> int:
        return sum(each.count * weight[each.route] for each in lines if each.state in states)

    reports = [job for job in jobs if job.report and job.state is DeliveryState.SENT]
    told = [job for job in reports if "sent" in job.report]
    delivered = sum(job.report["sent"] for job in told)
    errors = sum(job.report["errors"] for job in told)
    filtered = sum(max(0, job.report["total"] - job.report["filtered"]) for job in told)
    # Of what the platform took: what it reported is counted by its report, the rest is only known to be taken.
    silent = sum(
        each.count * weight[each.route]
        for each in lines
        if each.state is DeliveryState.SENT and each.route in {Route.MASS, Route.LIST}
    ) - sum(job.lines * weight[job.route] for job in told)
    singly = sum(
        each.count
        for each in lines
        if each.state is DeliveryState.SENT
        and each.route not in COUNTED_ROUTES
        and each.route is not Route.DRAFT
    )
    taken = max(0, silent)
    reasons = [*failed, *([ReasonCount(ERRORS, errors)] if errors else [])]
    people = RecipientCounts(
        planned=campaign.recipients,
        sent=None if taken and not told and not singly else delivered + singly,
        taken=taken,
        failed=sum(reason.count for reason in reasons),
        filtered=filtered,
        left_out=of(DeliveryState.SKIPPED),
        unknown=of(DeliveryState.UNKNOWN),
        waiting=of(DeliveryState.PLANNED, DeliveryState.CLAIMED),
    )
    return people, tuple(sorted(reasons, key=lambda reason: -reason.count))


def _failed(session: Session, campaign: Campaign) -> list[ReasonCount]:
    """Why lines failed: alike where the errcode is, in the words of the errcode."""
    # The platform's words hold what differs from call to call; the number says what happened.
    words = case((Delivery.errcode.is_(None), Delivery.reason), else_="")
    rows = _by_reason(session, campaign, words, (DeliveryState.FAILED, DeliveryState.REFUSED))
    return [ReasonCount(words or _in_words(errcode), count, errcode) for errcode, words, count in rows]


def _left_out(session: Session, campaign: Campaign) -> tuple[ReasonCount, ...]:
    rows = _by_reason(session, campaign, Delivery.reason.expression, (DeliveryState.SKIPPED,))
    return tuple(ReasonCount(words or "没有写明原因", count) for _, words, count in rows)


def _by_reason(
    session: Session, campaign: Campaign, words: ColumnElement[str], states: Sequence[DeliveryState]
) -> list[tuple[int | None, str, int]]:
    weight = case((Delivery.route.in_(SINGLE_CALL_ROUTES), campaign.recipients), else_=1)
    times = func.sum(weight).label("times")
    grouped = (
        select(Delivery.errcode, words.label("words"), times)
        .where(Delivery.campaign_id == campaign.id, Delivery.state.in_(states))
        .group_by(Delivery.errcode, words)
        .order_by(times.desc())
        .limit(MOST_REASONS)
    )
    return [(row.errcode, row.words, int(row.times)) for row in session.execute(grouped)]


def _in_words(errcode: int | None) -> str:
    return refusal(errcode, "").message if errcode is not None else "没有写明原因"


def _moments(
    session: Session, campaign: Campaign, jobs: Sequence[SendJob]
) -> tuple[dt.timedelta, tuple[tuple[dt.datetime, int], ...]]:
    """When it was delivered: to followers one by one when each was written to, by one call when it was over."""
    counted: dict[dt.datetime, int] = {}
    minute = _minute(session)
    sent = (Delivery.state == DeliveryState.SENT) & Delivery.route.not_in(SINGLE_CALL_ROUTES)
    singly = select(minute, func.count()).where(Delivery.campaign_id == campaign.id, sent).group_by(minute)
    for said, count in session.execute(singly):
        counted[dt.datetime.strptime(said, "%Y-%m-%d %H:%M").replace(tzinfo=dt.UTC)] = count
    for job in jobs:
        if job.route is Route.MASS and job.report.get("sent") and job.settled_at is not None:
            at = job.settled_at.astimezone(dt.UTC).replace(second=0, microsecond=0)
            counted[at] = counted.get(at, 0) + job.report["sent"]
    return _stepped(counted)


def _minute(session: Session) -> ColumnElement[str]:
    """The minute in UTC at which a line was sent, as text."""
    moment = func.coalesce(Delivery.claimed_at, Delivery.moved_at)
    if session.get_bind().dialect.name == "sqlite":
        return func.strftime("%Y-%m-%d %H:%M", moment)
    return func.to_char(moment, "YYYY-MM-DD HH24:MI")


def _stepped(
    minutes: dict[dt.datetime, int],
) -> tuple[dt.timedelta, tuple[tuple[dt.datetime, int], ...]]:
    """By hours; by few minutes where all was over soon. Steps without any delivery between two others count nothing."""
    hour = dt.timedelta(hours=1)
    if not minutes:
        return hour, ()
    first, last = min(minutes), max(minutes)
    step = hour
    if last - first < FULL_DETAILS:
        step = dt.timedelta(minutes=1 if last - first < dt.timedelta(minutes=40) else 5)
    start = first - (first - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) % step
    bars = {start + step * at: 0 for at in range((last - start) // step + 1)}
    for moment, count in minutes.items():
        bars[start + (moment - start) // step * step] += count
    return step, tuple(bars.items())


def _span(
    session: Session, campaign_id: int, jobs: Sequence[SendJob]
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """When the first line went out, and when the last was settled."""
    sent = (Delivery.campaign_id == campaign_id) & (Delivery.state == DeliveryState.SENT)
    found = select(func.min(Delivery.claimed_at), func.max(Delivery.claimed_at)).where(sent)
    first, last = session.execute(found).one()
    ended = [job.settled_at for job in jobs if job.settled_at is not None]
    return first, max([*ended, *([last] if last is not None else [])], default=None)
