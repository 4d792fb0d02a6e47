"""Facts about accounts: who can have one, and what becomes of it."""

import datetime as dt

import pytest

from wxbot import audit, editors
from wxbot.db import Database
from wxbot.errors import Forbidden, NotFound, UsageError

PASSWORD = "对酒当歌人生几何 7"


def _add(db: Database, now: dt.datetime, name: str, openid: str | None = None) -> editors.Editor:
    """An account, as an operator adds it."""
    return editors.add(db, name, PASSWORD, openid=openid, by="root", now=now)


def _names(db: Database) -> list[str]:
    """Who has an account."""
    with db.read() as session:
        return [each.name for each in editors.all_editors(session)]


def test_an_account_comes_and_goes(db: Database, now: dt.datetime) -> None:
    """Added it is there, removed it is gone; both stand in the audit log, and the password nowhere."""
    _add(db, now, "王编辑", "oWang")
    assert ["王编辑"] == _names(db)
    editors.remove(db, "王编辑", by="root", now=now)
    assert [] == _names(db)
    with db.read() as session:
        told = [(e.who, e.what, e.subject, e.details) for e in audit.history(session)]
    assert [("root", "remove editor"), ("root", "add editor")] == [each[:2] for each in told]
    assert {"editor 王编辑"} == {each[2] for each in told}
    assert PASSWORD not in str(told)


def test_what_is_kept_is_not_the_password(db: Database, now: dt.datetime) -> None:
    """Two people with one password keep different things, and neither shows it."""
    first, second = _add(db, now, "甲"), _add(db, now, "乙")
    assert first.password != second.password
    assert PASSWORD not in first.password
    assert first.password.startswith("scrypt$")


@pytest.mark.parametrize("name", ["", "王 编辑", "甲、乙", "x" * 31, "a/b", "<b>"])
def test_a_name_is_one_word(db: Database, now: dt.datetime, name: str) -> None:
    """A name that would not stand in one line of approvals, or in an address, is refused."""
    with pytest.raises(UsageError, match="名字"):
        _add(db, now, name)
    assert [] == _names(db)


@pytest.mark.parametrize("openid", ["", "两个字", "a b", "o" * 40])
def test_an_openid_looks_like_one(db: Database, now: dt.datetime, openid: str) -> None:
    """What can be no openid is refused before anybody waits for a preview."""
    with pytest.raises(UsageError, match="openid"):
        _add(db, now, "甲", openid)


def test_full_width_is_the_same_name(db: Database, now: dt.datetime) -> None:
    """Ｗａｎｇ and Wang are one person."""
    _add(db, now, "Ｗａｎｇ ")
    assert ["Wang"] == _names(db)
    with pytest.raises(Forbidden, match="已经有"):
        _add(db, now, "Wang")


@pytest.mark.parametrize(
    ("name", "openid", "whose"), [("乙", "oWang", "甲"), ("oWang", None, "甲"), ("乙", "li", "li")]
)
def test_one_person_has_one_account(
    db: Database, now: dt.datetime, name: str, openid: str | None, whose: str
) -> None:
    """Two accounts that approve under one name would look like two persons, or one like another: refused."""
    _add(db, now, "甲", "oWang")
    _add(db, now, "li")
    with pytest.raises(Forbidden, match=f"已经属于「{whose}」"):
        _add(db, now, name, openid)


def test_a_password_has_ten_characters(db: Database, now: dt.datetime) -> None:
    """Nine are too few, in words that an editor reads; of a changed password the old one stays."""
    with pytest.raises(UsageError, match="至少要 10 个字符"):
        editors.add(db, "甲", "九个字符不够用的啊", openid=None, by="root", now=now)
    before = _add(db, now, "甲").password
    with pytest.raises(UsageError, match="至少要 10 个字符"):
        editors.change_password(db, "甲", "short", by="root", now=now)
    with db.read() as session:
        assert [before] == [each.password for each in editors.all_editors(session)]


def test_nobody_of_that_name(db: Database, now: dt.datetime) -> None:
    """Removing a stranger, or changing a stranger's password, says so."""
    with pytest.raises(NotFound, match="没有编辑「丙」"):
        editors.remove(db, "丙", by="root", now=now)
    with pytest.raises(NotFound, match="没有编辑「丙」"):
        editors.change_password(db, "丙", PASSWORD, by="root", now=now)


def test_whoever_has_an_openid_acts_under_it(db: Database, now: dt.datetime) -> None:
    """The console's editor and the phone's are one person."""
    assert ("oWang", "乙") == (_add(db, now, "甲", "oWang").person, _add(db, now, "乙").person)
