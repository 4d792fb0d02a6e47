"""Tests of the console's first page."""

import datetime as dt
from pathlib import Path

from tests.web.console.browser import Browser
from tests.web.console.conftest import BuildConsole, ConsoleSite
from tests.web.console.test_members import record_questions
from wxbot import doctor, library
from wxbot.push.ledger.states import CAMPAIGN_MOVES
from wxbot.web.console.admin.audit_sentences import CAMPAIGN_SENTENCES

# Its number follows by far on that of the issue before.
DOUBTFUL = """长风联盟工作简报
2021年第33期
长风联盟秘书处　2021年2月15日

【新动向】

1、召开年会

会员单位召开年会。
"""


def test_what_waits_is_listed_with_its_page(console: ConsoleSite, editor: Browser) -> None:
    """A plan to approve, a question without an answer and a failed check are counted, each with a link."""
    seen = editor.open("/console/")
    assert "没有。都办好了。" in seen.words
    campaign = console.plan(console.harness.now() + dt.timedelta(days=1))
    record_questions(console, "元宇宙", 0, 2)
    doctor.store(console.db, console.harness.now(), [doctor.CheckResult("磁盘", False, "只剩 3 MB")])
    seen = editor.open("/console/")
    assert "1 个推送计划等批准" in seen.words
    assert f'<a href="/console/push/{campaign}"><b class="number">1</b> 个推送计划等批准</a>' in seen.text
    assert "1 句提问没有找到文章" in seen.words
    assert "磁盘：只剩 3 MB" in seen.words
    editor.press(campaign, "approve")
    seen = editor.open("/console/")
    assert "等批准" not in seen.words
    assert "王编辑 批准了2021-02 的推送（计划 1）" in seen.words


def test_an_issue_that_waits_is_named(console: ConsoleSite, editor: Browser, tmp_path: Path) -> None:
    """An issue with a doubt is listed with a link to its page until it is published."""
    file = tmp_path / "33.txt"
    file.write_text(DOUBTFUL, "utf-8")
    now, policy = console.harness.now(), library.PublishPolicy.CLEAN
    list(library.ingest(console.db, library.list_files([file]), now, policy=policy))
    seen = editor.open("/console/")
    assert "1 期有读不准的地方，看过才公开" in seen.words
    assert 'href="/console/shelf/2021-33"' in seen.text


def test_each_move_of_a_campaign_has_a_sentence() -> None:
    """Every event that moves a campaign is told in words."""
    assert set() == {event for event, _ in CAMPAIGN_MOVES} - CAMPAIGN_SENTENCES.keys()


def test_the_page_does_not_call_the_platform(build_console: BuildConsole) -> None:
    """Opening the page asks neither the platform nor anything else outside."""
    console = build_console()
    editor = console.editor()
    before = console.harness.count_calls("/cgi-bin/")
    assert 200 == editor.open("/console/").status
    assert before == console.harness.count_calls("/cgi-bin/")
