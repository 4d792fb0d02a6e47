"""Tests of the console against forms, addresses and headers that no page of it sends."""

import io
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import request

from tests.web.console.browser import Browser
from tests.web.console.conftest import BuildConsole, ConsoleSite
from tests.web.console.test_members import record_questions
from wxbot import audit, editors
from wxbot.editor_files import SYNONYMS
from wxbot.editors import EditorRole
from wxbot.web.console.library.bring_pages import MAX_FILES
from wxbot.wechat import limits

RAW = "/console/settings/raw/synonyms"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_long_file_is_saved_whole(console: ConsoleSite, editor: Browser) -> None:
    """The raw text of a file may be far longer than a field of another form; nothing of its end is lost."""
    lines = [f"车{n} 汽车{n}" for n in range(9000)]
    assert 303 == editor.fill(RAW, text="\n".join(lines)).status
    assert lines == (console.services.editor_files.read(SYNONYMS).text or "").split("\n")[:-1]


def test_a_text_too_long_for_its_field_is_refused(console: ConsoleSite, editor: Browser) -> None:
    """A field that would have to be cut is refused in words, and the file stays as it is."""
    editor.fill("/console/settings/replies/welcome", text="欢迎", do="save")
    kept = console.services.editor_files.read("replies/welcome")
    seen = editor.fill("/console/settings/replies/welcome", text="长" * 20_001, do="save")
    assert (409, True) == (seen.status, "太长了" in seen.words)
    assert kept == console.services.editor_files.read("replies/welcome")


def test_files_beyond_the_limit_are_named(build_console: BuildConsole, tmp_path: Path) -> None:
    """Of more files than one form takes the rest is not dropped silently."""
    editor = build_console(content=tmp_path).editor()
    files = [(io.BytesIO(f"第{n}期".encode()), f"{n}.txt") for n in range(MAX_FILES + 2)]
    fields = editor.open("/console/bring").form("/console/bring/upload")
    seen = editor.send("/console/bring/upload", fields | {"file": files})
    assert "后面的 2 个没有收下" in seen.words


def test_only_editors_send_large_forms(console: ConsoleSite, editor: Browser) -> None:
    """The limit of a form is raised after the session was found, and for an upload no more than its setting says."""
    found = []
    cookie = editor.cookie
    for headers in ({}, {"Cookie": cookie}):
        with console.app.test_request_context("/console/bring/upload", method="POST", headers=headers):
            console.app.preprocess_request()
            found.append(request.max_content_length)
    assert [limits.BODY_BYTES, 32 * 2**20 + 2**16] == found


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000, "٣"])
def test_numbers_that_no_database_holds_are_not_found(editor: Browser, number: str) -> None:
    """An address with a number beyond 64 bits, or in other digits, is 404 and no failure."""
    for address in ("push/{}", "settings/history/{}", "settings/publications/{}", "push/{}/approve"):
        assert 404 == editor.open(f"/console/{address.format(number)}").status


def test_a_nul_character_in_a_field_is_refused(editor: Browser) -> None:
    """PostgreSQL stores none: the page says so, whichever field or query it stands in."""
    fields = editor.open("/console/bring").form("/console/bring/paste") | {"name": "三月", "text": "a\0b"}
    seen = [editor.send("/console/bring/paste", fields), editor.open("/console/bring/take?source=%00")]
    assert [400, 400] == [each.status for each in seen]
    assert all("空字符" in each.words for each in seen)


def test_an_entry_that_is_gone_is_told(editor: Browser) -> None:
    """The form of a publication that another editor has removed from the file is refused in words."""
    fields = editor.open("/console/settings/publications/new").form("/console/settings/publications/new")
    seen = editor.send("/console/settings/publications/9", fields | {"name": "快讯", "do": "save"})
    assert (True, True) == (seen.status in {404, 409}, "没有这一条" in seen.words)


def test_no_redirect_repeats_the_host_header(console: ConsoleSite) -> None:
    """A doubled or missing slash is mended on the same site, whatever the request's Host header says."""
    elsewhere = Browser(console.app, site="https://evil.example")
    for address in ("/console//login", "/console//", "/i//2021-02"):
        seen = elsewhere.open(address)
        assert (308, True) == (seen.status, seen.redirect.startswith("/"))
        assert not seen.redirect.startswith("//")


def test_the_log_shows_every_kind_of_details(console: ConsoleSite, editor: Browser) -> None:
    """Lists and tables in an entry's details are shown, and no filter breaks the page."""
    with console.db.begin() as session:
        details = {"to": ["oWang"], "files": {"same": 1}, "n": 0, "none": None}
        audit.note(session, who="王", what="preview", subject="x", now=console.harness.now(), **details)
    assert "oWang，same 1，0" in editor.open("/console/admin/log").words
    for query in (f"before={'9' * 20}", "since=0001-01-01", "until=9999-12-30", "since=9999-12-31"):
        assert 200 == editor.open(f"/console/admin/log?{query}").status
    assert 200 == editor.open(f"/console/settings/history?page={'9' * 20}").status


def test_two_admins_do_not_overwrite_each_other(console: ConsoleSite, editor: Browser) -> None:
    """The openid or role that another admin has changed meanwhile is not replaced, and the page tells it."""
    console.editor("李主任", "oLi", role=EditorRole.WRITER)
    page = f"/console/admin/editor/{quote('李主任')}"
    forms = {verb: editor.open(page).form(f"{page}/{verb}") for verb in ("openid", "role")}
    now = console.harness.now()
    editors.change_openid(console.db, "李主任", "oLiNew", by="root", now=now)
    editors.change_role(console.db, "李主任", EditorRole.APPROVER, by="root", now=now)
    for verb, fields in forms.items():
        seen = editor.send(f"{page}/{verb}", fields)
        assert (409, True) == (seen.status, "刚被别人改过" in seen.words)
    with console.db.read() as session:
        account = editors.accounts.find(session, "李主任")
    assert ("oLiNew", "approver") == (account.openid, account.role)
    assert 303 == editor.fill(page, f"{page}/openid", openid="oLi").status


def test_text_that_turns_direction_is_shown_plainly(console: ConsoleSite, editor: Browser) -> None:
    """A bidirectional control in a member's question or in an address does not make a page read as something else."""
    record_questions(console, "\u202e的钱转给\u2066谁", 0, 3)
    for page in ("/console/members", "/console/members/try?q=%E2%80%AEabc"):
        assert not {"\u202e", "\u2066"} & set(editor.open(page).text)


def test_the_backup_message_names_backups_alone(editor: Browser) -> None:
    """An address cannot put words of its own into the page that tells where a backup lies."""
    assert "evil" not in editor.open("/console/admin?done=backup&file=evil%20words").text
