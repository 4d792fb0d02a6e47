"""Facts about `wxbot search` and `wxbot ask`."""

import shutil
import time
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.conftest import Shell
from wxbot import wiring
from wxbot.search import index_files


@pytest.fixture(autouse=True)
def _shelf(sample_shell: Shell) -> None:
    """Have the sample in the library."""


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
    """A query without hits prints a message and ends with exit code 1."""
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


def test_judged_queries_measure_the_search(shell: Shell, home: Path) -> None:
    """`evaluate FILE` gives each measure by kind of query, with its confidence interval."""
    (home / "judged.jsonl").write_text(
        '{"query": "刀片电池", "kind": "word", "relevant": {"2021-02/20": 3}}\n'
        '{"query": "量子波动速读", "kind": "nothing", "relevant": {}}\n',
        encoding="utf-8",
    )
    measured = shell("evaluate", "judged.jsonl", "--json").json
    assert 1.0 == measured["word"]["success@1"]["mean"]
    assert 1.0 == measured["nothing"]["right nothing"]["mean"]
    assert "success@1" in shell("evaluate", "judged.jsonl").out


def test_a_synonym_is_obeyed_at_once(shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that no article holds finds what its synonym finds as soon as the two are added as a group."""
    (home / "mine").mkdir()
    monkeypatch.setenv("WXBOT_CONTENT", str(home / "mine"))
    assert [] == shell("search", "电瓶", "--json").json["hits"]
    assert 0 == shell("synonyms", "add", "电瓶", "电池").code
    assert "2021-02/20" in [hit["id"] for hit in shell("search", "电瓶", "--json").json["hits"]]
    assert 2 == shell("synonyms", "add", "电瓶").code
    assert 0 == shell("synonyms", "suggest").code


def test_what_was_asked_is_counted_without_names(shell: Shell) -> None:
    """`stats queries` shows what was asked most and what was not found; nobody's openid is in it."""
    found = shell("stats", "queries", "--json").json
    assert {"asked": [], "unopened": [], "missed": []} == found
    assert 0 == shell("stats").code


def test_a_search_waits_for_another_process_that_writes_the_index(
    shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search finds what was published a moment ago, although the server is just updating the index."""
    shutil.rmtree(home / "var" / "index")
    with ExitStack() as other_process:
        other_process.enter_context(index_files.writing(home / "var" / "index"))
        waited: list[float] = []

        def leave_off(seconds: float) -> None:
            waited.append(seconds)
            other_process.close()

        monkeypatch.setattr(wiring, "time", SimpleNamespace(sleep=leave_off, monotonic=time.monotonic))
        found = shell("search", "比亚迪")

    assert 1 == len(waited)
    assert "2021-02/20" in found.out
