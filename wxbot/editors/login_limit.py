"""Login rate limit: how many passwords may be tried in a quarter of an hour, and what the audit log keeps of failures.

A browser in which an editor has logged in before is known by a cookie and has a count of its own: strangers who use up
the limits of an editor's name or address cannot lock the editor out. Attempts are counted in the database, so that the
limits hold over all server processes together.
"""

import datetime as dt
import hashlib

from sqlalchemy import ColumnElement, delete, func, select

from wxbot import audit
from wxbot.audit import AuditEntry
from wxbot.db import Database, Session
from wxbot.editors.tables import Editor, EditorDevice, LoginAttempt

__all__ = ["ATTEMPT_WINDOW", "clear_attempts", "digest", "is_known_device", "note_failure", "record_attempt"]

ATTEMPT_WINDOW = dt.timedelta(minutes=15)
# Attempts in one window of the rate limit. The limit for a name from all addresses is wide: a stranger who knows an
# editor's name must not be able to lock the editor out of a new browser easily.
PER_NAME_AND_ADDRESS = 5
PER_NAME = 30
PER_ADDRESS = 30
PER_DEVICE = 10
AUDITED_FAILURES = 100  # in one window; further ones are counted in one entry only

_FAILED, _MORE_FAILED = "login failed", "more logins failed"


def record_attempt(db: Database, name: str, address: str, now: dt.datetime, *, device: str = "") -> bool:
    """Record one login attempt and return whether it is within the rate limit.

    `device` is the digest of a known browser's token. The attempt is written first and counted afterwards, so that of
    many simultaneous attempts in any number of processes no more than the limit pass. A rejected attempt is removed
    again: it does not extend the wait.
    """
    attempt = LoginAttempt(name=digest(name), address=address[:64], device=device, at=now)
    with db.begin() as session:
        session.execute(delete(LoginAttempt).where(LoginAttempt.at <= now - ATTEMPT_WINDOW))
        session.add(attempt)
    with db.read() as session:
        allowed = _is_within_limits(session, attempt)
    if not allowed:
        with db.begin() as session:
            session.execute(delete(LoginAttempt).where(LoginAttempt.id == attempt.id))
    return allowed


def clear_attempts(session: Session, name: str, address: str, *, device: str = "") -> None:
    """Delete the attempts of this name from this address or device after a successful login."""
    same = (LoginAttempt.address == address[:64]) | (
        (LoginAttempt.device != "") & (LoginAttempt.device == device)
    )
    session.execute(delete(LoginAttempt).where((LoginAttempt.name == digest(name)) & same))


def is_known_device(session: Session, token: str, editor: Editor, now: dt.datetime) -> bool:
    """Return whether the token of a device cookie is of a browser in which this editor has logged in."""
    valid = (EditorDevice.token == digest(token)) & (EditorDevice.expires_at > now)
    return session.scalar(select(EditorDevice.editor_id).where(valid)) == editor.id


def note_failure(session: Session, *, address: str, subject: str, now: dt.datetime) -> None:
    """Write a failed login to the audit log; of a flood, the first ones and one entry that says that more came."""
    recent = AuditEntry.at > now - ATTEMPT_WINDOW
    failures = select(func.count()).select_from(AuditEntry).where(AuditEntry.what == _FAILED, recent)
    if (session.scalar(failures) or 0) < AUDITED_FAILURES:
        audit.note(session, who=address, what=_FAILED, subject=subject, now=now)
    elif (
        session.scalar(select(AuditEntry.id).where(AuditEntry.what == _MORE_FAILED, recent).limit(1)) is None
    ):
        audit.note(session, who="wxbot", what=_MORE_FAILED, subject="logins", now=now)


def digest(text: str) -> str:
    """Return the SHA-256 under which tokens are stored, and names of attempts.

    People type their password into the name field by mistake.
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _is_within_limits(session: Session, attempt: LoginAttempt) -> bool:
    if attempt.device:
        return _count(session, LoginAttempt.device == attempt.device) <= PER_DEVICE
    strangers = LoginAttempt.device == ""
    same_name = strangers & (LoginAttempt.name == attempt.name)
    same_address = strangers & (LoginAttempt.address == attempt.address)
    return (
        _count(session, same_name & same_address) <= PER_NAME_AND_ADDRESS
        and _count(session, same_name) <= PER_NAME
        and _count(session, same_address) <= PER_ADDRESS
    )


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(LoginAttempt).where(condition)) or 0
