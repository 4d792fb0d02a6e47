"""Facts about the output of commands: closed pipes, full disks, encodings, narrow terminals."""

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SAMPLE, Shell

WXBOT = [sys.executable, "-m", "wxbot"]


@pytest.fixture
def desk(home: Path, sqlite_sample: Path, sample_index: Path) -> Path:
    """Give a folder with a database that holds the sample; commands run there as processes."""
    (home / "var").mkdir()
    shutil.copy(sqlite_sample, home / "var" / "wxbot.db")
    shutil.copytree(sample_index, home / "var" / "index")
    return home


def _unread(*words: str) -> tuple[int, str]:
    """Run a command whose stdout is closed by its reader; return its exit code and its stderr."""
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run([*WXBOT, *words], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    return ran.returncode, ran.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("issues",), 0),
        (("show", "2021-02", "--json"), 0),
        (("search", "量子纠缠望远镜"), 1),
    ],
    ids=str,
)
def test_a_closed_pipe_changes_no_exit_code(desk: Path, words: tuple[str, ...], code: int) -> None:
    """`wxbot issues | head -1` ends as `wxbot issues` does, without a word about the pipe."""
    assert (code, "") == _unread(*words)


def test_work_goes_on_when_nobody_reads(desk: Path) -> None:
    """Every file is ingested although the pipe is closed from the first line of output on."""
    (desk / "inbox").mkdir()
    for k in (3, 4):
        text = SAMPLE.read_text(encoding="utf-8").replace("2021 年第 02 期", f"2021 年第 0{k} 期")
        assert f"第 0{k} 期" in text
        (desk / "inbox" / f"{k}.txt").write_text(text, encoding="utf-8")
    _unread("ingest", "inbox")
    listed = subprocess.run([*WXBOT, "issues", "--json"], capture_output=True, check=True).stdout
    assert {"2021-02", "2021-03", "2021-04"} == {issue["number"] for issue in json.loads(listed)}


def test_a_closed_output_is_no_error(desk: Path) -> None:
    """A command whose stdout is closed (`>&-`) ends without an error."""
    ran = subprocess.run(
        ["sh", "-c", 'exec "$0" -m wxbot issues >&-', sys.executable], stderr=subprocess.PIPE, check=False
    )
    assert (0, b"") == (ran.returncode, ran.stderr)


def test_a_full_disk_is_said_in_words(desk: Path) -> None:
    """A full disk ends a command with exit code 4 and a remedy, without a traceback."""
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run([*WXBOT, "issues"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert 4 == ran.returncode
    assert "磁盘是否已满" in ran.stderr
    assert "内部错误" not in ran.stderr


@pytest.mark.parametrize("encoding", ["ascii", "gbk"])
def test_json_is_the_same_document_in_every_encoding(desk: Path, encoding: str) -> None:
    """`--json` escapes characters that the terminal's encoding lacks, so the document is the same."""
    ran = subprocess.run(
        [*WXBOT, "search", "芯片", "--json"],
        capture_output=True,
        check=True,
        env=os.environ | {"PYTHONIOENCODING": encoding},
    )
    answer = json.loads(ran.stdout.decode("utf-8" if encoding == "ascii" else encoding))
    assert "芯片" == answer["query"]
    assert "英特尔或将芯片外包给台积电与三星代工" == answer["hits"][0]["title"]


@pytest.mark.parametrize("encoding", ["ascii", "gbk"])
def test_words_come_out_in_every_encoding(desk: Path, encoding: str) -> None:
    """A character that the encoding lacks, such as ✓ in GBK, is printed as `?`, and the command succeeds."""
    ran = subprocess.run(
        [*WXBOT, "doctor"], capture_output=True, check=False, env=os.environ | {"PYTHONIOENCODING": encoding}
    )
    assert (1, b"") == (ran.returncode, ran.stderr)
    assert b"WXBOT_APP_ID" in ran.stdout


def test_a_narrow_terminal_cuts_nothing(desk: Path) -> None:
    """A table wraps its cells in a terminal of thirty columns and loses no character."""
    seen, terminal = pty.openpty()
    ran = subprocess.Popen([*WXBOT, "issues"], stdout=terminal, env=os.environ | {"COLUMNS": "30"})
    os.close(terminal)
    shown = b""
    try:
        while piece := os.read(seen, 65_536):
            shown += piece
    except OSError:  # so a terminal says that its other end is gone
        assert ran.wait() == 0
    os.close(seen)
    text = shown.decode()
    assert "…" not in text
    assert set("长风联盟工作简报2021-02.txt") <= set(text)


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_marks_have_colours_at_a_terminal(desk: Path, no_color: str, coloured: bool) -> None:
    """An error is red at a terminal; NO_COLOR keeps every colour away, and a pipe has none."""
    seen, terminal = pty.openpty()
    ran = subprocess.Popen(
        [*WXBOT, "issues", "--what"], stderr=terminal, env=os.environ | {"NO_COLOR": no_color}
    )
    os.close(terminal)
    assert ran.wait() == 2
    shown = os.read(seen, 65_536).decode()
    os.close(seen)
    assert coloured == ("\x1b[31m错误" in shown)
    assert coloured == ("\x1b" in shown)


@pytest.mark.parametrize("words", [("search", ""), ("search", " ", "--json"), ("backup", "content")])
def test_what_means_nothing_is_wrong_usage(shell: Shell, words: tuple[str, ...]) -> None:
    """An empty query, and a folder as the file of a backup, end with exit code 2 and print no result."""
    ran = shell(*words)
    assert (2, "") == (ran.code, ran.out)
    assert ran.err
