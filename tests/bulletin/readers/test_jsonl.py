"""Tests of reading an archive with one article a line."""

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot import bulletin
from wxbot.bulletin import ArchivedArticle, Problem
from wxbot.bulletin.readers.jsonl import parse_article
from wxbot.errors import BulletinError

GOOD = {
    "id": "abc/1",
    "issue": None,
    "title": " 新桥通车 ",
    "section": "要闻",
    "date": "2022-09-24",
    "body": "近日通车。",
    "url": None,
}


def read(path: Path, *lines: object) -> list[ArchivedArticle | Problem]:
    """Write an archive of these lines, values that are not strings as JSON, and read it."""
    texts = (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return list(bulletin.read_archive(path))


def test_a_line_is_an_article(tmp_path: Path) -> None:
    """All fields are read, the title is stripped, and empty lines are ignored."""
    found = read(tmp_path / "a.jsonl", GOOD, "", {"id": "2", "title": "新站启用"})

    assert [
        ArchivedArticle("abc/1", None, "新桥通车", "要闻", dt.date(2022, 9, 24), "近日通车。", None),
        ArchivedArticle("2", None, "新站启用", None, None, "", None),
    ] == found


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "不是 JSON"),
        ("[" * 100_000, "不是 JSON"),
        ([1], "不是一篇文章"),
        ({"title": "无号"}, "缺少 id"),
        ({"id": "1", "title": "  "}, "缺少 title"),
        ({**GOOD, "date": "2022-13-01"}, "date 应当是"),
        ({**GOOD, "body": ["近日"]}, "body 应当是文字"),
    ],
)
def test_a_bad_line_is_a_problem_and_the_next_is_read(tmp_path: Path, line: object, says: str) -> None:
    """A wrong line gives a Problem with its number, and the lines around it are read."""
    found = read(tmp_path / "a.jsonl", GOOD, line, GOOD)

    assert [ArchivedArticle, Problem, ArchivedArticle] == [type(one) for one in found]
    problem = found[1]
    assert isinstance(problem, Problem)
    assert (2, True) == (problem.line, says in problem.says)


def test_an_endless_line_is_skipped_whole(tmp_path: Path) -> None:
    """A line above the limit gives one Problem, and the next line keeps its number."""
    found = read(tmp_path / "a.jsonl", "x" * (9 * 2**20), "x", GOOD)

    assert [1, 2] == [one.line for one in found if isinstance(one, Problem)]
    assert isinstance(found[2], ArchivedArticle)


def test_an_archive_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A missing file raises an error."""
    with pytest.raises(BulletinError, match="打不开"):
        list(bulletin.read_archive(tmp_path / "a.jsonl"))


@given(
    st.recursive(
        st.none() | st.text() | st.floats() | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["id", "title", "date", "body", "url", "issue", "x"]), inner)
        ),
    )
)
def test_any_json_is_an_article_or_a_problem(value: object) -> None:
    """Any JSON value gives an article or a Problem, never an exception."""
    assert isinstance(parse_article(json.dumps(value), 1), ArchivedArticle | Problem)
