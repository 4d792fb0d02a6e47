"""Tests for the editors' synonym file."""

import os
from pathlib import Path

import pytest

from tests.search.articles import ARTICLES
from wxbot.errors import UsageError
from wxbot.search import Index, synonyms
from wxbot.search.synonyms import Synonyms

CONTENT = Path(__file__).parents[2] / "content"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return the path of the synonym file, which does not exist yet."""
    return tmp_path / "synonyms.txt"


@pytest.fixture
def index(folder: Path, table: Path) -> Index:
    """Return an index of the invented library with the editors' synonym file."""
    index = Index.open(folder, table)
    index.update(ARTICLES, [], 1)
    return index


def test_a_synonym_works_as_soon_as_it_is_saved(index: Index, table: Path) -> None:
    """A saved synonym finds the other word's articles, a deleted one does not; nothing is indexed again."""
    assert 0 == index.search("充能匣").total

    table.write_text("电池 充能匣 # 同一样东西\n", "utf-8")
    assert ["2022-03/4"] == [hit.id for hit in index.search("充能匣").hits]

    table.unlink()
    assert 0 == index.search("充能匣").total
    assert 1 == index.version


def test_a_synonym_is_found_within_longer_queries(index: Index, table: Path) -> None:
    """A word with synonyms is recognised before the dictionary cuts the query, at any length."""
    table.write_text("农业局，市农业农村局，Agri Bureau\n植保飞行器 无人机\n", "utf-8")

    assert "2022-03/7" == index.search("翎翼植保飞行器融资").hits[0].id
    assert ["2022-03/2"] == [hit.id for hit in index.search("agri bureau 行动计划").hits]


def test_the_word_itself_stands_above_its_synonym(index: Index, table: Path) -> None:
    """An article with the typed word ranks above an article with its synonym."""
    table.write_text("无人机 机器人\n", "utf-8")

    assert "2022-03/7" == index.search("无人机").hits[0].id
    assert 3 == index.search("无人机").total


def test_a_broken_table_leaves_the_last_good_one(index: Index, table: Path) -> None:
    """An undecodable file changes nothing until it is repaired."""
    table.write_text("电池 充能匣\n", "utf-8")
    assert 1 == index.search("充能匣").total

    table.write_bytes(b"\xff\xfe\x00broken")
    assert 1 == index.search("充能匣").total


def test_lines_that_are_no_group_are_passed_over(table: Path) -> None:
    """Comments, blank lines, single words and punctuation define no synonyms; a word may be in two groups."""
    table.write_text("# 说明\n\n独词\n，，\n甲乙 丙丁\n甲乙 戊己\n", "utf-8")
    synonyms = Synonyms(table)
    synonyms.refresh()

    assert (("丙", "丁"), ("戊", "己")) == synonyms.others(("甲", "乙"))
    assert () == synonyms.others(("独", "词"))


def test_a_table_is_read_again_only_when_it_changed(table: Path) -> None:
    """A file with the same time and size is not read again."""
    table.write_text("甲乙 丙丁\n", "utf-8")
    synonyms = Synonyms(table)
    synonyms.refresh()
    status = table.stat()
    table.write_text("甲乙 丙戊\n", "utf-8")
    os.utime(table, ns=(status.st_atime_ns, status.st_mtime_ns))

    synonyms.refresh()

    assert (("丙", "丁"),) == synonyms.others(("甲", "乙"))


def test_the_shipped_table_can_be_read() -> None:
    """Every word of the shipped synonym file has at least one synonym."""
    synonyms = Synonyms(CONTENT / "synonyms.txt")
    synonyms.refresh()

    assert synonyms.others(tuple("工信部"))
    assert synonyms.longest_at(list("国家发展和改革委员会"), 0) == 10


def test_a_synonym_cuts_no_word_in_two(index: Index, table: Path) -> None:
    """建行 is not recognised inside 基建行业, but it is as a separate word."""
    table.write_text("建行 云杉\n", "utf-8")

    assert 0 == index.search("基建行业").total
    assert 2 == index.search("建行").total


def test_a_group_is_tried_before_it_is_written(index: Index, table: Path) -> None:
    """A search with a group finds what it would find once the group is in the file; nothing else changes."""
    assert ["2022-03/4"] == [hit.id for hit in index.search("充能匣", group=["电池", "充能匣"]).hits]
    assert 0 == index.search("充能匣").total
    assert not table.exists()


def test_a_group_is_appended_to_the_text() -> None:
    """A new group is a line of its own, every other line stays; a group within a larger one is there already."""
    before = "# 我们的叫法\n电池 蓄电池 动力电池"
    after = synonyms.append_group(before, ["网约车", "滴滴"])
    assert f"{before}\n网约车 滴滴\n" == after
    assert synonyms.contains(after, ["滴滴", "网约车"])
    assert synonyms.contains(after, ["电池", "动力电池"])
    assert not synonyms.contains(after, ["电池", "滴滴"])
    with pytest.raises(UsageError):
        synonyms.append_group(before, ["网约车", "网约车"])
