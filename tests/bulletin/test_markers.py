"""Tests of the markers that open lines, and of line ends."""

import pytest

from wxbot.bulletin import markers
from wxbot.bulletin.markers import LineEnd


@pytest.mark.parametrize(
    ("text", "kind", "value", "rest"),
    [
        ("■ 标题", "glyph", None, "标题"),
        ("●标题", "glyph", None, "标题"),
        ("1. 标题", "1.", 1, "标题"),
        ("１２．标题", "1．", 12, "标题"),
        ("3、标题", "1、", 3, "标题"),
        ("一、标题", "一、", 1, "标题"),
        ("（二）标题", "（一）", 2, "标题"),
        ("(3) 标题", "（1）", 3, "标题"),
        ("① 标题", "①", None, "标题"),
        ("- 标题", "dash", None, "标题"),
        ("## 标题", "#", None, "标题"),
        (">> 标题", "glyph", None, "标题"),
        ("来源：新华社", "label", None, "来源：新华社"),
        ("2024-03-20 来源：财务部", "label", None, "2024-03-20 来源：财务部"),
        ("2024年3月20日", "label", None, "2024年3月20日"),
        ("[来源：海事周刊 2024-05-07]", "label", None, "[来源：海事周刊 2024-05-07]"),
        ("文/许诺", "label", None, "文/许诺"),
        ("（记者 林小雨 摄影 高原）", "label", None, "（记者 林小雨 摄影 高原）"),
        ("2024年3月20日，新桥通车", "", None, "2024年3月20日，新桥通车"),
        ("https://example.org/a", "label", None, "https://example.org/a"),
        ("3.6 亿美元融资", "", None, "3.6 亿美元融资"),
        ("4.10 停水公告", "", None, "4.10 停水公告"),
        ("2021 年度榜单", "", None, "2021 年度榜单"),
        ("三部门联合发文", "", None, "三部门联合发文"),
        ("#标签", "", None, "#标签"),
    ],
)
def test_marks_are_told_from_the_text_behind_them(text: str, kind: str, value: int | None, rest: str) -> None:
    """Glyphs, numbers and labels are markers; figures and dates at the start of a text are not."""
    found = markers.leading_marker(text)

    assert (kind, value, rest) == (found.kind, found.value, found.rest)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("完成。", LineEnd.STOP),
        ("说：“好。”", LineEnd.STOP),
        ("（见下。）", LineEnd.STOP),
        ("怎么办？", LineEnd.ASK),
        ("The bridge is open.", LineEnd.STOP),
        ("第 3.", LineEnd.NONE),
        ("因素：", LineEnd.COLON),
        ("发票；", LineEnd.SEMI),
        ("首先，", LineEnd.COMMA),
        ("张三、", LineEnd.COMMA),
        ("（一期）", LineEnd.NONE),
        ("样本库", LineEnd.NONE),
        ("", LineEnd.NONE),
    ],
)
def test_ends_are_seen_through_closing_quotes(text: str, end: LineEnd) -> None:
    """A full stop before a closing quote ends the line; a closing bracket alone does not."""
    assert end is markers.line_end(text)


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("【新 动 向】", "新 动 向"),
        ("≡本期要目≡", "本期要目"),
        ("—— 要闻 ——", "要闻"),
        ("*** 要闻 ***", "要闻"),
        ("——要闻", None),
        ("【研究生】篮球赛", None),
        ("【一】和【二】", None),
        ("【】", None),
        ("要闻", None),
    ],
)
def test_only_one_pair_of_brackets_around_all_counts(text: str, inside: str | None) -> None:
    """Only one pair of brackets around the whole line counts."""
    assert inside == markers.bracket_content(text)


def test_an_open_quote_tells_that_a_line_goes_on() -> None:
    """建立“千 has an open quote; a closing quote without an opening one does not count."""
    assert [True, False, False] == [
        markers.has_open_bracket(text) for text in ("建立“千", "万级”样本库", "《指数（2020）》")
    ]
