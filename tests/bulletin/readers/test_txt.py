"""Tests of the plain text reader: indents, gaps, alignment, tables."""

import contextlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.bulletin import Source
from wxbot.bulletin.blocks import Table
from wxbot.bulletin.readers import txt
from wxbot.bulletin.readers.encoding import decode
from wxbot.errors import BulletinError


@given(st.binary(max_size=200))
def test_any_bytes_are_a_text_or_refused(data: bytes) -> None:
    """Any bytes give lines or a BulletinError."""
    with contextlib.suppress(BulletinError):  # the only thing that may come out beside lines
        assert all(line.at > 0 for line in txt.lines(decode(data, "x.txt")))


def test_lines_have_number_indent_and_gap() -> None:
    """Number, indent in columns (a full-width space is two) and empty lines before are recorded."""
    lines = txt.lines("题目\n\n\n 一格\n　　两字\n\t制表\n")

    assert [(1, 0, 0), (4, 1, 2), (5, 4, 0), (6, 4, 0)] == [
        (line.at, line.indent, line.gap) for line in lines
    ]
    assert ["题目", "一格", "两字", "制表"] == [line.text for line in lines]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems_count_the_same(end: str) -> None:
    """Unix, Windows and old Macintosh line ends give the same lines."""
    assert txt.lines("一\n\n二\n") == txt.lines(f"一{end}{end}二{end}")


def test_a_form_feed_starts_a_page() -> None:
    """A form feed, before text, after text or alone, starts a page."""
    lines = txt.lines("一\f\n\f二\n三\f四\n")

    assert [("一", False), ("", True), ("二", True), ("三", False), ("四", True)] == [
        (line.text, line.page_start) for line in lines
    ]


def rows(text: str) -> list[str]:
    """Return the lines of a text that are table rows."""
    return [line.text for line in txt.lines(text) if line.table_row]


def tables(text: str) -> list[str]:
    """Return the plain text of the tables of a text."""
    return [line.text for line in txt.lines(text) if isinstance(line.block, Table)]


@pytest.mark.parametrize(
    "table",
    [
        "区县    降水量    距平\n临江区  51.2      +38%\n合计    99.0\n",
        "区县\t降水量\t距平\n临江区\t51.2\t+38%\n合计\t99.0\n",
        "区县    降水量    距平\n\n临江区  51.2      +38%\n\n合计    99.0\n",
    ],
)
def test_rows_in_columns_are_a_table(table: str) -> None:
    """Rows of three cells with wide blanks or tabs between them are a table; a short row fills its columns."""
    found = txt.lines(f"上文\n{table}下文\n")

    assert ["上文", "区县 | 降水量 | 距平\n临江区 | 51.2 | +38%\n合计 | 99.0 | ", "下文"] == [
        line.text for line in found
    ]
    assert found[1].complete


@pytest.mark.parametrize(
    ("table", "printed"),
    [
        ("┌──┬──┐\n│级别│金额│\n├──┼──┤\n│会长│5000│\n└──┴──┘\n", "级别 | 金额\n会长 | 5000"),
        (
            "+----+----+\n| a  | b  |\n+----+----+\n| c  | d  |\n|    | e  |\n+----+----+\n+----+\n",
            "a | b\nc | de",
        ),
        ("| a | b |\n|---|---|\n| c | d |\n", "a | b\nc | d"),
    ],
)
def test_frames_are_tables(table: str, printed: str) -> None:
    """A table drawn with lines is one, whatever draws them; between two lines a row may fill several lines."""
    assert [printed] == tables(f"上文\n\n{table}\n下文\n")


def test_entries_of_an_imprint_are_rows_and_no_table() -> None:
    """Labels beside each other are rows of text."""
    text = "编辑：张三    审核：李四    印数：30\n主送：各部    抄送：各处    存档：1\n"

    assert ["编辑：张三 审核：李四 印数：30", "主送：各部 抄送：各处 存档：1"] == rows(text)


def test_lines_in_the_middle_or_at_the_right_edge_are_aligned() -> None:
    """Blanks on both sides of a line, as wide as the page, tell how it is set."""
    full = "近日，云海新码头正式开港，首批两条航线同日开通。" + "长" * 15
    text = f"{' ' * 33}云海联盟简报\n{full}\n　　{full[2:]}\n{' ' * 64}云海联盟秘书处\n{full}\n{full}\n"

    assert ["center", "", "", "right", "", ""] == [line.align for line in txt.lines(text)]


@given(st.text("甲乙丙ab19　 \t\n|│+-─┼：", max_size=120))
def test_no_character_of_a_text_is_lost(text: str) -> None:
    """Every letter and figure is in a line, with any blanks and bars among them."""
    wanted = Counter(char for char in text if char.isalnum())

    assert not wanted - Counter("".join(line.text for line in txt.lines(text)))


@pytest.mark.parametrize(
    "text",
    ["长　　河　　商　　会\n", "秘书处编    2024年3月1日\n正文\n", "提供了支持，  有助于\n人才，  融入\n"],
)
def test_other_wide_blanks_make_none(text: str) -> None:
    """Letter-spaced names, mastheads of two parts and blanks after a comma are not tables."""
    assert [] == rows(text)


def test_the_head_of_an_email_is_read_as_fields() -> None:
    """Subject, sender and date above the text of an e-mail are fields; a text that begins with one label is none."""
    mail = "发件人: 学会秘书处 <office@xh.example.org>\n主题: 会员周讯第27期\n日期: 2026年7月13日\n\n正文。\n"

    document = txt.document(Source("a.txt", mail.encode()))

    assert {"sender": "学会秘书处", "title": "会员周讯第27期", "date": "2026年7月13日"} == document.fields
    assert ["正文。"] == [line.text for line in document.lines if not line.drop_reason]
    assert {} == txt.document(Source("a.txt", "主题: 安全\n正文。\n".encode())).fields


def test_a_masthead_with_wide_blanks_is_no_table() -> None:
    """Number and date at the edges of the first lines are no rows, though blanks divide them as cells."""
    head = "（半月刊）   2026年第6期   总第150期\n建材行业协会信息部    二○二六年三月三十一日\n"

    assert not any(line.block or line.table_row for line in txt.lines(head))
