"""Tests of shorter headlines and of sentences that fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.rendering.headlines import fitting_headline, fitting_sentences
from wxbot.rendering.issue_texts import Fits


def at_most(chars: int) -> Fits:
    """Return a check of the length."""
    return lambda text: len(text) <= chars


@pytest.mark.parametrize(
    ("headline", "chars", "wanted"),
    [
        ("海风科技完成融资，港口基金领投，估值翻倍", 19, "海风科技完成融资，港口基金领投"),
        ("海风科技完成融资，港口基金领投", 10, "海风科技完成融资"),
        ("《渔业指数》发布 协同指数五年增长四倍", 12, "《渔业指数》发布"),
        ("渔业装备项目（一期）开工建设", 12, "渔业装备项目开工建设"),
        ("随着汛期到来，水利部门加强巡查", 12, ""),
        ("随着汛期到来，水利部门加强巡查，确保安全", 16, "随着汛期到来，水利部门加强巡查"),
        ("会长指出，产业正在复苏", 8, ""),
        ("比亚迪：新车发布会在江岸举行", 8, ""),
        ("发布《海洋，我们的未来》白皮书", 10, ""),
    ],
)
def test_a_shorter_headline_is_whole_clauses(headline: str, chars: int, wanted: str) -> None:
    """It ends with a clause that stands by itself, outside brackets and titles; if there is none, it is empty."""
    assert wanted == fitting_headline(headline, at_most(chars))


@given(st.text("会员召开年会，；。《》（）随着在的 A1", max_size=40), st.integers(0, 40))
def test_a_shorter_headline_fits_and_holds_only_words_of_the_headline(headline: str, chars: int) -> None:
    """For any text and limit it is empty or fits, and has no word that the headline has not."""
    found = fitting_headline(headline, at_most(chars))
    assert len(found) <= chars
    assert not found or set(found) <= set(headline)


def test_sentences_end_where_the_sentence_ends() -> None:
    """A teaser is whole sentences, of a text that was cut as well; a first one that is too long ends with a clause."""
    text = "会员到会。他说：“都来了。”随后讨论章程修改草案。"
    assert "会员到会。他说：“都来了。”" == fitting_sentences(text, at_most(18))
    assert "会员到会。" == fitting_sentences(text, at_most(6))
    assert "会员到会。" == fitting_sentences("会员到会。他说：“都…", at_most(40))
    long = "三月五日，志愿者整理旧书两千册，其中三百册送往山区学校，六月五日下午，余下的留在馆内。"
    assert "三月五日，志愿者整理旧书两千册。" == fitting_sentences(long, at_most(22))
    assert "三月五日，志愿者整理旧书两千册，其中三百册送往山区学校。" == fitting_sentences(long, at_most(36))
    assert fitting_sentences("甲乙丙丁戊己庚辛壬癸。", at_most(6)).endswith("…")
    half = "据媒体报道，乙公司作为全国最大的面粉生产企业，宣布组建一家运输公司，计划到 2030 年，运力增加一倍以上。"
    assert "据媒体报道，乙公司作为全国最大的面粉生产企业，宣布组建一家运输公司。" == fitting_sentences(
        half, at_most(46)
    )
    assert fitting_sentences(half, at_most(26)).endswith("…")


def test_a_headline_of_a_work_names_its_kind_alone() -> None:
    """The name of a published work is left out where nothing shorter fits, and its kind says what it is."""
    headline = "山西麦业联合会发布《全省小麦良种繁育推广与加工仓储状况》白皮书"
    assert "山西麦业联合会发布白皮书" == fitting_headline(headline, at_most(16))
    assert fitting_headline("联合会发布《全省小麦良种状况》", at_most(8)) == ""
