"""Answers to every kind of message and event."""

import pytest

from tests.bot.conftest import PUBLIC_URL, Say
from tests.bot.test_chat import card_of, text_of
from wxbot.bot import Answer
from wxbot.bot.texts import TEXTS
from wxbot.wechat import Nothing

NOTHING = Answer(Nothing())


@pytest.mark.parametrize("kind", ["image", "voice", "video", "location", "link", "unsupported"])
def test_every_other_kind_has_a_fitting_answer(say: Say, kind: str) -> None:
    """Each kind of message has a text of its own, which says what the member can do instead."""
    answer = say(kind=kind)
    beginning = TEXTS[kind].text.partition("[[")[0]

    assert text_of(answer).startswith(beginning)
    assert answer.hits is None


@pytest.mark.parametrize(("kind", "text"), [("shortvideo", "video"), ("unknown", "unsupported")])
def test_kinds_nobody_distinguishes_share_a_text(say: Say, kind: str, text: str) -> None:
    """A short video gets the text for videos, and an unknown kind the text for unsupported messages."""
    assert text_of(say(kind=kind)) == text_of(say(kind=text))


def test_a_voice_that_the_platform_wrote_down_is_a_question(say: Say) -> None:
    """The recognised text of a voice message is answered like typed text."""
    spoken = say(kind="voice", fields={"Recognition": "白皮书。"})

    assert "白皮书" in card_of(spoken).title


@pytest.mark.parametrize("phrase", ["绑定 12345678", "绑定１２３４５６７８。"])
def test_the_phrase_that_binds_an_editor_is_confirmed(say: Say, phrase: str) -> None:
    """It is no question that finds nothing; other words about 绑定 are questions."""
    answer = say(phrase)
    assert "收到了" in text_of(answer)
    assert answer.hits is None
    assert say("绑定 1234567").hits is not None


def test_an_empty_message_is_answered_with_help(say: Say) -> None:
    """A message of blanks asks for nothing, so its answer is the help text."""
    assert text_of(say("帮助")) == text_of(say("  ")) == text_of(say(""))


def test_a_pasted_article_is_searched_by_its_beginning(say: Say) -> None:
    """A message of a megabyte is answered like a question, not refused."""
    answer = say("白皮书" + " 很长的一段话" * 20_000)

    assert answer.hits is not None


def test_who_follows_is_welcomed(say: Say) -> None:
    """The welcome names the account and offers links to tap, also after following by a scanned code."""
    fold = text_of(say(kind="event", event="subscribe"))

    assert fold.startswith("欢迎关注长风联盟工作简报！")
    assert "msgmenucontent=最新&" in fold
    assert fold == text_of(say(kind="event", event="subscribe", key="qrscene_booth"))


@pytest.mark.parametrize("key", ["LATEST", "latest", "最新", "2021-02"])
def test_a_menu_key_is_a_command(say: Say, key: str) -> None:
    """A menu key is understood like typed text."""
    assert f"{PUBLIC_URL}/i/2021-02" == card_of(say(kind="event", event="click", key=key)).url


def test_a_menu_key_may_be_a_section_or_a_word(say: Say) -> None:
    """A section name or a word as menu key is answered as if a member had typed it."""
    assert text_of(say("投融界")) == text_of(say(kind="event", event="click", key="投融界"))
    assert "白皮书" in card_of(say(kind="event", event="click", key="白皮书")).title


@pytest.mark.parametrize("key", ["HELP", "ABOUT_US_17", ""])
def test_a_menu_key_that_means_nothing_gets_help(say: Say, key: str) -> None:
    """A member who taps the menu never reads that an unknown word was not found."""
    assert text_of(say("帮助")) == text_of(say(kind="event", event="click", key=key))


def test_a_scanned_code_may_name_an_issue_or_a_section(say: Say) -> None:
    """A code on a printed bulletin leads to what it names; any other code shows the help text."""
    assert f"{PUBLIC_URL}/i/2021-02" == card_of(say(kind="event", event="scan", key="2021-02")).url
    assert text_of(say("投融界")) == text_of(say(kind="event", event="scan", key="投融界"))
    assert text_of(say("帮助")) == text_of(say(kind="event", event="scan", key="booth-芯片"))


def test_a_scan_that_waits_for_an_answer_gets_one(say: Say) -> None:
    """scancode_waitmsg is answered, because the phone shows a spinner until it is."""
    scanned = say(
        kind="event", event="scancode_waitmsg", key="K", fields={"ScanCodeInfo.ScanResult": "第2期"}
    )

    assert f"{PUBLIC_URL}/i/2021-02" == card_of(scanned).url


@pytest.mark.parametrize(
    "event",
    [
        "unsubscribe",
        "view",
        "view_miniprogram",
        "location",
        "scancode_push",
        "pic_weixin",
        "location_select",
        "masssendjobfinish",
        "publishjobfinish",
        "templatesendjobfinish",
        "subscribe_msg_popup_event",
        "verify_expired",
        "some_event_of_next_year",
    ],
)
def test_events_that_nobody_waits_for_show_nothing(say: Say, event: str) -> None:
    """Other events get `success` as reply, so that no message appears in the chat."""
    assert NOTHING == say(kind="event", event=event)
