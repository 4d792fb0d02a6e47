"""The audience kept in step with the platform's list of followers."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import delete, select

from wxbot import followers
from wxbot.consents import Consent
from wxbot.db import Database, KeyValueStore
from wxbot.followers import Follower
from wxbot.wechat import WeChat

__all__ = ["SyncProgress", "sync_followers"]

CURSOR = "followers sync"
RESUMABLE = dt.timedelta(hours=24)  # an older half of a list says nothing about today's other half


@dataclass(frozen=True)
class SyncProgress:
    """How far a sync is: `total` by the platform, `met` so far in this run, `new` to us, `left` (known at the end)."""

    total: int
    met: int
    new: int
    left: int | None = None


def sync_followers(db: Database, wechat: WeChat, clock: Callable[[], dt.datetime]) -> Iterator[SyncProgress]:
    """Page through the platform's list, one transaction a page; a killed sync goes on where it stopped.

    One page (10,000 openids, reference K1) is in memory at a time. Raises what the platform raises; what was taken
    in stays.
    """
    shelf = KeyValueStore(db)
    started, cursor = _resume_point(shelf, clock())
    met = new = 0
    while True:
        page = wechat.fetch_followers(cursor)
        with db.begin() as session:
            new += followers.record_sync_page(session, page.openids, started)
        met += len(page.openids)
        cursor = page.next or ""
        if not page.openids or not cursor:
            break
        shelf.put(CURSOR, f"{started.isoformat()} {cursor}", started + RESUMABLE)
        yield SyncProgress(page.total, met, new)
    with db.begin() as session:
        left = followers.finish_sync(session, started, clock())
        gone = select(Follower.openid).where(~Follower.following)
        session.execute(delete(Consent).where(Consent.openid.in_(gone)))
    shelf.put(CURSOR, "", started)
    yield SyncProgress(page.total, met, new, left)


def _resume_point(shelf: KeyValueStore, now: dt.datetime) -> tuple[dt.datetime, str]:
    kept = shelf.get(CURSOR)
    if kept is None or not kept.value or kept.expires_at <= now:
        return now, ""
    started, _, cursor = kept.value.partition(" ")
    return dt.datetime.fromisoformat(started), cursor
