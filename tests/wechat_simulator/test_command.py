"""The simulator's command as a process, the control client and the pytest plugin."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from wechat_simulator.command import simulator
from wechat_simulator.control_client import ControlError, SimulatorClient
from wechat_simulator.pytest_plugin import Platform

START = "from wechat_simulator.command import simulator; simulator()"
Starter = Callable[..., tuple[subprocess.Popen[str], dict[str, str]]]


@pytest.fixture
def start() -> Iterator[Starter]:
    """Return a function that starts the command and returns the process and the values it printed."""
    started: list[subprocess.Popen[str]] = []

    def start(*options: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
        command = [sys.executable, "-u", "-c", START, "--port", "0", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        started.append(process)
        printed: dict[str, str] = {}
        assert process.stdout is not None
        for line in process.stdout:
            name, _, value = line.strip().partition("：")
            printed[name] = value
            if name == "原始ID":
                break
        return process, printed

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_missing_options_are_generated_and_printed(start: Starter) -> None:
    """The command generates missing credentials and prints page, AppID, AppSecret, Token, AES key and callback."""
    _, printed = start("--account", "sub", "--mode", "safe")

    assert re.fullmatch(r"wx[0-9a-f]{16}", printed["AppID"])
    assert re.fullmatch(r"[0-9a-f]{32}", printed["AppSecret"])
    assert re.fullmatch(r"[A-Za-z0-9]{43}", printed["EncodingAESKey"])
    account = SimulatorClient(printed["页面"]).account
    assert (printed["AppID"], printed["Token"], "sub", "safe") == tuple(
        account[key] for key in ("app_id", "token", "kind", "mode")
    )


def test_options_set_the_account(start: Starter) -> None:
    """Each option sets its part of the account."""
    options = ("--app-id", "wxdemo", "--app-secret", "s", "--token", "t", "--aes-key", "A" * 43)
    _, printed = start(
        *options, "--callback", "http://127.0.0.1:1/wechat", "--clock", "virtual", "--name", "长风"
    )
    client = SimulatorClient(printed["接口地址"])

    result = client.account
    assert ("wxdemo", "s", "t", "A" * 43, "http://127.0.0.1:1/wechat", "长风") == tuple(
        result[key] for key in ("app_id", "secret", "token", "aes_key", "callback", "name")
    )
    assert client.get("clock")["virtual"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it(start: Starter, number: signal.Signals) -> None:
    """SIGINT and SIGTERM end the command cleanly, even while a page is listening."""
    process, printed = start()
    listening = urllib.request.urlopen(f"{printed['接口地址']}/_sim/events", timeout=5)
    process.send_signal(number)
    assert 0 == process.wait(10)
    listening.close()


def test_a_state_file_outlives_the_process(start: Starter, tmp_path: Path) -> None:
    """A restart with a state file continues with the old state, and options override it."""
    file = str(tmp_path / "state.json")
    process, printed = start("--state", file)
    SimulatorClient(printed["接口地址"]).follow("alice")
    process.terminate()
    process.wait(10)

    _, again = start("--state", file, "--callback", "http://127.0.0.1:1/")
    client = SimulatorClient(again["接口地址"])
    assert ["alice"] == client.get("followers")["openids"]
    assert printed["AppID"] == again["AppID"]
    assert "http://127.0.0.1:1/" == client.account["callback"]


def test_a_seed_makes_the_same_account(start: Starter) -> None:
    """The same seed generates the same account."""
    assert start("--seed", "7")[1]["AppSecret"] == start("--seed", "7")[1]["AppSecret"]


def test_wrong_options_are_refused(tmp_path: Path) -> None:
    """The exit code is 2 for wrong usage and 1 for a port or file that cannot be used."""
    file = tmp_path / "state.json"
    file.write_text("{}")
    invoke = CliRunner().invoke

    for error in (
        ("--aes-key", "short"),
        ("--account", "poet"),
        ("--port", "70000"),
        ("--callback", "ftp://x"),
    ):
        assert 2 == invoke(simulator, error).exit_code
    unwritable = invoke(simulator, ["--port", "0", "--state", str(tmp_path / "none" / "state.json")])
    assert (1, True) == (unwritable.exit_code, "用不了" in unwritable.output)
    broken = invoke(simulator, ["--port", "0", "--state", str(file)])
    assert (1, True) == (broken.exit_code, "不是模拟器的状态文件" in broken.output)
    nowhere = invoke(simulator, ["--host", "203.0.113.1", "--port", "1"])
    assert (1, True) == (nowhere.exit_code, "用不了" in nowhere.output)


def test_the_client_speaks_for_one_of_several_accounts(platform: Platform) -> None:
    """An app id selects one of several accounts."""
    second = platform.post("accounts", {"name": "第二个"})
    client = SimulatorClient(platform.url, second["app_id"])
    client.follow("alice")

    assert "第二个" == client.account["name"]
    assert 1 == client.get("followers")["total"]
    assert 0 == platform.get("followers")["total"]
    with pytest.raises(ControlError, match="no account"):
        _ = SimulatorClient(platform.url, "wx0").account


@pytest.mark.platform(kind="personal", name="外面的")
def test_the_plugin_starts_what_the_mark_says(platform: Platform) -> None:
    """The fixture `platform` starts a simulator with the options of its mark."""
    account = platform.account
    assert ("personal", "外面的") == (account["kind"], account["name"])
    assert json.dumps(account)


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_options(option: str) -> None:
    """The command accepts -h and --help also when it runs on its own."""
    shown = CliRunner().invoke(simulator, [option])

    assert (0, True) == (shown.exit_code, "-h, --help" in shown.output)
