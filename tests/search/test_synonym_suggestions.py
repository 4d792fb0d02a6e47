"""Tests for synonyms that are suggested to editors: words without hits, and abbreviations that texts define."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.search.articles import article
from wxbot.errors import UsageError
from wxbot.search import Index, Suggestion
from wxbot.search.abbreviations import definitions
from wxbot.search.synonym_suggestions import Proposal, proposals
from wxbot.search.synonyms import Synonyms, append_group


@pytest.fixture
def indexed(index: Index) -> Index:
    """Return an index of articles whose titles use unusual words for common things."""
    articles = [
        article("s/1", "义肢免费安装", "为肢残者安装义肢。"),
        article("s/2", "食堂推出减脂餐", "标注热量。"),
        article("s/3", "会议通知", "定于周五召开。"),
    ]
    index.update(articles, [], 2)
    return index


@pytest.mark.parametrize(("typed", "meant"), [("假肢", "义肢"), ("假肢 价格", "义肢"), ("减脂菜", "减脂餐")])
def test_a_word_that_shares_characters_is_suggested(indexed: Index, typed: str, meant: str) -> None:
    """A word of the library is suggested for the only unknown word of a query."""
    assert Suggestion(typed.partition(" ")[0], meant) == indexed.suggestion(typed)


@pytest.mark.parametrize("typed", ["", "？", "滑雪", "假肢 滑雪", "义肢", "hello", "假肢" * 40])
def test_nothing_is_suggested_without_enough_common_characters(indexed: Index, typed: str) -> None:
    """There is no suggestion without common characters, with two unknown words or none, and for long messages."""
    assert indexed.suggestion(typed) is None


@pytest.mark.parametrize(
    ("text", "long", "short"),
    [
        ("国家发展和改革委员会（以下简称发改委）日前发文。", "国家发展和改革委员会", "发改委"),
        ("近日，市农业农村局（以下简称“农业局”）印发计划。", "市农业农村局", "农业局"),
        ("青禾冷链物流行业协会（简称青禾协会）成立。", "青禾冷链物流行业协会", "青禾协会"),
        ("会上，《数字乡村行动计划》（下称《行动计划》）获通过。", "数字乡村行动计划", "行动计划"),
        ("可能发行中国存托凭证（CDR），并上市。", "中国存托凭证", "CDR"),
        ("与国内的上海微电子（SMEE）联机。", "上海微电子", "SMEE"),
    ],
)
def test_a_text_that_defines_a_short_form_is_understood(text: str, long: str, short: str) -> None:
    """以下简称 and brackets define a short form of the words before them."""
    assert [(long, short)] == list(definitions(text))


@pytest.mark.parametrize(
    "text",
    ["（一期）开工", "京津冀协同创新指数（2020）", "他（以下简称甲）来了", "发行了（CDR）", "增长（见表）"],
)
def test_other_brackets_define_nothing(text: str) -> None:
    """Years, remarks and short forms without words before them define nothing."""
    assert [] == list(definitions(text))


@given(st.text(alphabet="国家发改委（）()以下简称，。ABC “”", max_size=60))
def test_no_text_is_an_error(text: str) -> None:
    """Any text is accepted, and no short form is longer than its long form."""
    for long, short in definitions(text):
        assert long
        assert short


def test_proposals_are_what_the_table_does_not_say(tmp_path: Path) -> None:
    """Proposals come in order of frequency, without those that an editor has confirmed."""
    texts = [
        "上海微电子（SMEE）",
        "上海微电子（SMEE）",
        "中国存托凭证（CDR）",
        "中国存托凭证（CDR）获批（CDR）",
    ]
    table = tmp_path / "synonyms.txt"
    synonyms = Synonyms(table)
    assert [2, 2] == [proposal.seen for proposal in proposals(texts, synonyms)]

    table.write_text(append_group("", ["CDR", "中国存托凭证"]), "utf-8")
    synonyms.refresh()

    assert [Proposal("上海微电子", "SMEE", 2)] == proposals(texts, synonyms)


def test_an_added_group_is_a_separate_line() -> None:
    """The new line is separate even if the file lacks a final newline; spaces inside a word are removed."""
    assert "甲乙 丙丁\n网约车 滴滴\n" == append_group("甲乙 丙丁", ["网 约 车", "滴滴"])


@pytest.mark.parametrize("words", [["滴滴"], ["滴滴", "滴滴"], ["滴滴", "，"], []])
def test_fewer_than_two_words_are_not_added(words: list[str]) -> None:
    """A single word, a repeated word and punctuation are refused."""
    with pytest.raises(UsageError):
        append_group("", words)
