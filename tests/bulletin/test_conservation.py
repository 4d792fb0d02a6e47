"""Tests that no character is lost: each one is in the issue, or dropped with a reason."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bulletin.counting import kept, printed
from tests.bulletin.press import HEAD, Layout, invent
from tests.bulletin.press import printed as press
from wxbot import bulletin
from wxbot.bulletin.readers import txt

SAMPLES = Path(__file__).parent / "samples"
REAL = Path(__file__).parents[2] / "content" / "bulletins" / "2021-02.txt"

# Pieces that are difficult for the parser: markers, brackets, numbers, blanks.
_PIECES = st.sampled_from(
    [
        "天",
        "地",
        "人",
        "和",
        "第",
        "期",
        "年",
        "月",
        "日",
        "1",
        "2",
        "12",
        "2021",
        "２",
        "一、",
        "1.",
        "1、",
        "（1）",
        "（一）",
        "【",
        "】",
        "【要闻】",
        "《",
        "》",
        "“",
        "”",
        "。",
        "，",
        "？",
        "！",
        "：",
        "；",
        "#",
        "##",
        "-",
        "■",
        "●",
        "★",
        "目录",
        "编辑：甲",
        "抄送：乙",
        "来源：丙",
        "http://a.b/c",
        "Abc",
        "\u3000",
        "\xa0",
        "\t",
        "\x0c",
        "\n",
        "\r\n",
        "\n\n",
        "\x00",
        "\u200b",
        "\ufeff",
        "…",
        "——",
        "第3页",
        "3/8",
        "(完)",
    ]
)


@pytest.mark.parametrize("path", [REAL, *sorted(SAMPLES.glob("*.txt"))], ids=lambda path: path.name)
def test_each_character_of_a_bulletin_is_kept_or_dropped_with_a_reason(path: Path) -> None:
    """Titles, paragraphs, names, masthead and dropped text together hold every character exactly once."""
    lines = bulletin.read(path).lines

    issue = bulletin.parse(lines)

    assert printed(lines) == kept(issue)
    assert all(dropped.why for dropped in issue.dropped)


@settings(derandomize=True, deadline=None)
@given(
    st.integers(0, 2**32).map(Random),
    st.sampled_from([0, 7, 22]),
    st.sampled_from(["", "■ ", "{}．", "{1}、"]),
)
def test_no_layout_loses_a_character(chance: Random, page_lines: int, mark: str) -> None:
    """The same holds for random issues in several layouts."""
    text = press(invent(chance), Layout(page_lines=page_lines, title_mark=mark), HEAD)
    lines = txt.lines(text)

    assert printed(lines) == kept(bulletin.parse(lines))


@settings(derandomize=True, deadline=None)
@given(st.lists(_PIECES, max_size=80).map("".join) | st.text(max_size=300))
def test_junk_neither_breaks_the_parser_nor_loses_a_character(text: str) -> None:
    """Any text is parsed without an exception and without losing a character."""
    lines = txt.lines(text)

    assert printed(lines) == kept(bulletin.parse(lines))
