"""Tests for term weights: whole sentences, words that may be missing, and names."""

import pytest

from tests.search.articles import article
from wxbot.search import Index
from wxbot.search.stopwords import is_question, strip_question_words, strip_request_phrases


@pytest.fixture
def market(index: Index) -> Index:
    """Return an index of the invented library and some articles about common things."""
    articles = [
        article("m/1", "大白菜一毛五一斤难出手", "地头价低，农户翻耕还田。"),
        article("m/2", "农药包装废弃物回收办法", "农药瓶、袋由经营者回收。"),
        article("m/3", "校友卡线上办理开通", "上传毕业证即可办理，可预约游泳馆。"),
        article("m/4", "极野科技发布植保设备", "载重五十公斤。"),
        article("m/5", "铁索桥与过桥钱", "过桥收一文钱。"),
        article("m/6", "安心血透中心投入使用", "设床位六十张。"),
        article("m/7", "市律协会长换届", "新会长当选。"),
    ]
    index.update(articles, [], 2)
    return index


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("大白菜为什么卖不出去", "m/1"),
        ("农药瓶子往哪里扔", "m/2"),
        ("校友卡在哪办", "m/3"),
        ("你好 校友卡怎么办理", "m/3"),
        ("过铁索桥要多少钱", "m/5"),
        ("麻烦你帮我找下铁索桥", "m/5"),
        ("铁索桥的故事", "m/5"),
        ("极野科技的设备是不是很重", "m/4"),
        ("律协", "m/7"),
    ],
)
def test_what_a_sentence_is_about_is_found(market: Index, question: str, best: str) -> None:
    """Verbs and question words that no article contains do not prevent a hit."""
    assert best == market.search(question).hits[0].id


@pytest.mark.parametrize(
    "query",
    [
        "大白菜 航母",
        "极米科技",
        "极野汽车",
        "安心保险",
        "铁索桥火锅",
        "航空母舰什么时候下水",
        "火锅怎么做",
        "明远律师会",
    ],
)
def test_a_name_or_a_thing_that_is_absent_is_not_made_up_for(market: Index, query: str) -> None:
    """A known word beside an unknown one, a name with common characters, and unknown subjects have no hits."""
    assert 0 == market.search(query).total


def test_all_words_stand_above_a_title_with_one(index: Index) -> None:
    """An article with both words in its text ranks above one with a single word in its title."""
    index.update(
        [
            article("w/1", "海棠诗会海棠花", "众人赏花。", date="2022-06-01"),
            article("w/2", "春天的院子", "海棠由沈先生手植。", date="2020-01-01"),
        ],
        [],
        2,
    )
    assert "w/2" == index.search("谁手植了海棠").hits[0].id


def test_a_sentence_is_told_from_key_words() -> None:
    """Question words make a text a question; 很多大学 and polite requests do not."""
    assert all(map(is_question, ("玉米要种多深", "算不算工伤", "分几级", "能买吗", "在哪办")))
    assert not any(map(is_question, ("很多大学", "玉米 补贴", strip_request_phrases("帮我查一下玉米怎么样"))))
    assert "玉米要种 深" == strip_question_words("玉米要种多深")


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("帮我找下冷链", "冷链"),
        ("麻烦给我查一查冷链", "冷链"),
        ("我想了解一下冷链", "冷链"),
        ("为了解决问题", "为了解决问题"),
        ("查处假药", "查处假药"),
        ("看病难", "看病难"),
    ],
)
def test_begging_is_taken_off(typed: str, left: str) -> None:
    """Every form of polite request is removed, while a verb of the subject remains."""
    assert left == strip_request_phrases(typed)
