"""Answers about the issues of an imported archive, which have no page of their own."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from tests.bot.conftest import PUBLIC_URL, Say, teller
from wxbot import library
from wxbot.bot import Answer, Bot, Replies
from wxbot.db import Database
from wxbot.search import Index, catch_up
from wxbot.wechat import Text

ARCHIVE = [
    ("old/1", "2020-03", "旧港改造", "要闻"),
    ("old/2", "2021-3", "风电并网", "要闻"),
    ("old/10", "2021年第3期", "绿港建成", "通知"),
    ("old/11", None, "散篇一则", "通知"),
]


@pytest.fixture
def say(db: Database, tmp_path: Path, now: dt.datetime) -> Say:
    """Return `say` for an account that has only an archive."""
    file = tmp_path / "old.jsonl"
    names = ("id", "issue", "title", "section")
    file.write_text("\n".join(json.dumps(dict(zip(names, each, strict=True))) for each in ARCHIVE), "utf-8")
    assert ["new"] == [ingested.outcome for ingested in library.ingest(db, [file], now)]
    index = Index.open(tmp_path / "index")
    catch_up(index, db)
    return teller(db, Bot(db, index, Replies(tmp_path), public_url=PUBLIC_URL), now)


def said(answer: Answer) -> str:
    """Return the text of an answer."""
    assert isinstance(answer.reply, Text)
    return answer.reply.content


@pytest.mark.parametrize("asked", ["第3期", "2021年第3期", "2021-03", "第三期", "第3期目录"])
def test_an_issue_of_an_archive_is_the_list_of_its_articles(say: Say, asked: str) -> None:
    """The titles come in the archive's order by section, of the newest year if none is named; a number opens one."""
    answer = say(asked)

    assert said(answer).startswith("2021年第3期目录\n")
    shown = re.sub(r"<[^>]*>", "", said(answer))  # without the taps
    assert "【要闻】只看\n1. 风电并网\n【通知】只看\n2. 绿港建成\n" in shown
    assert answer.listing is not None
    assert ("old/2", "old/10") == answer.listing.ids


@pytest.mark.both_databases
def test_another_year_is_another_issue(say: Say) -> None:
    """2020年第3期 leads to another issue than the newest third issue."""
    assert "旧港改造" in said(say("2020年第3期"))


@pytest.mark.parametrize("asked", ["第9期", "2022年第3期", "上一期"])
def test_an_issue_that_nobody_has_is_said_to_be_absent(say: Say, asked: str) -> None:
    """The answer says that this issue is missing, and names the issues that exist."""
    text = said(say(asked))

    assert "书架上没有" in text
    assert text.index("2021年第3期") < text.index("2020年第3期")


def test_words_beside_an_archived_issue_are_searched_within_it(say: Say) -> None:
    """Words next to any spelling of an archived issue are searched within that issue."""
    assert "绿港建成" in str(say("2021年第3期 绿港").reply)
    assert "没有找到" in said(say("2020年第3期 绿港"))
