"""Tests of numbers and dates in the forms that Chinese texts print."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot import numbers

_DIGITS = "〇一二三四五六七八九"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", 2),
        ("02", 2),
        ("１２", 12),
        ("四", 4),
        ("十", 10),
        ("十一", 11),
        ("二十", 20),
        ("五十四", 54),
        ("一百二十", 120),
        ("一百零三", 103),
        ("二〇二一", 2021),
        ("廿五", 25),
        ("两百", 200),
        ("叁", 3),
        ("贰拾伍", 25),
        ("壹佰零叁", 103),
        ("贰零贰壹", 2021),
        ("卅一", 31),
    ],
)
def test_numbers_are_read_however_they_are_written(text: str, value: int) -> None:
    """Digits of any width and Chinese numerals, in a row or with units, are parsed."""
    assert value == numbers.parse_number(text)


@pytest.mark.parametrize("text", ["", "期", "2a", "第二", "-1"])
def test_other_texts_are_not_numbers(text: str) -> None:
    """A text with any other character is not a number."""
    assert numbers.parse_number(text) is None


@given(st.integers(0, 10**8))
def test_a_number_is_the_same_in_every_script(value: int) -> None:
    """Arabic, full-width and Chinese digits in a row have the same value."""
    plain = str(value)
    wide = plain.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    han = "".join(_DIGITS[int(digit)] for digit in plain)

    assert [value] * 3 == [numbers.parse_number(text) for text in (plain, wide, han)]


@given(st.text(alphabet="0123456789〇一二三四五六七八九十百千两廿卅", max_size=400))
def test_no_numeral_raises_an_exception(text: str) -> None:
    """Numerals of any length and order have a value of at least 0 or none."""
    value = numbers.parse_number(text)

    assert value is None or value >= 0


@pytest.mark.parametrize(
    "text",
    [
        "2021 年 1 月 5 日",
        "2021年01月05日",
        "二〇二一年一月五日",
        "贰零贰壹年壹月伍日",
        "2021-01-05",
        "2021/1/5",
        "2021.1.5",
        "20210105",
        "２０２１．１．５",
        "中華民國110年1月5日",
    ],
)
def test_days_are_read_however_they_are_printed(text: str) -> None:
    """Ten ways to print a date give the same date."""
    assert [dt.date(2021, 1, 5)] == [day for _, day in numbers.find_dates(f"于{text}出版")]


@pytest.mark.parametrize("text", ["2021.13.1", "2021年2月30日"])
def test_a_day_that_does_not_exist_is_none(text: str) -> None:
    """A date that is not in the calendar is found, with None as its value."""
    assert [None] == [day for _, day in numbers.find_dates(text)]


def test_versions_and_long_figures_are_no_days() -> None:
    """Version numbers, telephone numbers and decimal numbers are not dates."""
    assert [] == numbers.find_dates("版本 1.2.3，电话 021202101055，增长 16.18")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("2021-03", "2021-03"),
        ("2021-3", "2021-03"),
        ("2021/12", "2021-12"),
        ("202103", "2021-03"),
        ("2021年第3期", "2021-03"),
        ("2021 年第 103 期", "2021-103"),
        ("20210315", "20210315"),
        ("第3期", "第3期"),
        ("春季号", "春季号"),
        ("", ""),
    ],
)
def test_an_issue_has_one_number_however_it_is_written(written: str, number: str) -> None:
    """Year and count are written in the library's form; a text without them is unchanged."""
    assert number == numbers.normalise_issue_number(written)


@pytest.mark.parametrize(
    ("value", "numeral"),
    [(0, "〇"), (7, "七"), (10, "十"), (12, "十二"), (20, "二十"), (99, "九十九"), (100, "100")],
)
def test_small_numbers_are_written_in_chinese(value: int, numeral: str) -> None:
    """Numbers up to 99 become Chinese numerals, larger ones Arabic digits."""
    assert numeral == numbers.chinese_numeral(value)


@given(st.integers(0, 99))
def test_a_chinese_numeral_is_read_back(value: int) -> None:
    """Parsing a Chinese numeral returns the number that it was written for."""
    assert value == numbers.parse_number(numbers.chinese_numeral(value))
