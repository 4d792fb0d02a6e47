"""Chinese lines: their width, and how cut lines are joined."""

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
def test_cut_lines_are_joined_as_a_reader_joins_them(lines: list[str], text: str) -> None:
    """Nothing comes between 汉字, a space between Latin words; spaces inside lines stay as printed."""
    assert text == typeset.join_lines(lines)


@given(st.lists(_TEXT.map(typeset.clean).filter(bool), min_size=1))
def test_joining_loses_and_invents_nothing_but_blanks(lines: list[str]) -> None:
    """The characters of the joined text are those of the lines."""
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
def test_headings_set_with_spaces_are_closed_up(spaced: str, closed: str) -> None:
    """Spaces between single 汉字 are typography; spaces between words are not."""
    assert closed == typeset.remove_letterspacing(typeset.clean(spaced))


def test_width_counts_a_han_character_as_two() -> None:
    """汉字, full-width signs and the quotes of a Chinese font fill two columns, Latin letters one."""
    assert (4, 4, 2, 2, 0) == tuple(map(typeset.columns, ("汉字", "“”", "ab", "（", "")))


def test_the_first_word_takes_its_signs_along() -> None:
    """No line ends with an opening bracket or begins with a comma, so these belong to the word."""
    assert (4, 16, 2, 0) == tuple(map(typeset.first_word_width, ("后，该", "（CamScanner）、QQ", "万级", "")))


@given(_TEXT)
def test_tidy_leaves_single_spaces_only(text: str) -> None:
    """A tidy line has no blanks around it, no runs of blanks and no invisible signs in it."""
    tidy = typeset.clean(text)

    assert tidy.strip() == tidy == typeset.clean(tidy)
    assert not any(sign in tidy for sign in ("  ", "\u3000", "\t", "\xa0", "\u200b"))
