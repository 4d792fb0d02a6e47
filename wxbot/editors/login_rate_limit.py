"""Login rate limit: how many passwords may be tried per name and per address in a quarter of an hour.

Attempts are counted in the database, so that the limit holds over all server processes together.
"""

import datetime as dt
import hashlib

from sqlalchemy import ColumnElement, delete, func, select

from wxbot.db import Database, Session
from wxbot.editors.tables import LoginAttempt

__all__ = ["WINDOW", "clear_attempts", "record_attempt"]

WINDOW = dt.timedelta(minutes=15)
# Attempts in one window. The limit for a name from all addresses is wide: a stranger who knows an editor's name must
# not be able to lock the editor out easily.
PER_NAME_AND_ADDRESS = 5
PER_NAME = 30
PER_ADDRESS = 30


def record_attempt(db: Database, name: str, address: str, now: dt.datetime) -> bool:
    """Record one login attempt and return whether it is within the rate limit.

    The attempt is written first and counted afterwards, so that of many simultaneous attempts in any number of
    processes no more than the limit pass. A rejected attempt is removed again: it does not extend the wait.
    """
    attempt = LoginAttempt(name=_digest(name), address=address[:64], at=now)
    with db.begin() as session:
        session.execute(delete(LoginAttempt).where(LoginAttempt.at <= now - WINDOW))
        session.add(attempt)
    with db.read() as session:
        allowed = _is_within_limits(session, attempt)
    if not allowed:
        with db.begin() as session:
            session.execute(delete(LoginAttempt).where(LoginAttempt.id == attempt.id))
    return allowed


def clear_attempts(session: Session, name: str, address: str) -> None:
    """Delete the attempts of this name from this address after a successful login."""
    same = (LoginAttempt.name == _digest(name)) & (LoginAttempt.address == address[:64])
    session.execute(delete(LoginAttempt).where(same))


def _is_within_limits(session: Session, attempt: LoginAttempt) -> bool:
    same_name = LoginAttempt.name == attempt.name
    same_address = LoginAttempt.address == attempt.address
    return (
        _count(session, same_name & same_address) <= PER_NAME_AND_ADDRESS
        and _count(session, same_name) <= PER_NAME
        and _count(session, same_address) <= PER_ADDRESS
    )


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(LoginAttempt).where(condition)) or 0


def _digest(name: str) -> str:
    # People type their password into the name field by mistake, so the name is stored only as its SHA-256.
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
