"""Small talk: messages that are neither commands nor questions."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bot.conftest import PUBLIC_URL, Say, teller
from tests.bot.test_chat import card_of, text_of
from wxbot.bot import Bot, Replies, RuleFile
from wxbot.bot.intent.commands import (
    AskStaff,
    ContentCommand,
    Contents,
    Help,
    LatestIssue,
    NextPage,
    PreviousIssue,
    Thanks,
)
from wxbot.bot.intent.small_talk import parse_small_talk
from wxbot.db import Database
from wxbot.search import Index
from wxbot.wechat import Incoming, Text

COURTESIES = [
    "谢谢",
    "谢谢您啦",
    "好的",
    "收到！",
    "嗯嗯",
    "OK",
    "哈哈哈",
    "👍",
    "😀😀",
    "[微笑]",
    "[强][强]",
    "/::)",
    "/:strong",
]
HELPLESS = ["。。。", "???", "…", "\u200b", "", "你好啊", "有人吗", "你是谁", "怎么查", "栏目"]


@pytest.mark.parametrize(
    ("meant", "said"),
    [
        *((Thanks(), said) for said in COURTESIES),
        *((Help(), said) for said in HELPLESS),
        *(
            (LatestIssue(), s)
            for s in ("新闻", "最新的", "最新简报呢", "有啥新闻", "来点新闻", "今天有什么", "最近有什么新聞")
        ),
        *((Contents(), said) for said in ("这期讲了啥", "本期有哪些文章", "有哪些文章")),
        *((NextPage(), said) for said in ("还有吗", "還有嗎？", "再来点", "没了？", "下页")),
        *((AskStaff(), said) for said in ("人工客服", "转人工", "有人工服务吗")),
        *((PreviousIssue(), said) for said in ("上一期", "上期", "看看上一期的简报")),
    ],
)
def test_what_a_whole_message_means(meant: ContentCommand, said: str) -> None:
    """Particles, traditional characters and question marks make no difference."""
    assert meant == parse_small_talk(said)


@pytest.mark.parametrize(
    "said",
    [
        "芯片",
        "人工智能",
        "最新政策",
        "新闻出版",
        "感谢信",
        "早教",
        "行业",
        "[芯片]",
        "😀芯片",
        "还有谁",
        "说明书",
        "今天",
        "上期所",
        "会展",
        "1月",
    ],
)
def test_what_only_resembles_it_is_a_question(said: str) -> None:
    """A longer text that contains small talk is a question."""
    assert parse_small_talk(said) is None


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    """Any text is small talk or none; nothing is raised."""
    assert parse_small_talk(text) is None or isinstance(parse_small_talk(text), ContentCommand)


def test_a_courtesy_is_returned_and_searches_nothing(say: Say) -> None:
    """谢谢 is not counted as a question."""
    for said in ("谢谢", "[微笑]"):
        assert "不客气" in text_of(say(said))
        assert say(said).hits is None


def test_what_is_new_is_the_newest_issue(say: Say) -> None:
    """有啥新闻 is answered like 最新, and 这期讲了啥 like 目录."""
    assert card_of(say("最新")) == card_of(say("有啥新闻"))
    assert text_of(say("目录")) == text_of(say("这期讲了啥"))


def test_an_editors_rule_comes_first(
    sample_db: Database, index: Index, tmp_path: Path, now: dt.datetime
) -> None:
    """A rule without any priority comes before small talk."""
    file = tmp_path / "rules.toml"
    file.write_text('[[rule]]\nmatch = "contains"\nvalues = ["客服"]\ntext = "电话 010"\n', encoding="utf-8")
    bot = Bot(sample_db, index, Replies(tmp_path), public_url=PUBLIC_URL, rules=RuleFile(file))
    say = teller(sample_db, bot, now)

    assert Text("电话 010") == say("人工客服").reply
    assert "可以这样问" in text_of(say("有人吗"))


def test_a_code_on_a_wall_is_no_number_of_a_list(say: Say) -> None:
    """A scanned code 2 does not pick from the list of the member who scans it."""
    say("北京")
    scanned = say(kind="event", event="scan", key="2", content="", msg_id=0)
    assert "可以这样问" in text_of(scanned)
    assert card_of(say("2"))


def test_what_is_known_by_heart_is_quick(bot: Bot, say: Say, now: dt.datetime) -> None:
    """谢谢 needs no database, and 有啥新闻 needs none after it was asked once."""
    bot.refresh()

    def quick(said: str) -> bool:
        """Tell if the answer needs neither database nor index."""
        return bot.is_quick(bot.understand(Incoming("text", "alice", "gh_test", 1, 1, said), now))

    assert quick("谢谢")
    assert not quick("有啥新闻")
    say("最新")
    assert quick("有啥新闻")
