"""Update our list of followers from the platform's list, page by page."""

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

STORE_KEY = "followers sync"
# The half of a list that was read longer ago than this does not fit the half that would be read now.
RESUMABLE_FOR = dt.timedelta(hours=24)


@dataclass(frozen=True)
class SyncProgress:
    """Progress of a sync: `total` followers by the platform, `met` in this run, `new` to us; at the end also `left`."""

    total: int
    met: int
    new: int
    left: int | None = None


def sync_followers(db: Database, wechat: WeChat, clock: Callable[[], dt.datetime]) -> Iterator[SyncProgress]:
    """Read the platform's list of followers and yield the progress after each page.

    Each page (10,000 openids, wechat-platform.md, section K1) is one transaction, and an interrupted sync resumes
    within a day. Followers who are missing from the list have left: they are marked so, and their consents are deleted.
    Raises the platform's errors; the pages read before are stored.
    """
    store = KeyValueStore(db)
    started, cursor = _resume_point(store, clock())
    met = new = 0
    while True:
        page = wechat.fetch_followers(cursor)
        with db.begin() as session:
            new += followers.record_sync_page(session, page.openids, started)
        met += len(page.openids)
        cursor = page.next or ""
        if not page.openids or not cursor:
            break
        store.put(STORE_KEY, f"{started.isoformat()} {cursor}", started + RESUMABLE_FOR)
        yield SyncProgress(page.total, met, new)
    with db.begin() as session:
        left = followers.finish_sync(session, started, clock())
        gone = select(Follower.openid).where(~Follower.following)
        session.execute(delete(Consent).where(Consent.openid.in_(gone)))
    store.put(STORE_KEY, "", started)
    yield SyncProgress(page.total, met, new, left)


def _resume_point(store: KeyValueStore, now: dt.datetime) -> tuple[dt.datetime, str]:
    row = store.get(STORE_KEY)
    if row is None or not row.value or row.expires_at <= now:
        return now, ""
    started, _, cursor = row.value.partition(" ")
    return dt.datetime.fromisoformat(started), cursor
