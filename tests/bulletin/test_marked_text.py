"""Tests for parsing marked text into typed blocks."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wxbot.bulletin.blocks import (
    Cell,
    Code,
    Divider,
    Heading,
    Item,
    ItemList,
    Paragraph,
    Picture,
    Quote,
    Span,
    Table,
    link_address,
    paragraphs,
    plain,
)
from wxbot.bulletin.marked_text import parse_marked_text, spans
from wxbot.rendering.page_blocks import blocks_as_page_html

MARKED = st.lists(
    st.sampled_from(
        [
            "## ",
            "1. ",
            "- ",
            "> ",
            "|",
            "---",
            "```",
            "**",
            "`",
            "[",
            "](",
            ")",
            "![",
            "https://e.org/",
            "字",
            "\n",
            " ",
        ]
    ),
    max_size=30,
).map("".join)


def test_plain_paragraphs_stay_paragraphs() -> None:
    """Prose is a paragraph, even if it begins with a number that is not a list mark."""
    text = ["2024年3月，计划启动。", "3.6 亿元的投资", "一、总体情况", "-5 度的低温", "#话题不是标题"]

    assert [Paragraph((Span(line),)) for line in text] == list(parse_marked_text(text))


def test_headings_and_items_are_told_from_prose() -> None:
    """Headings are recognised, and consecutive list items form one list."""
    found = parse_marked_text(["## 主要结论", "1. 甲", "2. 乙", "收尾。"])

    assert found == (
        Heading((Span("主要结论"),)),
        ItemList((Item((Paragraph.of("甲"),), "1."), Item((Paragraph.of("乙"),), "2.")), ordered=True),
        Paragraph((Span("收尾。"),)),
    )


def test_numbered_lists_keep_their_numbers() -> None:
    """A list that continues after a paragraph or skips a number keeps the printed numbers."""
    found = [
        block
        for block in parse_marked_text(["3. 丙", "插话。", "4. 丁", "6. 己"])
        if isinstance(block, ItemList)
    ]

    assert [3, 4, 6] == [block.start for block in found]


def test_bulleted_and_numbered_entries_are_different_lists() -> None:
    """A different list mark begins a new list."""
    assert [True, False] == [
        b.ordered for b in parse_marked_text(["1. 甲", "- 乙", "- 丙"]) if isinstance(b, ItemList)
    ]


def test_newline_ends_a_paragraph() -> None:
    """Each line of an archive's body is a paragraph."""
    assert 2 == len(parse_marked_text(["第一段。\n\n第二段。"]))


def test_table_has_rows_of_one_length() -> None:
    """Rows of different lengths lose no cell."""
    (table,) = parse_marked_text(["| 项目 | 数 |", "|:---|---:|", "| 甲 |", "| 乙 | 2 | 多 |"])

    assert isinstance(table, Table)
    assert {3} == {len(row) for row in table.rows}
    assert table.rows[2][2] == Cell((Paragraph.of("多"),))


def test_the_divider_of_a_table_aligns_its_columns() -> None:
    """A colon at the right sets a column to the right, colons on both sides in the middle."""
    (table,) = parse_marked_text(["| 项目 | 数 | 注 |", "|:---|---:|:--:|", "| 甲 | 1 | 新 |"])

    assert isinstance(table, Table)
    assert [["", "right", "center"]] * 2 == [[cell.align for cell in row] for row in table.rows]
    assert [True, False] == [row[0].header for row in table.rows]


def test_headings_are_ranked_below_the_title() -> None:
    """One or two signs are the first level below an article's title, three the second."""
    found = parse_marked_text(["# 一", "## 二", "### 三"])

    assert [1, 1, 2] == [block.level for block in found if isinstance(block, Heading)]


def test_plain_text_of_blocks_is_understood_again() -> None:
    """Headings and lists that `paragraphs` prints give the same blocks."""
    found = parse_marked_text(["## 结论", "正文。", "3. 丙", "4. 丁", "- 甲"])

    assert found == parse_marked_text(paragraphs(found))


def test_pipe_without_a_divider_is_text() -> None:
    """A line with a vertical bar alone is not a table."""
    assert [Paragraph] * 2 == [type(block) for block in parse_marked_text(["甲 | 乙", "丙 | 丁"])]


def test_picture_in_the_midst_of_a_line_stands_alone() -> None:
    """The text before and after a picture is kept in order."""
    found = parse_marked_text(["前文![塔](img/塔.png)后文"])

    tower = Picture(url="img/塔.png", caption=(Span("塔"),))
    assert found == (Paragraph.of("前文"), tower, Paragraph.of("后文"))


def test_quote_code_and_rule() -> None:
    """Quotations, code and rules of a Markdown bulletin are recognised."""
    found = parse_marked_text(["> 引一句", "```", "a  = 1", "```", "***"])

    assert found == (Quote((Paragraph.of("引一句"),)), Code("a  = 1"), Divider())


def test_fence_that_never_closes_swallows_nothing() -> None:
    """The text after an unclosed fence is still parsed."""
    assert Paragraph((Span("正文。"),)) == parse_marked_text(["```", "正文。"])[1]


@pytest.mark.parametrize(
    ("text", "url", "shown"),
    [
        ("见https://e.org/a。下文", "https://e.org/a", "https://e.org/a"),
        ("（https://e.org/a(1)）", "https://e.org/a(1)", "https://e.org/a(1)"),
        ("(https://e.org/a).", "https://e.org/a", "https://e.org/a"),
        ("[年报](https://e.org/年报?a=1)", "https://e.org/%E5%B9%B4%E6%8A%A5?a=1", "年报"),
        ("<https://e.org>", "https://e.org", "https://e.org"),
        ("**[年报](https://e.org)**", "https://e.org", "年报"),
    ],
)
def test_links_are_found_whole(text: str, url: str, shown: str) -> None:
    """A bare address ends before the punctuation of its sentence."""
    assert [(url, shown)] == [(span.url, span.text) for span in spans(text) if span.url]


def test_only_link_addresses_are_links() -> None:
    """Addresses of pages and of mail are links; scripts and paths are not, and prose in brackets is unchanged."""
    assert "" == link_address("javascript:alert(1)")
    assert "" == link_address("mailto:")
    assert "mailto:bjb@e.org" == link_address("mailto:bjb@e.org")
    assert "" == link_address("https://")
    assert "" == link_address("https://mp.weixin.qq.com@e.org/")
    assert "" == link_address("https://e.org:99999/")
    assert "%22" in link_address('https://e.org/"x')
    assert (Span("目录"),) == spans("[目录](#top)")
    assert (Span("[注](见附件)"),) == spans("[注](见附件)")


@given(st.lists(st.one_of(MARKED, st.text(max_size=60)), max_size=8))
@settings(deadline=None)
def test_any_text_is_understood(lines: list[str]) -> None:
    """Any text is parsed into blocks, and every link has a web address."""
    for block in parse_marked_text(lines):
        if isinstance(block, Paragraph | Heading):
            assert all(not span.url or link_address(span.url) == span.url for span in block.spans)
            assert plain(block.spans)


@given(
    st.text(
        alphabet=st.characters(exclude_categories=["C", "Z"], exclude_characters="*_`[]()<>!#|~-+>0123456789")
    )
)
@settings(deadline=None)
def test_unmarked_text_loses_nothing(text: str) -> None:
    """Text without marks is unchanged."""
    assert text == "".join(plain(b.spans) for b in parse_marked_text([text]) if isinstance(b, Paragraph))


HOSTILE = {
    "fences that nothing closes": lambda n: "```a\n" * n,
    "hashes in a heading": lambda n: "# " + "#" * n + "x",
    "blanks in a heading": lambda n: "# a" + " " * n + "b",
    "brackets behind an address": lambda n: "http://a" + ").)" * n,
    "rows beside one of many cells": lambda n: "|a|\n|--|\n" + "|" * n + "\n" + "|\n" * n,
    "stars": lambda n: "**a " * n,
    "open brackets": lambda n: "[a](" * n,
    "open pictures": lambda n: "![" * n,
    "open quotation marks": lambda n: "[a](#b '" * n,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_time_grows_with_the_length(what: str) -> None:
    """A text four times as long takes about four times as long to parse and to show; quadratic time takes sixteen."""

    def used(size: int) -> float:
        """Return the least processor time of three."""
        text, times = HOSTILE[what](size), []
        for _ in range(3):
            started = time.thread_time()
            blocks_as_page_html(parse_marked_text([text]), "https://e.org")
            times.append(time.thread_time() - started)
        return min(times)

    assert used(8000) < 9 * max(used(2000), 0.001)
