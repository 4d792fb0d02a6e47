"""Tests for search in the invented library: hits, their order, and queries without hits."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.search.articles import ARTICLES, article
from wxbot.search import Hit, Index, SearchResult


def ids(found: SearchResult) -> list[str]:
    """Return the ids of the hits, best first."""
    return [hit.id for hit in found.hits]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("固态电池", "2022-03/4"),
        ("云杉 电池", "2022-03/4"),
        ("固态", "2022-03/4"),
        ("sprout", "2022-03/6"),
        ("ＳＰＲＯＵＴ", "2022-03/6"),
        ("5g", "2022-03/2"),
        ("B1轮", "2022-03/6"),
        ("ax-7", "2022-03/4"),
        ("AX7", "2022-03/4"),
        ("无人机", "2022-03/7"),
        ("無人機", "2022-03/7"),
        ("翎翼", "2022-03/7"),
        ("翎翼科技", "2022-03/7"),
        ("白皮书", "2022-03/1"),
        ("外包", "2022-03/5"),
        ("叠片", "2022-03/4"),
        ("有没有关于年会的新闻", "2022-04/2"),
        ("芯片", "2022-04/1"),
        ("植保无人机公司翎翼科技获近亿元A轮融资", "2022-03/7"),
    ],
)
def test_what_one_article_is_about_is_a_clear_best(index: Index, query: str, best: str) -> None:
    """A word of one article finds it as the clear answer, in any width, case and script."""
    found = index.search(query)

    assert best == found.hits[0].id
    assert found.clear


@pytest.mark.parametrize("query", ["云杉", "融资", "青松创投", "机器人"])
def test_several_of_like_worth_are_not_clear(index: Index, query: str) -> None:
    """If two articles match equally, the result has no clear answer."""
    found = index.search(query)

    assert found.total >= 2
    assert not found.clear


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "？！",
        "的",
        "和服",
        "国产电影",
        "火星",
        "足球比赛",
        "云杉 咖啡",
        "blockchain",
        "9G",
        "国禾",
        "\x00\x07",
    ],
)
def test_unknown_subjects_have_no_hits(index: Index, query: str) -> None:
    """A single character, half of the words, or a word across two other words does not make a hit."""
    found = index.search(query)

    assert ([], 0, False, None) == (found.hits, found.total, found.clear, found.corrected)


def test_a_query_without_hits_has_related_articles(index: Index) -> None:
    """云杉 咖啡 has no hits, but related articles about 云杉; 咖啡 alone has neither."""
    assert {"2022-03/3", "2022-03/4"} == {hit.id for hit in index.search("云杉 咖啡").related}
    assert () == index.search("咖啡").related
    assert () == index.search("云杉").related


def test_title_stands_above_text(index: Index) -> None:
    """An article with 芯片 in its title ranks above one with 芯片 in its text."""
    assert ["2022-04/1", "2022-03/8"] == ids(index.search("芯片"))


def test_phrase_stands_above_scattered_words(index: Index) -> None:
    """An article with the words next to each other ranks above one with the words apart."""
    index.update(
        [
            article("x/1", "山谷里的风与电站", "风先来，力量后到，发了很多次，电也有。"),
            article("x/2", "山谷里的电站与风", "今年新增风力发电，风力很足，发电也多。"),
            article("x/3", "山谷里的风与电站二", "发电量不大，风力也小，年年如此，没有新增。"),
        ],
        [],
        2,
    )

    assert ["x/2", "x/3"] == ids(index.search("风力发电"))


def test_all_words_stand_above_some(index: Index) -> None:
    """Of three words, an article with all three ranks above an article with two."""
    found = index.search("青松创投 无人机 融资")

    assert "2022-03/7" == found.hits[0].id


def test_section_name_finds_its_articles_in_their_order(index: Index) -> None:
    """A section's name returns its articles in printed order."""
    assert ["2022-03/6", "2022-03/7", "2022-03/8"] == ids(index.search("投资汇"))


def test_equals_come_newest_first_then_as_printed(index: Index) -> None:
    """Hits of equal score are sorted by date, issue and number, independent of the order of indexing."""
    same = article("y/2", "海棠花开")
    twins = [replace(same, id="y/1", n=1), replace(same, id="z/1", number="z", n=1, date="2022-05-01"), same]
    index.update(twins, [], 2)
    index.update(twins[:1], [], 3)

    assert ["z/1", "y/1", "y/2"] == ids(index.search("海棠"))


def test_filters_keep_to_a_section_and_an_issue(index: Index) -> None:
    """A filter excludes other articles; a section name with spaces is the same section."""
    assert ["2022-03/8"] == ids(index.search("芯片", section="投 资 汇"))
    assert ["2022-04/1"] == ids(index.search("芯片", number="2022-04"))
    assert 0 == index.search("芯片", number="2021-01").total


def test_pages_are_slices_of_one_list(index: Index) -> None:
    """Offset and limit select pages of one list, and the total counts all hits."""
    whole = index.search("融资")
    pages = [index.search("融资", 1, at) for at in range(whole.total)]

    assert ids(whole) == [hit for page in pages for hit in ids(page)]
    assert {whole.total} == {page.total for page in pages}
    assert [] == index.search("融资", 10, 10**12).hits
    assert [] == index.search("融资", 0).hits


def test_the_same_question_gets_the_same_answer_until_something_changes(index: Index) -> None:
    """A result is cached by query, page and filter until the next commit."""
    found = index.search("融资", 2)
    assert found is index.search("融资", 2)
    assert index.search("融资", 1) != found != index.search("融资", 2, number="2022-04")

    index.update([article("n/1", "融资大会")], [], 2)

    assert found.total + 1 == index.search("融资", 2).total


def test_the_cache_of_results_is_bounded(index: Index) -> None:
    """Results stay correct after more queries than the cache can hold."""
    for n in range(2500):
        assert 0 == index.search(f"q{n}x").total
    assert index.search("融资").total


def test_a_hit_tells_all_that_a_card_needs(index: Index) -> None:
    """A hit has the fields of its document except the body."""
    put = ARTICLES[3]
    hit = index.search("固态电池").hits[0]

    assert hit == Hit(
        put.id, put.title, put.section, put.number, put.n, put.date, put.digest, None, hit.score
    )
    assert hit.score > 0


def test_an_article_without_issue_or_date_is_found(index: Index) -> None:
    """An archived article has neither issue nor number; an invalid date is accepted."""
    index.update(
        [article("old", "旧闻一则：水车", date=None), article("odd", "水车修好", date="昨天")], [], 2
    )

    assert {"old", "odd"} == set(ids(index.search("水车")))


@pytest.mark.parametrize(
    "query",
    [
        '"芯片"',
        "芯片 AND",
        "(芯片",
        "芯片*",
        "title:芯片",
        "芯片\\",
        "+芯片 -",
        "芯片^3~",
        "[芯片 TO",
        "'芯片'",
    ],
)
def test_no_character_is_syntax(index: Index, query: str) -> None:
    """Operators of search engines are plain text: the word beside them is still searched."""
    assert index.search(query).total in {0, 2}


JUNK = st.text(alphabet=st.characters(), max_size=60) | st.text(
    alphabet='芯片云杉机器人融资的 "()*:^~+-&|!{}[]\\/\u200b\x00\ud800AND5g', max_size=30
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=JUNK, limit=st.integers(-5, 2000), offset=st.integers(-5, 10**9))
@example(query="芯片" * 5000, limit=10, offset=0)
@example(query="a" * 10_000, limit=10, offset=0)
@example(query="a-" * 5_000, limit=10, offset=0)
def test_no_query_is_an_error(index: Index, query: str, limit: int, offset: int) -> None:
    """Any query, limit and offset is accepted, and the result has at most `limit` hits."""
    found = index.search(query, limit, offset)

    assert len(found.hits) <= max(limit, 0)
    assert len(found.hits) <= found.total
    assert found.total <= len(ARTICLES)
    assert sorted((hit.score for hit in found.hits), reverse=True) == [hit.score for hit in found.hits]
