"""Tests of tables of contents and highlights: they are set apart, and all articles below them are kept."""

import pytest

from wxbot import bulletin
from wxbot.bulletin import ParsedIssue, contents
from wxbot.bulletin.readers import txt

HEAD = "云海联盟简报\n2021年第2期 2021年1月15日\n"
BODY = (
    "【要闻】\n■ 新码头开港\n近日，云海新码头正式开港，首批两条航线同日开通，年吞吐量可达三百万吨。\n"
    "【短讯】\n■ 图书馆夜间开放\n自下周起，市图书馆每晚延长开放两小时，周末照常，读者凭证入馆。\n"
)


def parse(text: str) -> ParsedIssue:
    """Parse a plain text."""
    return bulletin.parse(txt.lines(text))


def dropped_for(issue: ParsedIssue, why: str) -> list[str]:
    """Return the lines that were dropped for one reason."""
    return [one.text for one in issue.dropped if one.why == why]


@pytest.mark.parametrize(
    "table",
    [
        "目 录\n【要闻】\n■ 新码头开港\n【短讯】\n■ 图书馆夜间开放\n",
        "本期要目：\n新码头开港 …… 1\n图书馆夜间开放 …… 2\n",
        "【本期目录】\n新码头开港 1\n图书馆夜间开放 2\n",
    ],
    ids=["the same lines", "dots", "page numbers"],
)
def test_a_table_of_contents_is_left_out(table: str) -> None:
    """Entries of a table of contents are dropped, and all articles below it are kept."""
    issue = parse(HEAD + table + BODY)

    assert parse(HEAD + BODY).sections == issue.sections
    assert table.splitlines() == dropped_for(issue, contents.CONTENTS)


def test_a_heading_without_entries_is_no_table() -> None:
    """A title 目录 without entries is not a table of contents."""
    lines = txt.lines("目录\n近日，云海图书馆完成了馆藏目录的整理，读者可以在网上查询，也可以到馆查阅。\n")

    assert not contents.find_contents(lines).lines
