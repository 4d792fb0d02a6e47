"""Tests of the administration pages and of an editor's own account."""

import datetime as dt
import re
import tarfile

import pytest

from tests.web.console.browser import NAME, PASSWORD, Browser
from tests.web.console.conftest import ConsoleSite
from wxbot import audit, editors, journal
from wxbot.db import Database
from wxbot.editors import EditorRole
from wxbot.errors import WxbotError
from wxbot.journal import NewEntry

NEW_PASSWORD = "two roads diverged"


@pytest.mark.parametrize("role", [EditorRole.WRITER, EditorRole.APPROVER])
def test_only_admins_administer(console: ConsoleSite, role: EditorRole) -> None:
    """Other roles see no link to the pages, and get 403 for each page and form."""
    editor = console.editor("小李", role=role)
    home = editor.open("/console/shelf")
    assert "/console/admin" not in home.text
    token = home.form("/console/logout")["csrf_token"]
    assert {403} == {
        editor.open(f"/console/{page}").status for page in ("admin", "admin/log", "admin/editor/小李")
    }
    for form in ("add", "editor/小李/role", "editor/小李/link", "session", "doctor", "backup"):
        sent = {"csrf_token": token, "name": "乙", "role": "admin"}
        assert 403 == editor.send(f"/console/admin/{form}", sent).status
    with console.db.read() as session:
        assert [("小李", role)] == [(each.name, each.role) for each in editors.all_editors(session)]


def test_a_new_editor_sets_the_password(console: ConsoleSite) -> None:
    """An admin adds an account and gets a link; its editor sets the password once, and logs in with it."""
    admin = console.editor()
    page = admin.fill("/console/admin", "/console/admin/add", name="李编辑", role="approver", openid="oLi")
    link = re.search(r"https://[^\"]+/console/password/([\w-]+)", page.text)
    assert link is not None
    path = f"/console/password/{link[1]}"
    newcomer = Browser(console.app, "192.0.2.5")
    assert "李编辑" in newcomer.open(path).words
    assert 400 == newcomer.send(path, {"password": NEW_PASSWORD, "again": "another"}).status
    assert 400 == newcomer.send(path, {"password": "password12", "again": "password12"}).status
    assert 303 == newcomer.send(path, {"password": NEW_PASSWORD, "again": NEW_PASSWORD}).status
    assert 404 == newcomer.send(path, {"password": NEW_PASSWORD, "again": NEW_PASSWORD}).status
    assert 303 == newcomer.log_in("李编辑", NEW_PASSWORD).status
    assert "李编辑" in newcomer.open("/console/account").words
    assert "角色 审批" in admin.open("/console/admin/log").words


def test_an_admin_changes_accounts(console: ConsoleSite) -> None:
    """Role and openid are changed, one openid belongs to one account, and the last admin stays."""
    admin = console.editor(openid="oAdmin")
    console.editor("李编辑", role=EditorRole.WRITER)
    page = "/console/admin/editor/李编辑"
    address = "/console/admin/editor/%E6%9D%8E%E7%BC%96%E8%BE%91"
    assert 303 == admin.fill(page, f"{address}/role", role="approver").status
    refused = admin.fill(page, f"{address}/openid", openid="oAdmin")
    assert (409, True) == (refused.status, f"已经属于「{NAME}」" in refused.words)
    assert 303 == admin.fill(page, f"{address}/openid", openid="oLi").status
    with console.db.read() as session:
        found = {each.name: (each.role, each.openid) for each in editors.all_editors(session)}
    assert ("approver", "oLi") == found["李编辑"]
    own = f"/console/admin/editor/{NAME}"
    token = admin.open(own).form("/console/logout")["csrf_token"]
    fields = {"csrf_token": token, "confirmed": "yes", "role": "writer"}
    assert [409, 409] == [admin.send(f"{own}/{verb}", fields).status for verb in ("role", "remove")]
    assert 400 == admin.fill(page, f"{address}/remove").status
    assert 303 == admin.fill(page, f"{address}/remove", confirmed="yes").status


def test_sessions_are_seen_and_ended(console: ConsoleSite) -> None:
    """An admin ends another editor's session; an editor ends only own ones."""
    admin = console.editor()
    writer = console.editor("小李", address="198.51.100.7", role=EditorRole.WRITER)
    assert "198.51.100.7" in admin.open("/console/admin").words
    assert "192.0.2.1" not in writer.open("/console/account").words
    foreign = admin.open("/console/admin").form("/console/admin/session")["key"]
    second = Browser(console.app, "192.0.2.9")
    second.log_in("小李")
    assert 303 == writer.fill("/console/account", "/console/account/session").status
    assert 303 == second.open("/console/account").status
    own = admin.open("/console/account").form("/console/logout")
    assert 404 == admin.send("/console/account/session", own | {"key": foreign}).status
    assert 303 == admin.fill("/console/admin", "/console/admin/session").status
    assert "/console/login" in writer.open("/console/account").redirect


def test_an_editor_changes_the_own_password(console: ConsoleSite) -> None:
    """The present password is asked for; afterwards every session has ended, and the new password holds."""
    editor = console.editor(role=EditorRole.WRITER)
    form = {"password": NEW_PASSWORD, "again": NEW_PASSWORD}
    path = "/console/account/password"
    assert 403 == editor.fill("/console/account", path, present="not this one", **form).status
    assert (
        400
        == editor.fill(
            "/console/account", path, present=PASSWORD, password="0123456789", again="0123456789"
        ).status
    )
    assert 303 == editor.fill("/console/account", path, present=PASSWORD, **form).status
    assert 303 == editor.open("/console/account").status
    assert (401, 303) == (editor.log_in().status, editor.log_in(password=NEW_PASSWORD).status)


def test_an_editor_binds_the_own_wechat_by_a_phrase(console: ConsoleSite) -> None:
    """The phrase comes from the account page; who sent it to the account in time is the editor, once and for all."""
    editor = console.editor(role=EditorRole.WRITER)
    page, address = "/console/account", "/console/account/wechat"
    assert 303 == editor.fill(page, "/console/account/phrase").status
    phrase = re.search(r"绑定 \d{8}", editor.open(page).text)
    assert phrase is not None
    early = editor.fill(page, address)
    assert (409, True) == (early.status, "还没有收到" in early.words)
    now = console.harness.now()
    send_text(console.db, "oThief", "绑定 11111111", now)
    send_text(console.db, "oWang", f" {phrase[0].replace(' ', '')}", now)
    assert editor.fill(page, address).redirect.endswith("account?done=bound")
    with console.db.read() as session:
        (found,) = editors.all_editors(session)
    assert "oWang" == found.openid
    again = editor.send(address, {"csrf_token": editor.open(page).form("/console/logout")["csrf_token"]})
    assert (409, True) == (again.status, "已经写有微信" in again.words)


@pytest.mark.parametrize(
    ("minutes", "senders", "says"), [(16, ["oWang"], "过期"), (1, ["oWang", "oLi"], "分不清")]
)
@pytest.mark.both_databases
def test_a_late_or_shared_phrase_binds_nobody(
    console: ConsoleSite, minutes: int, senders: list[str], says: str
) -> None:
    """A phrase is valid for a quarter of an hour, and for one sender."""
    console.editor()
    now = console.harness.now()
    with console.db.read() as session:
        (editor,) = editors.all_editors(session)
    phrase = editors.create_binding_phrase(console.db, editor, now)
    for sender in senders:
        send_text(console.db, sender, phrase, now)
    with pytest.raises(WxbotError, match=says):
        editors.bind_sender(console.db, editor, now + dt.timedelta(minutes=minutes))


def send_text(db: Database, openid: str, text: str, now: dt.datetime) -> None:
    """Record a text that somebody sent to the account."""
    with db.begin() as session:
        journal.record(session, NewEntry(f"{openid} {text}", openid, "text", text, 0, "", now))


@pytest.mark.both_databases
def test_the_log_is_filtered_and_paged(console: ConsoleSite) -> None:
    """Filters by person, action, subject and day; fifty entries a page; openids never whole, markup escaped."""
    openid = "oAbCdEfGhIjKlMnOpQrStUvWxYz0"
    admin = console.editor(openid=openid)
    now = console.harness.now()
    with console.db.begin() as session:
        for n in range(60):
            audit.note(session, who=openid, what="pause", subject=f"campaign {n}<b>\x1b", now=now)
    first = admin.open("/console/admin/log?what=pause")
    assert ("计划 59&lt;b&gt;" in first.text, "计划 9&lt;b" in first.text) == (True, False)
    assert (NAME in first.words, openid in first.text, "\x1b" in first.text) == (True, False, False)
    older = re.search(r'/console/(admin/log\?what[^"]*|admin/log\?who[^"]*)">更早的', first.text)
    assert older is not None
    assert "计划 9&lt;b" in admin.open("/console/" + older[1].replace("&amp;", "&")).text
    assert "计划 7&lt;" in admin.open("/console/admin/log?text=计划 7<").text
    assert "没有符合的记录" in admin.open("/console/admin/log?who=nobody").words
    assert "没有符合的记录" in admin.open("/console/admin/log?until=1999-12-31").words
    assert 200 == admin.open("/console/admin/log?since=x&before=y").status


@pytest.mark.both_databases
def test_a_backup_is_written(console: ConsoleSite) -> None:
    """The backup lies in the state folder, readable by its owner only, and the page names it."""
    admin = console.editor()
    done = admin.fill("/console/admin", "/console/admin/backup")
    (file,) = (console.services.settings.state / "backups").iterdir()
    with tarfile.open(file) as archive:
        assert "wxbot.db" in archive.getnames()
    assert (0o600, 0o700) == (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777)
    assert file.name in admin.open(done.redirect).words
