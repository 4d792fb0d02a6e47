"""Facts about `wxbot diff`, `issues history`, `issues restore` and `issues --files`."""

from pathlib import Path

import pytest

from tests.conftest import SAMPLE, Shell


@pytest.fixture
def revised(shell: Shell, home: Path) -> Path:
    """Ingest the sample, and a changed version of the same file; return the file."""
    file = home / "2021-02.txt"
    text = SAMPLE.read_text(encoding="utf-8")
    for version in (text, text.replace("34 条公交路线", "35 条公交路线")):
        file.write_text(version, encoding="utf-8")
        assert 0 == shell("ingest", str(file)).code
    return file


def test_diff_shows_the_words_that_changed(shell: Shell, revised: Path) -> None:
    """Without a revision the last one is compared with the one before it, however the issue is named."""
    ran = shell("diff", "第2期")
    assert 0 == ran.code
    assert "2021-02 第 1 次修订 → 第 2 次修订" in ran.out
    assert "[-34-]{+35+} 条公交路线" in ran.out

    (text,) = shell("diff", "latest", "2", "--json").json["changes"]["texts"]
    assert 10 == text["n"]
    assert ["-", "34"] in text["paragraphs"][0]["runs"]


def test_the_first_revision_has_nothing_before_it(shell: Shell, revised: Path) -> None:
    """It is said, with exit code 0; a revision that does not exist is refused with a remedy."""
    assert "没有可比的" in shell("diff", "2021-02", "1").out
    missing = shell("diff", "2021-02", "7")
    assert 0 != missing.code
    assert "wxbot issues history" in missing.err


def test_history_lists_each_revision(shell: Shell, revised: Path) -> None:
    """Each revision has its source, and the one in force is marked."""
    assert ["2021-02.txt", "在用"] == [
        word for word in ("2021-02.txt", "在用") if word in shell("issues", "history", "2021-02").out
    ]
    stored = shell("issues", "history", "2021-02", "--json").json
    assert [(1, False), (2, True)] == [(each["revision"], each["in_force"]) for each in stored]


def test_restore_brings_earlier_content_back(shell: Shell, revised: Path) -> None:
    """A preview writes nothing; a restore is a revision of its own, and the same again does nothing."""
    preview = shell("issues", "restore", "2021-02", "1", "--dry-run")
    assert "[-35-]{+34+} 条公交路线" in preview.out
    assert 2 == len(shell("issues", "history", "2021-02", "--json").json)

    assert 0 == shell("issues", "restore", "2021-02", "1", "--by", "张").code
    last = shell("issues", "history", "2021-02", "--json").json[-1]
    assert (3, 1, "张", True) == (last["revision"], last["restores"], last["by"], last["in_force"])
    assert any("34 条公交路线" in p for p in shell("show", "2021-02", "10", "--json").json["paragraphs"])
    assert "什么也没有改" in shell("issues", "restore", "2021-02", "1").out


def test_issues_is_still_a_list(shell: Shell, revised: Path) -> None:
    """Without a subcommand the issues are listed, as a table and as JSON."""
    assert "2021-02" in shell("issues").out
    assert ["2021-02"] == [each["key"] for each in shell("issues", "--json").json]


def test_files_before_the_worker_ran(shell: Shell) -> None:
    """Without any report the command says who writes them."""
    assert "wxbot worker" in shell("issues", "--files").out
    assert [] == shell("issues", "--files", "--json").json
