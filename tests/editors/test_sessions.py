"""Facts about logging in, being in, and being out."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from tests.web.console.browser import NAME, PASSWORD, hire
from wxbot import audit, editors
from wxbot.db import Database
from wxbot.editors import LoginRefusal
from wxbot.editors.login_rate_limit import WINDOW, record_attempt
from wxbot.editors.tables import EditorSession, LoginAttempt

HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def office(db: Database, now: dt.datetime) -> Database:
    """A database with one account."""
    hire(db, now)
    return db


def _try(
    db: Database, now: dt.datetime, password: str = PASSWORD, name: str = NAME, address: str = HOME
) -> str | LoginRefusal:
    """One try to log in."""
    return editors.log_in(db, name=name, password=password, address=address, now=now)


def _who(db: Database, token: str, now: dt.datetime) -> str | None:
    """Whose session it is."""
    with db.read() as session:
        editor = editors.session_editor(session, token, now)
        return editor.name if editor else None


def test_a_session_lasts_twelve_hours(office: Database, now: dt.datetime) -> None:
    """The token is its editor's until then; made-up ones are nobody's."""
    token = _try(office, now)
    assert [NAME, NAME, None] == [
        _who(office, token, now + dt.timedelta(hours=hours, minutes=-1)) for hours in (0, 12, 13)
    ]
    assert _who(office, token[:-1], now) is None


def test_of_the_token_only_a_digest_is_kept(office: Database, now: dt.datetime) -> None:
    """Whoever reads the database cannot become an editor."""
    token = _try(office, now)
    with office.read() as session:
        kept = session.scalars(select(EditorSession.token)).one()
    assert kept != token
    assert _who(office, kept, now) is None


def test_logging_out_ends_it(office: Database, now: dt.datetime) -> None:
    """That session and no other; doing it twice does no harm."""
    here, there = _try(office, now), _try(office, now)
    editors.log_out(office, here, now)
    editors.log_out(office, here, now)
    assert [None, NAME] == [_who(office, here, now), _who(office, there, now)]


@pytest.mark.parametrize("deed", ["remove", "password"])
def test_who_is_taken_away_is_out_at_once(office: Database, now: dt.datetime, deed: str) -> None:
    """Every session ends with the account, and with the password."""
    token = _try(office, now)
    if deed == "remove":
        editors.remove(office, NAME, by="root", now=now)
    else:
        editors.change_password(office, NAME, "another password", by="root", now=now)
    assert _who(office, token, now) is None
    assert _try(office, now) is LoginRefusal.WRONG


def test_wrong_is_wrong_whatever_it_was(office: Database, now: dt.datetime) -> None:
    """A stranger's name and a wrong password get the same answer; both stand in the audit log."""
    assert LoginRefusal.WRONG is _try(office, now, "wrong password")
    assert LoginRefusal.WRONG is _try(office, now, name="nobody\0")
    with office.read() as session:
        told = [(e.what, e.subject, e.who) for e in audit.history(session)]
    assert [("login failed", "editor ?", HOME), ("login failed", f"editor {NAME}", HOME)] == told


def test_what_strangers_type_for_a_name_is_not_kept(office: Database, now: dt.datetime) -> None:
    """People type passwords where the name belongs: neither the audit log nor the count of tries shows them."""
    _try(office, now, name=PASSWORD)
    with office.read() as session:
        kept = [str(e.details) + e.subject for e in audit.history(session)]
        kept += session.scalars(select(LoginAttempt.name))
    assert PASSWORD not in " ".join(kept)


def test_guessing_ends_after_five(office: Database, now: dt.datetime) -> None:
    """From one address five tries in a quarter of an hour; then not even the right password, and after it again."""
    found = [_try(office, now, f"guess number {n}") for n in range(7)]
    assert [LoginRefusal.WRONG] * 5 + [LoginRefusal.TOO_OFTEN] * 2 == found
    assert LoginRefusal.TOO_OFTEN is _try(office, now)
    assert NAME == _who(office, _try(office, now, address=ELSEWHERE), now)
    later = now + WINDOW
    assert NAME == _who(office, _try(office, later), later)


def test_who_waits_is_not_kept_waiting(office: Database, now: dt.datetime) -> None:
    """Tries that are turned away do not make the wait longer."""
    for n in range(5):
        _try(office, now, f"guess number {n}")
    almost = now + WINDOW - dt.timedelta(seconds=1)
    assert LoginRefusal.TOO_OFTEN is _try(office, almost)
    assert NAME == _who(office, _try(office, now + WINDOW), now + WINDOW)


def test_the_right_password_clears_the_slate(office: Database, now: dt.datetime) -> None:
    """Four slips, then in: the next slips are counted from one."""
    for _ in range(3):
        assert [LoginRefusal.WRONG] * 4 == [_try(office, now, f"a slip, the {n}th") for n in range(4)]
        assert NAME == _who(office, _try(office, now), now)


def test_one_address_cannot_go_through_all_names(db: Database, now: dt.datetime) -> None:
    """Thirty tries from one place, whatever the names."""
    found = [record_attempt(db, f"name {n}", HOME, now) for n in range(32)]
    assert [True] * 30 + [False] * 2 == found
    assert record_attempt(db, "name 31", ELSEWHERE, now)


def test_one_name_cannot_be_tried_from_everywhere(db: Database, now: dt.datetime) -> None:
    """Thirty tries at one name, whatever the addresses."""
    found = [record_attempt(db, NAME, f"192.0.2.{n}", now) for n in range(32)]
    assert [True] * 30 + [False] * 2 == found


def test_many_at_once_are_not_more(db: Database, now: dt.datetime) -> None:
    """Twelve processes that try at one moment get no more than five through."""
    with ThreadPoolExecutor(12) as threads:
        found = list(threads.map(lambda _: record_attempt(db, NAME, HOME, now), range(12)))
    assert found.count(True) <= 5
