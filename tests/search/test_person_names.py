"""Tests for names of people, which no dictionary contains, and for finding them by sound."""

import pytest

from tests.search.articles import article
from wxbot.search import Index, tokenizer
from wxbot.search.spelling_keys import person_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("董事长顾明远表示", ["顾明远"]),
        ("创始人何嘉树在内部信中称", ["何嘉树"]),
        ("主教练林海生获评最佳", ["林海生"]),
        ("高质量发展", []),
        ("青禾协会发布", []),
        ("Tim 陈", []),
    ],
)
def test_a_surname_begins_a_name(text: str, names: list[str]) -> None:
    """A surname at the beginning of a word and two more characters up to the end of a word form a name."""
    assert names == [
        name for segment in tokenizer.segments(tokenizer.fold(text)) for name in person_names(segment)
    ]


@pytest.mark.parametrize("typed", ["gumingyuan", "顾明元", "顾明远"])
def test_people_of_a_text_are_found_by_their_sound(index: Index, typed: str) -> None:
    """A name with other characters of the same sound finds the article."""
    index.update([article("x", "产线投产", "董事长顾明远表示，三号线将于六月投产。")], [], 2)

    found = index.search(typed)

    assert ["x"] == [hit.id for hit in found.hits]
