"""`wxbot ask`: answers in a terminal, and how it shows replies."""

import datetime as dt

import pytest

from wxbot import journal
from wxbot.bot import Bot
from wxbot.bot.trial_answer import try_question
from wxbot.cli.search import terminal_text
from wxbot.db import Database
from wxbot.wechat import Card, ImageReply, News, Nothing, Reply, Text, link, menu_link

CARD = Card("标题", "摘要", "https://x.example/p.jpg", "https://x.example/a")


def test_asking_remembers_the_list_and_journals_nothing(
    sample_db: Database, bot: Bot, now: dt.datetime
) -> None:
    """An editor can page through a list like a member, and the journal does not count the questions."""
    first = try_question(bot, sample_db, "投融界", openid="editor", now=now)
    second = try_question(bot, sample_db, "更多", openid="editor", now=now)

    assert isinstance(second.reply, Text)
    assert "\n6. " in second.reply.content
    assert "<ToUserName><![CDATA[editor]]></ToUserName>" in first.xml
    with sample_db.read() as session:
        assert 0 == journal.count(session)


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        (Text("好的"), "好的"),
        (Text(f"看{menu_link('最新', '最新', 'm')}一期"), "看「最新」一期"),
        (Text(menu_link("看看", "最新", "m")), "「看看」（发送 最新）"),
        (Text(f"1. {link('https://x.example/a', '标题')}"), "1. 标题 <https://x.example/a>"),
        (CARD, "【图文卡片】标题\n摘要\n图　https://x.example/p.jpg\n链接　https://x.example/a"),
        (ImageReply("m1"), "（图片 m1）"),
        (Nothing(), "（不回复）"),
    ],
)
def test_a_reply_is_readable_on_a_plain_terminal(reply: Reply, shown: str) -> None:
    """No markup is left, and the text shows everything that can be tapped or opened."""
    assert shown == terminal_text(reply)


def test_several_cards_are_shown_one_below_the_other() -> None:
    """The cards of one reply are separated by an empty line, as the chat shows them."""
    assert f"{terminal_text(CARD)}\n\n{terminal_text(CARD)}" == terminal_text(News((CARD, CARD)))
