"""How often a password may be guessed: counted in the database, so that all processes count together."""

import datetime as dt
import hashlib

from sqlalchemy import ColumnElement, delete, func, select

from wxbot.db import Database, Session
from wxbot.editors.tables import LoginAttempt

__all__ = ["WINDOW", "clear_attempts", "record_attempt"]

WINDOW = dt.timedelta(minutes=15)
# For one name from one address; a name from wherever; an address for whatever name. The second is wide: a stranger who
# knows an editor's name must not find it easy to keep the editor out.
_PAIR, _NAME, _ADDRESS = 5, 30, 30


def record_attempt(db: Database, name: str, address: str, now: dt.datetime) -> bool:
    """Count one try; False when there were too many in the last quarter of an hour.

    Written first and counted afterwards: of many tries at once, in whatever processes, never more than allowed pass.
    One that is turned away does not count: who waits may try again.
    """
    counted = LoginAttempt(name=_digest(name), address=address[:64], at=now)
    with db.begin() as session:
        session.execute(delete(LoginAttempt).where(LoginAttempt.at <= now - WINDOW))
        session.add(counted)
    with db.read() as session:
        allowed = _is_within_limits(session, counted)
    if not allowed:
        with db.begin() as session:
            session.execute(delete(LoginAttempt).where(LoginAttempt.id == counted.id))
    return allowed


def clear_attempts(session: Session, name: str, address: str) -> None:
    """The password was right: what was mistyped before it from the same place no longer counts."""
    session.execute(
        delete(LoginAttempt).where(LoginAttempt.name == _digest(name), LoginAttempt.address == address[:64])
    )


def _is_within_limits(session: Session, tried: LoginAttempt) -> bool:
    same_name, same_address = LoginAttempt.name == tried.name, LoginAttempt.address == tried.address
    return (
        _times(session, same_name & same_address) <= _PAIR
        and _times(session, same_name) <= _NAME
        and _times(session, same_address) <= _ADDRESS
    )


def _times(session: Session, here: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(LoginAttempt).where(here)) or 0


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
