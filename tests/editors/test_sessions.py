"""Tests of login sessions and the login rate limit."""

import base64
import datetime as dt
import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from tests.web.console.browser import NAME, PASSWORD, add_account
from wxbot import audit, editors
from wxbot.db import Database
from wxbot.editors import Editor, LoginRefusal, passwords
from wxbot.editors.sessions import ATTEMPT_WINDOW, record_attempt
from wxbot.editors.tables import EditorSession, LoginAttempt

HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def accounts(db: Database, now: dt.datetime) -> Database:
    """Return a database with one account."""
    add_account(db, now)
    return db


def _try(
    db: Database, now: dt.datetime, password: str = PASSWORD, name: str = NAME, address: str = HOME
) -> str | LoginRefusal:
    """Try once to log in."""
    return editors.log_in(db, name=name, password=password, address=address, now=now)


def _who(db: Database, token: str, now: dt.datetime) -> str | None:
    """Return the name of the editor whose session this is."""
    with db.read() as session:
        editor = editors.session_editor(session, token, now)
        return editor.name if editor else None


def test_a_session_lasts_twelve_hours(accounts: Database, now: dt.datetime) -> None:
    """A token belongs to its editor for twelve hours; an altered token belongs to nobody."""
    token = _try(accounts, now)
    assert [NAME, NAME, None] == [
        _who(accounts, token, now + dt.timedelta(hours=hours, minutes=-1)) for hours in (0, 12, 13)
    ]
    assert _who(accounts, token[:-1], now) is None


def test_of_the_token_only_a_digest_is_kept(accounts: Database, now: dt.datetime) -> None:
    """The database holds only a digest of the token, which is not accepted as a token."""
    token = _try(accounts, now)
    with accounts.read() as session:
        stored = session.scalars(select(EditorSession.token)).one()
    assert stored != token
    assert _who(accounts, stored, now) is None


def test_logging_out_ends_the_session(accounts: Database, now: dt.datetime) -> None:
    """Logging out ends that session and no other; logging out again changes nothing."""
    here, there = _try(accounts, now), _try(accounts, now)
    editors.log_out(accounts, here, now)
    editors.log_out(accounts, here, now)
    assert [None, NAME] == [_who(accounts, here, now), _who(accounts, there, now)]


@pytest.mark.parametrize("change", ["remove", "password"])
def test_removal_and_a_new_password_end_all_sessions(
    accounts: Database, now: dt.datetime, change: str
) -> None:
    """Removing an account or changing its password ends its sessions, and the old password is refused."""
    add_account(accounts, now, "李主任")
    token = _try(accounts, now)
    if change == "remove":
        editors.remove(accounts, NAME, by="root", now=now)
    else:
        editors.change_password(accounts, NAME, "another password", by="root", now=now)
    assert _who(accounts, token, now) is None
    assert _try(accounts, now) is LoginRefusal.WRONG


def test_a_refusal_does_not_tell_which_part_was_wrong(accounts: Database, now: dt.datetime) -> None:
    """An unknown name and a wrong password get the same answer; both are recorded in the audit log."""
    assert LoginRefusal.WRONG is _try(accounts, now, "wrong password")
    assert LoginRefusal.WRONG is _try(accounts, now, name="nobody\0")
    with accounts.read() as session:
        entries = [(e.what, e.subject, e.who) for e in audit.history(session)]
    assert [("login failed", "editor ?", HOME), ("login failed", f"editor {NAME}", HOME)] == entries


def test_a_password_typed_as_the_name_is_not_stored(accounts: Database, now: dt.datetime) -> None:
    """Neither the audit log nor the recorded attempts contain the text typed as an unknown name."""
    _try(accounts, now, name=PASSWORD)
    with accounts.read() as session:
        stored = [str(e.details) + e.subject for e in audit.history(session)]
        stored += session.scalars(select(LoginAttempt.name))
    assert PASSWORD not in " ".join(stored)


def test_guessing_ends_after_five(accounts: Database, now: dt.datetime) -> None:
    """After five attempts from one address, even the right password is refused until the window has passed."""
    found = [_try(accounts, now, f"guess number {n}") for n in range(7)]
    assert [LoginRefusal.WRONG] * 5 + [LoginRefusal.TOO_OFTEN] * 2 == found
    assert LoginRefusal.TOO_OFTEN is _try(accounts, now)
    assert NAME == _who(accounts, _try(accounts, now, address=ELSEWHERE), now)
    later = now + ATTEMPT_WINDOW
    assert NAME == _who(accounts, _try(accounts, later), later)


def test_rejected_attempts_do_not_extend_the_wait(accounts: Database, now: dt.datetime) -> None:
    """An attempt that the rate limit rejected does not count for the next window."""
    for n in range(5):
        _try(accounts, now, f"guess number {n}")
    almost = now + ATTEMPT_WINDOW - dt.timedelta(seconds=1)
    assert LoginRefusal.TOO_OFTEN is _try(accounts, almost)
    assert NAME == _who(accounts, _try(accounts, now + ATTEMPT_WINDOW), now + ATTEMPT_WINDOW)


def test_a_login_clears_earlier_attempts(accounts: Database, now: dt.datetime) -> None:
    """After a successful login, wrong passwords typed before it no longer count."""
    for _ in range(3):
        assert [LoginRefusal.WRONG] * 4 == [_try(accounts, now, f"mistake number {n}") for n in range(4)]
        assert NAME == _who(accounts, _try(accounts, now), now)


def test_one_address_is_limited_over_all_names(db: Database, now: dt.datetime) -> None:
    """Thirty attempts are allowed from one address, whatever the names."""
    found = [record_attempt(db, f"name {n}", HOME, now) for n in range(32)]
    assert [True] * 30 + [False] * 2 == found
    assert record_attempt(db, "name 31", ELSEWHERE, now)


def test_one_name_is_limited_over_all_addresses(db: Database, now: dt.datetime) -> None:
    """Thirty attempts are allowed at one name, whatever the addresses."""
    found = [record_attempt(db, NAME, f"192.0.2.{n}", now) for n in range(32)]
    assert [True] * 30 + [False] * 2 == found


def test_simultaneous_attempts_do_not_exceed_the_limit(db: Database, now: dt.datetime) -> None:
    """Of twelve attempts at the same moment, at most five pass."""
    with ThreadPoolExecutor(12) as threads:
        found = list(threads.map(lambda _: record_attempt(db, NAME, HOME, now), range(12)))
    assert found.count(True) <= 5


def test_an_old_hash_is_replaced_at_the_next_login(accounts: Database, now: dt.datetime) -> None:
    """A hash of the format before werkzeug is accepted once and then replaced by one of today's format."""
    digest = hashlib.scrypt(PASSWORD.encode(), salt=b"salt", n=1024, r=8, p=1, dklen=32)
    old_hash = f"scrypt$1024$8$1$c2FsdA==${base64.b64encode(digest).decode()}"
    with accounts.begin() as session:
        session.scalars(select(Editor)).one().password = old_hash
    assert NAME == _who(accounts, _try(accounts, now), now)
    with accounts.read() as session:
        new_hash = session.scalars(select(Editor.password)).one()
    assert not passwords.needs_rehash(new_hash)
    assert NAME == _who(accounts, _try(accounts, now), now)
