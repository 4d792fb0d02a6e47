"""Freezing an audience into the ledger: one line a follower, with the reason where a follower is left out."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects import postgresql, sqlite

from wxbot import followers
from wxbot.db import Database, Session
from wxbot.errors import UsageError
from wxbot.followers import Follower
from wxbot.push.tables import Campaign, Delivery, DeliveryState, Route

__all__ = ["AUDIENCES", "ONE_BY_ONE", "Guest", "count", "freeze", "guests", "listed"]

# Audiences that are lists of ours; the platform itself knows "all" and "tag:…".
ONE_BY_ONE = ("recent", "section", "unreached", "file")
WINDOW = dt.timedelta(hours=48)  # in which a follower who wrote may be written to (reference, E)
MARGIN = dt.timedelta(minutes=10)  # a window that closes while we are at it is closed
PAGE = 5000
AUDIENCES = (
    "可以是 all、tag:标签名、recent（48 小时内来过消息的）、section:栏目、unreached:计划编号，"
    "或一个写着 openid 的文件。"
)

Guest = tuple[str, str]  # openid, and why it is left out ("" when it is not)


def guests(
    session: Session, audience: str, sections: Iterable[str], tz: ZoneInfo, now: dt.datetime
) -> Iterator[Guest]:
    """Everybody whom an audience means, by openid, a page at a time; with the reason of who is left out.

    "recent" are all who wrote within 48 hours, "section:NAME" those of them who want that section, "unreached:ID"
    those of them whom that campaign did not reach. Raises UsageError for an audience that is none of these.
    """
    here, after = _meant(audience), ""
    sections = list(sections)
    while True:
        page = session.execute(_page(here, after)).all()
        capped = _reached_this_week(session, [row.openid for row in page], now)
        for row in page:
            wishes = followers.read_wishes(row.wishes)
            yield (
                row.openid,
                _left_out(
                    wishes, sections, now.astimezone(tz).hour, row.last_heard, now, capped.get(row.openid, 0)
                ),
            )
        if len(page) < PAGE:
            return
        after = page[-1].openid


def listed(
    session: Session, openids: Sequence[str], sections: Iterable[str], tz: ZoneInfo, now: dt.datetime
) -> Iterator[Guest]:
    """The people of a list that an editor gave, each once, in its order; with the reason of who is left out."""
    wanted, sections = list(dict.fromkeys(openids)), list(sections)
    for start in range(0, len(wanted), PAGE):
        page = wanted[start : start + PAGE]
        found = select(Follower.openid, Follower.wishes, Follower.last_heard)
        rows = session.execute(found.where(Follower.following, Follower.openid.in_(page)))
        known = {row.openid: (followers.read_wishes(row.wishes), row.last_heard) for row in rows}
        capped = _reached_this_week(session, page, now)
        for openid in page:
            if openid not in known:
                yield openid, "不在粉丝名单里"
                continue
            wishes, heard = known[openid]
            hour = now.astimezone(tz).hour
            yield openid, _left_out(wishes, sections, hour, heard, now, capped.get(openid, 0))


def count(
    session: Session, audience: str, sections: Iterable[str], tz: ZoneInfo, now: dt.datetime
) -> dict[str, int]:
    """How many an audience would reach (under "") and how many are left out, by reason."""
    counted: dict[str, int] = {}
    for _, reason in guests(session, audience, sections, tz, now):
        counted[reason] = counted.get(reason, 0) + 1
    return counted


def freeze(db: Database, campaign_id: int, sections: Iterable[str], tz: ZoneInfo, now: dt.datetime) -> None:
    """Write a line for everybody, page by page; begun anew after a kill, it adds only who is missing."""
    insert = sqlite.insert if db.is_sqlite else postgresql.insert
    with db.read() as session:
        audience = session.get_one(Campaign, campaign_id).audience
        if audience.startswith("file:"):
            return  # its lines were written with the plan: the file may be another by now
        rows: list[dict[str, object]] = []
        for openid, reason in guests(session, audience, sections, tz, now):
            state = DeliveryState.SKIPPED if reason else DeliveryState.PLANNED
            rows.append(
                {
                    "campaign_id": campaign_id,
                    "recipient": openid,
                    "route": Route.CUSTOMER,
                    "state": state,
                    "reason": reason,
                    "moved_at": now,
                }
            )
            if len(rows) == PAGE:
                _add(db, insert, rows)
                rows = []
        if rows:
            _add(db, insert, rows)


def _add(db: Database, insert: object, rows: list[dict[str, object]]) -> None:
    with db.begin() as session:
        session.connection().execute(insert(Delivery).on_conflict_do_nothing(), rows)  # type: ignore[operator]


def _meant(audience: str) -> ColumnElement[bool]:
    kind, _, name = audience.partition(":")
    if kind == "recent" and not name:
        return Follower.last_heard.is_not(None)
    if kind == "section" and name:
        return Follower.last_heard.is_not(None)
    if kind == "unreached" and name.isdecimal():
        reached = select(Delivery.recipient).where(
            Delivery.campaign_id == int(name), Delivery.state.in_([DeliveryState.SENT, DeliveryState.UNKNOWN])
        )
        return Follower.openid.not_in(reached)
    raise UsageError(
        f"看不懂 --to {audience}",
        remedy=AUDIENCES,
    )


def _page(here: ColumnElement[bool], after: str) -> Select[tuple[str, dict[str, object], dt.datetime | None]]:
    found = select(Follower.openid, Follower.wishes, Follower.last_heard)
    return (
        found.where(Follower.following, Follower.openid > after, here).order_by(Follower.openid).limit(PAGE)
    )


def _left_out(
    wishes: followers.Wishes,
    sections: list[str],
    hour: int,
    last_heard: dt.datetime | None,
    now: dt.datetime,
    this_week: int,
) -> str:
    if last_heard is None or last_heard < now - WINDOW + MARGIN:
        return "超过 48 小时没有来过消息，平台不许发"
    if wishes.nothing:
        return "已退订全部"
    if not any(wishes.welcomes(section) for section in sections):
        return "没有订阅这一期里的栏目"
    if wishes.quiet_at(hour):
        return "在粉丝设的免打扰时段"
    if wishes.weekly is not None and this_week >= wishes.weekly:
        return f"本周已收到 {this_week} 次，达到粉丝设的上限"
    return ""


def _reached_this_week(session: Session, openids: list[str], now: dt.datetime) -> dict[str, int]:
    """How often each was sent something within seven days, by any campaign that wrote to them one by one."""
    sent = select(Delivery.recipient, func.count().label("times")).where(
        Delivery.recipient.in_(openids),
        Delivery.state == DeliveryState.SENT,
        Delivery.moved_at > now - dt.timedelta(days=7),
    )
    return {row.recipient: row.times for row in session.execute(sent.group_by(Delivery.recipient))}
