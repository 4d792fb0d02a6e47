"""Facts about `wxbot search` and `wxbot ask`."""

from pathlib import Path

import pytest

from tests.conftest import SAMPLE, Shell


@pytest.fixture(autouse=True)
def _shelf(shell: Shell) -> None:
    """The sample is on the shelf."""
    assert 0 == shell("ingest", str(SAMPLE)).code


def test_search_prints_the_line_of_the_contract(shell: Shell) -> None:
    """One JSON document a query: the query, and hits with id, title, section and score, best first."""
    found = shell("search", "比亚迪", "电池", "--json").json
    assert "比亚迪 电池" == found["query"]
    assert "2021-02/20" == found["hits"][0]["id"]
    assert {"id", "title", "section", "score"} == set(found["hits"][0])


def test_a_file_of_queries_gives_a_line_each(shell: Shell, home: Path) -> None:
    """`--from FILE --json` answers each line of the file with a line of its own, in order."""
    (home / "queries.txt").write_text("芯片\n\n独角兽\n量子波动速读\n", encoding="utf-8")
    lines = shell("search", "--from", "queries.txt", "--json").lines
    assert ["芯片", "独角兽", "量子波动速读"] == [line["query"] for line in lines]
    assert [True, True, False] == [bool(line["hits"]) for line in lines]


def test_nothing_found_is_said(shell: Shell) -> None:
    """A query that the shelf does not answer says so in words and by exit code 1."""
    ran = shell("search", "量子波动速读")
    assert 1 == ran.code
    assert "没有找到" in ran.out


def test_ask_shows_what_a_member_would_see(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """`ask` answers as the account would, with the card's link, and as XML with `--xml`."""
    monkeypatch.setenv("WXBOT_PUBLIC_URL", "https://news.example.org")
    assert "https://news.example.org/a/2021-02/" in shell("ask", "芯片").out
    assert shell("ask", "芯片", "--xml").out.startswith("<xml><ToUserName>")


def test_search_needs_a_query(shell: Shell) -> None:
    """Neither a query nor a file is wrong usage."""
    assert 2 == shell("search").code
