"""People of an audience, a page at a time: what is known of each that decides whether and how they are reached.

A page at a time, each in a transaction of its own, whatever the audience: a million of them cost no more memory than
five thousand.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, Select, exists, func, literal, or_, select

from wxbot import consents, followers
from wxbot.consents import Consent
from wxbot.db import Database, Session
from wxbot.errors import Forbidden, NotFound, UsageError
from wxbot.followers import Follower, Preferences
from wxbot.local_time import start_of_month
from wxbot.push.audience.eligibility import Candidate
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
    "AUDIENCES",
    "LONGEST_NAME",
    "NAMED",
    "ONE_BY_ONE",
    "PAGE",
    "RecipientQuery",
    "candidate_pages",
    "distinct_openid_pages",
    "named_openid_pages",
    "openid_pages",
    "planned_openid_pages",
    "sent_to_all",
]

# Audiences that are lists of ours; the platform itself knows "all" and "tag:…".
ONE_BY_ONE = ("recent", "active", "section", "unreached", "consented", "file")
# Those of whom we have names before we look whether they follow.
NAMED = ("consented", "file", "tag")
PAGE = 5000
LONGEST_NAME = 64  # characters of an openid
NO_WISHES = Preferences()  # what most people have: made once
WEEK = dt.timedelta(days=7)
AUDIENCES = (
    "可以是 all、tag:标签名、recent（48 小时内来过消息的）、active:天数（这些天里来过消息的）、section:栏目、"
    "unreached:计划编号、consented（同意过订阅通知的），或一个写着 openid 的文件。"
)


@dataclass(frozen=True)
class RecipientQuery:
    """What is asked of an audience: its name, the moment, the notice's template ("" for none), whether lists count.

    `campaign_id` is the campaign that asks, whose own lines do not count as received (0: none yet).
    """

    audience: str
    now: dt.datetime
    template: str = ""
    listed: bool = False
    campaign_id: int = 0


@dataclass(frozen=True)
class _RecentSends:
    """What was sent lately, or is about to be: which campaigns to look into, and what went to everybody at once."""

    campaigns: Sequence[int]
    under_way: Sequence[int]
    week: dt.datetime
    month: dt.datetime
    all_this_week: int
    all_this_month: int


def candidate_pages(
    db: Database, asked: RecipientQuery, names: Iterable[Sequence[str]] | None = None
) -> Iterator[list[Candidate]]:
    """Everybody whom an audience means, by pages; of a named one, those on the pages of `names`.

    "all" and "section:NAME" are all followers, "recent" all who ever wrote, "active:N" who wrote or tapped within N
    days, "unreached:ID" those whom that campaign did not reach. Raises UsageError for an audience that is none of
    these, NotFound and Forbidden for a campaign that cannot tell.
    """
    with db.read() as session:
        past = _load_recent_sends(session, asked)
        here = None if names is not None else _audience_condition(session, asked)
    if here is None:
        for page in names or ():
            with db.read() as session:
                yield _load_candidates(session, asked, past, list(page))
        return
    after = ""
    while True:
        with db.read() as session:
            rows = session.execute(_page(here, after, asked.template)).all()
            yield _candidates(session, asked, past, rows)
        if len(rows) < PAGE:
            return
        after = rows[-1].openid


def named_openid_pages(
    db: Database, audience: str, campaign_id: int, template: str
) -> Iterator[Sequence[str]]:
    """The names of a named audience, by pages: who consented, or whom the campaign's own list names."""

    def consenting(session: Session, after: str) -> Sequence[str]:
        return consents.consenting_openids(session, template, after, PAGE)

    def guests(session: Session, after: str) -> Sequence[str]:
        here = ListedOpenid.campaign_id == campaign_id, ListedOpenid.openid > after
        return session.scalars(
            select(ListedOpenid.openid).where(*here).order_by(ListedOpenid.openid).limit(PAGE)
        ).all()

    return _openid_pages_after(db, consenting if audience == "consented" else guests)


def planned_openid_pages(db: Database, campaign_id: int) -> Iterator[Sequence[str]]:
    """The names of those whom a campaign has still to reach, by pages."""

    def planned(session: Session, after: str) -> Sequence[str]:
        mine = Delivery.campaign_id == campaign_id, Delivery.state == DeliveryState.PLANNED
        here = select(Delivery.recipient).where(*mine, Delivery.recipient > after)
        return session.scalars(here.order_by(Delivery.recipient).limit(PAGE)).all()

    return _openid_pages_after(db, planned)


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


def _audience_condition(session: Session, asked: RecipientQuery) -> ColumnElement[bool]:
    kind, _, name = asked.audience.partition(":")
    if (kind == "all" and not name) or (kind == "section" and name):
        return literal(value=True)
    if kind == "recent" and not name:
        return Follower.last_wrote.is_not(None)
    if kind == "active" and name.isdecimal() and 0 < int(name) <= 3650:
        return Follower.last_heard > asked.now - dt.timedelta(days=int(name))
    if kind == "unreached" and name.isdecimal():
        return _not_reached(session, int(name))
    raise UsageError(f"看不懂 --to {asked.audience}", remedy=AUDIENCES)


def _not_reached(session: Session, campaign_id: int) -> ColumnElement[bool]:
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound(f"没有推送计划 {campaign_id}", remedy="wxbot push list 列出所有计划。")
    mine = Delivery.campaign_id == campaign_id, Delivery.state.in_(POSSIBLY_SENT)
    if session.scalar(select(Delivery.id).where(*mine, Delivery.route == Route.MASS).limit(1)) is not None:
        raise Forbidden(
            f"计划 {campaign_id} 是群发，平台不告诉我们谁收到、谁没收到",
            remedy="unreached 用于逐个发或按名单群发的计划。",
        )
    return ~exists().where(*mine, Delivery.recipient == Follower.openid)


def _page(here: ColumnElement[bool], after: str, template: str) -> Select[tuple[object, ...]]:
    agreed = (Consent.openid == Follower.openid) & (Consent.template_id == template)
    found = select(Follower.openid, Follower.wishes, Follower.last_wrote, Consent.left)
    following = found.outerjoin(Consent, agreed).where(Follower.following, Follower.openid > after, here)
    return following.order_by(Follower.openid).limit(PAGE)


def _candidates(
    session: Session, asked: RecipientQuery, past: _RecentSends, rows: Sequence[Row[tuple[object, ...]]]
) -> list[Candidate]:
    found = [Candidate(row.openid, True, _wishes(row.wishes), row.last_wrote, row.left or 0) for row in rows]
    return _with_received_counts(session, asked, past, found)


def _load_candidates(
    session: Session, asked: RecipientQuery, past: _RecentSends, openids: list[str]
) -> list[Candidate]:
    """These people, whether they follow or not."""
    found = select(Follower.openid, Follower.wishes, Follower.last_wrote)
    rows = session.execute(found.where(Follower.following, Follower.openid.in_(openids)))
    known = {row.openid: row for row in rows}
    agreed = consents.remaining(session, openids, asked.template) if asked.template else {}
    here = [
        Candidate(
            openid,
            openid in known,
            _wishes(known[openid].wishes if openid in known else {}),
            known[openid].last_wrote if openid in known else None,
            agreed.get(openid, 0),
        )
        for openid in openids
    ]
    return _with_received_counts(session, asked, past, here)


def _wishes(kept: Mapping[str, object]) -> Preferences:
    return followers.parse_preferences(kept) if kept else NO_WISHES


def _with_received_counts(
    session: Session, asked: RecipientQuery, past: _RecentSends, found: list[Candidate]
) -> list[Candidate]:
    """The same people with what they received lately, where it matters."""
    capped = [person.openid for person in found if person.wishes.weekly is not None]
    week = _received_counts(session, past, capped, past.week)
    month = (
        _received_counts(session, past, [person.openid for person in found], past.month, Route.LIST)
        if asked.listed
        else {}
    )
    if not week and not month and not past.all_this_week and not past.all_this_month:
        return found
    return [
        Candidate(
            person.openid,
            person.follows,
            person.wishes,
            person.last_wrote,
            person.consents,
            week.get(person.openid, 0) + past.all_this_week,
            month.get(person.openid, 0) + past.all_this_month,
        )
        for person in found
    ]


def _load_recent_sends(session: Session, asked: RecipientQuery) -> _RecentSends:
    week, month = asked.now - WEEK, start_of_month(asked.now)
    over = (CampaignState.FINISHED, CampaignState.FAILED, CampaignState.CANCELLED)
    under_way = Campaign.state.not_in(over)
    lately = select(Campaign.id, under_way).where(
        or_(Campaign.moved_at >= min(week, month), under_way), Campaign.id != asked.campaign_id
    )
    found = session.execute(lately).all()
    return _RecentSends(
        [row[0] for row in found],
        [row[0] for row in found if row[1]],
        week,
        month,
        sent_to_all(session, week),
        sent_to_all(session, month),
    )


def sent_to_all(session: Session, since: dt.datetime) -> int:
    """How many mass messages went to everybody since then."""
    sent = select(func.count()).where(
        Delivery.campaign_id == Campaign.id,
        Campaign.route == Route.MASS,
        Delivery.recipient == "all",
        Delivery.state == DeliveryState.SENT,
        Delivery.claimed_at >= since,
    )
    return session.scalar(sent) or 0


def _received_counts(
    session: Session,
    past: _RecentSends,
    openids: Sequence[str],
    since: dt.datetime,
    route: Route | None = None,
) -> dict[str, int]:
    """How often each of these was sent something since then by name: by their index, campaign by campaign.

    What another campaign has in its ledger for them counts, too: of two that start together the second sees the first.
    """
    if not openids or not past.campaigns:
        return {}
    out = Delivery.state.in_(POSSIBLY_SENT) & (Delivery.claimed_at >= since)
    coming = (Delivery.state == DeliveryState.PLANNED) & Delivery.campaign_id.in_(past.under_way)
    found = select(Delivery.recipient, func.count().label("times")).where(
        Delivery.campaign_id.in_(past.campaigns), Delivery.recipient.in_(openids), or_(out, coming)
    )
    if route is not None:
        found = found.where(Delivery.route == route)
    return {row.recipient: row.times for row in session.execute(found.group_by(Delivery.recipient))}


def distinct_openid_pages(openids: Iterable[str]) -> Iterator[Sequence[str]]:
    """The names of a list, each once, by pages; whatever cannot be an openid is left out."""

    def once() -> Iterator[str]:
        seen: set[int] = set()
        for openid in openids:
            mark = hash(openid)  # the hash alone is remembered: a million names would be a hundred megabytes
            if mark not in seen:
                seen.add(mark)
                yield openid

    return openid_pages(once())


def openid_pages(openids: Iterable[str]) -> Iterator[Sequence[str]]:
    """The names of a list by pages, as often as they stand there; whatever cannot be an openid is left out."""
    page: list[str] = []
    for openid in openids:
        if openid and len(openid) <= LONGEST_NAME:
            page.append(openid)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page
