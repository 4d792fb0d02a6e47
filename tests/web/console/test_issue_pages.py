"""Facts about the console's pages of issues: who sees what, what a revision changed, and what an editor can do."""

import datetime as dt

import pytest

from tests.web.console.browser import Browser
from tests.web.console.conftest import ConsoleSite, state
from wxbot import audit, library
from wxbot.bulletin import ParsedArticle, ParsedIssue, ParsedSection, Problem
from wxbot.bulletin.blocks import Paragraph
from wxbot.library import IncomingFile, IncomingIssue, PublishPolicy
from wxbot.library.pictures import PicturesToStore

KEY = "kuaixun/2021-03"
TITLES = ("农业部门部署春耕", "水利部门检查防汛", "海关公布进出口数据")


def bring(
    console: ConsoleSite,
    words: str = "三件事",
    problems: tuple[Problem, ...] = (),
    titles: tuple[str, ...] = TITLES,
) -> None:
    """Store an issue of a second publication as the worker does; each article has ten lines of the source."""
    articles = tuple(
        ParsedArticle(title, (Paragraph.of(f"{title}，会上一共说了{words}。"),), line=10 * n)
        for n, title in enumerate(titles, start=1)
    )
    sections = (ParsedSection("部委", articles),)
    parsed = ParsedIssue("政策快讯", 2021, 3, date=dt.date(2021, 3, 20), sections=sections, problems=problems)
    incoming = IncomingIssue(
        PicturesToStore(parsed, {}), IncomingFile("快讯.docx"), PublishPolicy.CLEAN, by="worker"
    )
    with console.db.begin() as session:
        if library.find_publication(session, "政策快讯") is None:
            library.add_publication(session, "政策快讯", "kuaixun")
        library.save_incoming(session, incoming, console.harness.now())


def status(console: ConsoleSite, path: str) -> int:
    """Return the status of a public page."""
    return console.app.test_client().get(path).status_code


@pytest.mark.both_databases
def test_the_list_is_filtered_by_publication_and_state(console: ConsoleSite, editor: Browser) -> None:
    """With one publication there is no choice of one; a held issue is marked with its doubts and found by its state."""
    assert 'aria-label="刊物"' not in editor.open("/console/shelf").text
    bring(console, problems=(Problem(12, "这一行可能是标题"), Problem(25, "这一段可能不属于这一篇")))
    seen = editor.open("/console/shelf")
    assert "2021年第3期 政策快讯 先留着 kuaixun/2021-03" in seen.words
    assert "疑问 2 处" in seen.words
    assert f'href="/i/{KEY}"' not in seen.text

    waiting = editor.open("/console/shelf?view=waiting")
    assert (True, False) == ("政策快讯 先留着" in waiting.words, "2021年第2期" in waiting.words)
    with console.db.read() as session:
        other = library.default_publication(session)
        assert other is not None
        chosen = editor.open(f"/console/shelf?publication={other.id}").words
    assert (True, False) == ("2021年第2期" in chosen, KEY in chosen)
    assert 200 == editor.open("/console/shelf?view=x&publication=y&page=-1").status


def test_an_editor_reads_a_held_issue_and_publishes_it(console: ConsoleSite, editor: Browser) -> None:
    """Each doubt stands at its article, whose text only editors see, until an editor makes the issue public."""
    bring(console, problems=(Problem(1, "期号不明"), Problem(25, "这一段可能不属于这一篇")))
    words = editor.open(f"/console/shelf/{KEY}").words
    assert words.index(TITLES[1]) < words.index("第 25 行：这一段可能不属于这一篇") < words.index(TITLES[2])
    assert words.index("第 1 行：期号不明") < words.index(TITLES[0])
    assert "会上一共说了三件事" in editor.open(f"/console/text/{KEY}/2").words
    assert 404 == status(console, f"/a/{KEY}/2")

    done = editor.open(editor.fill(f"/console/change/publish/{KEY}").redirect)
    assert "已公开。" in done.words
    assert [200, 200] == [status(console, f"/i/{KEY}"), status(console, f"/a/{KEY}/2")]
    assert 200 == editor.open(f"/console/plan/{KEY}").status
    assert "王编辑 公开" in editor.open(f"/console/history/{KEY}").words


def test_a_withdrawal_says_what_becomes_of_campaigns(console: ConsoleSite, editor: Browser) -> None:
    """The page foretells that the unsent campaign is cancelled; it is, once the editor has given a reason."""
    campaign = console.plan_and_approve()
    page = "/console/change/withdraw/2021-02"
    assert f"计划 {campaign} 还没有发，会取消" in editor.open(page).words
    refused = editor.fill(page, reason=" ")
    assert (400, "approved") == (refused.status, state(console, campaign))

    done = editor.open(editor.fill(page, reason="数字有误").redirect)
    assert "撤下的原因 数字有误" in done.words
    assert (410, "cancelled") == (status(console, "/i/2021-02"), state(console, campaign))
    with console.db.read() as session:
        (entry,) = audit.history(session, "issue 2021-02")
    assert ("王编辑", "withdraw", {"reason": "数字有误"}) == (entry.who, entry.what, entry.details)


def test_two_editors_do_not_undo_each_others_work(console: ConsoleSite, editor: Browser) -> None:
    """An order from a page that is out of date does nothing; its page shows the issue as it is now."""
    page = "/console/article/withdraw/2021-02/5"
    form = editor.open(page).form(page)
    other = console.editor("李编辑", address="192.0.2.2")
    assert 303 == other.fill("/console/article/pin/2021-02/3").status

    late = editor.send(page, form | {"reason": "数字有误"})
    assert (409, 200) == (late.status, status(console, "/a/2021-02/5"))
    assert "您看过之后，2021-02 变了，什么也没有做" in late.words
    assert 303 == editor.send(page, late.form(page)).status
    assert 410 == status(console, "/a/2021-02/5")
    assert 409 == editor.send(page, form | {"reason": "又一次"}).status


def test_a_revision_that_waits_is_read_and_published(console: ConsoleSite, editor: Browser) -> None:
    """Words that were added and removed are marked by elements, not by colour; publishing shows them once more."""
    bring(console)
    bring(console, "五件事", (Problem(12, "这一行可能是标题"),))
    assert "第 2 次修订待看" in editor.open(f"/console/shelf/{KEY}").words
    changed = "会上一共说了<del>三</del><ins>五</ins>件事"
    assert changed in editor.open(f"/console/diff/{KEY}/2").text
    page = f"/console/change/publish/{KEY}"
    assert changed in editor.open(page).text
    assert "三件事" in console.app.test_client().get(f"/a/{KEY}/1").get_data(as_text=True)

    editor.fill(page)
    assert "五件事" in console.app.test_client().get(f"/a/{KEY}/1").get_data(as_text=True)


def test_an_earlier_revision_is_restored_after_a_look(console: ConsoleSite, editor: Browser) -> None:
    """The page shows what comes back and what it means for campaigns; afterwards the history tells who did it."""
    bring(console)
    bring(console, titles=TITLES[:2])
    assert "后来的修订里去掉的" in editor.open(f"/console/shelf/{KEY}").words
    page = f"/console/restore/{KEY}/1"
    assert f"新增 <ins>第 3 篇《{TITLES[2]}》</ins>" in editor.open(page).text

    done = editor.open(editor.fill(page).redirect)
    assert "第 3 次：恢复第 1 次的内容 在用" in done.words
    assert "王编辑 恢复第 1 次修订，记为第 3 次" in done.words
    assert 200 == status(console, f"/a/{KEY}/3")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("shelf/2099-01", 404),
        ("text/2021-02/99", 404),
        ("diff/2021-02/9", 404),
        ("restore/2021-02/9", 404),
        ("change/publish/2021-02", 409),
        ("change/burn/2021-02", 409),
        ("article/unpin/2021-02/1", 409),
        ("p/none", 404),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_not_there_or_not_possible_is_said(editor: Browser, path: str, expected: int) -> None:
    """Unknown issues, articles and revisions are not found; a change that the state does not allow is refused."""
    assert expected == editor.open(f"/console/{path}").status
