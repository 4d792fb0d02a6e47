"""Tests for line breaking on pictures."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wxbot.rendering.typesetting import break_lines, drawable, letter_spaced, sans, serif


def test_short_title_is_one_line() -> None:
    """A title that fits stays on one line."""
    assert ["新站落成"] == break_lines("新站落成", serif(40), 200, 2)


def test_lines_are_even() -> None:
    """The last line has no single character."""
    lines = break_lines("学会与三所高校共建联合站", sans(20), 220, 3)

    assert 2 == len(lines)
    assert abs(len(lines[0]) - len(lines[1])) <= 2


@pytest.mark.parametrize("size", range(60, 200, 7))
def test_no_line_begins_or_ends_with_a_forbidden_mark(size: int) -> None:
    """At any width no line begins or ends with forbidden punctuation (避头尾)."""
    for line in break_lines("学会发布《江河，湖泊》（第一卷），共三册。敬请关注：“新书”", sans(20), size, 20):
        assert line[0] not in "，》）。：”"
        assert line[-1] not in "《（“"


def test_latin_words_stay_whole() -> None:
    """A Latin word is not broken across lines."""
    assert any("Spectrograph" in line for line in break_lines("观测站装上Spectrograph仪器", sans(20), 150, 3))


def test_too_long_title_is_marked_as_cut() -> None:
    """A title that is too long ends in an ellipsis."""
    lines = break_lines("观测" * 40, sans(20), 200, 2)

    assert 2 == len(lines)
    assert lines[-1].endswith("…")


def test_masthead_is_set_apart() -> None:
    """Short Chinese names get spaces between their characters; other names are unchanged."""
    assert "东 篱 学 会" == letter_spaced("东篱学会")
    assert "Newsletter" == letter_spaced("Newsletter")


def test_missing_characters_are_left_out() -> None:
    """Characters that the fonts lack are left out."""
    assert "新站 落成" == drawable("新站😀 落成\U00030000")


@given(st.text(max_size=150), st.integers(30, 400), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_lines_never_are_too_many_or_too_wide(text: str, width: int, most: int) -> None:
    """For any text and width, the number and the width of lines stay within their limits."""
    font = sans(20)
    lines = break_lines(text, font, width, most)

    assert len(lines) <= most
    assert all(font.getlength(line) <= width for line in lines)
