"""Tests of loading a file as an issue or refusing it, and of the issue's JSON, a contract with other programs."""

import datetime as dt
import json
from pathlib import Path

import pytest

from wxbot import bulletin
from wxbot.bulletin import ParsedIssue, Problem, load
from wxbot.bulletin.identity import Settled
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.errors import BulletinError

REAL = Path(__file__).parents[2] / "content" / "bulletins" / "2021-02.txt"
NOTICE = """关于 2021 年第 2 期简报征稿的通知

各会员单位：

2021 年第 2 期简报将于近日出版，请各单位供稿。
"""
HELP = """可以这样问我：
· 一个或几个词，如「芯片」
· 期号，如「第2期」「2021年第2期」
收到列表后，发数字看那一篇。
"""
LETTER = """张老师：

您要的 2021 年第 2 期已经寄出，请查收。祝好。

李四
"""
HEAD_ALONE = """长风联盟工作简报
2021 年第 02 期 2021 年 01 月 15 日 长风联盟秘书处编
"""


def test_a_bulletin_is_loaded_in_one_step() -> None:
    """The sample is loaded with its number and without problems."""
    issue = bulletin.load(REAL)

    assert ("2021-02", 22, ()) == (issue.number, len(issue.articles), issue.problems)


def test_a_bulletin_without_number_or_date_is_refused(tmp_path: Path) -> None:
    """The error names the file, the reason and a remedy."""
    path = tmp_path / "便条.txt"
    path.write_text("云海联盟简报\n\n今日无事。\n", encoding="utf-8")

    with pytest.raises(BulletinError, match="没有期号") as refused:
        bulletin.load(path)

    assert str(path) == refused.value.file
    assert refused.value.remedy


@pytest.mark.parametrize("text", [NOTICE, HELP, LETTER, HEAD_ALONE])
def test_a_text_that_only_mentions_an_issue_is_refused(tmp_path: Path, text: str) -> None:
    """A notice, a help text, a letter and a masthead without articles are refused, so they replace no real issue."""
    (tmp_path / "note.txt").write_text(text, encoding="utf-8")
    with pytest.raises(BulletinError) as said:
        load(tmp_path / "note.txt")
    assert said.value.remedy


UNTITLED = """关于征集会徽的启事

本会拟征集会徽一枚，要求简洁大方，寓意明确。
一、应征者不限。
二、截稿日期：2021年9月30日。
三、入选者奖励茶叶两斤。
联系人：小温  13800000000
"""


@pytest.mark.parametrize(
    ("settled", "option"),
    [
        (Settled(), "--number 2021-02 --publication"),
        (Settled(publication="启事专页"), "--number 2021-02。"),
        (Settled(IssueNumber.parse("2021-09")), "--number 2021-09 --publication"),
    ],
)
def test_a_refusal_names_the_options_that_are_missing(tmp_path: Path, settled: Settled, option: str) -> None:
    """The editor is told what else to give, and not again what was given."""
    (tmp_path / "note.txt").write_text(UNTITLED, encoding="utf-8")

    with pytest.raises(BulletinError) as refused:
        load(tmp_path / "note.txt", settled)

    assert option in (refused.value.remedy or "")


@pytest.mark.parametrize(("number", "day"), [("2021-09", None), (None, dt.date(2021, 9, 1))])
def test_what_an_editor_settled_counts_as_masthead(
    tmp_path: Path, number: str | None, day: dt.date | None
) -> None:
    """With number or date and publication by hand, running text without a masthead is an issue of one article."""
    (tmp_path / "note.txt").write_text(UNTITLED, encoding="utf-8")

    settled = Settled(IssueNumber.parse(number) if number else None, day, "启事专页")
    issue = load(tmp_path / "note.txt", settled)

    assert ("启事专页", number or "2021-09-01") == (issue.title, issue.number)
    assert [("关于征集会徽的启事", 5)] == [(one.title, len(one.paragraphs)) for one in issue.articles]
    assert ["第 1 行按标题处理，全文作为一篇文章；也可能有标题没有认出"] == [p.says for p in issue.problems]


def test_a_plain_head_is_enough(tmp_path: Path) -> None:
    """A file with a periodical's name and a number is accepted, even without a date."""
    (tmp_path / "plain.txt").write_text(
        "协会工作通讯\n2021 年第 5 期\n\n【要闻】\n\n 协会召开年会\n\n协会近日在北京召开年会，会员到会。\n",
        encoding="utf-8",
    )
    assert "2021-05" == load(tmp_path / "plain.txt").number


def test_the_day_in_the_name_of_the_file_numbers_an_issue_that_prints_nothing(tmp_path: Path) -> None:
    """An issue with neither number nor date has the day of its file's name, with a doubt, and no printed date."""
    (tmp_path / "hubian-20240210.md").write_text(
        "# 湖畔茶座・二月上\n\n## 要闻\n\n### 协会召开年会\n\n协会近日在北京召开年会，会员到会。\n",
        encoding="utf-8",
    )
    issue = load(tmp_path / "hubian-20240210.md")

    assert ("湖畔茶座", "2024-02-10", None) == (issue.title, issue.number, issue.date)
    assert ["没有印期号和日期，按文件名取 2024年2月10日"] == [found.says for found in issue.problems]


def test_the_line_has_the_keys_of_the_contract() -> None:
    """The JSON has exactly the keys of the contract at each level."""
    line = json.loads(json.dumps(bulletin.to_json("2021-02.txt", bulletin.load(REAL), "new")))

    assert {
        "file",
        "number",
        "publication",
        "year",
        "issue",
        "total",
        "date",
        "title",
        "editor",
        "sections",
        "problems",
        "confidence",
        "dropped",
        "outcome",
    } == set(line)
    assert {"name", "articles"} == set(line["sections"][0])
    assert {"title", "paragraphs", "blocks", "links", "images"} == set(line["sections"][0]["articles"][0])
    assert {"line": 2, "text": "1", "why": "page number"} == line["dropped"][0]
    assert ("2021-02", 2021, 2, None, "2021-01-15") == tuple(
        line[key] for key in ("number", "year", "issue", "total", "date")
    )
    assert ("长风联盟工作简报", "长风联盟秘书处", "new") == (line["title"], line["editor"], line["outcome"])


def test_a_refused_file_has_a_line_too() -> None:
    """An unreadable file has null values, its outcome, and its reason if there is one."""
    refused = bulletin.to_json("x.txt", None, "refused")
    reasoned = bulletin.to_json("x.txt", ParsedIssue(problems=(Problem(1, "空文件"),)), "refused")

    assert (None, [], "refused") == (refused["number"], refused["sections"], refused["outcome"])
    assert [{"line": 1, "says": "空文件"}] == reasoned["problems"]


def test_to_json_gives_lists_where_json_has_lists() -> None:
    """The value is equal to itself after a round trip through JSON."""
    value = bulletin.to_json("2021-02.txt", bulletin.load(REAL), "same")

    assert json.loads(json.dumps(value)) == value
