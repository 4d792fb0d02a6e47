"""Tests of recalling and correcting a campaign at the console."""

import pytest

from tests.web.console.browser import Browser
from tests.web.console.conftest import ConsoleSite
from wxbot import push
from wxbot.push import Audience, EditorChoice


def send(console: ConsoleSite) -> int:
    """Send the issue to all followers, to the end; return the campaign's id."""
    campaign_id = console.plan_and_approve()
    for _ in range(2):
        console.harness.run_worker()
        console.harness.advance(10)
    console.harness.run_worker()
    return campaign_id


def test_a_recall_needs_a_choice_and_a_tick(console: ConsoleSite, editor: Browser) -> None:
    """The page says what a recall cannot undo; one article is recalled once both are given, and noted for whom."""
    sent = send(console)
    path = f"/console/push/{sent}/recall"
    assert "撤回" in editor.open(f"/console/push/{sent}").words
    assert "不能恢复" in editor.open(path).words
    assert "请选撤回哪些" in editor.fill(path, sure="1").words
    assert "请勾选" in editor.fill(path, article="2").words
    assert 0 == console.harness.count_calls("/cgi-bin/message/mass/delete")
    done = editor.fill(path, article="2", sure="1")
    assert "已撤回" in editor.open(done.redirect).words
    assert 1 == console.harness.count_calls("/cgi-bin/message/mass/delete")


@pytest.mark.both_databases
def test_nothing_to_recall_is_said(console: ConsoleSite, editor: Browser) -> None:
    """A campaign of which nothing went out offers no recall."""
    planned = console.plan()
    assert "没有可以撤回的群发" in editor.open(f"/console/push/{planned}/recall").words
    assert ">撤回<" not in editor.open(f"/console/push/{planned}").text


def test_a_correction_is_shown_before_it_is_planned(console: ConsoleSite, editor: Browser) -> None:
    """Words are needed, an unchanged issue too is corrected if insisted, and the page shows what will be sent."""
    sent = send(console)
    path = f"/console/push/{sent}/correct"
    assert "1 到 200 个字" in editor.fill(path).words
    assert "没有改过" in editor.fill(path, words="日期应为 1 月 15 日").words
    assert "看不懂时刻" in editor.fill(path, words="错", at="某天", again="1").words
    seen = editor.fill(path, words="日期应为 1 月 15 日", again="1")
    for word in ("没有撤回：粉丝会看到两条", "先撤回", "【更正】", "全部粉丝，3 人"):
        assert word in seen.text, word
    done = editor.send(path, seen.form(path, 0))
    assert "更正已计划" in editor.open(done.redirect).words
    with console.db.read() as session:
        campaign = push.queries.recent_campaigns(session)[0]
    correction = EditorChoice.from_campaign(campaign).correction
    assert correction is not None
    assert (sent, "日期应为 1 月 15 日") == (correction.of, correction.words)


def test_single_followers_who_got_it_are_an_audience(console: ConsoleSite) -> None:
    """`reached:7` is whom campaign 7 reached; of a mass message the platform alone knows."""
    assert "收到过计划 7 的粉丝" == push.labels.audience_label(Audience.parse("reached:7"))
