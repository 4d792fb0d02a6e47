"""Tests of editor accounts: valid names and openids, creation, removal."""

import datetime as dt

import pytest

from tests.web.console.browser import add_account
from wxbot import audit, editors
from wxbot.db import Database
from wxbot.editors import EditorRole
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
    add_account(db, now, "李主任")
    _add(db, now, "王编辑", "oWang")
    assert ["李主任", "王编辑"] == _names(db)
    editors.remove(db, "王编辑", by="root", now=now)
    assert ["李主任"] == _names(db)
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


def test_the_first_account_is_an_admin(db: Database, now: dt.datetime) -> None:
    """Without a role the first account becomes an admin and the next one a writer."""
    assert (EditorRole.ADMIN, EditorRole.WRITER) == (_add(db, now, "甲").role, _add(db, now, "乙").role)


def test_one_admin_always_remains(db: Database, now: dt.datetime) -> None:
    """The last admin can be neither removed nor demoted; with a second admin both are possible."""
    _add(db, now, "甲")
    _add(db, now, "乙")
    with pytest.raises(Forbidden, match="唯一的管理"):
        editors.remove(db, "甲", by="root", now=now)
    with pytest.raises(Forbidden, match="唯一的管理"):
        editors.change_role(db, "甲", EditorRole.APPROVER, by="root", now=now)
    editors.change_role(db, "乙", EditorRole.ADMIN, by="甲", now=now)
    editors.change_role(db, "甲", EditorRole.WRITER, by="乙", now=now)
    editors.remove(db, "甲", by="乙", now=now)
    assert ["乙"] == _names(db)


@pytest.mark.parametrize(
    "name", ["wxbot.toml", "Worker", "w\u043erker", "系统", "192.0.2.1", "oAbCdEfGhIjKlMnOpQrStUvWxYz1"]
)
def test_a_name_of_the_audit_log_is_refused(db: Database, now: dt.datetime, name: str) -> None:
    """No account is named like a program, an operator, a client's address or an openid of the audit log."""
    with pytest.raises(UsageError, match="名字"):
        _add(db, now, name)


def test_an_openid_is_changed_but_never_shared(db: Database, now: dt.datetime) -> None:
    """An account's openid can be changed and taken away; one of another account is refused."""
    _add(db, now, "甲", "oWang")
    _add(db, now, "乙")
    with pytest.raises(Forbidden, match="已经属于「甲」"):
        editors.change_openid(db, "乙", "oWang", by="甲", now=now)
    editors.change_openid(db, "甲", None, by="甲", now=now)
    editors.change_openid(db, "乙", "oWang", by="甲", now=now)
    with db.read() as session:
        assert {"甲": None, "乙": "oWang"} == {
            each.name: each.openid for each in editors.all_editors(session)
        }


@pytest.mark.parametrize(
    "password",
    [
        "WangWang1990",
        "password2026",
        "1234567890",
        "aaaaaaaaaaaa",
        "qwertyuiop123",
        "公众号密码20262026",
    ],
)
def test_a_password_is_not_easily_guessed(db: Database, now: dt.datetime, password: str) -> None:
    """The account's name, common words, years and runs make no password."""
    with pytest.raises(UsageError, match="容易猜到"):
        editors.add(db, "Wang", password, openid=None, by="root", now=now)
