"""Read the people of an audience from the database, page by page, with what decides about their eligibility.

Each page is read in a transaction of its own, whatever the audience: an audience of a million needs no more memory than
one of five thousand.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Row, Select, exists, func, literal, or_, select

from wxbot import consents, followers
from wxbot.consents import Consent
from wxbot.db import Database, Session
from wxbot.errors import Forbidden, NotFound
from wxbot.followers import Follower, Preferences
from wxbot.local_time import start_of_month
from wxbot.push.audience.eligibility import Candidate
from wxbot.push.ledger.audience import Audience, AudienceKind
from wxbot.push.ledger.queries import count_mass_messages
from wxbot.push.ledger.tables import (
    POSSIBLY_SENT,
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    ListedOpenid,
    Route,
)

__all__ = [
    "LONGEST_OPENID",
    "PAGE",
    "RecipientQuery",
    "candidate_pages",
    "distinct_openid_pages",
    "openid_pages",
    "planned_openid_pages",
    "stored_openid_pages",
]

PAGE = 5000  # people
LONGEST_OPENID = 64  # characters
NO_PREFERENCES = Preferences()  # most followers have none: one shared object instead of a million
WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class RecipientQuery:
    """Parameters for reading an audience.

    `template` is the id of the subscription notice whose consents count ("" for none). With `counts_mass_messages`, the
    mass messages that each person received this month are counted. Deliveries of campaign `campaign_id` itself do not
    count as received (0: the campaign does not exist yet).
    """

    audience: Audience
    now: dt.datetime
    template: str = ""
    counts_mass_messages: bool = False
    campaign_id: int = 0


@dataclass(frozen=True)
class _RecentSends:
    """Recent and unfinished campaigns whose deliveries may count as received, and mass messages to all followers."""

    campaigns: Sequence[int]
    unfinished: Sequence[int]
    week: dt.datetime
    month: dt.datetime
    to_all_this_week: int
    to_all_this_month: int


def candidate_pages(
    db: Database, query: RecipientQuery, openids: Iterable[Sequence[str]] | None = None
) -> Iterator[list[Candidate]]:
    """Yield the people of an audience in pages; of an audience that is a list, those on the pages of `openids`.

    Raises NotFound or Forbidden for `unreached` of a campaign that does not exist or was a mass message.
    """
    with db.read() as session:
        recent = _load_recent_sends(session, query)
        condition = None if openids is not None else _audience_condition(session, query)
    if condition is None:
        for page in openids or ():
            with db.read() as session:
                yield _load_candidates(session, query, recent, list(page))
        return
    after = ""
    while True:
        with db.read() as session:
            rows = session.execute(_follower_page(condition, after, query.template)).all()
            yield _candidates(session, query, recent, rows)
        if len(rows) < PAGE:
            return
        after = rows[-1].openid


def stored_openid_pages(
    db: Database, audience: Audience, campaign_id: int, template: str
) -> Iterator[Sequence[str]]:
    """Yield the stored openids of an audience that is a list: who consented, or the campaign's own list."""

    def consenting_page(session: Session, after: str) -> Sequence[str]:
        return consents.consenting_openids(session, template, after, PAGE)

    def listed_page(session: Session, after: str) -> Sequence[str]:
        mine = ListedOpenid.campaign_id == campaign_id, ListedOpenid.openid > after
        page = select(ListedOpenid.openid).where(*mine).order_by(ListedOpenid.openid).limit(PAGE)
        return session.scalars(page).all()

    return _openid_pages_after(
        db, consenting_page if audience.kind is AudienceKind.CONSENTED else listed_page
    )


def planned_openid_pages(db: Database, campaign_id: int) -> Iterator[Sequence[str]]:
    """Yield the openids of a campaign's planned deliveries in pages."""

    def planned_page(session: Session, after: str) -> Sequence[str]:
        mine = Delivery.campaign_id == campaign_id, Delivery.state == DeliveryState.PLANNED
        page = select(Delivery.recipient).where(*mine, Delivery.recipient > after)
        return session.scalars(page.order_by(Delivery.recipient).limit(PAGE)).all()

    return _openid_pages_after(db, planned_page)


def _openid_pages_after(
    db: Database, page_after: Callable[[Session, str], Sequence[str]]
) -> Iterator[Sequence[str]]:
    after = ""
    while True:
        with db.read() as session:
            page = page_after(session, after)
        if page:
            yield page
        if len(page) < PAGE:
            return
        after = page[-1]


def _audience_condition(session: Session, query: RecipientQuery) -> ColumnElement[bool]:
    """Return the condition on followers for an audience that is not a list."""
    audience = query.audience
    if audience.kind is AudienceKind.RECENT:
        return Follower.last_wrote.is_not(None)
    if audience.kind is AudienceKind.ACTIVE:
        return Follower.last_heard > query.now - dt.timedelta(days=int(audience.argument))
    if audience.kind is AudienceKind.UNREACHED:
        return ~_reached_by(session, int(audience.argument), "unreached")
    if audience.kind is AudienceKind.REACHED:
        return _reached_by(session, int(audience.argument), "reached")
    # For a section all followers are read: their preferences decide later, with a reason for each who is left out.
    return literal(value=True)


def _reached_by(session: Session, campaign_id: int, kind: str) -> ColumnElement[bool]:
    """Return the condition on followers whom a campaign reached or may have reached; `kind` is for the message."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound(f"没有推送计划 {campaign_id}", remedy="wxbot push list 列出所有计划。")
    mine = Delivery.campaign_id == campaign_id, Delivery.state.in_(POSSIBLY_SENT)
    if session.scalar(select(Delivery.id).where(*mine, Delivery.route == Route.MASS).limit(1)) is not None:
        raise Forbidden(
            f"计划 {campaign_id} 是群发，平台不告诉我们谁收到、谁没收到",
            remedy=f"{kind} 用于逐个发或按名单群发的计划。",
        )
    return exists().where(*mine, Delivery.recipient == Follower.openid)


def _follower_page(condition: ColumnElement[bool], after: str, template: str) -> Select[tuple[object, ...]]:
    consented = (Consent.openid == Follower.openid) & (Consent.template_id == template)
    columns = select(Follower.openid, Follower.wishes, Follower.last_wrote, Consent.left)
    following = columns.outerjoin(Consent, consented).where(
        Follower.following, Follower.openid > after, condition
    )
    return following.order_by(Follower.openid).limit(PAGE)


def _candidates(
    session: Session, query: RecipientQuery, recent: _RecentSends, rows: Sequence[Row[tuple[object, ...]]]
) -> list[Candidate]:
    found = [
        Candidate(row.openid, True, _preferences(row.wishes), row.last_wrote, row.left or 0) for row in rows
    ]
    return _with_received_counts(session, query, recent, found)


def _load_candidates(
    session: Session, query: RecipientQuery, recent: _RecentSends, openids: list[str]
) -> list[Candidate]:
    """Read the candidates of these openids, including those who do not follow the account."""
    columns = select(Follower.openid, Follower.wishes, Follower.last_wrote)
    rows = session.execute(columns.where(Follower.following, Follower.openid.in_(openids)))
    following = {row.openid: row for row in rows}
    consented = consents.remaining(session, openids, query.template) if query.template else {}
    found = [
        Candidate(
            openid,
            openid in following,
            _preferences(following[openid].wishes if openid in following else {}),
            following[openid].last_wrote if openid in following else None,
            consented.get(openid, 0),
        )
        for openid in openids
    ]
    return _with_received_counts(session, query, recent, found)


def _preferences(stored: Mapping[str, object]) -> Preferences:
    return followers.parse_preferences(stored) if stored else NO_PREFERENCES


def _with_received_counts(
    session: Session, query: RecipientQuery, recent: _RecentSends, candidates: list[Candidate]
) -> list[Candidate]:
    """Return the candidates with the numbers of messages they received, read only where a limit depends on them."""
    capped = [person.openid for person in candidates if person.preferences.weekly is not None]
    week = _received_counts(session, recent, capped, recent.week)
    month: dict[str, int] = {}
    if query.counts_mass_messages:
        everyone = [person.openid for person in candidates]
        month = _received_counts(session, recent, everyone, recent.month, Route.LIST)
    if not week and not month and not recent.to_all_this_week and not recent.to_all_this_month:
        return candidates
    return [
        replace(
            person,
            week=week.get(person.openid, 0) + recent.to_all_this_week,
            month=month.get(person.openid, 0) + recent.to_all_this_month,
        )
        for person in candidates
    ]


def _load_recent_sends(session: Session, query: RecipientQuery) -> _RecentSends:
    week, month = query.now - WEEK, start_of_month(query.now)
    over = (CampaignState.FINISHED, CampaignState.FAILED, CampaignState.CANCELLED)
    is_unfinished = Campaign.state.not_in(over)
    recent = select(Campaign.id, is_unfinished).where(
        or_(Campaign.moved_at >= min(week, month), is_unfinished), Campaign.id != query.campaign_id
    )
    rows = session.execute(recent).all()
    everyone = Audience(AudienceKind.ALL)
    return _RecentSends(
        [row[0] for row in rows],
        [row[0] for row in rows if row[1]],
        week,
        month,
        count_mass_messages(session, week, everyone),
        count_mass_messages(session, month, everyone),
    )


def _received_counts(
    session: Session,
    recent: _RecentSends,
    openids: Sequence[str],
    since: dt.datetime,
    route: Route | None = None,
) -> dict[str, int]:
    """Count how often each of these openids was sent a message of its own since then, by `route` or by any.

    Planned deliveries of other unfinished campaigns count too: of two campaigns that start at the same time, the second
    takes the first into account.
    """
    if not openids or not recent.campaigns:
        return {}
    out = Delivery.state.in_(POSSIBLY_SENT) & (Delivery.claimed_at >= since)
    coming = (Delivery.state == DeliveryState.PLANNED) & Delivery.campaign_id.in_(recent.unfinished)
    counted = select(Delivery.recipient, func.count().label("times")).where(
        Delivery.campaign_id.in_(recent.campaigns), Delivery.recipient.in_(openids), or_(out, coming)
    )
    if route is not None:
        counted = counted.where(Delivery.route == route)
    return {row.recipient: row.times for row in session.execute(counted.group_by(Delivery.recipient))}


def distinct_openid_pages(openids: Iterable[str]) -> Iterator[Sequence[str]]:
    """Yield the openids of a list in pages, each once; texts that cannot be an openid are left out."""

    def distinct() -> Iterator[str]:
        seen: set[int] = set()
        for openid in openids:
            digest = hash(openid)  # a million openids would take a hundred megabytes, their hashes a third
            if digest not in seen:
                seen.add(digest)
                yield openid

    return openid_pages(distinct())


def openid_pages(openids: Iterable[str]) -> Iterator[Sequence[str]]:
    """Yield the openids of a list in pages, duplicates included; texts that cannot be an openid are left out."""
    page: list[str] = []
    for openid in openids:
        if openid and len(openid) <= LONGEST_OPENID:
            page.append(openid)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page
