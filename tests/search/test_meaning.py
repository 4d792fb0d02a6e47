"""Tests for suggestions: articles near in meaning to a query that no article answers."""

from pathlib import Path

import pytest

from tests.search.articles import article
from wxbot.search import Index, SearchResult
from wxbot.search.word_vectors import shipped_vectors


@pytest.fixture
def shelf(folder: Path) -> Index:
    """Return an index of articles whose subjects have other names too."""
    index = Index.open(folder)
    articles = [
        article("m/1", "台风迫使港口停摆两日", "货轮在外海等候。", section="物流"),
        article("m/2", "老旧小区改造清单公布", "加装电梯，更换管道。", section="民生"),
        article("m/3", "食用油须留检验单", "每批进货都要存档。", section="餐饮"),
        article("m/4", "新能源车泡水别启动", "先断电，再叫拖车。", section="汽车"),
        article("m/5", "茶馆里的评书", "每周六下午开讲。", section="文化"),
    ]
    index.update(articles, [], 1)
    return index


def suggested(result: SearchResult) -> list[str]:
    """Return the ids of the suggestions; the result has no hits."""
    assert not result.hits
    assert result.near == bool(result.related)
    return [hit.id for hit in result.related]


@pytest.mark.parametrize(("query", "right"), [("飓风关闭码头", "m/1"), ("食油检测报告", "m/3")])
def test_a_query_in_other_words_gets_suggestions(shelf: Index, query: str, right: str) -> None:
    """A query whose words no article has finds nothing, and the nearest article is suggested first."""
    assert suggested(shelf.search(query))[0] == right


@pytest.mark.parametrize("query", ["特斯拉汽车浸水", "iphone 浸水", "张伟说书"])
def test_a_name_gets_no_suggestion(shelf: Index, query: str) -> None:
    """A query with the name of a person, a brand or a Latin word gets no other article suggested by meaning."""
    assert not shelf.search(query).near


def test_suggestions_keep_to_the_filter(shelf: Index) -> None:
    """Only articles that meet the filter are suggested."""
    assert suggested(shelf.search("飓风关闭码头", section="物流")) == ["m/1"]
    assert "m/1" not in suggested(shelf.search("飓风关闭码头", section="民生"))


def test_the_table_has_each_word_once() -> None:
    """Each word of the table has one vector of length 1, its nearest word is itself, and its relatives are near."""
    vectors = shipped_vectors()
    text = vectors.text(["医院", "银行"])
    assert text is not None
    for word, near in zip(("医院", "银行"), vectors.nearest(text, 20), strict=True):
        assert near[0][0] == word
        assert 0.95 < near[0][1] < 1.05
    assert {"医疗", "就医", "门诊", "病房", "诊所"} & {word for word, _ in vectors.nearest(text, 60)[0]}
