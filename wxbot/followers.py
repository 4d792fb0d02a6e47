"""Followers (粉丝): since when they follow, their last activity, and their push preferences.

Events update followers at once. A nightly sync compares them with the platform's list, page by page.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import JSON, String, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.consents import Consent
from wxbot.db import Base, BulkInsert, Database, KeyValueStore, Moment, Session, insert_into
from wxbot.wechat import WeChat

__all__ = [
    "Follower",
    "Preferences",
    "SyncProgress",
    "active_since",
    "count",
    "count_reachable",
    "get",
    "newest",
    "parse_preferences",
    "preferences_of",
    "record_activity",
    "record_follow",
    "record_messages",
    "record_sync_page",
    "record_unfollow",
    "save_preferences",
    "sync_followers",
]

SYNC_STORE_KEY = "followers sync"
# An older sync starts over: the pages read then would not fit those read now.
RESUMABLE_FOR = dt.timedelta(hours=24)


class Follower(Base):
    """One person who follows the account, or followed it in the past."""

    __tablename__ = "follower"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    following: Mapped[bool] = mapped_column(default=True)
    since: Mapped[dt.datetime | None] = mapped_column(Moment)
    left_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    # The last follow, message or tap.
    last_heard: Mapped[dt.datetime | None] = mapped_column(Moment)
    # The last message; it allows replies for 48 hours (wechat-platform.md, section E).
    last_wrote: Mapped[dt.datetime | None] = mapped_column(Moment)
    wishes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # Preferences as JSON
    # The start of the last sync that listed this follower.
    synced_at: Mapped[dt.datetime | None] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Preferences:
    """A follower's push preferences; the default is to receive everything at any hour.

    `sections` are the names of the wanted sections (None: all), `publications` the slugs of those wanted beside them,
    of which every issue is sent, `refused` of those of which none is; `nothing` declines every push, `quiet` are two
    hours of the association's clock between which nothing is sent ((22, 8): from 22:00 to 08:00), `weekly` is the
    greatest number of pushes in a week.
    """

    sections: tuple[str, ...] | None = None
    nothing: bool = False
    quiet: tuple[int, int] | None = None
    weekly: int | None = None
    publications: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    def wants_issue(self, publication: str, sections: Iterable[str]) -> bool:
        """Return whether this follower wants an issue of a publication, given by its slug, with these sections."""
        if self.nothing or publication in self.refused:
            return False
        return (
            self.sections is None
            or publication in self.publications
            or any(map(self.wants_section, sections))
        )

    def wants_section(self, section: str) -> bool:
        """Return whether this follower wants articles of a section."""
        return not self.nothing and (self.sections is None or section in self.sections)

    def is_quiet_at(self, hour: int) -> bool:
        """Return whether an hour (0 to 23 of the association's clock) is inside the quiet hours."""
        if self.quiet is None:
            return False
        start, end = self.quiet
        return start <= hour < end if start <= end else hour >= start or hour < end


def preferences_of(session: Session, openid: str) -> Preferences:
    """Return a follower's preferences; the default for an unknown openid."""
    kept = session.scalar(select(Follower.wishes).where(Follower.openid == openid))
    return parse_preferences(kept or {})


def save_preferences(session: Session, openid: str, preferences: Preferences) -> None:
    """Replace a follower's preferences. Whoever sets preferences follows, even if we missed the event."""
    _upsert(
        session,
        openid,
        {"following": True, "wishes": asdict(preferences) if preferences != Preferences() else {}},
    )


def parse_preferences(stored: Mapping[str, Any]) -> Preferences:
    """Return the preferences stored as JSON in a row; a missing key has its default."""
    sections, quiet = stored.get("sections"), stored.get("quiet")
    return Preferences(
        sections=None if sections is None else tuple(sections),
        nothing=bool(stored.get("nothing")),
        quiet=None if quiet is None else (int(quiet[0]), int(quiet[1])),
        weekly=stored.get("weekly"),
        publications=tuple(stored.get("publications") or ()),
        refused=tuple(stored.get("refused") or ()),
    )


def record_follow(session: Session, openid: str, now: dt.datetime) -> None:
    """Record that a person follows or follows again."""
    _upsert(session, openid, {"following": True, "since": now, "left_at": None, "last_heard": now})


def record_messages(session: Session, moments: Mapping[str, dt.datetime]) -> None:
    """Record messages: `moments` maps openids to times. Whoever writes follows, even if we missed the event."""
    record_activity(session, moments, {})


def record_activity(
    session: Session, messages: Mapping[str, dt.datetime], taps: Mapping[str, dt.datetime]
) -> None:
    """Record messages, and menu taps and scans, each as openids mapped to times.

    A tap does not allow replies as a message does. One statement in the order of the openids writes both: two servers
    that wrote on the same followers in different orders would deadlock.
    """
    rows = []
    for openid in sorted(messages.keys() | taps.keys()):
        wrote, tapped = messages.get(openid), taps.get(openid)
        rows.append((openid, max(filter(None, (wrote, tapped))), wrote))
    _WRITE_ACTIVITY.insert(session, rows)


def record_unfollow(session: Session, openid: str, now: dt.datetime) -> None:
    """Record that a follower left, and erase all other personal data, as the platform's rules require."""
    gone = {"following": False, "left_at": now, "last_heard": None, "last_wrote": None, "wishes": {}}
    session.execute(update(Follower).where(Follower.openid == openid).values(gone))


def get(session: Session, openid: str) -> Follower | None:
    """Return one follower, including one who left; None if the openid is unknown."""
    return session.get(Follower, openid)


def count(session: Session) -> int:
    """Return the number of current followers."""
    return session.scalar(select(func.count()).select_from(Follower).where(Follower.following)) or 0


def active_since(session: Session, since: dt.datetime) -> list[str]:
    """Return the openids of current followers who were active after `since`, in order."""
    active = select(Follower.openid).where(Follower.following, Follower.last_heard > since)
    return list(session.scalars(active.order_by(Follower.openid)))


def count_reachable(session: Session, now: dt.datetime) -> int:
    """Count followers who wrote within 48 hours: only to them we may write (wechat-platform.md, section E)."""
    recent = Follower.following & (Follower.last_wrote > now - dt.timedelta(hours=48))
    return session.scalar(select(func.count()).select_from(Follower).where(recent)) or 0


def newest(session: Session, limit: int) -> list[Follower]:
    """Return up to `limit` current followers, the most recent message first."""
    found = select(Follower).where(Follower.following)
    return list(
        session.scalars(found.order_by(Follower.last_wrote.desc().nulls_last(), Follower.openid).limit(limit))
    )


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
            new += record_sync_page(session, page.openids, started)
        met += len(page.openids)
        cursor = page.next or ""
        if not page.openids or not cursor:
            break
        store.put(SYNC_STORE_KEY, f"{started.isoformat()} {cursor}", started + RESUMABLE_FOR)
        yield SyncProgress(page.total, met, new)
    with db.begin() as session:
        left = _finish_sync(session, started, clock())
        gone = select(Follower.openid).where(~Follower.following)
        session.execute(delete(Consent).where(Consent.openid.in_(gone)))
    store.put(SYNC_STORE_KEY, "", started)
    yield SyncProgress(page.total, met, new, left)


def _resume_point(store: KeyValueStore, now: dt.datetime) -> tuple[dt.datetime, str]:
    row = store.get(SYNC_STORE_KEY)
    if row is None or not row.value or row.expires_at <= now:
        return now, ""
    started, _, cursor = row.value.partition(" ")
    return dt.datetime.fromisoformat(started), cursor


def record_sync_page(session: Session, openids: Sequence[str], sync: dt.datetime) -> int:
    """Record one page of the platform's list for the sync started at `sync`; return how many followers are new."""
    known = set(
        session.scalars(select(Follower.openid).where(Follower.openid.in_(openids), Follower.following))
    )
    here = set(openids)
    _WRITE_SYNC_PAGE.insert(session, [(openid, None, sync) for openid in sorted(here)])
    return len(here - known)


def _finish_sync(session: Session, sync: dt.datetime, now: dt.datetime) -> int:
    """End the sync started at `sync`; return how many followers left.

    Followers whom the platform did not list have left, except those who followed or wrote during the sync.
    """
    here = Follower.following & or_(Follower.synced_at.is_(None), Follower.synced_at < sync)
    here &= or_(Follower.since.is_(None), Follower.since < sync)
    here &= or_(Follower.last_heard.is_(None), Follower.last_heard < sync)
    gone = {"following": False, "left_at": now, "last_heard": None, "last_wrote": None, "wishes": {}}
    return int(session.connection().execute(update(Follower).where(here).values(gone)).rowcount)


def _upsert(session: Session, openid: str, values: dict[str, object]) -> None:
    row = insert_into(session, Follower).values({"openid": openid, "wishes": {}} | values)
    session.execute(row.on_conflict_do_update(index_elements=[Follower.openid], set_=values))


_WRITE_SYNC_PAGE = BulkInsert(
    Follower.__table__,
    ("openid", "left_at", "synced_at"),
    fixed={"following": "true", "wishes": "'{}'"},
    replaced=("following", "left_at", "synced_at"),
)
_WRITE_ACTIVITY = BulkInsert(
    Follower.__table__,
    ("openid", "last_heard", "last_wrote"),
    fixed={"following": "true", "wishes": "'{}'"},
    replaced=("following", "last_heard"),
    completed=("last_wrote",),
)
