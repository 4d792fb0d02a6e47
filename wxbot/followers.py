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
    "Wishes",
    "count",
    "count_heard",
    "followed",
    "get",
    "heard_all",
    "heard_since",
    "met",
    "missed",
    "newest",
    "read_wishes",
    "tapped_all",
    "unfollowed",
    "wish",
    "wishes_of",
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
    wishes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # a Wishes, as JSON
    synced_at: Mapped[dt.datetime | None] = mapped_column(
        Moment
    )  # the start of the last sync that met this one


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one follower asked to receive; without any wish: everything, at any hour.

    `sections` are the names asked for (None for all of them), `nothing` declines every push, `quiet` are two hours of
    the association's clock between which nothing comes ((22, 8): from 22:00 to 08:00), `weekly` is how many pushes a
    week are welcome at most.
    """

    sections: tuple[str, ...] | None = None
    nothing: bool = False
    quiet: tuple[int, int] | None = None
    weekly: int | None = None

    def welcomes(self, section: str) -> bool:
        """Whether this follower wants what that section brings."""
        return not self.nothing and (self.sections is None or section in self.sections)

    def quiet_at(self, hour: int) -> bool:
        """Whether nothing may come in this hour (0 to 23) of the association's clock."""
        if self.quiet is None:
            return False
        start, end = self.quiet
        return start <= hour < end if start <= end else hour >= start or hour < end


def wishes_of(session: Session, openid: str) -> Wishes:
    """What a follower asked to receive."""
    kept = session.scalar(select(Follower.wishes).where(Follower.openid == openid))
    return read_wishes(kept or {})


def wish(session: Session, openid: str, wishes: Wishes) -> None:
    """Keep what a follower asked to receive, in place of what was asked before; whoever asks follows."""
    _upsert(session, openid, {"following": True, "wishes": asdict(wishes) if wishes != Wishes() else {}})


def read_wishes(kept: Mapping[str, Any]) -> Wishes:
    """The wishes of a row; what is missing is not wished."""
    sections, quiet = kept.get("sections"), kept.get("quiet")
    return Wishes(
        sections=None if sections is None else tuple(sections),
        nothing=bool(kept.get("nothing")),
        quiet=None if quiet is None else (int(quiet[0]), int(quiet[1])),
        weekly=kept.get("weekly"),
    )


def followed(session: Session, openid: str, now: dt.datetime) -> None:
    """A follower came, or came back."""
    _upsert(session, openid, {"following": True, "since": now, "left_at": None, "last_heard": now})


def heard_all(session: Session, moments: Mapping[str, dt.datetime]) -> None:
    """Followers wrote, each at the moment beside the openid: whoever does follows, even if that never reached us."""
    _HEARD.insert(session, [(openid, moment, moment) for openid, moment in sorted(moments.items())])


def tapped_all(session: Session, moments: Mapping[str, dt.datetime]) -> None:
    """Several followers tapped or scanned, each at the moment beside the openid: that is no message of theirs."""
    _TAPPED.insert(session, sorted(moments.items()))


def unfollowed(session: Session, openid: str, now: dt.datetime) -> None:
    """A follower left. The platform's rules want the personal data gone: only the fact itself is kept."""
    gone = {"following": False, "left_at": now, "last_heard": None, "last_wrote": None, "wishes": {}}
    session.execute(update(Follower).where(Follower.openid == openid).values(gone))


def get(session: Session, openid: str) -> Follower | None:
    """One follower, also one who left."""
    return session.get(Follower, openid)


def count(session: Session) -> int:
    """How many follow now."""
    return session.scalar(select(func.count()).select_from(Follower).where(Follower.following)) or 0


def heard_since(session: Session, since: dt.datetime) -> list[str]:
    """Who follows and was heard after `since`; by openid."""
    active = select(Follower.openid).where(Follower.following, Follower.last_heard > since)
    return list(session.scalars(active.order_by(Follower.openid)))


def count_heard(session: Session, now: dt.datetime) -> int:
    """How many wrote within the 48 hours in which the platform lets us write back (reference, E)."""
    recent = Follower.following & (Follower.last_wrote > now - dt.timedelta(hours=48))
    return session.scalar(select(func.count()).select_from(Follower).where(recent)) or 0


def newest(session: Session, limit: int) -> list[Follower]:
    """Who follows, whoever wrote last first."""
    found = select(Follower).where(Follower.following)
    return list(
        session.scalars(found.order_by(Follower.last_wrote.desc().nulls_last(), Follower.openid).limit(limit))
    )


def met(session: Session, openids: Sequence[str], sync: dt.datetime) -> int:
    """Take in one page of the platform's list for the sync that started at `sync`; gives how many were new to us."""
    known = set(
        session.scalars(select(Follower.openid).where(Follower.openid.in_(openids), Follower.following))
    )
    here = set(openids)
    _MET.insert(session, [(openid, None, sync) for openid in sorted(here)])
    return len(here - known)


def missed(session: Session, sync: dt.datetime, now: dt.datetime) -> int:
    """Close the sync that started at `sync`: whom it did not meet has left, unless they came or wrote since."""
    here = Follower.following & or_(Follower.synced_at.is_(None), Follower.synced_at < sync)
    here &= or_(Follower.since.is_(None), Follower.since < sync)
    here &= or_(Follower.last_heard.is_(None), Follower.last_heard < sync)
    gone = {"following": False, "left_at": now, "last_heard": None, "last_wrote": None, "wishes": {}}
    return int(session.connection().execute(update(Follower).where(here).values(gone)).rowcount)


def _upsert(session: Session, openid: str, values: dict[str, object]) -> None:
    row = insert_into(session, Follower).values({"openid": openid, "wishes": {}} | values)
    session.execute(row.on_conflict_do_update(index_elements=[Follower.openid], set_=values))


_MET = BulkInsert(
    Follower.__table__,
    ("openid", "left_at", "synced_at"),
    fixed={"following": "true", "wishes": "'{}'"},
    replaced=("following", "left_at", "synced_at"),
)
_HEARD = BulkInsert(
    Follower.__table__,
    ("openid", "last_heard", "last_wrote"),
    fixed={"following": "true", "wishes": "'{}'"},
    replaced=("following", "last_heard", "last_wrote"),
)
_TAPPED = BulkInsert(
    Follower.__table__,
    ("openid", "last_heard"),
    fixed={"following": "true", "wishes": "'{}'"},
    replaced=("following", "last_heard"),
)
