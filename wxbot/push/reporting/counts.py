"""Count a campaign: how many people are in which state, why some did not receive it, and when the others did.

The database counts, so that a ledger of a million deliveries needs no more memory than one of ten.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select

from wxbot.db import Session
from wxbot.push.ledger.tables import Campaign, Delivery, DeliveryState, Route
from wxbot.push.reporting.statistics import COUNTED_ROUTES, SendJob
from wxbot.wechat.errcodes import errcode_refusal

__all__ = ["CampaignCounts", "ReasonCount", "RecipientCounts", "count_campaign"]

SINGLE_DELIVERY_ROUTES = (Route.MASS, Route.PUBLISH, Route.DRAFT)  # one delivery stands for all recipients
MOST_REASONS = 30
SHOWN_BY_MINUTES = dt.timedelta(hours=3)  # a campaign that takes longer is shown by hours
REPORTED_ERRORS = "平台报告没有送达（平台不说明每一位的原因）"
NO_REASON = "没有写明原因"


@dataclass(frozen=True)
class ReasonCount:
    """A reason in Chinese and the number of people whom it concerns; `errcode` is the platform's, if it gave one."""

    words: str
    count: int
    errcode: int | None = None


@dataclass(frozen=True)
class RecipientCounts:
    """Number of people in each state.

    `planned` is the number in the plan. `sent` is None if the platform accepted the message and has not reported how
    many received it; `taken` is the number of people of whom only the acceptance is known.
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
    """All counts of a campaign.

    `moments` are the starts of time steps of length `step`, each with the number of people reached in it.
    `deliveries` is the number of deliveries by state, `routes` the routes by which anything was sent, `started_at` and
    `ended_at` the moments of the first and the last delivery.
    """

    people: RecipientCounts
    failed: tuple[ReasonCount, ...]
    left_out: tuple[ReasonCount, ...]
    step: dt.timedelta
    moments: tuple[tuple[dt.datetime, int], ...]
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    deliveries: dict[str, int]
    routes: frozenset[Route]


@dataclass(frozen=True)
class _StateCount:
    """Number of deliveries by one route in one state."""

    route: Route
    state: DeliveryState
    count: int


def count_campaign(session: Session, campaign: Campaign, jobs: Sequence[SendJob]) -> CampaignCounts:
    """Count a campaign's ledger, together with the platform's reports on its `jobs`."""
    states = _count_states(session, campaign.id)
    failed = _count_failures(session, campaign, jobs)
    step, moments = _count_by_time(session, campaign, jobs)
    started_at, ended_at = _time_span(session, campaign.id, jobs)
    return CampaignCounts(
        people=_count_people(campaign, states, jobs, sum(reason.count for reason in failed)),
        failed=failed,
        left_out=_count_left_out(session, campaign),
        step=step,
        moments=moments,
        started_at=started_at,
        ended_at=ended_at,
        deliveries=_deliveries_by_state(states),
        routes=frozenset(each.route for each in states if each.state is DeliveryState.SENT),
    )


def _count_states(session: Session, campaign_id: int) -> list[_StateCount]:
    counted = select(Delivery.route, Delivery.state, func.count()).where(Delivery.campaign_id == campaign_id)
    rows = session.execute(counted.group_by(Delivery.route, Delivery.state))
    return [_StateCount(Route(route), DeliveryState(state), count) for route, state, count in rows]


def _deliveries_by_state(states: Sequence[_StateCount]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for each in sorted(states, key=lambda each: each.state):
        counted[each.state] = counted.get(each.state, 0) + each.count
    return counted


def _count_people(
    campaign: Campaign, states: Sequence[_StateCount], jobs: Sequence[SendJob], failed: int
) -> RecipientCounts:
    """Count people, whether the ledger has one delivery for each of them or one for all."""
    people_per_delivery = {
        route: campaign.recipients if route in SINGLE_DELIVERY_ROUTES else 1 for route in Route
    }

    def people_in(*wanted: DeliveryState) -> int:
        return sum(each.count * people_per_delivery[each.route] for each in states if each.state in wanted)

    reported = [job for job in _reported_jobs(jobs) if "sent" in job.report]
    sent = [each for each in states if each.state is DeliveryState.SENT]
    # The people of a job with a report are counted by the report; of the others only the acceptance is known.
    accepted = sum(
        each.count * people_per_delivery[each.route]
        for each in sent
        if each.route in {Route.MASS, Route.LIST}
    )
    taken = max(0, accepted - sum(job.deliveries * people_per_delivery[job.route] for job in reported))
    individually = sum(
        each.count for each in sent if each.route not in COUNTED_ROUTES and each.route is not Route.DRAFT
    )
    delivered = sum(job.report["sent"] for job in reported)
    return RecipientCounts(
        planned=campaign.recipients,
        sent=None if taken and not reported and not individually else delivered + individually,
        taken=taken,
        failed=failed,
        filtered=sum(max(0, job.report["total"] - job.report["filtered"]) for job in reported),
        left_out=people_in(DeliveryState.SKIPPED),
        unknown=people_in(DeliveryState.UNKNOWN),
        waiting=people_in(DeliveryState.PLANNED, DeliveryState.CLAIMED),
    )


def _reported_jobs(jobs: Sequence[SendJob]) -> list[SendJob]:
    return [job for job in jobs if job.report and job.state is DeliveryState.SENT]


def _count_failures(session: Session, campaign: Campaign, jobs: Sequence[SendJob]) -> tuple[ReasonCount, ...]:
    """Count failed people by reason, most first; deliveries with the same errcode have one reason."""
    # The platform's message differs from call to call; the errcode tells what happened.
    words = case((Delivery.errcode.is_(None), Delivery.reason), else_="")
    rows = _count_by_reason(session, campaign, words, (DeliveryState.FAILED, DeliveryState.REFUSED))
    reasons = [
        ReasonCount(words or _errcode_words(errcode), count, errcode) for errcode, words, count in rows
    ]
    errors = sum(job.report.get("errors", 0) for job in _reported_jobs(jobs) if "sent" in job.report)
    if errors:
        reasons.append(ReasonCount(REPORTED_ERRORS, errors))
    return tuple(sorted(reasons, key=lambda reason: -reason.count))


def _count_left_out(session: Session, campaign: Campaign) -> tuple[ReasonCount, ...]:
    rows = _count_by_reason(session, campaign, Delivery.reason.expression, (DeliveryState.SKIPPED,))
    return tuple(ReasonCount(words or NO_REASON, count) for _, words, count in rows)


def _count_by_reason(
    session: Session, campaign: Campaign, words: ColumnElement[str], states: Sequence[DeliveryState]
) -> list[tuple[int | None, str, int]]:
    people = case((Delivery.route.in_(SINGLE_DELIVERY_ROUTES), campaign.recipients), else_=1)
    count = func.sum(people).label("people")
    grouped = (
        select(Delivery.errcode, words.label("words"), count)
        .where(Delivery.campaign_id == campaign.id, Delivery.state.in_(states))
        .group_by(Delivery.errcode, words)
        .order_by(count.desc())
        .limit(MOST_REASONS)
    )
    return [(row.errcode, row.words, int(row.people)) for row in session.execute(grouped)]


def _errcode_words(errcode: int | None) -> str:
    return errcode_refusal(errcode, "").message if errcode is not None else NO_REASON


def _count_by_time(
    session: Session, campaign: Campaign, jobs: Sequence[SendJob]
) -> tuple[dt.timedelta, tuple[tuple[dt.datetime, int], ...]]:
    """Count people by time: those addressed individually when each was sent, those of one call when it was settled."""
    by_minute: dict[dt.datetime, int] = {}
    minute = _sent_minute(session)
    sent = (Delivery.state == DeliveryState.SENT) & Delivery.route.not_in(SINGLE_DELIVERY_ROUTES)
    individually = (
        select(minute, func.count()).where(Delivery.campaign_id == campaign.id, sent).group_by(minute)
    )
    for text, count in session.execute(individually):
        by_minute[dt.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=dt.UTC)] = count
    for job in jobs:
        if job.route is Route.MASS and job.report.get("sent") and job.settled_at is not None:
            at = job.settled_at.astimezone(dt.UTC).replace(second=0, microsecond=0)
            by_minute[at] = by_minute.get(at, 0) + job.report["sent"]
    return _group_by_step(by_minute)


def _sent_minute(session: Session) -> ColumnElement[str]:
    """Return the expression for the minute in UTC at which a delivery was sent, as text."""
    moment = func.coalesce(Delivery.claimed_at, Delivery.moved_at)
    if session.get_bind().dialect.name == "sqlite":
        return func.strftime("%Y-%m-%d %H:%M", moment)
    return func.to_char(moment, "YYYY-MM-DD HH24:MI")


def _group_by_step(
    by_minute: dict[dt.datetime, int],
) -> tuple[dt.timedelta, tuple[tuple[dt.datetime, int], ...]]:
    """Group counts by hours, or by a few minutes if all of them are close together; steps in between count 0."""
    hour = dt.timedelta(hours=1)
    if not by_minute:
        return hour, ()
    first, last = min(by_minute), max(by_minute)
    step = hour
    if last - first < SHOWN_BY_MINUTES:
        step = dt.timedelta(minutes=1 if last - first < dt.timedelta(minutes=40) else 5)
    start = first - (first - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) % step
    counted = {start + step * index: 0 for index in range((last - start) // step + 1)}
    for moment, count in by_minute.items():
        counted[start + (moment - start) // step * step] += count
    return step, tuple(counted.items())


def _time_span(
    session: Session, campaign_id: int, jobs: Sequence[SendJob]
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return when the first delivery was sent, and when the last was sent or settled."""
    sent = (Delivery.campaign_id == campaign_id) & (Delivery.state == DeliveryState.SENT)
    span = select(func.min(Delivery.claimed_at), func.max(Delivery.claimed_at)).where(sent)
    first, last = session.execute(span).one()
    settled = [job.settled_at for job in jobs if job.settled_at is not None]
    return first, max([*settled, *([last] if last is not None else [])], default=None)
