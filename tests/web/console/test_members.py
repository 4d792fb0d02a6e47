"""Tests of the console's pages about members: figures, questions, synonyms on trial, and a question on trial."""

import datetime as dt
from pathlib import Path

import pytest

from tests.web.console.browser import Browser
from tests.web.console.conftest import ConsoleSite
from wxbot import audit, followers, journal
from wxbot.followers import Preferences
from wxbot.web.console.phone.content import chat_bubbles
from wxbot.wechat import Card

OPENID = "oAbCdEfGhIjKlMnOpQrStUvWxYz0"
SYNONYMS = "/console/members/synonyms"


def record_questions(console: ConsoleSite, words: str, hits: int, times: int, days_ago: int = 1) -> None:
    """Record that members asked a question a number of times."""
    at = console.harness.now() - dt.timedelta(days=days_ago)
    with console.db.begin() as session:
        for n in range(times):
            key = f"{words}-{days_ago}-{n}"
            journal.record(session, journal.NewEntry(key, OPENID, "text", words, hits, "", at))


@pytest.fixture
def content(console: ConsoleSite) -> Path:
    """Return the content folder, which exists."""
    folder = console.services.settings.content
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_questions_are_counted_without_their_askers(console: ConsoleSite, editor: Browser) -> None:
    """The page lists the questions of the last thirty days, and those without a hit; no openids, markup as text."""
    record_questions(console, "芯片", 5, 3)
    record_questions(console, "<script>元宇宙", 0, 2)
    record_questions(console, "旧事", 1, 9, days_ago=40)
    seen = editor.open("/console/members")
    assert "问得最多的 会员问 次数 找到 打开 芯片 3 5 0" in seen.words
    assert "&lt;script&gt;元宇宙" in seen.text
    assert "<script>元" not in seen.text
    assert "旧事" not in seen.text
    assert OPENID not in seen.text
    assert "旧事" in editor.open("/console/members?days=90").text
    assert "/console/members#questions" == editor.open("/console/questions").redirect


def test_followers_and_subscriptions_are_figures(console: ConsoleSite, editor: Browser) -> None:
    """Followers of each day and their subscriptions are shown as numbers; without any, the page says what to expect."""
    assert "还没有粉丝的记录" in editor.open("/console/members").text
    now = console.harness.now()
    with console.db.begin() as session:
        followers.record_follow(session, OPENID, now)
        followers.save_preferences(session, OPENID, Preferences(sections=("投融界",)))
    seen = editor.open("/console/members")
    assert "1 现在的粉丝 +1 30 天新关注 −0 30 天取消关注" in seen.words
    assert "只要栏目「投融界」的 1" in seen.words
    assert OPENID not in seen.text


@pytest.mark.both_databases
def test_a_synonym_is_tried_added_and_taken_back(
    console: ConsoleSite, editor: Browser, content: Path
) -> None:
    """The trial shows what would now be found; adding and undoing change the file and are in the audit log."""
    record_questions(console, "蓄电瓶", 0, 4)
    (content / "synonyms.txt").write_text("# 我们的\n", "utf-8")
    trial = editor.open(f"{SYNONYMS}?typed=蓄电瓶&meant=电池")
    assert "蓄电瓶 4 没有" in trial.words
    assert "刀片电池" in trial.words
    assert "# 我们的\n" == (content / "synonyms.txt").read_text("utf-8")

    form = trial.form(SYNONYMS)
    done = editor.send(SYNONYMS, form)
    editor.send(SYNONYMS, form)
    assert "已加入同义词：蓄电瓶＝电池" in editor.open(done.redirect).words
    assert "# 我们的\n蓄电瓶 电池\n" == (content / "synonyms.txt").read_text("utf-8")
    assert "现在找得到了" in editor.open("/console/members").text

    editor.fill("/console/members", f"{SYNONYMS}/undo/1")
    assert "# 我们的\n" == (content / "synonyms.txt").read_text("utf-8")
    assert 409 == editor.send(f"{SYNONYMS}/undo/1", form).status
    with console.db.read() as session:
        found = [entry.details["says"] for entry in audit.history(session, "settings synonyms")]
    assert ["撤销了第 1 次改动（加入同义词：蓄电瓶＝电池）", "加入同义词：蓄电瓶＝电池"] == found


@pytest.mark.parametrize("words", [("", ""), ("电池", "电池"), ("#", "电池")])
def test_one_word_is_no_group(editor: Browser, content: Path, words: tuple[str, str]) -> None:
    """Fewer than two different words are refused with the reason, and the file is not made."""
    typed, meant = words
    seen = editor.open(f"{SYNONYMS}?typed={typed.replace('#', '%23')}&meant={meant}")
    assert (400, True) == (seen.status, "至少要两个不同的词" in seen.words)
    sent = seen.form("/console/logout") | {"typed": typed, "meant": meant}
    assert 400 == editor.send(SYNONYMS, sent).status
    assert not (content / "synonyms.txt").exists()


def test_a_question_on_trial_is_answered_and_not_journaled(console: ConsoleSite, editor: Browser) -> None:
    """The answer is that of the account, with its links; 更多 continues its list, and the journal stays empty."""
    first = editor.open("/console/members/try?q=投融界")
    more = editor.open("/console/members/try?q=更多")
    assert "/a/2021-02/" in first.text
    assert "/console/members/try?q=" in first.text
    assert first.words != more.words
    assert "bubble" in more.text
    with console.db.read() as session:
        assert 0 == journal.count(session)


def test_a_card_shows_its_picture_from_this_server() -> None:
    """A card's picture is addressed on this server, below the prefix of the public URL; others are left out."""
    root = "https://news.example.org/news"
    ours, other = (
        Card("题", "文", f"{place}/p/a/2021-02/20.jpg", root) for place in (root, "https://x.example")
    )
    assert "/news/p/a/2021-02/20.jpg" == chat_bubbles(ours, root)[0].picture
    assert "" == chat_bubbles(other, root)[0].picture
