"""Freezing an audience into the ledger, at the start of its campaign: one line a follower, with the way by which the
campaign reaches them, or the reason why it does not.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import delete, text, update

from wxbot import library
from wxbot.db import BulkInsert, Database, Session
from wxbot.errors import Misconfigured, NotFound, OutcomeUnknown, QuotaSpent, WeChatError
from wxbot.push.audience.eligibility import EligibilityRules, route_for
from wxbot.push.audience.selection import NAMED, RecipientQuery, candidate_pages, named_openid_pages
from wxbot.push.ledger.lease import Lease, LeaseLost, move_leased_campaign, renew_lease
from wxbot.push.ledger.states import move_campaign
from wxbot.push.ledger.tables import Campaign, Delivery, DeliveryState, ListedOpenid, Route
from wxbot.push.push_settings import PushSettings
from wxbot.push.timing.rate_limit import BACKOFF, error_text, next_quota_reset
from wxbot.wechat import WeChat

__all__ = [
    "add_listed_openids",
    "campaign_rules",
    "eligibility_rules",
    "exceeds_drift",
    "freeze_audience",
    "keep_lease",
    "relevant_sections",
    "routes_of",
    "tag_member_pages",
]  # fmt: skip

Clock = Callable[[], dt.datetime]
LEAST_DRIFT = 10  # people: fewer more or less never surprise anybody
Line = tuple[int, str, str, str, str, dt.datetime]
_LINES = BulkInsert(
    Delivery.__table__,
    ("campaign_id", "recipient", "route", "state", "reason", "moved_at"),
    fixed={"clientmsgid": "''", "attempts": "0", "fence": "0", "report": "'{}'"},
)
# Written out: a million names are written in one transaction, and composing costs more than writing.
_GUESTS = text("INSERT INTO guest (campaign_id, openid) VALUES (:campaign, :openid) ON CONFLICT DO NOTHING")
NO_LIST = "这个账号不能按名单群发"


def freeze_audience(db: Database, wechat: WeChat, lease: Lease, settings: PushSettings, clock: Clock) -> bool:
    """Write a line for everybody whom the running campaign means, page by page, once.

    Begun anew after a kill, it adds only who is missing. False when the campaign cannot go on, and its state says why:
    a tag's members cannot be asked for, or the audience is of another size than the one that was approved (then the
    ledger is empty again). Raises LeaseLost.
    """
    with db.read() as session:
        campaign = session.get_one(Campaign, lease.campaign_id)
    if campaign.frozen_at is not None:
        return True
    try:
        if campaign.audience.startswith("tag:"):
            _store_tag_members(db, wechat, lease, campaign, clock)
    except (WeChatError, OutcomeUnknown) as no:
        _stop_unanswered(db, lease, no, clock())
        return False
    planned = 0
    for rows in _delivery_pages(db, campaign, settings, clock()):
        planned += sum(state == DeliveryState.PLANNED for _, _, _, state, _, _ in rows)
        with db.begin() as session:
            keep_lease(session, lease, clock())
            _LINES.insert(session, rows)
    with db.begin() as session:
        keep_lease(session, lease, clock())
        if not _size_is_unpredictable(campaign.audience) and exceeds_drift(
            campaign.recipients, planned, settings.drift
        ):
            _undo_freeze(session, lease, campaign.recipients, planned, clock())
            return False
        session.execute(update(Campaign).where(Campaign.id == campaign.id).values(frozen_at=clock()))
        session.execute(delete(ListedOpenid).where(ListedOpenid.campaign_id == campaign.id))
    return True


def exceeds_drift(approved: int, actual: int, percent: int) -> bool:
    """Whether an audience is so much larger or smaller than the approved one that approval falls (0: never)."""
    off = abs(actual - approved)
    return percent > 0 and off > LEAST_DRIFT and off * 100 > percent * approved


def _size_is_unpredictable(audience: str) -> bool:
    """Whether nobody can know days before how many an audience will be: those who wrote lately."""
    return audience.partition(":")[0] in {"recent", "active"}


def routes_of(campaign: Campaign) -> tuple[Route, ...]:
    """The ways that a campaign may use for one follower, in their order."""
    kept = campaign.parts.get("ways")
    return tuple(Route(way) for way in kept) if kept else (Route(campaign.route),)


def relevant_sections(session: Session, number: str, to: str) -> list[str]:
    """The sections that count for who wants an issue: the one that the audience names, or all of the issue.

    Raises NotFound when there is no such issue or section.
    """
    issue = library.issue(session, number)
    if issue is None:
        raise NotFound(f"书架上没有 {number}", remedy="先用 wxbot ingest 上架；wxbot issues 列出已有的。")
    kind, _, name = to.partition(":")
    if kind != "section":
        return issue.sections
    if name not in issue.sections:
        raise NotFound(f"{number} 没有栏目「{name}」", remedy="栏目有：" + "、".join(issue.sections))
    return [name]


def tag_member_pages(wechat: WeChat, tag_id: int) -> Iterator[Sequence[str]]:
    """The members of a tag, by the platform's pages. Raises what the platform raises."""
    cursor = ""
    while True:
        page = wechat.fetch_tagged_followers(tag_id, cursor)
        if page.openids:
            yield page.openids
        if page.next is None:
            return
        cursor = page.next


def add_listed_openids(session: Session, campaign_id: int, openids: Sequence[str]) -> None:
    """Put names on a campaign's own list, each once; part of the caller's transaction."""
    rows = [{"campaign": campaign_id, "openid": openid} for openid in openids]
    if rows:
        session.connection().execute(_GUESTS, rows)


def _store_tag_members(db: Database, wechat: WeChat, lease: Lease, campaign: Campaign, clock: Clock) -> None:
    for page in tag_member_pages(wechat, campaign.tag_id or 0):
        with db.begin() as session:
            keep_lease(session, lease, clock())
            add_listed_openids(session, campaign.id, page)


def _delivery_pages(
    db: Database, campaign: Campaign, settings: PushSettings, now: dt.datetime
) -> Iterator[list[Line]]:
    """The lines of everybody, by pages."""
    ways, template = routes_of(campaign), settings.notice.template if settings.notice else ""
    with db.read() as session:
        rules = campaign_rules(session, campaign, settings, now)
    asked = RecipientQuery(
        campaign.audience, now, template, listed=Route.LIST in ways, campaign_id=campaign.id
    )
    names: Iterable[Sequence[str]] | None = None
    if campaign.audience.partition(":")[0] in NAMED:
        names = named_openid_pages(db, campaign.audience, campaign.id, template)
    for page in candidate_pages(db, asked, names):
        yield [_delivery_row(campaign, person.openid, *route_for(person, rules), now) for person in page]


def campaign_rules(
    session: Session, campaign: Campaign, settings: PushSettings, now: dt.datetime
) -> EligibilityRules:
    """What holds for everybody of this campaign at this moment."""
    sections = relevant_sections(session, campaign.number, campaign.audience)
    hour = now.astimezone(settings.tz).hour
    return eligibility_rules(
        campaign.audience, Route(campaign.route), routes_of(campaign), sections, hour, now
    )


def eligibility_rules(
    audience: str, route: Route, ways: tuple[Route, ...], sections: Sequence[str], hour: int, now: dt.datetime
) -> EligibilityRules:
    """What holds for everybody of one campaign."""
    lacking = (NO_LIST,) if route is Route.MIXED and Route.LIST not in ways else ()
    return EligibilityRules(tuple(sections), hour, now, ways, audience == "recent", lacking)


def _delivery_row(campaign: Campaign, openid: str, way: Route | None, reason: str, now: dt.datetime) -> Line:
    state = DeliveryState.PLANNED if way is not None else DeliveryState.SKIPPED
    # Plain text: the values go to the driver as they are.
    return campaign.id, openid, (way or routes_of(campaign)[0]).value, state.value, reason, now


def keep_lease(session: Session, lease: Lease, now: dt.datetime) -> None:
    """Hold on to the campaign for another term; part of the caller's transaction. Raises LeaseLost."""
    if not renew_lease(session, lease, now):
        raise LeaseLost


def _undo_freeze(session: Session, lease: Lease, approved: int, actual: int, now: dt.datetime) -> None:
    """Nothing was called yet: the next approval is for these numbers, and freezes again."""
    session.execute(delete(Delivery).where(Delivery.campaign_id == lease.campaign_id))
    if session.get_one(Campaign, lease.campaign_id).audience.startswith("tag:"):
        # The platform is asked for them again; a list of an editor's is nowhere else.
        session.execute(delete(ListedOpenid).where(ListedOpenid.campaign_id == lease.campaign_id))
    reason = f"批准的是 {approved} 人，现在是 {actual} 人，相差太多，请看过后重新批准"
    values: dict[str, Any] = {"reason": reason, "recipients": actual, "approved_by": ""}
    move_campaign(session, lease.campaign_id, "change", now, fence=lease.fence, **values)


def _stop_unanswered(db: Database, lease: Lease, no: WeChatError | OutcomeUnknown, now: dt.datetime) -> None:
    if isinstance(no, Misconfigured):
        move_leased_campaign(db, lease, "fail", now, reason=error_text(no))
    elif isinstance(no, QuotaSpent):
        move_leased_campaign(
            db, lease, "wait", now, reason=error_text(no), look_again_at=next_quota_reset(now)
        )
    else:
        move_leased_campaign(
            db, lease, "wait", now, reason=f"{no.message} {no.remedy}".strip(), look_again_at=now + BACKOFF
        )
