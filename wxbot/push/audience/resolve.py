"""Audiences: everybody, a tag of the platform's, a list of ours or of an editor's; how many, and who is left out."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from wxbot import followers
from wxbot.db import Database
from wxbot.errors import Misconfigured, NotFound, UsageError, WeChatError
from wxbot.push.audience.eligibility import route_for
from wxbot.push.audience.selection import (
    AUDIENCES,
    NAMED,
    ONE_BY_ONE,
    RecipientQuery,
    candidate_pages,
    distinct_openid_pages,
    named_openid_pages,
)
from wxbot.push.audience.snapshot import eligibility_rules, relevant_sections
from wxbot.push.ledger.batches import SINGLE_RECIPIENT_REASON
from wxbot.push.ledger.tables import Route
from wxbot.wechat import WeChat

__all__ = ["Recipients", "count_listed_recipients", "count_platform_audience", "count_recipients"]

UNAUTHORIZED = 48001


@dataclass(frozen=True)
class Recipients:
    """Whom a push is for, how many they are, who of them is left out and why.

    `may_mass` is False where the platform says that this account has no right to mass messages. Of an audience that
    is reached by name, `by_way` says how many by which way. `names` are those of a list that an editor gave; they may
    be gone through more than once.
    """

    name: str
    tag_id: int | None
    size: int
    warnings: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    may_mass: bool = True
    by_way: Mapping[Route, int] = field(default_factory=dict)
    names: Iterable[str] | None = None

    @property
    def route(self) -> Route:
        """How such an audience is reached where nobody says otherwise."""
        if self.name == "consented":
            return Route.NOTICE
        if self.name.partition(":")[0] in ONE_BY_ONE:
            return Route.CUSTOMER
        return Route.MASS if self.may_mass else Route.DRAFT


def count_recipients(
    db: Database,
    number: str,
    to: str,
    tz: ZoneInfo,
    now: dt.datetime,
    *,
    route: Route = Route.CUSTOMER,
    ways: Sequence[Route] = (),
    at: dt.datetime | None = None,
    template: str = "",
    names: Iterable[str] | None = None,
    tag_id: int | None = None,
) -> Recipients:
    """Count whom an audience means that is reached by name: how many by which way, how many not and why.

    `route` is the campaign's, `ways` those that it may use (none named: the route itself), `at` the hour of sending,
    `template` that of subscription notices, `names` the openids of a list or of a tag's members. Raises NotFound for
    an issue, section or campaign that is not there, UsageError for an audience that is none.
    """
    ways = tuple(ways) or (route,)
    with db.read() as session:
        sections = relevant_sections(session, number, to)
    rules = eligibility_rules(to, route, ways, sections, (at or now).astimezone(tz).hour, now)
    pages: Iterable[Sequence[str]] | None = None
    if to.partition(":")[0] in NAMED:
        pages = distinct_openid_pages(names) if names is not None else named_openid_pages(db, to, 0, template)
    by_way, left_out = Counter[Route](), Counter[str]()
    for page in candidate_pages(db, RecipientQuery(to, now, template, listed=Route.LIST in ways), pages):
        for person in page:
            way, reason = route_for(person, rules)
            if way is None:
                left_out[reason] += 1
            else:
                by_way[way] += 1
    if by_way[Route.LIST] == 1:
        left_out[SINGLE_RECIPIENT_REASON] += by_way.pop(Route.LIST)
    kept = names if to.startswith("file:") else None
    return Recipients(to, tag_id, by_way.total(), (), left_out, by_way=by_way, names=kept)


def count_listed_recipients(
    db: Database,
    number: str,
    name: str,
    openids: Iterable[str],
    tz: ZoneInfo,
    now: dt.datetime,
    **more: object,
) -> Recipients:
    """The people of a list that an editor gave, called by its file's `name`; `more` as in `guests_of`.

    UsageError when nobody is on it.
    """
    if next(iter(distinct_openid_pages(openids)), None) is None:
        raise UsageError(f"{name} 里没有 openid", remedy="每行一个 openid。")
    return count_recipients(db, number, f"file:{name}"[:200], tz, now, names=openids, **more)  # type: ignore[arg-type]


def count_platform_audience(db: Database, wechat: WeChat | None, to: str) -> Recipients:
    """Look up whom `to` means ("all" or "tag:NAME"), and how many they are.

    Asks the platform where it can; without it our own list is counted, and a warning says so.
    """
    kind, _, name = to.partition(":")
    if to != "all" and (kind != "tag" or not name):
        raise UsageError(
            f"看不懂 --to {to}",
            remedy=AUDIENCES,
        )
    try:
        return (
            _ask_platform(wechat, to, name) if wechat is not None else _count_locally(db, to, "没有询问平台")
        )
    except Misconfigured as no:
        found = _count_locally(db, to, f"账号可能没有群发的权限（{no.message}）")
        return replace(found, may_mass=no.errcode != UNAUTHORIZED)
    except WeChatError as no:
        return _count_locally(db, to, f"平台暂时问不到（{no.message}）")


def _ask_platform(wechat: WeChat, to: str, name: str) -> Recipients:
    if to == "all":
        return Recipients(to, None, wechat.fetch_followers("").total)
    for tag in wechat.fetch_tags():
        if tag.name == name:
            return Recipients(to, tag.id, tag.count)
    raise NotFound(f"平台上没有名为「{name}」的标签", remedy="标签名要与公众平台后台的完全一致。")


def _count_locally(db: Database, to: str, why: str) -> Recipients:
    if to != "all":
        raise NotFound(f"{why}，无法核对标签 {to.removeprefix('tag:')}", remedy="稍后再试，或先用 --to all。")
    with db.read() as session:
        return Recipients(to, None, followers.count(session), (f"{why}，人数按本地名单估计",))
