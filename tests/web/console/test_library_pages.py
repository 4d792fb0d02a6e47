"""Tests of the console's pages of issues."""

from pathlib import Path
from urllib.parse import quote

import pytest

from tests.web.console.browser import Browser, add_account
from tests.web.console.conftest import BuildConsole, ConsoleSite
from wxbot.bulletin import ParsedArticle, ParsedIssue, ParsedSection
from wxbot.library import IngestResult, Outcome, record_missing, record_results, save_issue


def test_the_list_of_issues_links_pages_and_campaigns(console: ConsoleSite, editor: Browser) -> None:
    """Each issue links its public page, its plan form, and its newest campaign."""
    seen = editor.open("/console/shelf")
    assert all(f'href="{path}"' in seen.text for path in ("/i/2021-02", "/console/plan/2021-02"))
    assert "2021年第2期" in seen.words
    campaign = console.plan()
    seen = editor.open("/console/shelf")
    assert f'href="/console/push/{campaign}"' in seen.text
    assert "待批准" in seen.words


def test_the_newest_issue_is_first(console: ConsoleSite, editor: Browser) -> None:
    """Issues are listed by number, newest first."""
    with console.db.begin() as session:
        for issue in (1, 3):
            parsed = ParsedIssue("简报", 2021, issue, sections=(ParsedSection("一", (ParsedArticle("文"),)),))
            save_issue(session, parsed, "x", console.harness.now())
    words = editor.open("/console/shelf").words
    assert words.index("第3期") < words.index("第2期") < words.index("第1期")


@pytest.mark.both_databases
def test_files_that_wait_for_an_editor_are_listed(console: ConsoleSite, editor: Browser) -> None:
    """A file of the watched folder that was held or refused stands on the page with its remedy, until it is gone."""
    now = console.harness.now()
    results = [
        IngestResult(
            "/srv/三月/旧.doc",
            Outcome.REFUSED,
            "三月/旧.doc",
            says="/srv/三月/旧.doc 是旧格式",
            remedy="另存为 .docx。",
        ),
        IngestResult(
            "/srv/稿.txt", Outcome.HELD, "稿.txt", says="与 2021-02.txt 是同一期", remedy="移出文件夹。"
        ),
        IngestResult("/srv/2021-02.txt", Outcome.SAME, "2021-02.txt", key="2021-02"),
    ]
    with console.db.begin() as session:
        record_results(session, results, now)
    seen = editor.open("/console/shelf")
    assert "三月/旧.doc 没有收下 三月/旧.doc 是旧格式 怎么办：另存为 .docx。" in seen.words
    assert "稿.txt 等您决定 与 2021-02.txt 是同一期" in seen.words
    assert "/srv" not in seen.text
    files = editor.open("/console/files")
    assert files.words.index("旧.doc") < files.words.index("2021-02.txt 已在书架上")
    assert 'href="/console/shelf/2021-02"' in files.text
    with console.db.begin() as session:
        record_missing(session, ["2021-02.txt"], now)
    assert "没有上架的文件" not in editor.open("/console/shelf").words


@pytest.mark.both_databases
def test_a_file_is_dropped_after_a_look(build_console: BuildConsole, tmp_path: Path) -> None:
    """A held file is set aside by an editor, is not asked about again, and stays where it lies."""
    folder = tmp_path / "content" / "bulletins"
    folder.mkdir(parents=True)
    (folder / "稿.txt").write_text("另一份稿子", encoding="utf-8")
    console = build_console(content=tmp_path / "content")
    result = IngestResult(str(folder / "稿.txt"), Outcome.HELD, "稿.txt", says="与 2021-02.txt 是同一期")
    with console.db.begin() as session:
        record_results(session, [result], console.harness.now())
    editor, page = console.editor(), "/console/files/drop?source=稿.txt"

    form = editor.open(page).form("/console/files/drop")
    assert 409 == editor.send("/console/files/drop", form | {"seen": "old"}).status
    done = editor.open(editor.send("/console/files/drop", form).redirect)
    assert "稿.txt 放在一边" in done.words
    assert "wxbot " not in done.words
    assert 200 == editor.open(f"/console/bring/read?source={quote('稿.txt')}").status
    assert f"bring/read?source={quote('稿.txt')}" in done.text
    assert 404 == editor.open(page).status
    assert (folder / "稿.txt").exists()


def test_links_keep_the_path_of_the_public_url(build_console: BuildConsole) -> None:
    """With a public URL that ends in /news the console's links, cookies and forms have that prefix."""
    console = build_console(public_url="https://example.org/news")
    add_account(console.db, console.harness.now())
    browser = Browser(console.app)
    assert browser.open("/console/").redirect == "/news/console/login?next="
    login = browser.open("/console/login")
    assert "Path=/news/console/" in login.response.headers["Set-Cookie"]
    assert 'action="/news/console/login"' in login.text
