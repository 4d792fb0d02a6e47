"""Tests of issue numbers: their forms, labels and order, and how people name them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.bulletin import printed_number
from wxbot.bulletin.issue_number import IssueNumber, IssueReference, NumberKind, newest_match, number_order

LABELS = {
    "2021-02": "2021年第2期",
    "2021-107": "2021年第107期",
    "2021-07+08": "2021年第7、8期合刊",
    "2021-10+11+12": "2021年第10—12期合刊",
    "2021-s1": "2021年增刊",
    "2021-s2": "2021年增刊第2期",
    "no111": "总第111期",
    "2021-01-15": "2021年1月15日",
    "2026-w43": "2026年第43周",
    "2024-m11": "2024年11月",
}


@pytest.mark.parametrize(("text", "label"), LABELS.items())
def test_each_form_has_a_label_and_is_read_back(text: str, label: str) -> None:
    """The text in an address, the number, and the words for members belong together."""
    number = IssueNumber.parse(text)

    assert number is not None
    assert (text, label) == (str(number), number.label)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021",
        "2021-2",
        "2021-08+07",
        "2021-13-01",
        "2021-02-30",
        "2021-w54",
        "2021-m13",
        "2021-s0",
        "no0",
        "２０２１-02",
        "2021-07+",
    ],
)
def test_what_is_no_number_is_not_read(text: str) -> None:
    """Other texts, impossible days and weeks, and counts out of order are none."""
    assert IssueNumber.parse(text) is None


@given(st.integers(1900, 2100), st.lists(st.integers(1, 999_999), min_size=1, max_size=3, unique=True))
def test_counts_are_read_back(year: int, counts: list[int]) -> None:
    """Every combined issue has one text."""
    number = IssueNumber(NumberKind.COUNT, year, tuple(sorted(counts)))

    assert number == IssueNumber.parse(str(number))


def test_numbers_of_one_kind_are_in_order() -> None:
    """Years come first, then counts as numbers and not as texts."""
    mixed = ["2021-107", "2020-12", "2021-02", "2021-10+11", "no9", "旧刊"]

    assert ["旧刊", "no9", "2020-12", "2021-02", "2021-10+11", "2021-107"] == sorted(mixed, key=number_order)


@pytest.mark.parametrize(
    ("text", "wanted"),
    {
        "第2期": IssueReference(2),
        "2021年第2期": IssueReference(2, 2021),
        "第5、6期合刊": IssueReference(5),
        "总第301期": IssueReference(301, kind=NumberKind.RUNNING),
        "2026年第43周": IssueReference(43, 2026, NumberKind.WEEK),
        "11月号": IssueReference(11, kind=NumberKind.MONTH),
        "元月号": IssueReference(1, kind=NumberKind.MONTH),
        "增刊": IssueReference(0, kind=NumberKind.SUPPLEMENT),
        "2021年增刊第2期": IssueReference(2, 2021, NumberKind.SUPPLEMENT),
        "二期工程": None,
        "第0期": None,
        "11月": None,
    }.items(),
)
def test_people_name_issues_by_a_part_of_the_number(text: str, wanted: IssueReference | None) -> None:
    """A reference is the whole text; other words are none."""
    assert wanted == IssueReference.parse(text)


def test_the_newest_issue_that_fits_is_meant() -> None:
    """Without a year the last one counts, and each count of a combined issue leads to it."""
    numbers = ["2020-07", "2021-07+08", "2021-02"]

    assert "2021-07+08" == newest_match(IssueReference(7), numbers)
    assert "2021-07+08" == newest_match(IssueReference(8), numbers)
    assert newest_match(IssueReference(9), numbers) is None


@pytest.mark.parametrize("rest", ["中華民國113年7月3日", "上海市文联", "内蒙古商会编"])
def test_a_word_behind_a_blank_does_not_belong_to_the_number(rest: str) -> None:
    """第5期　上海市文联 is the fifth issue, though 第5期上 speaks of another one."""
    found = printed_number.find_number(printed_number.fold(f"第5期　{rest}"))
    assert found is not None
    assert (5,) == found.counts
    assert printed_number.find_number("第5期上说") is None
