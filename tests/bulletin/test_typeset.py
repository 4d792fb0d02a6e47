"""Tests of typesetting: width of lines, joining wrapped lines, letter-spacing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.bulletin import typeset

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
    assert text == typeset.join_lines(lines)


@given(st.lists(_TEXT.map(typeset.clean).filter(bool), min_size=1))
def test_joining_changes_only_blanks(lines: list[str]) -> None:
    """The joined text has the characters of the lines."""
    assert "".join(lines).replace(" ", "") == typeset.join_lines(lines).replace(" ", "")


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
    assert closed == typeset.remove_letterspacing(typeset.clean(spaced))


def test_width_counts_a_han_character_as_two() -> None:
    """汉字, full-width signs and Chinese quotes fill two columns, Latin letters one."""
    assert (4, 4, 2, 2, 0) == tuple(map(typeset.columns, ("汉字", "“”", "ab", "（", "")))


def test_the_first_word_takes_its_signs_along() -> None:
    """Brackets and punctuation that wrapping does not separate belong to the first word."""
    assert (4, 16, 2, 0) == tuple(map(typeset.first_word_width, ("后，该", "（CamScanner）、QQ", "万级", "")))


@given(_TEXT)
def test_clean_leaves_single_spaces_only(text: str) -> None:
    """A clean line has no blanks around it, no runs of blanks and no invisible characters."""
    cleaned = typeset.clean(text)

    assert cleaned.strip() == cleaned == typeset.clean(cleaned)
    assert not any(sign in cleaned for sign in ("  ", "\u3000", "\t", "\xa0", "\u200b"))
