"""Facts about `wxbot evaluate`: judged queries, and bulletins with expected results."""

import json
from pathlib import Path

from tests.conftest import SAMPLE, Shell


def test_evaluate_bulletins_prints_a_line_a_file_and_the_sums(shell: Shell, home: Path) -> None:
    """`--json` gives one line a file, one a format, and one over all."""
    sections = {"新动向": 4, "企业讯": 8, "投融界": 6, "产品圈": 3, "联盟汇": 1}
    expected = {"title": "长风联盟工作简报", "year": 2021, "sections": []}
    folder = home / "judged"
    folder.mkdir()
    (folder / "a.txt").write_bytes(SAMPLE.read_bytes())
    expected["sections"] = [{"name": name, "articles": []} for name in sections]
    (folder / "a.expected.json").write_text(json.dumps(expected), encoding="utf-8")

    *files, text, everything = shell("evaluate", "bulletins", "judged", "--json").lines

    assert ["a.txt"] == [line["file"] for line in files]
    assert ("txt", "all", 1) == (text["format"], everything["format"], everything["files"])
    assert (1.0, 5, 0) == (
        text["masthead"]["share"],
        text["sections"]["hits"],
        text["lost"]["hits"],
    )


def test_evaluate_bulletins_shows_a_table_and_each_difference(shell: Shell, home: Path) -> None:
    """On a terminal there is a table of shares, and with `--details` every difference by file."""
    folder = home / "judged"
    folder.mkdir()
    (folder / "a.txt").write_bytes(SAMPLE.read_bytes())
    expected = {"title": "另一份简报", "sections": []}
    (folder / "a.expected.json").write_text(json.dumps(expected), encoding="utf-8")

    ran = shell("evaluate", "bulletins", "judged", "--details")

    assert 0 == ran.code
    assert "标题 F1" in ran.out
    assert "刊名应为 “另一份简报”，读成 “长风联盟工作简报”" in ran.out


def test_a_folder_without_expected_results_is_refused(shell: Shell, home: Path) -> None:
    """A folder in which nothing is judged is exit code 3, with what to do."""
    (home / "judged").mkdir()
    ran = shell("evaluate", "bulletins", "judged")
    assert 3 == ran.code
    assert ".expected.json" in ran.err
