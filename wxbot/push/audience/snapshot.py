"""Freeze an audience into the ledger when its campaign starts, and recheck it while the campaign waits.

Freezing writes one delivery a person, with the route that reaches them or the reason why none does. Afterwards a spent
quota can make the campaign wait until midnight, and a rate limit can make it take hours: the recheck leaves out the
people who have unsubscribed, or whose quiet hours have begun, in the meantime.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, text, update

from wxbot import library
from wxbot.bulletin.habits import Habits, PublicationHabits
from wxbot.db import BulkInsert, Database, Session
from wxbot.errors import Misconfigured, NotFound, OutcomeUnknown, QuotaSpent, WeChatError
from wxbot.push.audience.eligibility import (
    EligibilityRules,
    exclusion_reason,
    route_for,
    unavailable_reasons,
)
from wxbot.push.audience.selection import (
    RecipientQuery,
    candidate_pages,
    planned_openid_pages,
    stored_openid_pages,
)
from wxbot.push.ledger.audience import Audience, AudienceKind
from wxbot.push.ledger.lease import Lease, LeaseLost, move_leased_campaign, renew_lease
from wxbot.push.ledger.states import move_campaign, move_deliveries
from wxbot.push.ledger.tables import Campaign, Delivery, DeliveryState, ListedOpenid, Route
from wxbot.push.push_settings import PushSettings
from wxbot.push.rate_limit import BACKOFF, error_text, next_quota_reset
from wxbot.wechat import WeChat

__all__ = [
    "IssueTopics",
    "add_listed_openids",
    "exceeds_drift",
    "freeze_audience",
    "issue_topics",
    "recheck_audience",
    "routes_of",
    "tag_member_pages",
]

Clock = Callable[[], dt.datetime]
NEGLIGIBLE_DRIFT = 10  # people
RECHECK_EVERY = dt.timedelta(minutes=10)  # reading an audience of a million takes about ten seconds
DeliveryRow = tuple[int, str, str, str, str, dt.datetime]
_INSERT_DELIVERIES = BulkInsert(
    Delivery.__table__,
    ("campaign_id", "recipient", "route", "state", "reason", "moved_at"),
    fixed={"clientmsgid": "''", "attempts": "0", "fence": "0", "report": "'{}'"},
)
# As text: a million openids are written in one transaction, and building the statements would take longer than
# executing them.
_INSERT_OPENIDS = text(
    "INSERT INTO guest (campaign_id, openid) VALUES (:campaign, :openid) ON CONFLICT DO NOTHING"
)


def freeze_audience(db: Database, wechat: WeChat, lease: Lease, settings: PushSettings, clock: Clock) -> bool:
    """Write one delivery for each person of the running campaign's audience, page by page; once per campaign.

    After a crash, another call adds only the missing deliveries. Returns False if the campaign cannot go on, with the
    reason in its state: the platform does not list a tag's members, or the size of the audience differs too much from
    the approved one (then the ledger is emptied again). Raises LeaseLost.
    """
    with db.read() as session:
        campaign = session.get_one(Campaign, lease.campaign_id)
    if campaign.frozen_at is not None:
        return True
    try:
        if campaign.audience.kind is AudienceKind.TAG:
            _store_tag_members(db, wechat, lease, campaign, clock)
    except (WeChatError, OutcomeUnknown) as error:
        _stop_unanswered(db, lease, error, clock())
        return False
    planned = 0
    for rows in _delivery_pages(db, campaign, settings, clock()):
        planned += sum(state == DeliveryState.PLANNED for _, _, _, state, _, _ in rows)
        with db.begin() as session:
            _keep_lease(session, lease, clock())
            _INSERT_DELIVERIES.insert(session, rows)
    with db.begin() as session:
        _keep_lease(session, lease, clock())
        has_drifted = exceeds_drift(campaign.recipients, planned, settings.drift)
        if has_drifted and not campaign.audience.varies_by_hour:
            _undo_freeze(session, lease, campaign.recipients, planned, clock())
            return False
        session.execute(update(Campaign).where(Campaign.id == campaign.id).values(frozen_at=clock()))
        session.execute(delete(ListedOpenid).where(ListedOpenid.campaign_id == campaign.id))
    return True


def recheck_audience(db: Database, lease: Lease, settings: PushSettings, clock: Clock) -> None:
    """Skip planned deliveries of a running campaign to people whose own preferences exclude them by now.

    Does nothing within ten minutes of the last check. A skipped delivery also leaves its batch. Raises LeaseLost.
    """
    now = clock()
    with db.read() as session:
        campaign = session.get_one(Campaign, lease.campaign_id)
        if campaign.frozen_at is None or now - campaign.frozen_at < RECHECK_EVERY:
            return
        rules = _campaign_rules(session, campaign, settings, now)
    query = RecipientQuery(campaign.audience, now, campaign_id=campaign.id)
    for page in candidate_pages(db, query, planned_openid_pages(db, campaign.id)):
        excluded: dict[str, list[str]] = defaultdict(list)
        for person in page:
            if reason := exclusion_reason(person, rules):
                excluded[reason].append(person.openid)
        with db.begin() as session:
            _keep_lease(session, lease, clock())
            for reason, openids in excluded.items():
                theirs = (Delivery.campaign_id == campaign.id) & Delivery.recipient.in_(openids)
                move_deliveries(session, theirs, "skip", now, reason=reason, segment=None)
    with db.begin() as session:
        _keep_lease(session, lease, clock())
        session.get_one(Campaign, campaign.id).frozen_at = now


def exceeds_drift(approved: int, actual: int, percent: int) -> bool:
    """Return whether an audience differs from the approved size by more than `percent` (0: never)."""
    difference = abs(actual - approved)
    return percent > 0 and difference > NEGLIGIBLE_DRIFT and difference * 100 > percent * approved


def routes_of(campaign: Campaign) -> tuple[Route, ...]:
    """Return the routes that a campaign may use for one person, in order of preference."""
    stored = campaign.parts.get("ways")
    return tuple(Route(route) for route in stored) if stored else (Route(campaign.route),)


@dataclass(frozen=True)
class IssueTopics:
    """Topics of an issue to which people subscribe: the slug of its publication, and all names of its sections."""

    publication: str
    sections: tuple[str, ...]


def issue_topics(session: Session, number: str, audience: Audience, habits: Habits) -> IssueTopics:
    """Return the topics of which people must want one: the section that the audience names, or all of the issue.

    A section counts under its former names too. Raises NotFound if there is no such issue, section or publication, or
    if the issue is of another publication, and Forbidden for an issue that is not public.
    """
    issue = library.public_issue(session, number)
    publications = library.publications(session)
    own = next((each for each in publications if each.id == issue.publication_id), None)
    slug, names = (own.slug, library.publication_names(own)) if own else ("", ())
    given = habits.of_publication(slug, names) or PublicationHabits("")
    sections = issue.sections
    if audience.kind is AudienceKind.PUBLICATION:
        wanted = library.find_publication(session, audience.argument)
        if wanted is None or own is None or wanted.id != own.id:
            raise NotFound(
                f"{number} 不是「{audience.argument}」的一期",
                remedy="刊物有：" + "、".join(each.name for each in publications),
            )
    if audience.kind is AudienceKind.SECTION:
        present = given.present_name(audience.argument)
        sections = [name for name in issue.sections if given.present_name(name) == present]
        if not sections:
            raise NotFound(
                f"{number} 没有栏目「{audience.argument}」", remedy="栏目有：" + "、".join(issue.sections)
            )
    return IssueTopics(
        slug, tuple(dict.fromkeys(name for each in sections for name in (each, *given.spellings(each))))
    )


def tag_member_pages(wechat: WeChat, tag_id: int) -> Iterator[Sequence[str]]:
    """Yield the openids of a tag in the platform's pages; raises the platform's errors."""
    cursor = ""
    while True:
        page = wechat.fetch_tagged_followers(tag_id, cursor)
        if page.openids:
            yield page.openids
        if page.next is None:
            return
        cursor = page.next


def add_listed_openids(session: Session, campaign_id: int, openids: Sequence[str]) -> None:
    """Add openids to a campaign's own list, each once; in the caller's transaction."""
    rows = [{"campaign": campaign_id, "openid": openid} for openid in openids]
    if rows:
        session.connection().execute(_INSERT_OPENIDS, rows)


def _store_tag_members(db: Database, wechat: WeChat, lease: Lease, campaign: Campaign, clock: Clock) -> None:
    for page in tag_member_pages(wechat, campaign.tag_id or 0):
        with db.begin() as session:
            _keep_lease(session, lease, clock())
            add_listed_openids(session, campaign.id, page)


def _delivery_pages(
    db: Database, campaign: Campaign, settings: PushSettings, now: dt.datetime
) -> Iterator[list[DeliveryRow]]:
    """Yield the delivery rows of everybody in the audience, in pages."""
    routes, template = routes_of(campaign), settings.notice.template if settings.notice else ""
    with db.read() as session:
        rules = _campaign_rules(session, campaign, settings, now)
    query = RecipientQuery(
        campaign.audience,
        now,
        template,
        counts_mass_messages=Route.LIST in routes,
        campaign_id=campaign.id,
    )
    openids: Iterable[Sequence[str]] | None = None
    if campaign.audience.is_openid_list:
        openids = stored_openid_pages(db, campaign.audience, campaign.id, template)
    for page in candidate_pages(db, query, openids):
        yield [_delivery_row(campaign, person.openid, *route_for(person, rules), now) for person in page]


def _campaign_rules(
    session: Session, campaign: Campaign, settings: PushSettings, now: dt.datetime
) -> EligibilityRules:
    routes = routes_of(campaign)
    topics = issue_topics(session, campaign.number, campaign.audience, settings.habits())
    return EligibilityRules(
        publication=topics.publication,
        sections=topics.sections,
        hour=now.astimezone(settings.tz).hour,
        now=now,
        routes=routes,
        only_recent=campaign.audience.kind is AudienceKind.RECENT,
        unavailable=unavailable_reasons(Route(campaign.route), routes),
    )


def _delivery_row(
    campaign: Campaign, openid: str, route: Route | None, reason: str, now: dt.datetime
) -> DeliveryRow:
    state = DeliveryState.PLANNED if route is not None else DeliveryState.SKIPPED
    # `.value`: the driver of a bulk insert takes plain strings only.
    return campaign.id, openid, (route or routes_of(campaign)[0]).value, state.value, reason, now


def _keep_lease(session: Session, lease: Lease, now: dt.datetime) -> None:
    """Renew the lease in the caller's transaction; raises LeaseLost if another worker holds it."""
    if not renew_lease(session, lease, now):
        raise LeaseLost


def _undo_freeze(session: Session, lease: Lease, approved: int, actual: int, now: dt.datetime) -> None:
    """Empty the ledger and withdraw the approval; nothing was sent, and the next approval freezes again."""
    session.execute(delete(Delivery).where(Delivery.campaign_id == lease.campaign_id))
    if session.get_one(Campaign, lease.campaign_id).audience.kind is AudienceKind.TAG:
        # The platform lists a tag's members again; an editor's list exists nowhere else and stays.
        session.execute(delete(ListedOpenid).where(ListedOpenid.campaign_id == lease.campaign_id))
    reason = f"批准的是 {approved} 人，现在是 {actual} 人，相差太多，请看过后重新批准"
    # The move back to planned withdraws the approval.
    move_campaign(
        session, lease.campaign_id, "change", now, fence=lease.fence, reason=reason, recipients=actual
    )


def _stop_unanswered(
    db: Database, lease: Lease, error: WeChatError | OutcomeUnknown, now: dt.datetime
) -> None:
    """Let the campaign fail, or wait, because the platform did not list the members of its tag."""
    if isinstance(error, Misconfigured):
        move_leased_campaign(db, lease, "fail", now, reason=error_text(error))
    elif isinstance(error, QuotaSpent):
        move_leased_campaign(
            db, lease, "wait", now, reason=error_text(error), look_again_at=next_quota_reset(now)
        )
    else:
        reason = f"{error.message} {error.remedy}".strip()
        move_leased_campaign(db, lease, "wait", now, reason=reason, look_again_at=now + BACKOFF)
