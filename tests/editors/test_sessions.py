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
from wxbot.editors import Editor, LoginClient, LoginRefusal, LoginTokens, passwords
from wxbot.editors.login_limit import ATTEMPT_WINDOW, AUDITED_FAILURES, note_failure, record_attempt
from wxbot.editors.tables import EditorSession, LoginAttempt
from wxbot.errors import Busy, NotFound, UsageError

HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def accounts(db: Database, now: dt.datetime) -> Database:
    """Return a database with one account."""
    add_account(db, now)
    return db


def _try(
    db: Database,
    now: dt.datetime,
    password: str = PASSWORD,
    name: str = NAME,
    address: str = HOME,
    device: str = "",
) -> str | LoginRefusal:
    """Try once to log in; return the session's token."""
    client = LoginClient(address, device=device)
    found = editors.log_in(db, name=name, password=password, client=client, now=now)
    return found.session if isinstance(found, LoginTokens) else found


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


def _device(db: Database, now: dt.datetime) -> str:
    """Log in and return the token of the device."""
    found = editors.log_in(db, name=NAME, password=PASSWORD, client=LoginClient(HOME), now=now)
    assert isinstance(found, LoginTokens)
    return found.device


def test_strangers_do_not_lock_an_editor_out(accounts: Database, now: dt.datetime) -> None:
    """A browser known from before logs in even after others have used up the limits of name and address."""
    device = _device(accounts, now)
    for n in range(40):
        record_attempt(accounts, NAME, HOME if n < 10 else f"192.0.2.{n}", now)
    assert LoginRefusal.TOO_OFTEN is _try(accounts, now)
    assert NAME == _who(accounts, _try(accounts, now, device=device), now)


def test_a_known_browser_has_a_limit_of_its_own(accounts: Database, now: dt.datetime) -> None:
    """A stolen device cookie allows ten tries, which count for nobody else; for another account it is worth nothing."""
    device = _device(accounts, now)
    add_account(accounts, now, "李编辑")
    found = [_try(accounts, now, f"guess number {n}", device=device) for n in range(12)]
    assert [LoginRefusal.WRONG] * 10 + [LoginRefusal.TOO_OFTEN] * 2 == found
    assert NAME == _who(accounts, _try(accounts, now), now)
    found = [_try(accounts, now, f"guess number {n}", "李编辑", device=device) for n in range(6)]
    assert [LoginRefusal.WRONG] * 5 + [LoginRefusal.TOO_OFTEN] == found


def test_a_new_password_forgets_the_devices(accounts: Database, now: dt.datetime) -> None:
    """After a change of the password no browser is known any more."""
    device = _device(accounts, now)
    editors.change_password(accounts, NAME, "another password", by="root", now=now)
    found = [_try(accounts, now, f"guess number {n}", device=device) for n in range(6)]
    assert LoginRefusal.TOO_OFTEN is found[-1]


def test_strangers_are_refused_at_once_where_an_editor_finds_a_place(
    accounts: Database, now: dt.datetime
) -> None:
    """While an unknown browser's password is hashed the next one is refused uncounted; a known browser logs in."""
    device = _device(accounts, now)
    with passwords.hashing_place(known=False):
        with pytest.raises(Busy):
            _try(accounts, now)
        assert not isinstance(_try(accounts, now, device=device), LoginRefusal)
    with accounts.read() as session:
        assert [] == session.scalars(select(LoginAttempt)).all()


def test_a_flood_of_failures_is_bounded_in_the_audit_log(db: Database, now: dt.datetime) -> None:
    """The first hundred failures of a window are listed, then one entry says that there were more."""
    for n in range(AUDITED_FAILURES + 20):
        with db.begin() as session:
            note_failure(session, address=f"192.0.2.{n}\x1b[2J", subject="editor ?", now=now)
    with db.read() as session:
        entries = audit.history(session, limit=1000)
    assert AUDITED_FAILURES + 1 == len(entries)
    assert "more logins failed" == entries[0].what
    assert not any("\x1b" in entry.who for entry in entries)


def test_a_one_time_link_sets_a_password_once(accounts: Database, now: dt.datetime) -> None:
    """A link sets the password of its account, ends its sessions, and works neither twice nor after a day."""
    token = _try(accounts, now)
    link = editors.create_link(accounts, NAME, by="root", now=now)
    late = editors.create_link(accounts, NAME, by="root", now=now)
    with pytest.raises(NotFound, match="链接"):
        editors.use_link(accounts, link, "two roads diverged", now)
    with pytest.raises(UsageError):
        editors.use_link(accounts, late, "password12", now)
    editors.use_link(accounts, late, "two roads diverged", now)
    assert _who(accounts, token, now) is None
    assert NAME == _who(accounts, _try(accounts, now, "two roads diverged"), now)
    for used in (late, editors.create_link(accounts, NAME, by="root", now=now - dt.timedelta(days=1))):
        with pytest.raises(NotFound, match="链接"):
            editors.use_link(accounts, used, "two roads diverged", now)


def test_sessions_are_listed_and_ended(accounts: Database, now: dt.datetime) -> None:
    """An editor ends own sessions by their key; another editor's only if allowed."""
    add_account(accounts, now, "李编辑")
    mine, other = _try(accounts, now), _try(accounts, now, name="李编辑", address=ELSEWHERE)
    with accounts.read() as session:
        rows = {editor.name: row for editor, row in editors.list_sessions(session, now)}
        me = session.scalars(select(Editor).where(Editor.name == NAME)).one()
    key = editors.session_key(rows["李编辑"])
    with pytest.raises(NotFound):
        editors.end_session(accounts, key, by=me, others=False, now=now)
    editors.end_session(accounts, key, by=me, others=True, now=now)
    assert (NAME, None) == (_who(accounts, mine, now), _who(accounts, other, now))
    assert (ELSEWHERE, now) == (rows["李编辑"].address, rows["李编辑"].seen_at)
