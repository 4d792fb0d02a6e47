"""Tests for the shipped lexicon, and for searches that its words or definitions in articles answer."""

from pathlib import Path

import pytest

from tests.search.articles import article
from wxbot.search import Index
from wxbot.search.lexicon import groups, shipped_lexicon

GROUPS = 3000


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return the path of the synonym file, which does not exist yet."""
    return tmp_path / "synonyms.txt"


@pytest.fixture
def indexed(folder: Path, table: Path) -> Index:
    """Return an index of articles that name things by one of several words."""
    index = Index.open(folder, table)
    articles = [
        article("l/1", "集成电路工厂开工", "一期月产四万片。"),
        article("l/2", "工资集体协商", "三十家会员到会。"),
        article("l/3", "薪水单改版", "加班费另列一行。"),
        article("l/4", "柏川产业促进会（以下简称柏促会）迁址", "柏川产业促进会（以下简称柏促会）迁到新楼。"),
        article("l/5", "柏促会春游", "周六集合。"),
        article("l/6", "手机卖场调整", "三楼撤柜。"),
    ]
    index.update(articles, [], 1)
    return index


def ids(index: Index, query: str) -> list[str]:
    """Return the ids of the hits, best first."""
    return [hit.id for hit in index.search(query).hits]


def test_the_lexicon_has_groups_of_several_words() -> None:
    """There are thousands of groups; each relates words of two or more characters and repeats none."""
    found = list(groups())

    assert len(found) >= GROUPS
    for group in found:
        words = [*group.equal, *group.narrower]
        assert len(words) == len(set(words)) >= 2, group
        assert min(map(len, words)) >= 2, group


def test_no_group_stands_twice() -> None:
    """A group occurs in one line of one file."""
    found = [(frozenset(group.equal), frozenset(group.narrower)) for group in groups()]

    assert len(found) == len(set(found))


def test_no_word_is_both_equal_and_narrower() -> None:
    """A word that a line calls narrower is called equal by no other line, nor broader."""
    equal = {frozenset((one, other)) for group in groups() for one in group.equal for other in group.equal}
    downwards = {(one, other) for group in groups() for one in group.equal for other in group.narrower}

    assert [] == sorted(pair for pair in downwards if frozenset(pair) in equal)
    assert [] == sorted((one, other) for one, other in downwards if (other, one) in downwards)


def test_a_broader_word_leads_to_narrower_ones_only() -> None:
    """半导体 finds an article on 集成电路; what is broader does not answer a narrower question."""
    related = {"".join(each.units) for each in shipped_lexicon().of(tuple("半导体"))}

    assert {"芯片", "集成电路"} <= related
    assert "半导体" not in {"".join(each.units) for each in shipped_lexicon().of(tuple("芯片"))}


def test_another_word_finds_the_article(indexed: Index) -> None:
    """A word that no article has finds articles with an equal or narrower word."""
    assert ["l/1"] == ids(indexed, "芯片工厂")
    assert ["l/1"] == ids(indexed, "半导体")


def test_the_word_itself_ranks_first(indexed: Index) -> None:
    """An article with the typed word stands above one with a related word."""
    assert ["l/3", "l/2"] == ids(indexed, "薪水")
    assert ["l/2", "l/3"] == ids(indexed, "工资")


def test_an_abbreviation_is_learnt_from_an_article(indexed: Index) -> None:
    """The full name finds articles with the short form that an article defines."""
    assert ["l/4", "l/5"] == ids(indexed, "柏川产业促进会")


def test_editors_part_words(indexed: Index, table: Path) -> None:
    """A line with ≠ in the synonym file keeps the lexicon from relating two words, as soon as it is saved."""
    table.write_text("薪水 ≠ 工资\n", "utf-8")

    assert ["l/3"] == ids(indexed, "薪水")


def test_a_part_of_a_longer_word_is_not_related(indexed: Index) -> None:
    """手机壳 does not mean what is related to 手机."""
    assert [] == ids(indexed, "移动电话壳")
