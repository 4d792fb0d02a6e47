"""Tests of the text of a line: markers, brackets and ends; width, joining wrapped lines, letter-spacing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.bulletin import line_text
from wxbot.bulletin.line_text import LineEnd


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
        ("① 标题", "①", 1, "标题"),
        ("❷ 标题", "❶", 2, "标题"),
        ("㈢标题", "⑴", 3, "标题"),
        ("3️⃣ 标题", "❶", 3, "标题"),
        ("〇 标题", "glyph", None, "标题"),
        ("第二部分 标题", "第一", 2, "标题"),
        ("二.3 标题", "一.1", 3, "标题"),
        ("- 标题", "dash", None, "标题"),
        ("## 标题", "#", None, "标题"),
        (">> 标题", "glyph", None, "标题"),
        ("来源：新华社", "label", None, "来源：新华社"),
        ("2024-03-20 来源：财务部", "label", None, "2024-03-20 来源：财务部"),
        ("2024年3月20日", "label", None, "2024年3月20日"),
        ("[来源：海事周刊 2024-05-07]", "label", None, "[来源：海事周刊 2024-05-07]"),
        ("文/许诺", "label", None, "文/许诺"),
        ("参考文献：", "label", None, "参考文献："),
        ("阅读全文 >", "label", None, "阅读全文 >"),
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
    found = line_text.leading_marker(text)

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
    assert end is line_text.line_end(text)


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
    assert inside == line_text.bracket_content(text)


def test_an_open_quote_tells_that_a_line_goes_on() -> None:
    """建立“千 has an open quote; a closing quote without an opening one does not count."""
    assert [True, False, False] == [
        line_text.has_open_bracket(text) for text in ("建立“千", "万级”样本库", "《指数（2020）》")
    ]


_TEXT = st.text(alphabet="天地人和，。“”（）AbC 12.-/ \u3000\t\xa0\u200b", max_size=60)


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["北京大学首", "都发展研究院"], "北京大学首都发展研究院"),
        (["由 Baillie", "Gifford 领投"], "由 Baillie Gifford 领投"),
        (["中关村有近 4", "万留学归国人员"], "中关村有近 4万留学归国人员"),
        (["Tech Fund,", "and others"], "Tech Fund, and others"),
        (["CloudAlpha Tech Fund，", "和暄资本"], "CloudAlpha Tech Fund，和暄资本"),
        (["混动 DM-", "i 平台"], "混动 DM-i 平台"),
        (["见 https://example.org/a", "bc/d 的说明"], "见 https://example.org/abc/d 的说明"),
        (["提供了支持， 有助于", "人才"], "提供了支持， 有助于人才"),
    ],
)
def test_wrapped_lines_are_joined(lines: list[str], text: str) -> None:
    """Lines are joined without a space between 汉字 and with one between Latin words."""
    assert text == line_text.join_lines(lines)


@given(st.lists(_TEXT.map(line_text.clean).filter(bool), min_size=1))
def test_joining_changes_only_blanks(lines: list[str]) -> None:
    """The joined text has the characters of the lines."""
    assert "".join(lines).replace(" ", "") == line_text.join_lines(lines).replace(" ", "")


@pytest.mark.parametrize(
    ("spaced", "closed"),
    [
        ("长 风 联 盟", "长风联盟"),
        ("新　动　向", "新动向"),
        ("要  闻", "要闻"),
        ("VR 前 沿", "VR 前沿"),
        ("政策 解读", "政策 解读"),
        ("《指数》发布 增长 4 倍", "《指数》发布 增长 4 倍"),
        ("新", "新"),
    ],
)
def test_letterspacing_is_removed(spaced: str, closed: str) -> None:
    """Spaces between single 汉字 are removed; spaces between words are kept."""
    assert closed == line_text.remove_letterspacing(line_text.clean(spaced))


def test_width_counts_a_han_character_as_two() -> None:
    """汉字, full-width signs and Chinese quotes fill two columns, Latin letters one."""
    assert (4, 4, 2, 2, 0) == tuple(map(line_text.columns, ("汉字", "“”", "ab", "（", "")))


def test_the_first_word_takes_its_signs_along() -> None:
    """Brackets and punctuation that wrapping does not separate belong to the first word."""
    assert (4, 16, 2, 0) == tuple(
        map(line_text.first_word_width, ("后，该", "（CamScanner）、QQ", "万级", ""))
    )


@given(_TEXT)
def test_clean_leaves_single_spaces_only(text: str) -> None:
    """A clean line has no blanks around it, no runs of blanks and no invisible characters."""
    cleaned = line_text.clean(text)

    assert cleaned.strip() == cleaned == line_text.clean(cleaned)
    assert not any(sign in cleaned for sign in ("  ", "\u3000", "\t", "\xa0", "\u200b"))


@pytest.mark.parametrize(
    "text", ["问：您是哪一年来的？", "会议时间：3月5日", "地點：日月潭", "报名对象：会员单位"]
)
def test_what_interviews_and_notices_state_is_a_label(text: str) -> None:
    """Questions of an interview, and time, place and audience of a notice, are no titles."""
    assert "label" == line_text.leading_marker(text).kind
