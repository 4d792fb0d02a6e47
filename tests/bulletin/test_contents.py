"""Tests of tables of contents and highlights: they are set apart, and all articles below them are kept."""

import pytest

from wxbot import bulletin
from wxbot.bulletin import ParsedIssue, blocks, contents
from wxbot.bulletin.model import Line, ListItem
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
        "目录\n1.1 新码头开港 …… 1\n2.1 图书馆夜间开放 …… 2\n",
        "本期导读\n● 新码头\n开港\n● 图书馆夜间\n开放\n",
    ],
    ids=["the same lines", "dots", "page numbers", "decimals", "wrapped entries"],
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


@pytest.mark.parametrize(
    "note",
    [
        "编者按：本期两篇都写城中新事。\n",
        "【编者按】本期两篇都写城中新事\n",
        "本期两篇稿子都写城中新事，由各组自己写成，编辑只改了错字，\n长短不一，请读者包涵。\n",
    ],
    ids=["label", "label in brackets", "wrapped sentence"],
)
@pytest.mark.parametrize("entry", ["◆ {}", "{} …… 1"])
def test_text_below_the_entries_is_published(note: str, entry: str) -> None:
    """Running text between a table of contents and the first title is the lead of the issue."""
    entries = "".join(entry.format(title) + "\n" for title in ("新码头开港", "图书馆夜间开放"))
    issue = parse(HEAD + "\n本期要目\n" + entries + "\n" + note + "\n" + BODY)

    assert "".join(blocks.paragraphs(issue.lead)) == note.replace("\n", "")
    assert ["本期要目", *entries.splitlines()] == dropped_for(issue, contents.CONTENTS)
    assert parse(HEAD + BODY).sections == issue.sections


def test_text_above_the_entries_does_not_end_the_table() -> None:
    """A sentence between the heading and the entries is published, and the entries are left out."""
    issue = parse(HEAD + "目录\n本期共两篇。\n◆ 新码头开港\n◆ 图书馆夜间开放\n" + BODY)

    assert blocks.paragraphs(issue.lead) == ("本期共两篇。",)
    assert dropped_for(issue, contents.CONTENTS) == ["目录", "◆ 新码头开港", "◆ 图书馆夜间开放"]


def test_text_that_begins_like_its_title_makes_no_table() -> None:
    """Numbered titles whose text begins with the same words are no table of contents without a heading."""
    titles = ["外拍南湖晨雾", "外拍集市", "月度评片结果"]
    lines = [Line(1, "外拍", bold=True, size=1.5)]
    for number, title in enumerate(titles, start=1):
        label = f"{number}. "
        lines.append(Line(2 * number, label + title, item=ListItem(label=label, ordered=True)))
        lines.append(Line(2 * number + 1, title + "。昨日下午，摄影会开会核对进度，约定下月再办。"))

    assert not contents.find_contents(lines).lines


def test_wrapped_text_with_repeated_lines_makes_no_table() -> None:
    """Lines that end within sentences are no entries, however many of them come again further down."""
    text = [
        "协会秘书处在滨河路会议室召开碰头会，",
        "逐项核对了进度，并约定下月初再作一次",
        "现场查看。与会者认为雨水偏多。",
    ]
    lines = [
        Line(at, line) for at, line in enumerate(["染缸过冬三法", *text, *text, "采样记", *text], start=1)
    ]

    assert not contents.find_contents(lines).lines


def test_numbers_that_begin_again_end_the_table() -> None:
    """A number that begins again shows that the articles begin, though they have the marker of the entries."""
    article = "1. 新码头开港\n近日，云海新码头正式开港，首批两条航线同日开通，年吞吐量可达三百万吨。\n"

    issue = parse(f"{HEAD}本期内容\n1. 新码头开港\n2. 图书馆夜间开放\n{article}{article.replace('1', '2')}")

    assert ["本期内容", "1. 新码头开港", "2. 图书馆夜间开放"] == dropped_for(issue, contents.CONTENTS)


def test_a_heading_in_vertical_type_opens_a_table() -> None:
    """The heading may stand a character a line; a section's glyph below the entries is no entry."""
    table = "本\n期\n目\n錄\n■ 新码头开港\n■ 图书馆夜间开放\n"
    body = BODY.replace("【要闻】", "◎ 要闻").replace("【短讯】", "◎ 短讯")

    assert parse(HEAD + body).sections == parse(HEAD + table + body).sections


def test_a_table_of_figures_below_a_listed_heading_stays_one() -> None:
    """A heading that the contents name does not take in the table below it."""
    figures = blocks.Table(((blocks.Cell((blocks.Paragraph((blocks.Span("吨"),)),)),),))
    lines = [*txt.lines(f"{HEAD}目录\n1. 新码头开港\n2. 货运数据\n{BODY.partition('【短讯】')[0]}货运数据\n")]
    lines.append(Line(99, "吨", block=figures, complete=True))

    issue = bulletin.parse(
        [Line(line.at, line.text, complete=True) if not line.block else line for line in lines]
    )

    assert [figures] == [block for one in issue.articles for block in one.blocks if block == figures]
