"""Tests for spelling correction, names of people, which no dictionary contains, and queries that must find nothing."""

import pytest

from tests.search.articles import article
from wxbot.search import Index
from wxbot.search.field_tokens import CutText
from wxbot.search.spelling_keys import deletions, fold, sounds
from wxbot.search.vocabulary import person_names


@pytest.mark.parametrize(
    ("typed", "meant", "best"),
    [
        ("云山机器人", "云杉机器人", "2022-03/4"),
        ("顾态电池", "固态电池", "2022-03/4"),
        ("无人鸡", "无人机", "2022-03/7"),
        ("领翼科技", "翎翼科技", "2022-03/7"),
        ("翎翼科枝 融资", "翎翼科技 融资", "2022-03/7"),
        ("sprot", "sprout", "2022-03/6"),
        ("spruot", "sprout", "2022-03/6"),
        ("sproutt", "sprout", "2022-03/6"),
        ("yunshan", "云杉", "2022-03/4"),
        ("yunshanjiqiren", "云杉机器人", "2022-03/4"),
        ("yun shan ji qi ren", "云杉机器人", "2022-03/4"),
        ("baipishu", "白皮书", "2022-03/1"),
        ("BaiPiShu", "白皮书", "2022-03/1"),
        ("bps", "白皮书", "2022-03/1"),
        ("qhxh", "青禾协会", "2022-04/2"),
        ("wurenji 融资", "无人机融资", "2022-03/7"),
        ("lenlian", "冷链", "2022-03/1"),
        ("云衫", "云杉", "2022-03/4"),
        ("冷琏", "冷链", "2022-03/1"),
        ("yunshan机器人", "云杉机器人", "2022-03/4"),
        ("云杉jiqiren", "云杉机器人", "2022-03/4"),
        ("yunshjqr", "云杉机器人", "2022-03/4"),
        ("云机杉器人", "云杉机器人", "2022-03/4"),
        ("云杉机人", "云杉机器人", "2022-03/4"),
        ("禾禾声电子", "禾声电子", "2022-03/8"),
        ("yumshanjiqiren", "云杉机器人", "2022-03/4"),
        ("ynushanjiqiren", "云杉机器人", "2022-03/4"),
        ("ys机器人", "云杉机器人", "2022-03/4"),
        ("spr out", "sprout", "2022-03/6"),
        ("yunshan dianchi", "云杉电池", "2022-03/4"),
        ("云山 顾态电池", "云杉 固态电池", "2022-03/4"),
    ],
)
def test_a_misspelt_query_is_corrected(index: Index, typed: str, meant: str, best: str) -> None:
    """Homophones, wrong characters, pinyin and initials are corrected, and the result names the correction."""
    found = index.search(typed)

    assert meant == found.corrected
    assert best in {hit.id for hit in found.hits[:2]}


@pytest.mark.parametrize("typed", ["云杉", "芯片", "sprout", "5g"])
def test_what_is_found_is_not_put_right(index: Index, typed: str) -> None:
    """A query with hits is not corrected."""
    assert index.search(typed).corrected is None


@pytest.mark.parametrize(
    "typed",
    [
        "咖啡",
        "合服",
        "机器学习",
        "白皮松",
        "asdf",
        "qq",
        "hello",
        "xyz",
        "spoutt",
        "电台",
        "宋禾股份",
        "云禾科技",
    ],
)
def test_a_proper_word_that_is_absent_is_no_slip(index: Index, typed: str) -> None:
    """Dictionary words and letters without a match in the library have no hits."""
    found = index.search(typed)

    assert (0, None) == (found.total, found.corrected)


@pytest.mark.parametrize(("typed", "meant"), [("iphone15", "iphone 15"), ("IPHONE15 发布", "iphone 15发布")])
def test_letters_and_digits_are_parted_as_the_library_parts_them(
    index: Index, typed: str, meant: str
) -> None:
    """The query iPhone15 finds iPhone 15."""
    index.update([article("x", "iPhone 15 系列发布", "")], [], 2)

    found = index.search(typed)

    assert (["x"], meant) == ([hit.id for hit in found.hits], found.corrected)


def test_corrections_keep_the_filters(index: Index) -> None:
    """A misspelling beside a filter is corrected inside the filter."""
    assert ["2022-03/7"] == [hit.id for hit in index.search("第3期 无人鸡").hits]
    assert 0 == index.search("第4期 无人鸡").total


def test_sounds_are_folded() -> None:
    """Spellings that sound alike have the same key, and a character has a key for each of its readings."""
    assert fold("zhangsheng") == fold("zansen")
    assert fold("lüse") == fold("lvse") == fold("luse")
    assert {"zanfen", "canfen"} == set(sounds("长风"))
    assert [] == sounds("5g")


def test_a_character_left_out_meets_its_typo() -> None:
    """Two words that differ in one character share a deletion key."""
    assert set(deletions("独角兽")) & set(deletions("独脚兽"))
    assert set(deletions("keep")) & set(deletions("kepp"))
    assert [] == deletions("2021")
    assert ["度", "百"] == deletions("百度")
    assert [] == deletions("b轮")


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
    assert names == list(person_names(CutText.of(text)))


@pytest.mark.parametrize("typed", ["gumingyuan", "顾明元", "顾明远"])
def test_people_of_a_text_are_found_by_their_sound(index: Index, typed: str) -> None:
    """A name with other characters of the same sound finds the article."""
    index.update([article("x", "产线投产", "董事长顾明远表示，三号线将于六月投产。")], [], 2)

    found = index.search(typed)

    assert ["x"] == [hit.id for hit in found.hits]
