"""Tests for parsing paragraphs into blocks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wxbot.rendering.blocks import (
    Code,
    Divider,
    Heading,
    Image,
    ItemList,
    Paragraph,
    Quote,
    Span,
    Table,
    blocks,
    plain,
    spans,
    web_address,
)

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

    assert [Paragraph((Span(line),)) for line in text] == list(blocks(text))


def test_headings_and_items_are_told_from_prose() -> None:
    """Headings are recognised, and consecutive list items form one list."""
    found = blocks(["## 主要结论", "1. 甲", "2. 乙", "收尾。"])

    assert found == (
        Heading((Span("主要结论"),)),
        ItemList(True, 1, ((Span("甲"),), (Span("乙"),))),
        Paragraph((Span("收尾。"),)),
    )


def test_numbered_lists_keep_their_numbers() -> None:
    """A list that continues after a paragraph or skips a number keeps the printed numbers."""
    found = [block for block in blocks(["3. 丙", "插话。", "4. 丁", "6. 己"]) if isinstance(block, ItemList)]

    assert [3, 4, 6] == [block.start for block in found]


def test_bulleted_and_numbered_entries_are_different_lists() -> None:
    """A different list mark begins a new list."""
    assert [True, False] == [b.ordered for b in blocks(["1. 甲", "- 乙", "- 丙"]) if isinstance(b, ItemList)]


def test_newline_ends_a_paragraph() -> None:
    """Each line of an archive's body is a paragraph."""
    assert 2 == len(blocks(["第一段。\n\n第二段。"]))


def test_table_has_rows_of_one_length() -> None:
    """Rows of different lengths lose no cell."""
    (table,) = blocks(["| 项目 | 数 |", "|:---|---:|", "| 甲 |", "| 乙 | 2 | 多 |"])

    assert isinstance(table, Table)
    assert {3} == {len(row) for row in (table.head, *table.rows)}
    assert "多" == plain(table.rows[1][2])


def test_pipe_without_a_divider_is_text() -> None:
    """A line with a vertical bar alone is not a table."""
    assert [Paragraph] * 2 == [type(block) for block in blocks(["甲 | 乙", "丙 | 丁"])]


def test_picture_in_the_midst_of_a_line_stands_alone() -> None:
    """The text before and after a picture is kept in order."""
    found = blocks(["前文![塔](img/塔.png)后文"])

    assert found == (Paragraph((Span("前文"),)), Image("img/塔.png", "塔"), Paragraph((Span("后文"),)))


def test_quote_code_and_rule() -> None:
    """Quotations, code and rules of a Markdown bulletin are recognised."""
    found = blocks(["> 引一句", "```", "a  = 1", "```", "***"])

    assert found == (Quote(((Span("引一句"),),)), Code("a  = 1"), Divider())


def test_fence_that_never_closes_swallows_nothing() -> None:
    """The text after an unclosed fence is still parsed."""
    assert Paragraph((Span("正文。"),)) == blocks(["```", "正文。"])[1]


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


def test_only_web_addresses_are_links() -> None:
    """Script addresses and paths are not links, and prose in brackets is unchanged."""
    assert "" == web_address("javascript:alert(1)")
    assert "" == web_address("https://")
    assert "%22" in web_address('https://e.org/"x')
    assert (Span("目录"),) == spans("[目录](#top)")
    assert (Span("[注](见附件)"),) == spans("[注](见附件)")


@given(st.lists(st.one_of(MARKED, st.text(max_size=60)), max_size=8))
@settings(deadline=None)
def test_any_text_is_understood(paragraphs: list[str]) -> None:
    """Any text is parsed into blocks, and every link has a web address."""
    for block in blocks(paragraphs):
        if isinstance(block, Paragraph | Heading):
            assert all(not span.url or web_address(span.url) for span in block.spans)
            assert plain(block.spans)


@given(
    st.text(
        alphabet=st.characters(exclude_categories=["C", "Z"], exclude_characters="*_`[]()<>!#|~-+>0123456789")
    )
)
@settings(deadline=None)
def test_unmarked_text_loses_nothing(text: str) -> None:
    """Text without marks is unchanged."""
    assert text == "".join(plain(b.spans) for b in blocks([text]) if isinstance(b, Paragraph))
