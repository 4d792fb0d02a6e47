"""Tests for highlighting the words of a query."""

import pytest

from wxbot.search import Index, excerpt, highlight


def marked(text: str, *words: str) -> str:
    """Return the text with brackets around what is highlighted."""
    return "".join(f"[{piece}]" if is_word else piece for piece, is_word in highlight(text, words))


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("长风大学开学", ["大学"], "长风[大学]开学"),
        ("晶片与ＡＩ芯片", ["ai", "芯片"], "晶片与[ＡＩ][芯片]"),
        ("MAIL 与 AI", ["ai"], "MAIL 与 [AI]"),
        ("國產電池", ["电池"], "國產[電池]"),
        ("iPhone 15 与 iphone15", ["iphone 15"], "[iPhone 15] 与 [iphone15]"),
        ("汽车销量", ["汽车", "汽车销量"], "[汽车销量]"),
        ("一\n\x00二", [], "一 二"),
    ],
)
def test_words_are_found_as_they_are_written(text: str, words: list[str], shown: str) -> None:
    """Width, case and traditional characters make no difference, the longest word counts, Latin words are whole."""
    assert shown == marked(text, *words)


def test_an_excerpt_shows_most_of_the_words() -> None:
    """It begins with the sentence that has them, and is not longer than wanted; without any of them there is none."""
    text = ["电池。" + "其他内容很多。" * 30, "开头。比亚迪开发刀片电池，" + "续航更长。" * 30]

    assert excerpt(text, ["比亚迪", "电池"], 40).startswith("比亚迪开发刀片电池，")
    assert 20 >= len(excerpt(text, ["比亚迪"], 40))
    assert "" == excerpt(text, ["芯片"], 40)


def test_a_result_names_the_words_of_its_hits(index: Index) -> None:
    """Words, their parts and synonyms are named, question words and single characters beside them are not."""
    assert ("比亚迪", "电池") == index.search("比亚迪的电池").words
