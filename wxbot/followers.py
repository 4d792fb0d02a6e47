"""Followers (粉丝): who follows, since when, when last heard, and what they asked to receive."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import JSON, String, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from wxbot.db import Base, BulkInsert, Moment, Session, insert_into

__all__ = [
    "Follower",
    "Preferences",
    "active_since",
    "count",
    "count_reachable",
    "finish_sync",
    "get",
    "newest",
    "parse_preferences",
    "preferences_of",
    "record_follow",
    "record_messages",
    "record_sync_page",
    "record_taps",
    "record_unfollow",
    "save_preferences",
]


class Follower(Base):
    """One person who follows or followed the account."""

    __tablename__ = "follower"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    following: Mapped[bool] = mapped_column(default=True)
    since: Mapped[dt.datetime | None] = mapped_column(Moment)
    left_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    last_heard: Mapped[dt.datetime | None] = mapped_column(Moment)  # came, wrote or tapped
    last_wrote: Mapped[dt.datetime | None] = mapped_column(
        Moment
    )  # only this opens the 48 hours (reference, E)
    wishes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # a Preferences, as JSON
    synced_at: Mapped[dt.datetime | None] = mapped_column(
        Moment
    )  # the start of the last sync that met this one


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one follower asked to receive; without any wish: everything, at any hour.

    `sections` are the names asked for (None for all of them), `nothing` declines every push, `quiet` are two hours of
    the association's clock between which nothing comes ((22, 8): from 22:00 to 08:00), `weekly` is how many pushes a
    week are welcome at most.
    """

    sections: tuple[str, ...] | None = None
    nothing: bool = False
    quiet: tuple[int, int] | None = None
    weekly: int | None = None

    def wants_section(self, section: str) -> bool:
        """Whether this follower wants what that section brings."""
        return not self.nothing and (self.sections is None or section in self.sections)

    def is_quiet_at(self, hour: int) -> bool:
        """Whether nothing may come in this hour (0 to 23) of the association's clock."""
        if self.quiet is None:
            return False
        start, end = self.quiet
        return start <= hour < end if start <= end else hour >= start or hour < end


def preferences_of(session: Session, openid: str) -> Preferences:
    """What a follower asked to receive."""
    kept = session.scalar(select(Follower.wishes).where(Follower.openid == openid))
    return parse_preferences(kept or {})


def save_preferences(session: Session, openid: str, wishes: Preferences) -> None:
    """Keep what a follower asked to receive, in place of what was asked before; whoever asks follows."""
    _upsert(session, openid, {"following": True, "wishes": asdict(wishes) if wishes != Preferences() else {}})


def parse_preferences(kept: Mapping[str, Any]) -> Preferences:
    """The wishes of a row; what is missing is not wished."""
    sections, quiet = kept.get("sections"), kept.get("quiet")
    return Preferences(
        sections=None if sections is None else tuple(sections),
        nothing=bool(kept.get("nothing")),
        quiet=None if quiet is None else (int(quiet[0]), int(quiet[1])),
        weekly=kept.get("weekly"),
    )


def record_follow(session: Session, openid: str, now: dt.datetime) -> None:
    """A follower came, or came back."""
    _upsert(session, openid, {"following": True, "since": now, "left_at": None, "last_heard": now})


def record_messages(session: Session, moments: Mapping[str, dt.datetime]) -> None:
    """Followers wrote, each at the moment beside the openid: whoever does follows, even if that never reached us."""
    _WRITE_MESSAGES.insert(session, [(openid, moment, moment) for openid, moment in sorted(moments.items())])


def record_taps(session: Session, moments: Mapping[str, dt.datetime]) -> None:
    """Several followers tapped or scanned, each at the moment beside the openid: that is no message of theirs."""
    _WRITE_TAPS.insert(session, sorted(moments.items()))


def record_unfollow(session: Session, openid: str, now: dt.datetime) -> None:
    """A follower left. The platform's rules want the personal data gone: only the fact itself is kept."""
    gone = {"following": False, "left_at": now, "last_heard": None, "last_wrote": None, "wishes": {}}
    session.execute(update(Follower).where(Follower.openid == openid).values(gone))


def get(session: Session, openid: str) -> Follower | None:
    """One follower, also one who left."""
    return session.get(Follower, openid)


def count(session: Session) -> int:
    """How many follow now."""
    return session.scalar(select(func.count()).select_from(Follower).where(Follower.following)) or 0


def active_since(session: Session, since: dt.datetime) -> list[str]:
    """Who follows and was heard after `since`; by openid."""
    active = select(Follower.openid).where(Follower.following, Follower.last_heard > since)
    return list(session.scalars(active.order_by(Follower.openid)))


def count_reachable(session: Session, now: dt.datetime) -> int:
    """How many wrote within the 48 hours in which the platform lets us write back (reference, E)."""
    recent = Follower.following & (Follower.last_wrote > now - dt.timedelta(hours=48))
    return session.scalar(select(func.count()).select_from(Follower).where(recent)) or 0


def newest(session: Session, limit: int) -> list[Follower]:
    """Who follows, whoever wrote last first."""
    found = select(Follower).where(Follower.following)
    return list(
        session.scalars(found.order_by(Follower.last_wrote.desc().nulls_last(), Follower.openid).limit(limit))
    )


def record_sync_page(session: Session, openids: Sequence[str], sync: dt.datetime) -> int:
    """Take in one page of the platform's list for the sync that started at `sync`; gives how many were new to us."""
    known = set(
        session.scalars(select(Follower.openid).where(Follower.openid.in_(openids), Follower.following))
    )
    here = set(openids)
    _WRITE_SYNC_PAGE.insert(session, [(openid, None, sync) for openid in sorted(here)])
    return len(here - known)


def finish_sync(session: Session, sync: dt.datetime, now: dt.datetime) -> int:
    """Close the sync that started at `sync`: whom it did not meet has left, unless they came or wrote since."""
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
_WRITE_MESSAGES = BulkInsert(
    Follower.__table__,
    ("openid", "last_heard", "last_wrote"),
    fixed={"following": "true", "wishes": "'{}'"},
    replaced=("following", "last_heard", "last_wrote"),
)
_WRITE_TAPS = BulkInsert(
    Follower.__table__,
    ("openid", "last_heard"),
    fixed={"following": "true", "wishes": "'{}'"},
    replaced=("following", "last_heard"),
)
