"""Tests for numbers that query and library write in different notations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.search.articles import article
from wxbot.search import Index
from wxbot.search.query import as_written
from wxbot.search.synonyms import Units

LIBRARY = {("5", "号"), ("第", "九", "批"), ("九", "批"), ("500", "万", "元"), ("曦", "7"), ("三", "亚")}


def held(units: Units) -> bool:
    """Return whether the small library contains a phrase."""
    return units in LIBRARY


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("地铁五号线", "地铁5号线"),
        ("5号线", "5号线"),
        ("第9批集采", "第九批集采"),
        ("五百万元", "500万元"),
        ("晨曦七", "晨曦7"),
        ("三亚", "三亚"),
        ("g9批", "g9批"),
        ("一百个", "一百个"),
    ],
)
def test_a_number_is_written_as_the_library_writes_it(typed: str, written: str) -> None:
    """A number changes its notation only if the library contains just the other one beside the same neighbour."""
    assert written == as_written(typed, held)


@given(st.text("一二三十百零〇两5号 9线a.", max_size=12))
def test_nothing_changes_that_the_library_does_not_hold(text: str) -> None:
    """Without a matching phrase in the library no number is rewritten."""
    assert text == as_written(text, lambda _: False)


@pytest.mark.parametrize("typed", ["五号线", "5号线", "5 号线 环评", "五號線"])
def test_numbers_meet_in_a_search(index: Index, typed: str) -> None:
    """The query 五号线 finds an article with 5 号线."""
    index.update([article("x", "轨道交通 5 号线环评获批", "线路全长 34 公里。")], [], 2)

    assert ["x"] == [hit.id for hit in index.search(typed).hits]
