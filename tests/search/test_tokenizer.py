"""Tests for the tokenizer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.search import tokenizer
from wxbot.search.field_tokens import CutText, field_tokens
from wxbot.search.query import parse_query
from wxbot.search.spelling_keys import visual_similarity
from wxbot.search.stopwords import strip_request_phrases
from wxbot.search.synonyms import Synonyms


def words(text: str) -> list[str]:
    """Return the words of a parsed query."""
    return [
        "".join(word.units) for word in parse_query(tokenizer.fold(text), Synonyms(), lambda _: False).words
    ]


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("ＤＭ－ｉ 平台", [["dm-i", "平", "台"]]),
        ("完成 C2 轮", [["完", "成", "c2", "轮"]]),
        ("甲 乙，丙", [["甲"], ["乙"], ["丙"]]),
        ("“青禾”獲獎", [["青", "禾", "获", "奖"]]),
        ("5G+工业 C++ 3.6亿", [["5g"], ["工", "业", "c++", "3.6", "亿"]]),
        ("A+ 轮，Disney+", [["a+", "轮"], ["disney+"]]),
        ("", []),
        ("？！", []),
    ],
)
def test_a_text_is_cut_into_units(text: str, segments: list[list[str]]) -> None:
    """Punctuation and spaces between Chinese characters end a segment; Latin runs and quotation marks do not."""
    assert segments == tokenizer.segments(tokenizer.fold(text))


def test_a_pair_that_cuts_a_word_in_two_is_no_word() -> None:
    """和服 is a bigram of 产品和服务 but not a word; 产业 is a word of 全国产业, and 国产 is not."""
    found = field_tokens(CutText.of("产品和服务,全国产业")).split()

    assert {"产品", "服务", "全国", "产业", "~和服", "~国产"} <= set(found)
    assert not {"和服", "国产"} & set(found)


def test_parts_of_a_latin_run_are_words_too() -> None:
    """Office8 contains office, DM-i contains dm and dmi; single letters are not words."""
    found = set(field_tokens(CutText.of("Office8 DM-i")).split())

    assert {"office8", "office", "dm-i", "dm", "dmi"} <= found
    assert "i" not in found


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("有没有关于冷链的新闻", ["冷链"]),
        ("请问翎翼融资了吗？", ["翎翼", "融资"]),
        ("介绍一下来袭", ["来袭"]),
        ("最近有什么无人机消息", ["无人机"]),
        ("C2轮", ["c2轮"]),
        ("4g 5g", ["4g", "5g"]),
        ("新闻", ["新闻"]),
        ("的", []),
    ],
)
def test_a_question_is_about_its_words(typed: str, meant: list[str]) -> None:
    """Stopwords are removed unless the query consists of them."""
    assert meant == words(typed)


def test_little_is_left_alone() -> None:
    """A phrase of asking stays if too little would remain without it."""
    assert "好消息" == strip_request_phrases("好消息")
    assert "冷链" == strip_request_phrases("冷链的消息")


@pytest.mark.parametrize(
    ("compound", "parts"),
    [
        ("汽车销量", ["汽车", "销量"]),
        ("手机壳", ["手机", "壳"]),
        ("c2轮", ["c2", "轮"]),
        ("新能源", []),
        ("电池", []),
    ],
)
def test_a_compound_has_parts(compound: str, parts: list[str]) -> None:
    """Only compounds that consist of dictionary words are split."""
    (segment,) = tokenizer.segments(compound)

    assert parts == ["".join(part) for part in tokenizer.compound_parts(segment)]


def test_words_of_taiwan_are_turned_only_in_traditional_texts() -> None:
    """影片 becomes 视频 in traditional text and stays in simplified text."""
    assert "视频网站" == tokenizer.from_taiwanese("影片網站")
    assert "影片网站" == tokenizer.from_taiwanese("影片网站")


def test_look_alikes_are_seen() -> None:
    """治 and 冶 look alike, and so do 己 and 已, but not 电 and 池."""
    assert (
        min(visual_similarity("治", "冶"), visual_similarity("己", "已"))
        > 0.92
        > max(visual_similarity("电", "池"), visual_similarity("一", "龘"))
    )
    assert 1.0 == pytest.approx(visual_similarity("青", "青"))
    assert 0.0 == visual_similarity(" ", "青")


@given(st.text(max_size=80))
def test_nothing_of_a_text_is_lost_or_made_up(text: str) -> None:
    """Units keep the text's order, the words of a segment add up to it, and no token contains a space."""
    plain = tokenizer.fold(text)
    segments = tokenizer.segments(plain)
    at = 0
    for segment in segments:
        for unit in segment:
            at = plain.index(unit, at) + len(unit)
        for guess in (True, False):
            assert segment == [unit for word in tokenizer.cut(segment, guess=guess) for unit in word]
    assert all(token == "~" or token.strip("~") for token in field_tokens(CutText.of(text)).split())
