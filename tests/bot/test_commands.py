"""Parsing commands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.bot.intent.commands import (
    Command,
    Contents,
    Help,
    IssueReference,
    LatestIssue,
    NextPage,
    PickNumber,
    Question,
    reference_label,
)
from wxbot.bot.intent.fixed_words import parse_command

HANZI = "零一二三四五六七八九"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("帮助", Help()),
        ("HELP", Help()),
        ("？", Help()),
        ("最新", LatestIssue()),
        (" 最 新 一 期 ", LatestIssue()),
        ("latest", LatestIssue()),
        ("目录", Contents()),
        ("第2期目录", Contents(IssueReference(2))),
        ("更多", NextPage()),
        ("更多…", NextPage()),
        ("第2期", IssueReference(2)),
        ("第 ２ 期", IssueReference(2)),
        ("2期", IssueReference(2)),
        ("第二期", IssueReference(2)),
        ("第十二期", IssueReference(12)),
        ("第一百零二期", IssueReference(102)),
        ("2021年第2期", IssueReference(2, 2021)),
        ("2021年第02期", IssueReference(2, 2021)),
        ("２０２１年第０２期", IssueReference(2, 2021)),
        ("二〇二一年第二期", IssueReference(2, 2021)),
        ("2021-02", IssueReference(2, 2021)),
        ("２０２１－２", IssueReference(2, 2021)),
        ("2021年第2期简报", IssueReference(2, 2021)),
        ("3", PickNumber(3)),
        ("３", PickNumber(3)),
        ("③", PickNumber(3)),
        ("第3篇", PickNumber(3)),
        ("3.", PickNumber(3)),
        ("(3)", PickNumber(3)),
        ("3\ufe0f\u20e3", PickNumber(3)),
        ("看3", PickNumber(3)),
        ("打开第3篇", PickNumber(3)),
        ("第三篇", PickNumber(3)),
        ("第十二个", PickNumber(12)),
        ("幫助", Help()),
        ("目錄", Contents()),
        ("下一頁", NextPage()),
        ("更多？", NextPage()),
        ("【最新】", LatestIssue()),
    ],
)
def test_commands_are_understood_however_they_are_typed(text: str, meant: Command) -> None:
    """Full width, case, blanks and Chinese numerals make no difference."""
    assert meant == parse_command(text)


@pytest.mark.parametrize(
    ("text", "searched"),
    [
        ("比亚迪  电池", "比亚迪 电池"),
        ("5G", "5g"),
        ("2021", "2021"),
        ("2021-02-15", "2021-02-15"),
        ("二期", "二期"),
        ("第零期", "第零期"),
        ("一期工程", "一期工程"),
        ("最新政策", "最新政策"),
        ("第三", "第三"),
        ("三", "三"),
        ("看三", "看三"),
        ("3.6", "3.6"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_everything_else_is_a_question(text: str, searched: str) -> None:
    """Words that only resemble a command are a question."""
    assert Question(searched) == parse_command(text)


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    """Any text is parsed as some command."""
    assert isinstance(parse_command(text), Command)


@given(year=st.integers(1950, 2099), issue=st.integers(1, 999))
def test_every_issue_can_be_named(year: int, issue: int) -> None:
    """An issue's label in answers, and its number in the library, are parsed as a reference to that issue."""
    of = IssueReference(issue, year)

    assert of == parse_command(reference_label(of)) == parse_command(f"{year}-{issue:02d}")
    assert IssueReference(issue) == parse_command(reference_label(IssueReference(issue)))


@given(st.integers(1, 99))
def test_chinese_numerals_name_the_same_issue(issue: int) -> None:
    """第二十三期 and 第23期 are the same issue."""
    tens, ones = divmod(issue, 10)
    written = (HANZI[tens] if tens > 1 else "") + ("十" if tens else "") + (HANZI[ones] if ones else "")

    assert IssueReference(issue) == parse_command(f"第{written}期")
