"""Facts about `wxbot editors …`, as an operator types it."""

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Shell

PASSWORD = "两岸猿声啼不住 88"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Return the input of a script: the password and a line end."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))


def test_nobody_is_there_at_first(shell: Shell) -> None:
    """The empty list says how to add the first editor."""
    assert "wxbot editors add" in shell("editors", "list").out
    assert [] == shell("editors", "list", "--json").json


@pytest.mark.usefixtures("typed")
def test_an_editor_is_added_and_listed(shell: Shell) -> None:
    """`editors list` shows name and openid, and no password."""
    done = shell("editors", "add", "王编辑", "--openid", "oWang", "--password-stdin")
    assert (0, True) == (done.code, "/console/" in done.out)
    (listed,) = shell("editors", "list", "--json").json
    assert ("王编辑", "oWang", None) == (listed["name"], listed["openid"], listed["last_login_at"])
    assert PASSWORD not in str(listed) + shell("editors", "list").out + done.out + done.err


@pytest.mark.usefixtures("typed")
def test_twice_is_refused(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second account of the same name is exit code 3; the remedy names the command for a new password."""
    assert 0 == shell("editors", "add", "王编辑", "--password-stdin").code
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
    again = shell("editors", "add", "王编辑", "--password-stdin")
    assert 3 == again.code
    assert "wxbot editors password 王编辑" in again.err


@pytest.mark.parametrize("said", ["short\n", "", "\n"])
def test_a_short_password_is_refused(shell: Shell, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """A password under ten characters, or an empty one, is exit code 2 with a Chinese message; no account is added."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(said))
    refused = shell("editors", "add", "王编辑", "--password-stdin")
    assert 2 == refused.code
    assert "密码至少要 10 个字符" in refused.err
    assert [] == shell("editors", "list", "--json").json


@pytest.mark.usefixtures("typed")
def test_an_editor_is_removed(shell: Shell) -> None:
    """A removed editor is not listed; removing it again, or changing its password, is exit code 3."""
    shell("editors", "add", "李主任", "--password-stdin")
    sys.stdin.seek(0)
    shell("editors", "add", "王编辑", "--password-stdin")
    assert 0 == shell("editors", "remove", "王编辑").code
    assert ["李主任"] == [each["name"] for each in shell("editors", "list", "--json").json]
    assert 3 == shell("editors", "remove", "王编辑").code
    assert 3 == shell("editors", "password", "王编辑", "--password-stdin").code


@pytest.mark.usefixtures("typed")
def test_an_editor_has_a_role(shell: Shell) -> None:
    """The first account is an admin; `editors role` takes a role's value or label, and the last admin keeps it."""
    shell("editors", "add", "李主任", "--password-stdin")
    sys.stdin.seek(0)
    shell("editors", "add", "王编辑", "--role", "审批", "--password-stdin")
    assert 0 == shell("editors", "role", "王编辑", "writer").code
    listed = {each["name"]: each["role"] for each in shell("editors", "list", "--json").json}
    assert {"李主任": "admin", "王编辑": "writer"} == listed
    assert "管理" in shell("editors", "list").out
    assert 3 == shell("editors", "role", "李主任", "approver").code
    assert 2 == shell("editors", "role", "王编辑", "chief").code


def terminal(*words: str, typed: list[str], folder: Path) -> tuple[int, str]:
    """Run a command in a pseudo-terminal and answer its prompts; return the exit code and everything shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "wxbot", *words],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, cwd=folder,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    for line in typed:
        while not shown.endswith(b": "):
            shown += os.read(ours, 1024)
        os.write(ours, f"{line}\n".encode())
        shown += os.read(ours, 1)
    try:
        while piece := os.read(ours, 1024):
            shown += piece
    except OSError:  # how a terminal says that the other side is gone
        return process.wait(timeout=60), shown.decode()
    return process.wait(timeout=60), shown.decode()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_at_a_terminal_it_asks_twice_and_shows_nothing(shell: Shell, home: Path) -> None:
    """A typed password is not echoed; two equal entries are accepted, two different ones refused."""
    code, shown = terminal("editors", "add", "李编辑", typed=[PASSWORD, PASSWORD], folder=home)
    assert (0, False) == (code, PASSWORD in shown)
    assert "再输入一遍" in shown
    code, shown = terminal("editors", "password", "李编辑", typed=[PASSWORD, PASSWORD + "x"], folder=home)
    assert (2, False) == (code, PASSWORD in shown)
    assert "两遍输入的密码不一样" in shown
