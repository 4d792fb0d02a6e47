"""Facts about the evaluation of the parser: what counts as right, wrong, lost and doubted."""

import json
from pathlib import Path
from typing import Any

import pytest

from wxbot import bulletin
from wxbot.bulletin.evaluation import ALL, FileScore, Tally, evaluate_folder, read_expected, sum_by_format
from wxbot.errors import UsageError

TEXT = """清源工作简报
2024年第3期
2024年3月10日

【要闻】

图书馆升级自助借还设备

　　近日，清源区图书馆完成自助借还设备升级，读者还书后可当场办理续借，全天开放。

志愿者整理旧书二千册

　　三月五日，志愿者在馆内整理旧书二千余册，其中三百册已送往山区学校。
"""
EXPECTED = {
    "title": "清源工作简报",
    "year": 2024,
    "issue": 3,
    "date": "2024-03-10",
    "editor": None,
    "sections": [{"name": "要闻", "articles": ["图书馆升级自助借还设备", "志愿者整理旧书二千册"]}],
}


def score(folder: Path, expected: dict[str, Any], text: str = TEXT) -> FileScore:
    """Return the score of a text with this expected result."""
    (folder / "one.txt").write_text(text, encoding="utf-8")
    (folder / "one.expected.json").write_text(json.dumps(expected), encoding="utf-8")
    (found,) = evaluate_folder(folder)
    return found


def with_articles(*titles: str) -> dict[str, Any]:
    """Return the expected result with other titles."""
    return EXPECTED | {"sections": [{"name": "要闻", "articles": list(titles)}]}


def test_a_right_reading_has_every_measure_full(tmp_path: Path) -> None:
    """In a reading that is as expected, every share is 1, nothing is lost, and there is no difference."""
    found = score(tmp_path, EXPECTED)
    shares = {name: found.measures[name].share for name in ("masthead", "sections", "titles", "placed")}
    assert ((), {"masthead": 1.0, "sections": 1.0, "titles": 1.0, "placed": 1.0}) == (
        found.differences,
        shares,
    )
    assert 0 == found.measures["lost"].hits


def test_punctuation_makes_a_title_near_and_not_exact(tmp_path: Path) -> None:
    """A title with other punctuation counts as found, and not as exactly equal."""
    found = score(tmp_path, with_articles("图书馆升级，自助借还设备", "志愿者整理旧书二千册"))
    assert ((), 2, 1) == (
        found.differences,
        found.measures["titles"].hits,
        found.measures["titles_exact"].hits,
    )


def test_another_title_is_named_as_missing(tmp_path: Path) -> None:
    """A title that was not found and one that was not expected are two differences."""
    found = score(tmp_path, with_articles("图书馆升级自助借还设备", "征文评选揭晓"))
    assert ("缺少标题“征文评选揭晓”", "多出标题“志愿者整理旧书二千册”") == found.differences
    assert Tally(1, 2, 2) == found.measures["titles"]


def test_an_article_in_another_section_is_a_difference(tmp_path: Path) -> None:
    """A title under another section than expected is found, and counts as misplaced."""
    sections = [
        {"name": "要闻", "articles": ["图书馆升级自助借还设备"]},
        {"name": "活动", "articles": ["志愿者整理旧书二千册"]},
    ]
    found = score(tmp_path, EXPECTED | {"sections": sections})
    assert (Tally.of(1, 2), 2) == (found.measures["placed"], found.measures["titles"].hits)


def test_expected_text_that_no_reader_delivers_is_lost(tmp_path: Path) -> None:
    """Letters of the expected text that stand nowhere in the result are lost."""
    articles = [
        {
            "title": "图书馆升级自助借还设备",
            "paragraphs": ["近日，清源区图书馆完成自助借还设备升级。鑫淼"],
        },
        {"title": "志愿者整理旧书二千册", "paragraphs": []},
    ]
    found = score(tmp_path, EXPECTED | {"sections": [{"name": "要闻", "articles": articles}]})
    assert ("丢失 2 个字：鑫淼",) == found.differences


def test_a_refused_bulletin_is_wrong_with_a_doubt(tmp_path: Path) -> None:
    """A bulletin that is refused has found nothing, and the refusal counts as its doubt."""
    found = score(tmp_path, EXPECTED, "各位同事：\n今天开会。\n")
    assert (0.0, 1.0) == (found.measures["titles"].share, found.measures["wrong_doubted"].share)


def test_running_text_of_a_section_may_be_an_article_of_its_name(tmp_path: Path) -> None:
    """In a section without expected titles, an article of the section's name is no difference."""
    body = "## 要闻\n\n### 开馆\n\n" + "今日开馆。" * 9 + "\n\n## 公告\n\n### 公告\n\n周一闭馆。\n"
    text = f"# 清源月报 2024年第3期 2024年3月10日\n\n{body}"
    (tmp_path / "one.md").write_text(text, encoding="utf-8")
    sections = [{"name": "要闻", "articles": ["开馆"]}, {"name": "公告", "articles": []}]
    expected = EXPECTED | {"title": "清源月报", "sections": sections}
    (tmp_path / "one.expected.json").write_text(json.dumps(expected), encoding="utf-8")
    (found,) = evaluate_folder(tmp_path)
    assert () == found.differences


def test_counts_that_are_stated_are_held(tmp_path: Path) -> None:
    """A bulletin with fewer pictures than stated lost some, even if its reader saw none."""
    found = score(tmp_path, EXPECTED | {"pictures": 1})
    assert ("图片只有 0 个，应有 1 个",) == found.differences


def test_a_line_of_ingest_is_an_expected_result(tmp_path: Path) -> None:
    """The line that `wxbot ingest --json` prints is a full expected result of the same file."""
    (tmp_path / "one.txt").write_text(TEXT, encoding="utf-8")
    parsed = bulletin.load(tmp_path / "one.txt")
    line = bulletin.to_json("one.txt", parsed, "dry-run")
    found = score(tmp_path, line)
    assert ((), 1.0, 1.0) == (
        found.differences,
        found.measures["paragraphs"].share,
        found.measures["content"].share,
    )


def test_sums_add_up_by_format(tmp_path: Path) -> None:
    """Each format has its sums, and `all` those of every file."""
    score(tmp_path, EXPECTED)
    (tmp_path / "one.md").write_text(TEXT, encoding="utf-8")
    sums = sum_by_format(evaluate_folder(tmp_path))
    assert {"md": 1, "txt": 1, ALL: 2} == {name: count for name, (count, _) in sums.items()}
    assert 4 == sums[ALL][1]["titles"].wanted


def test_a_file_that_is_no_expected_result_is_named(tmp_path: Path) -> None:
    """An expected result without sections is a usage error that shows the form."""
    file = tmp_path / "one.expected.json"
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match=r"one\.expected\.json"):
        read_expected(file)
