"""Tests of the phone frames: they show what is sent, and nothing in them runs."""

import re

import pytest

from tests.web.console.browser import Browser
from tests.web.console.conftest import ConsoleSite
from wxbot.bulletin.push_form import PushForm, PushItemForm
from wxbot.errors import NotFound
from wxbot.push import EditorChoice
from wxbot.push.planning.compose import compose_draft
from wxbot.rendering.dark_colours import in_dark_colours
from wxbot.web.console.phone.content import PhoneSource

MESSAGE = "/console/phone/message/2021-02"
ARTICLE = "/console/phone/article/2/2021-02"


def test_frames_show_the_message_that_is_sent(console: ConsoleSite, editor: Browser) -> None:
    """The chat has the titles of the draft, a tap opens the HTML of the draft, and its pictures are there."""
    with console.db.read() as session:
        draft = compose_draft(session, "2021-02", console.services.pusher.settings)
    chat = editor.open(MESSAGE)
    assert [each.title for each in draft] == re.findall("<strong>(.*?)</strong>", chat.text)

    page = editor.open(re.findall('href="([^"]*)"', chat.text)[1])
    sent = draft[1].as_platform("", {each.key: "https://mmbiz.qpic.cn/x" for each in draft[1].pictures})
    shown = re.sub('src="[^"]*"', 'src="https://mmbiz.qpic.cn/x"', page.text)
    assert sent["content"] in shown
    for address in re.findall('src="([^"]*)"', chat.text)[:1] + re.findall('src="([^"]*)"', page.text)[:1]:
        assert b"\xff\xd8" == editor.open(address).response.data[:2], address


def test_frames_run_nothing_and_stay_inside_the_console(console: ConsoleSite, editor: Browser) -> None:
    """Each document has a policy of its own without scripts, which only this site may frame; a stranger sees none."""
    for path in (MESSAGE, ARTICLE, "/console/phone/page/2021-02", "/console/phone/message/1999-01"):
        policy = editor.open(path).response.headers["Content-Security-Policy"]
        assert "sandbox allow-same-origin allow-popups" in policy, path
        assert "frame-ancestors 'self'" in policy, path
        assert "script" not in policy, path
        assert 303 == Browser(console.app).open(path).status, path


def test_entries_of_a_form_that_is_not_saved_are_shown(editor: Browser) -> None:
    """An address carries an editor's choice and form; one that is not ours is refused inside the frame."""
    form = PushForm((PushItemForm("新动向", title="本周<必读>"),), leave_out=("整期",))
    source = PhoneSource("2021-02", EditorChoice(without=(1,)), form)
    assert source == PhoneSource.read("2021-02", source.token)
    shown = editor.open(f"{MESSAGE}?as={source.token}")
    assert "本周&lt;必读&gt;" in shown.text
    assert source.token in re.findall('href="([^"]*)"', shown.text)[0]
    assert "这个预览的地址不完整" in editor.open(f"{MESSAGE}?as=e30").words
    for wrong in ("x", "eJw", "A" * 7000):
        with pytest.raises(NotFound):
            PhoneSource.read("2021-02", wrong)


def test_a_members_question_is_answered_as_the_account_would(editor: Browser) -> None:
    """The number of the issue gets its card, a section a list, in both colour schemes."""
    card = editor.open("/console/phone/answer/2021-02?ask=2021年第2期")
    assert "长风联盟工作简报 2021年第2期" in card.words
    assert 'src="/p/i/2021-02.jpg' in card.text
    assert 'class="dark chat"' in editor.open("/console/phone/answer/2021-02?ask=新动向&dark=1").text


def test_public_page_in_the_chosen_colours(editor: Browser) -> None:
    """The public page is the one that readers get, with one of its two colour schemes."""
    light, dark = (editor.open(f"/console/phone/page/2021-02{query}").text for query in ("", "?dark=1"))
    assert ["@media not all"] == re.findall("@media (?:not )?all", light)
    assert ["@media all"] == re.findall("@media (?:not )?all", dark)


def test_dark_mode_changes_colours_of_the_article() -> None:
    """Dark text on no background gets bright; text on a light box stays dark, as the box stays light."""
    html = '<section style="color:#333333"><p style="background-color:#f6f3ed">盒</p><b>字</b>尾</section>'
    dark = in_dark_colours(html)
    assert '<section style="color:#b2b2b2">' in dark
    assert "background-color:#c0beb9;color:#333333" in dark
    assert dark.endswith("<b>字</b>尾</section>")


def test_pages_of_plan_campaign_and_issue_have_the_frames(console: ConsoleSite, editor: Browser) -> None:
    """Each of the three pages offers message, articles, answers and public page."""
    campaign = console.plan()
    for path in ("/console/plan/2021-02", f"/console/push/{campaign}", "/console/see/2021-02"):
        page = editor.open(path)
        for word in ("聊天里", "2 新动向", "问「2021年第2期」", "网页"):
            assert word in page.words, (path, word)
        assert 2 == page.text.count("<iframe"), path
