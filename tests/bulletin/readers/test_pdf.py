"""Tests of the PDF reader."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bulletin.printing import Set, pdf
from wxbot import bulletin
from wxbot.bulletin import Line
from wxbot.bulletin.model import Source
from wxbot.bulletin.readers import pdf as reader
from wxbot.bulletin.readers import txt
from wxbot.errors import BulletinError


def lines(data: bytes) -> tuple[Line, ...]:
    """Return the lines of a file."""
    return reader.document(Source("a.pdf", data)).lines


BODY = [Set(f"岸边的灯塔在第{n}天换上了新的灯泡，夜里更亮了一些", 60, 700 - 18 * n) for n in range(1, 9)]


def test_type_larger_than_the_text_has_a_rank() -> None:
    """The largest type is level 1, the next level 2, and the text level 0."""
    page = [Set("灯塔简讯", 240, 800, 30), Set("要闻", 60, 740, 20), *BODY]

    found = lines(pdf(page))

    assert [("灯塔简讯", 1), ("要闻", 2)] == [(line.text, line.level) for line in found[:2]]
    assert {0} == {line.level for line in found[2:]}


def test_indents_gaps_and_pages_are_read() -> None:
    """Indent, gap and page start of lines are computed."""
    first = [*BODY, Set("另起一段的灯塔", 84, 700 - 18 * 9), Set("隔了两行", 60, 700 - 18 * 12)]

    found = lines(pdf(first, [Set("下一页", 60, 700)]))

    assert [4, 0, 0] == [line.indent for line in found[-3:]]
    assert [0, 2] == [line.gap for line in found[-3:-1]]
    assert [False, False, True] == [line.page_start for line in found[-3:]]


def test_two_columns_are_read_one_after_the_other_as_the_file_has_them() -> None:
    """Two columns are read one after the other, with indents from their own left edge."""
    left = [Set(f"左栏第{n}行的文字", 60, 700 - 18 * n) for n in range(5)]
    right = [Set(f"右栏第{n}行的文字", 320, 700 - 18 * n) for n in range(5)]

    found = lines(pdf([*left, *right]))

    assert [line.text for line in (*left, *right)] == [line.text for line in found]
    assert {0} == {line.indent for line in found}


def test_lines_that_the_file_has_in_no_order_are_read_from_top_to_bottom() -> None:
    """A page stored from bottom to top is read from top to bottom."""
    found = lines(pdf(BODY[::-1]))

    assert [line.text for line in BODY] == [line.text for line in found]


def test_a_heading_that_wraps_is_one_line() -> None:
    """A wrapped heading is joined; two headings with free space stay separate."""
    long = "协会与三所大学签订关于建立海岸观测站的合"
    page = [
        Set(long, 60, 760, 24),
        Set("作协议", 60, 730, 24),
        *BODY,
        Set("甲", 60, 500, 24),
        Set("乙", 60, 470, 24),
    ]

    found = [line.text for line in lines(pdf(page)) if line.level]

    assert [f"{long}作协议", "甲", "乙"] == found


def test_a_bulletin_on_paper_becomes_an_issue() -> None:
    """Masthead, sections, titles and paragraphs are parsed, and the page number is dropped."""
    page = [
        Set("灯 塔 简 讯", 220, 790, 30),
        Set("2023 年第 4 期  2023 年 4 月 12 日  灯塔协会编", 130, 750),
        Set("【要 闻】", 60, 720),
        Set("东岸灯塔恢复夜间照明", 60, 700, 14),
        Set("四月五日，停用三年的东岸灯塔恢复夜间照明，渔船可以在十海里外看", 84, 680),
        Set("见灯光。", 60, 662),
        Set("【公 告】", 60, 640),
        Set("下月维修西岸码头", 60, 620, 14),
        Set("维修期间码头暂停停靠。", 84, 600),
        Set("1", 295, 40),
    ]

    found = bulletin.parse(lines(pdf(page)))

    assert ("2023-04", "灯塔简讯", "灯塔协会") == (found.number, found.title, found.editor)
    assert [("要闻", ["东岸灯塔恢复夜间照明"]), ("公告", ["下月维修西岸码头"])] == [
        (section.name, [article.title for article in section.articles]) for section in found.sections
    ]
    assert ("四月五日，停用三年的东岸灯塔恢复夜间照明，渔船可以在十海里外看见灯光。",) == found.articles[
        0
    ].paragraphs
    assert "1" in [dropped.text for dropped in found.dropped]


def test_signs_that_only_look_like_characters_are_those_characters() -> None:
    """Radicals and compatibility characters are replaced by the 汉字 they look like, so that search finds them."""
    found = lines(pdf([Set("银行长门", 60, 700)]))

    assert ["银行长门"] == [line.text for line in found]
    assert ["长风与日月"] == [line.text for line in txt.lines("⻓⻛与⽇⽉")]


def test_a_scan_is_refused_with_what_to_do() -> None:
    """A scan without text is refused, and the remedy suggests the Word file."""
    with pytest.raises(BulletinError, match="扫描件") as refused:
        lines(pdf([]))

    assert "Word" in refused.value.remedy


def outcome(whole: bytes) -> tuple[Line, ...] | str:
    """Return the lines of a file, or the remedy if it is refused."""
    try:
        return lines(whole)
    except BulletinError as refused:
        return refused.remedy


@settings(max_examples=30, deadline=None)
@given(at=st.integers(0, 4000), data=st.binary(min_size=1, max_size=40))
def test_a_damaged_file_is_read_or_refused(at: int, data: bytes) -> None:
    """A damaged file gives lines or a BulletinError."""
    whole = WHOLE[: at % len(WHOLE)] + data + WHOLE[at % len(WHOLE) + len(data) :]

    found = outcome(whole)

    assert found
    assert isinstance(found, str) or all(line.text for line in found)


WHOLE = pdf(BODY)
