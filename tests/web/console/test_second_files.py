"""Tests of the console's pages on which an editor takes a file that was held beside another one of its issue."""

from pathlib import Path

import pytest

from tests.conftest import SAMPLE
from tests.web.console.browser import Browser
from tests.web.console.conftest import BuildConsole, ConsoleSite
from wxbot import library

SECOND = "送审稿.txt"
CORRECT, NUMBER = "/console/files/correct", "/console/files/number"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the watched folder, with the source of the issue and another file of the same number."""
    folder = tmp_path / "content" / "bulletins"
    folder.mkdir(parents=True)
    text = SAMPLE.read_text(encoding="utf-8")
    (folder / SAMPLE.name).write_text(text, encoding="utf-8")
    (folder / SECOND).write_text(text.replace("Keep", "Kept"), encoding="utf-8")
    return folder


@pytest.fixture
def site(build_console: BuildConsole, folder: Path) -> ConsoleSite:
    """Return a console on that folder, as a worker reported it."""
    console = build_console(content=folder.parent)
    now = console.harness.now()
    results = list(library.ingest(console.db, library.list_files([folder], folder), now))
    with console.db.begin() as session:
        library.record_results(session, results, now)
    return console


def issue(site: ConsoleSite, key: str) -> library.Issue:
    """Return a stored issue."""
    with site.db.read() as session:
        found = library.any_issue(session, key)
    assert found is not None
    return found


def test_a_second_file_is_taken_as_a_correction(site: ConsoleSite, folder: Path) -> None:
    """The page tells what changes, for followers and campaigns; the file is the issue's source once it is confirmed."""
    campaign = site.plan_and_approve()
    editor = site.editor()
    listed = editor.open("/console/files")
    assert all(f"files/{verb}?source=" in listed.text for verb in ("correct", "number", "drop"))
    assert "wxbot" not in listed.words
    seen = editor.open(f"{CORRECT}?source={SECOND}")
    for words in (f"从此以 {SECOND} 为准", "内容会怎样变", "Kept", f"看计划 {campaign}"):
        assert words in seen.words, words
    assert 1 == issue(site, "2021-02").revision

    done = editor.open(editor.send(CORRECT, seen.form(CORRECT)).redirect)
    assert "已收下这个文件" in done.words
    assert (SECOND, 2) == (issue(site, "2021-02").source, issue(site, "2021-02").revision)
    assert "收下另一个文件作为更正" in editor.open("/console/history/2021-02").words
    again = list(library.ingest(site.db, library.list_files([folder], folder), site.harness.now()))
    assert {"older", "same"} == {result.fate for result in again}


def test_a_second_file_gets_another_number(site: ConsoleSite, folder: Path) -> None:
    """The number is checked, kept beside the file, and the file is an issue of its own from then on."""
    editor = site.editor()
    page = f"{NUMBER}?source={SECOND}"
    wrong = editor.open(f"{page}&number=三月号")
    assert (400, True) == (wrong.status, "看不懂期号「三月号」" in wrong.words)
    same = editor.open(f"{page}&number=2021-02")
    assert (409, True) == (same.status, "是同一期，内容不同" in same.words)
    seen = editor.open(f"{page}&number=2021-03")
    assert "2021-03 上架" in seen.words
    assert not list(folder.glob("*.toml"))

    sent = editor.send(NUMBER, seen.form(NUMBER, -1))
    assert 303 == sent.status
    assert SECOND == issue(site, "2021-03").source
    assert "2021-03" in (folder / "送审稿.fix.toml").read_text(encoding="utf-8")
    (again,) = library.ingest(site.db, library.list_files([folder / SECOND], folder), site.harness.now())
    assert ("2021-03", "same") == (again.key, again.fate)
    assert "送审稿.txt 等您决定" not in editor.open("/console/files").words


def test_a_file_that_changed_meanwhile_is_shown_again(site: ConsoleSite, folder: Path) -> None:
    """Nothing is taken when the file or the issue is not as the page showed it."""
    editor: Browser = site.editor()
    seen = editor.open(f"{CORRECT}?source={SECOND}").form(CORRECT)
    (folder / SECOND).write_text(
        (folder / SECOND).read_text(encoding="utf-8").replace("Kept", "Keeps"), "utf-8"
    )
    refused = editor.send(CORRECT, seen)
    assert (409, True) == (refused.status, "您看过之后" in refused.words)
    assert 1 == issue(site, "2021-02").revision
    assert 303 == editor.send(CORRECT, refused.form(CORRECT)).status
    (folder / SECOND).unlink()
    assert 404 == editor.open(f"{CORRECT}?source={SECOND}").status


def test_a_file_that_is_gone_or_doubtful_is_not_taken_unseen(site: ConsoleSite, folder: Path) -> None:
    """A held file that was removed says so; one with doubts waits, and the page tells them."""
    editor = site.editor()
    text = (folder / SECOND).read_text(encoding="utf-8")
    (folder / SECOND).unlink()
    assert 409 == editor.open(f"{CORRECT}?source={SECOND}").status
    (folder / SECOND).write_text(text.replace("2021年第2期", "2021年第33期"), encoding="utf-8")
    seen = editor.open(f"{NUMBER}?source={SECOND}&number=2021-44")
    assert "先不公开，等您看" in seen.words
    done = editor.open(editor.send(NUMBER, seen.form(NUMBER, -1)).redirect)
    assert "先等着看" in done.words
    assert library.IssueState.HELD == issue(site, "2021-44").state


def test_the_issue_of_a_file_that_is_gone_is_kept(site: ConsoleSite) -> None:
    """知道了 leaves the issue public, ends the question about its file, and is told in the issue's history."""
    now = site.harness.now()
    with site.db.begin() as session:
        library.record_missing(session, [SECOND], now)
    editor, page = site.editor(), f"/console/files/keep?source={SAMPLE.name}"
    assert "不在文件夹里了" in editor.open("/console/files").words
    sent = editor.send("/console/files/keep", editor.open(page).form("/console/files/keep"))
    assert "不在文件夹里了" not in editor.open(sent.redirect).words
    assert issue(site, "2021-02").is_public
    assert "文件不在了，照旧留着" in editor.open("/console/history/2021-02").words
    assert 404 == editor.open(page).status
