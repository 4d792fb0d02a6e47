"""Audiences: everybody, a tag of the platform's, a list of ours or of an editor's; how many, and who is left out."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from wxbot import followers, library
from wxbot.db import Database, Session
from wxbot.errors import Misconfigured, NotFound, UsageError, WeChatError
from wxbot.push.freeze import AUDIENCES, ONE_BY_ONE, Guest, count, listed
from wxbot.push.tables import Campaign, Route
from wxbot.wechat import WeChat

__all__ = ["Audience", "audience_of", "guests_of", "listed_of", "sections_of"]

UNAUTHORIZED = 48001


@dataclass(frozen=True)
class Audience:
    """Whom a push is for, how many they are, who of them is left out and why.

    `may_mass` is False where the platform says that this account has no right to mass messages.
    """

    name: str
    tag_id: int | None
    size: int
    warnings: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    may_mass: bool = True
    # Of a list that an editor gave: everybody, with the reason of who is left out.
    guests: tuple[Guest, ...] = ()

    @property
    def route(self) -> Route:
        """How such an audience is reached where nobody says otherwise."""
        if self.name.partition(":")[0] in ONE_BY_ONE:
            return Route.CUSTOMER
        return Route.MASS if self.may_mass else Route.DRAFT


def guests_of(db: Database, number: str, to: str, tz: ZoneInfo, now: dt.datetime) -> Audience:
    """Count whom one of our own lists means: "recent", "section:NAME", "unreached:ID"."""
    with db.read() as session:
        counted = count(session, to, _sections(session, number, to), tz, now)
    size = counted.pop("", 0)
    return Audience(to, None, size, (), counted)


def listed_of(
    db: Database, number: str, name: str, openids: Sequence[str], tz: ZoneInfo, now: dt.datetime
) -> Audience:
    """The people of a list that an editor gave, called by its file's `name`. UsageError when nobody is on it."""
    if not openids:
        raise UsageError(f"{name} 里没有 openid", remedy="每行一个 openid。")
    with db.read() as session:
        found = tuple(listed(session, openids, _sections(session, number, "file"), tz, now))
    left_out = Counter(reason for _, reason in found if reason)
    return Audience(f"file:{name}"[:200], None, len(found) - left_out.total(), (), left_out, guests=found)


def sections_of(db: Database, campaign: Campaign) -> list[str]:
    """The sections that count for who wants this campaign: the one that the audience names, or all of the issue."""
    with db.read() as session:
        return _sections(session, campaign.number, campaign.audience)


def _sections(session: Session, number: str, to: str) -> list[str]:
    issue = library.issue(session, number)
    if issue is None:
        raise NotFound(f"书架上没有 {number}", remedy="先用 wxbot ingest 上架；wxbot issues 列出已有的。")
    kind, _, name = to.partition(":")
    if kind != "section":
        return issue.sections
    if name not in issue.sections:
        raise NotFound(f"{number} 没有栏目「{name}」", remedy="栏目有：" + "、".join(issue.sections))
    return [name]


def audience_of(db: Database, wechat: WeChat | None, to: str) -> Audience:
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
        return _asked(wechat, to, name) if wechat is not None else _counted(db, to, "没有询问平台")
    except Misconfigured as no:
        found = _counted(db, to, f"账号可能没有群发的权限（{no.message}）")
        return replace(found, may_mass=no.errcode != UNAUTHORIZED)
    except WeChatError as no:
        return _counted(db, to, f"平台暂时问不到（{no.message}）")


def _asked(wechat: WeChat, to: str, name: str) -> Audience:
    if to == "all":
        return Audience(to, None, wechat.followers("").total)
    for tag in wechat.tags():
        if tag.name == name:
            return Audience(to, tag.id, tag.count)
    raise NotFound(f"平台上没有名为「{name}」的标签", remedy="标签名要与公众平台后台的完全一致。")


def _counted(db: Database, to: str, why: str) -> Audience:
    if to != "all":
        raise NotFound(f"{why}，无法核对标签 {to.removeprefix('tag:')}", remedy="稍后再试，或先用 --to all。")
    with db.read() as session:
        return Audience(to, None, followers.count(session), (f"{why}，人数按本地名单估计",))
