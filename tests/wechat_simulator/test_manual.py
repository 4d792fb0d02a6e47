"""docs/simulator.md: its examples run as written, and its lists are complete."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from inspect import signature
from pathlib import Path

import pytest

import wechat_simulator
from tests.conftest import ROOT
from wechat_simulator.account import Identity
from wechat_simulator.command import simulator as command
from wechat_simulator.control_client import SimulatorClient
from wechat_simulator.faults import CALL_KINDS, CALLBACK_KINDS
from wechat_simulator.pytest_plugin import Platform
from wechat_simulator.simulator import page_app

PAGE = (ROOT / "docs" / "simulator.md").read_text(encoding="utf-8").partition("<!-- rules: begin -->")[0]
PYTHON = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
SHELL = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write the manual's two Python files into a folder."""
    for name, text in zip(("answer.py", "test_answer.py"), PYTHON, strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_the_tests_of_the_page_pass(folder: Path) -> None:
    """The manual's tests pass in an otherwise empty folder with the pytest plugin."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_answer.py"],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "2 passed" in done.stdout, done.stdout + done.stderr


@pytest.fixture
def server(folder: Path) -> Iterator[str]:
    """Run the manual's server in a process and return its address."""
    script = "import answer; s = answer.server(); print(s.server_port, flush=True); s.serve_forever()"
    process = subprocess.Popen([sys.executable, "-c", script], cwd=folder, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield f"http://127.0.0.1:{process.stdout.readline().strip()}/"
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.platform(app_id="wx0000000000000001", secret="secret", token="token")
def test_the_lines_of_curl_do_what_is_said(platform: Platform, server: str) -> None:
    """The manual's curl lines run in one shell: a follower is answered and written to, and a fault is ordered."""
    lines = (
        "\n".join(SHELL)
        .replace("http://127.0.0.1:8100", platform.url)
        .replace("http://127.0.0.1:8000/", server)
    )
    done = subprocess.run(["bash", "-euc", lines], capture_output=True, text=True, timeout=60, check=False)

    assert 0 == done.returncode, done.stderr
    assert '"shown":{"content":"你说：芯片","type":"text"}' in done.stdout.replace(": ", ":").replace(
        ", ", ","
    )
    assert ["芯片", "你说：芯片", "第12期出来了"] == [one["content"] for one in platform.inbox("alice")]
    assert [("/cgi-bin/draft/*", 2)] == [(one["path"], one["times"]) for one in platform.get("faults")]


def test_every_option_is_explained() -> None:
    """The manual lists exactly the command's options and the account's settings."""
    options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    assert options - {"--help"} == set(re.findall(r"`(--[a-z-]+)`", PAGE))
    rows = PAGE.partition("| setting |")[2].partition("\n\n")[0].splitlines()
    named = re.findall(r"`([a-z_]+)`", "".join(row.split("|")[1] for row in rows[2:]))
    assert sorted(one.name for one in fields(Identity)) == sorted(named)
    for name in [
        *signature(wechat_simulator.create_world).parameters,
        *signature(wechat_simulator.run).parameters,
    ]:
        assert name in ("accounts", "account", "world") or f"`{name}`" in PAGE


def test_every_path_of_control_is_explained() -> None:
    """The manual's table of control paths is that of the application."""
    rules = page_app().url_map.iter_rules()
    found = {
        f"{method} {re.sub(r'<(?:path:)?', '<', rule.rule)}"
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/_sim/")
    }
    assert found == set(
        re.findall(
            r"`((?:GET|POST|PUT|DELETE) /_sim/[^`]*)`", PAGE.partition("## Control")[2].partition("\n## ")[0]
        )
    )


def test_every_fault_and_every_method_is_explained() -> None:
    """The manual names every kind of fault and every method of the client."""
    names = [
        *CALL_KINDS,
        *CALLBACK_KINDS,
        *(name for name in vars(SimulatorClient) if not name.startswith("_")),
    ]
    assert [] == [name for name in names if f"`{name}`" not in PAGE]
