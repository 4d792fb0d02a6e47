"""Tests for synonym suggestions to editors."""

import pytest

from tests.search.articles import article
from wxbot.search import Index, Suggestion


@pytest.fixture
def shelf(index: Index) -> Index:
    """Return an index of articles whose titles use unusual words for common things."""
    articles = [
        article("s/1", "义肢免费安装", "为肢残者安装义肢。"),
        article("s/2", "食堂推出减脂餐", "标注热量。"),
        article("s/3", "会议通知", "定于周五召开。"),
    ]
    index.update(articles, [], 2)
    return index


@pytest.mark.parametrize(("typed", "meant"), [("假肢", "义肢"), ("假肢 价格", "义肢"), ("减脂菜", "减脂餐")])
def test_a_word_that_shares_characters_is_suggested(shelf: Index, typed: str, meant: str) -> None:
    """A word of the library is suggested for the only unknown word of a query."""
    assert Suggestion(typed.partition(" ")[0], meant) == shelf.suggestion(typed)


@pytest.mark.parametrize("typed", ["", "？", "滑雪", "假肢 滑雪", "义肢", "hello", "假肢" * 40])
def test_no_guess_without_a_ground(shelf: Index, typed: str) -> None:
    """There is no suggestion without common characters, with two unknown words or none, and for long messages."""
    assert shelf.suggestion(typed) is None
