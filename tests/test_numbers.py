"""Numbers and dates in the ways Chinese bulletins print them."""

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
    ],
)
def test_numbers_are_read_however_they_are_written(text: str, value: int) -> None:
    """Digits of any width and Chinese numerals, in a row or with units, have their value."""
    assert value == numbers.parse_number(text)


@pytest.mark.parametrize("text", ["", "期", "2a", "第二", "-1"])
def test_what_is_no_number_has_no_value(text: str) -> None:
    """Any other character makes a text no number."""
    assert numbers.parse_number(text) is None


@given(st.integers(0, 10**8))
def test_a_number_is_the_same_in_every_script(value: int) -> None:
    """Arabic, full-width and Chinese digits in a row mean one value."""
    plain = str(value)
    wide = plain.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    han = "".join(_DIGITS[int(digit)] for digit in plain)

    assert [value] * 3 == [numbers.parse_number(text) for text in (plain, wide, han)]


@given(st.text(alphabet="0123456789〇一二三四五六七八九十百千两廿卅", max_size=400))
def test_no_numeral_is_too_long_or_too_odd(text: str) -> None:
    """Numerals out of any order and of any length have a value or none, and never an exception."""
    value = numbers.parse_number(text)

    assert value is None or value >= 0


@pytest.mark.parametrize(
    "text",
    [
        "2021 年 1 月 5 日",
        "2021年01月05日",
        "二〇二一年一月五日",
        "2021-01-05",
        "2021/1/5",
        "2021.1.5",
        "20210105",
        "２０２１．１．５",
        "中華民國110年1月5日",
    ],
)
def test_days_are_read_however_they_are_printed(text: str) -> None:
    """One day, nine ways to print it."""
    assert [dt.date(2021, 1, 5)] == [day for _, day in numbers.find_dates(f"于{text}出版")]


@pytest.mark.parametrize("text", ["2021.13.1", "2021年2月30日"])
def test_a_day_that_does_not_exist_is_none(text: str) -> None:
    """A misprinted day is found, and has no meaning."""
    assert [None] == [day for _, day in numbers.find_dates(text)]


def test_versions_and_long_figures_are_no_days() -> None:
    """1.2.3, telephone numbers and figures with a decimal point do not count as dates."""
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
    """Year and count in the shelf's own way; what names no year and count stays as it is."""
    assert number == numbers.normalise_issue_number(written)
