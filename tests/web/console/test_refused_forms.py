"""Tests of the console's forms that are refused: each keeps what was typed and says what is wrong beside the field."""

from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.web.console.browser import Browser
from tests.web.console.conftest import BuildConsole, ConsoleSite
from tests.web.console.test_reading_pages import READ, SOURCE, TEXT

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SETTINGS = "/console/settings"
# The page of each form, its address, what is typed wrongly into which of its fields, and other fields that are typed.
REFUSED = [
    (READ, "/console/bring/settle/masthead", {"number": "第三期半"}, {"date": "2024-05-06"}),
    (READ, "/console/bring/settle/masthead", {"date": "2024-02-30"}, {"publication": "云海快讯"}),
    (READ, "/console/bring/settle/line", {"begins": "没有的字"}, {"line": "3", "use": "split"}),
    ("/console/plan/2021-02", "/console/plan/2021-02", {"at": "昨天的明天"}, {"lead": "5", "to": "all"}),
    (
        "/console/plan/2021-02",
        "/console/plan/2021-02",
        {"active": "很多"},
        {"to": "active", "at": "明天 9:00"},
    ),
    ("/console/push/1/correct", "/console/push/1/correct", {"at": "昨天的明天"}, {"words": "日期错了"}),
    ("/console/admin", "/console/admin/add", {"openid": "不像"}, {"name": "李编辑"}),
    (
        "/console/admin",
        "/console/admin/add",
        {"name": "李 编辑"},
        {"openid": "oLi-1234567890123456789012345"},
    ),
    ("/console/admin/editor/王编辑", "/console/admin/editor/王编辑/openid", {"openid": "不像"}, {}),
    (f"{SETTINGS}/publications/new", "", {"colour": "蓝"}, {"name": "简报", "do": "save"}),
    (f"{SETTINGS}/publications/new", "", {"slug": "快讯"}, {"name": "简报", "do": "save"}),
    (f"{SETTINGS}/publications/new", "", {"section_names": "投融界"}, {"name": "简报", "do": "save"}),
    (f"{SETTINGS}/rules/new", "", {"start": "早上"}, {"values": "会费", "answer": "text", "do": "save"}),
    (f"{SETTINGS}/rules/new", "", {"until": "年底"}, {"values": "会费", "answer": "text", "do": "save"}),
]


@pytest.fixture
def editor(build_console: BuildConsole, tmp_path: Path) -> Browser:
    """Return the browser of an admin; a message went out, and a file lies in the folder."""
    folder = tmp_path / "content" / "bulletins"
    folder.mkdir(parents=True)
    (folder / SOURCE).write_text(TEXT, encoding="utf-8")
    site: ConsoleSite = build_console(content=folder.parent)
    site.plan_and_approve()
    site.harness.run_worker()
    return site.editor()


def test_a_refused_form_keeps_what_was_typed(editor: Browser) -> None:
    """The reason stands beside the field that is wrong, and every field has what was typed into it."""
    for page, address, wrong, right in REFUSED:
        form = editor.open(page).form(quote(address or page), 0)
        form |= (
            {"seen": editor.open(READ).form("/console/bring/settle/masthead")["seen"]} if page == READ else {}
        )
        refused = editor.send(address or page, form | right | wrong)
        (field,) = wrong
        assert refused.status in {400, 409}, (address or page, wrong)
        assert f'id="bad-{field}"' in refused.text, (address or page, wrong)
        for typed in (wrong | right).values():
            assert f'"{escape(typed)}"' in refused.text or f">{escape(typed)}<" in refused.text, (page, typed)
