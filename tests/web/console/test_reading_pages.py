"""Tests of the console's page on which an editor checks and mends the reading of a file."""

from pathlib import Path

import pytest

from tests.web.console.browser import Browser, BrowserPage
from tests.web.console.conftest import BuildConsole, ConsoleSite
from wxbot import library

SOURCE = "2024-03.txt"
READ = f"/console/bring/read?source={SOURCE}"
TEXT = """云海联盟简报
2024 年第 3 期 2024 年 5 月 6 日 云海联盟秘书处编

【要闻】

■ 新桥通车

昨日，第一批设备运抵现场，技术人员随即开始安装，预计年底前全部投入使用。

■ 新校开学（一期

昨日，第一批学生走进教室，老师随即开始上课，预计年底前全部坐满。

【动态】

■ 新馆开放

昨日，第一批读者走进阅览室，馆员随即开始服务，预计每年接待十万人。
"""

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the watched folder with one source that has a doubt."""
    folder = tmp_path / "content" / "bulletins"
    folder.mkdir(parents=True)
    (folder / SOURCE).write_text(TEXT, encoding="utf-8")
    return folder


@pytest.fixture
def site(build_console: BuildConsole, folder: Path) -> ConsoleSite:
    """Return a console on that folder."""
    return build_console(content=folder.parent)


def settle(editor: Browser, what: str, **fields: str) -> BrowserPage:
    """Send one form of the page as it is now; return the page after it."""
    seen = editor.open(READ).form("/console/bring/settle/masthead")
    sent = editor.send(f"/console/bring/settle/{what}", seen | fields)
    return editor.open(sent.redirect) if sent.redirect else sent


def fixes(folder: Path) -> str:
    """Return the text of the fixes that are not in force yet."""
    return (folder / ".2024-03.fix.toml").read_text(encoding="utf-8")


def test_a_line_is_settled_and_the_reading_shown_again(site: ConsoleSite, folder: Path) -> None:
    """Each step is kept at once beside the source, where no worker reads it, and shows what the line became."""
    editor = site.editor()
    seen = editor.open(READ).words
    assert "疑点 1 处" in seen
    assert "好像没有完" in seen
    done = settle(editor, "line", line="3", use="title") and settle(editor, "line", line="5", use="checked")
    assert ("没有疑点" in done.words, "已定：看过，读得对" in done.words) == (True, True)
    assert 'is = "checked"' in fixes(folder)
    assert not (folder / "2024-03.fix.toml").exists()
    split = settle(editor, "line", line="5", use="split", begins="（一期")
    assert "（一期 标题" in split.words or "（一期 正文" in split.words
    refused = settle(editor, "line", line="0", use="split", begins="没有")
    assert (409, True) == (refused.status, "没有可以拆开的" in refused.words)
    assert 409 == settle(editor, "line", line="999", use="title").status


def test_articles_and_sections_are_renamed_and_moved(site: ConsoleSite) -> None:
    """Titles, sections and their order, and the masthead are settled by forms beside the tree."""
    editor = site.editor()
    for what, given in (
        ("article", {"article": "1", "use": "title", "title": "新校开学"}),
        ("article", {"article": "1", "use": "title", "title": "新校开学了"}),
        ("article", {"article": "0", "here": "要闻", "use": "down"}),
        ("article", {"article": "2", "use": "section", "section": "动态", "new_section": "要事"}),
        ("section", {"section": "0", "use": "rename", "name": "今日要闻"}),
        ("masthead", {"number": "2024年第4期", "date": "2024年5月7日", "publication": ""}),
    ):
        page = settle(editor, what, **given)
        assert 200 == page.status, page.words
    tree = page.words.rpartition("成为的一期")[2]
    places = [
        tree.index(each) for each in ("今日要闻 2 篇", "新校开学了", "新桥通车", "要事 1 篇", "新馆开放")
    ]
    assert sorted(places) == places
    assert "2024年第4期 日期 2024-05-07" in tree
    for number, date in (("三月号", ""), ("", "五月"), ("", "2024年2月31日"), ("", "2024-05-07前后")):
        assert 409 == settle(editor, "masthead", number=number, date=date, publication="").status


def test_steps_are_undone_one_by_one(site: ConsoleSite, folder: Path) -> None:
    """Undo takes back one step after the other, and what a person wrote by hand before them stays."""
    by_hand = '# 秘书处\n[[line]]\ntext = "■ 新桥通车"\nis = "title"\n'
    (folder / "2024-03.fix.toml").write_text(by_hand, encoding="utf-8")
    editor = site.editor()
    settle(editor, "line", line="5", use="checked")
    page = settle(editor, "section", section="1", use="rename", name="近况")
    assert "# 秘书处" in fixes(folder)
    for gone in ("近况", "已定：看过"):
        assert gone in page.words
        sent = editor.send("/console/bring/undo", page.form("/console/bring/undo"))
        page = editor.open(sent.redirect)
        assert gone not in page.words.rpartition("成为的一期")[0] or gone == "近况"
    assert "撤销：" not in page.words
    assert by_hand == (folder / "2024-03.fix.toml").read_text(encoding="utf-8")
    assert not (folder / ".2024-03.fix.toml").exists()


def test_two_editors_do_not_overwrite_each_other(site: ConsoleSite, folder: Path) -> None:
    """The second form of the same version changes nothing, and shows what the first editor did."""
    first, second = site.editor(), site.editor("李编辑")
    form = first.open(READ).form("/console/bring/settle/section", 0)
    other = second.open(READ).form("/console/bring/settle/section", 0)
    first.send("/console/bring/settle/section", form | {"use": "rename", "name": "今日要闻"})
    late = second.send("/console/bring/settle/section", other | {"use": "rename", "name": "头条"})
    assert 409 == late.status
    assert all(words in late.words for words in ("您看过之后", "今日要闻", "王编辑"))
    assert "头条" not in fixes(folder)


def test_mended_file_is_published_after_a_page_that_tells_what_follows(
    site: ConsoleSite, folder: Path
) -> None:
    """Fixes are in force once they are taken: the issue is public, and later readings apply them."""
    editor = site.editor()
    settle(editor, "masthead", number="", date="", publication="长风联盟工作简报")
    settle(editor, "line", line="5", use="checked")
    take = f"/console/bring/take?source={SOURCE}"
    seen = editor.open(take)
    assert "2024-03 马上公开" in seen.words
    stale = seen.form("/console/bring/take")
    settle(editor, "article", article="1", use="title", title="新校开学")
    assert 409 == editor.send("/console/bring/take", stale).status
    done = editor.send("/console/bring/take", editor.open(take).form("/console/bring/take"))
    assert "/console/shelf/2024-03?done=taken" in done.redirect
    assert "新校开学" in editor.open(done.redirect).words
    assert (folder / "2024-03.fix.toml").exists()
    assert not (folder / ".2024-03.fix.toml").exists()
    (again,) = library.ingest(site.db, library.list_files([folder], folder), site.harness.now())
    assert ("2024-03", "same") == (again.key, again.fate)


@pytest.mark.parametrize(
    "name", ["../2024-03.txt", "/etc/passwd", ".2024-03.fix.toml", "no.txt", "a/../2024-03.txt", "link.txt"]
)
def test_only_files_of_the_folder_are_read(site: ConsoleSite, folder: Path, name: str) -> None:
    """A path out of the folder, a hidden file or a link is no file of it."""
    (folder / "link.txt").symlink_to(folder / SOURCE)
    assert 404 == site.editor().open(f"/console/bring/read?source={name}").status
