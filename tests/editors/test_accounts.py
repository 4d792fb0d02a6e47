"""Tests of editor accounts: valid names and openids, creation, removal."""

import datetime as dt

import pytest

from wxbot import audit, editors
from wxbot.db import Database
from wxbot.errors import Forbidden, NotFound, UsageError

PASSWORD = "对酒当歌人生几何 7"


def _add(db: Database, now: dt.datetime, name: str, openid: str | None = None) -> editors.Editor:
    """Add an account as an operator does."""
    return editors.add(db, name, PASSWORD, openid=openid, by="root", now=now)


def _names(db: Database) -> list[str]:
    """Return the names of all accounts."""
    with db.read() as session:
        return [each.name for each in editors.all_editors(session)]


def test_an_account_comes_and_goes(db: Database, now: dt.datetime) -> None:
    """Adding and removing an account are recorded in the audit log, without the password."""
    _add(db, now, "王编辑", "oWang")
    assert ["王编辑"] == _names(db)
    editors.remove(db, "王编辑", by="root", now=now)
    assert [] == _names(db)
    with db.read() as session:
        entries = [(e.who, e.what, e.subject, e.details) for e in audit.history(session)]
    assert [("root", "remove editor"), ("root", "add editor")] == [each[:2] for each in entries]
    assert {"editor 王编辑"} == {each[2] for each in entries}
    assert PASSWORD not in str(entries)


def test_only_a_salted_hash_is_stored(db: Database, now: dt.datetime) -> None:
    """Two accounts with the same password have different hashes, and neither contains the password."""
    first, second = _add(db, now, "甲"), _add(db, now, "乙")
    assert first.password != second.password
    assert PASSWORD not in first.password
    assert first.password.startswith("scrypt:")


@pytest.mark.parametrize("name", ["", "王 编辑", "甲、乙", "x" * 31, "a/b", "<b>"])
def test_a_name_is_one_word(db: Database, now: dt.datetime, name: str) -> None:
    """A name with spaces, separators or markup, or an empty or over-long one, is refused."""
    with pytest.raises(UsageError, match="名字"):
        _add(db, now, name)
    assert [] == _names(db)


@pytest.mark.parametrize("openid", ["", "两个字", "a b", "o" * 40])
def test_an_openid_looks_like_one(db: Database, now: dt.datetime, openid: str) -> None:
    """A text that cannot be an openid is refused when the account is created."""
    with pytest.raises(UsageError, match="openid"):
        _add(db, now, "甲", openid)


def test_full_width_is_the_same_name(db: Database, now: dt.datetime) -> None:
    """Ｗａｎｇ and Wang are the same account name."""
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
    """A name or openid that already belongs to another account is refused, as either would blur who approved."""
    _add(db, now, "甲", "oWang")
    _add(db, now, "li")
    with pytest.raises(Forbidden, match=f"已经属于「{whose}」"):
        _add(db, now, name, openid)


def test_a_password_has_ten_characters(db: Database, now: dt.datetime) -> None:
    """Nine characters are refused for a new account and for a changed password, which then stays as it was."""
    with pytest.raises(UsageError, match="至少要 10 个字符"):
        editors.add(db, "甲", "九个字符不够用的啊", openid=None, by="root", now=now)
    before = _add(db, now, "甲").password
    with pytest.raises(UsageError, match="至少要 10 个字符"):
        editors.change_password(db, "甲", "short", by="root", now=now)
    with db.read() as session:
        assert [before] == [each.password for each in editors.all_editors(session)]


def test_an_unknown_name_is_reported(db: Database, now: dt.datetime) -> None:
    """Removing an account that does not exist, or changing its password, raises NotFound."""
    with pytest.raises(NotFound, match="没有编辑「丙」"):
        editors.remove(db, "丙", by="root", now=now)
    with pytest.raises(NotFound, match="没有编辑「丙」"):
        editors.change_password(db, "丙", PASSWORD, by="root", now=now)


def test_an_account_with_an_openid_acts_under_the_openid(db: Database, now: dt.datetime) -> None:
    """An editor is the same person in the console and on the phone."""
    assert ("oWang", "乙") == (_add(db, now, "甲", "oWang").person, _add(db, now, "乙").person)
