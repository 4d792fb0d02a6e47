"""What an editor is told that a query without an answer may have meant."""

import pytest

from tests.search.articles import article
from wxbot.search import Index, Suggestion


@pytest.fixture
def shelf(index: Index) -> Index:
    """An index with articles whose titles have words of their own for common things."""
    articles = [
        article("s/1", "义肢免费安装", "为肢残者安装义肢。"),
        article("s/2", "食堂推出减脂餐", "标注热量。"),
        article("s/3", "会议通知", "定于周五召开。"),
    ]
    index.update(articles, [], 2)
    return index


@pytest.mark.parametrize(("typed", "meant"), [("假肢", "义肢"), ("假肢 价格", "义肢"), ("减脂菜", "减脂餐")])
def test_a_word_that_shares_characters_is_suggested(shelf: Index, typed: str, meant: str) -> None:
    """The library's word is named for the one word of the query that the library lacks."""
    assert Suggestion(typed.partition(" ")[0], meant) == shelf.suggestion(typed)


@pytest.mark.parametrize("typed", ["", "？", "滑雪", "假肢 滑雪", "义肢", "hello", "假肢" * 40])
def test_no_guess_without_a_ground(shelf: Index, typed: str) -> None:
    """Nothing is suggested where nothing is shared, two words are lacking or none is, and for long messages."""
    assert shelf.suggestion(typed) is None
