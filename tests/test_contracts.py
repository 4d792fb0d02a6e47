"""Tests of contracts that other programs rely on: commands, options, exit codes, the Procfile."""

import re
from pathlib import Path

import click
import pytest

from wxbot import __version__
from wxbot.cli import cli, main
from wxbot.errors import Exit, WxbotError

ROOT = Path(__file__).parent.parent

COMMANDS = {
    "ask": {"as", "xml"},
    "backup": set(),
    "db upgrade": set(),
    "demo": set(),
    "doctor": set(),
    "followers list": set(),
    "followers stats": set(),
    "followers sync": set(),
    "ingest": {"dry-run", "json"},
    "issues": set(),
    "menu apply": set(),
    "menu diff": set(),
    "menu show": set(),
    "push approve": {"hash"},
    "push cancel": set(),
    "push list": set(),
    "push pause": set(),
    "push plan": {"to", "route", "at", "json"},
    "push report": set(),
    "push resolve": set(),
    "push resume": set(),
    "push retry": set(),
    "push show": {"json"},
    "push start": set(),
    "restore": set(),
    "rules check": {"json"},
    "search": {"limit", "json", "from"},
    "serve": {"host", "port", "workers"},
    "show": set(),
    "simulator": {
        "host", "port", "account", "app-id", "app-secret", "token", "aes-key", "callback", "clock", "mode",
    },
    "stats": set(),
    "worker": {"once"},
}  # fmt: skip


def _tree(command: click.Command, path: str = "") -> dict[str, click.Command]:
    if not isinstance(command, click.Group):
        return {path: command}
    found: dict[str, click.Command] = {path: command} if command.invoke_without_command else {}
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        found |= _tree(below, f"{path} {name}".strip())
    return found


def test_commands_match_the_contract() -> None:
    """Every command of the contract exists with its options and a Chinese help text."""
    tree = _tree(cli)
    assert set(COMMANDS) <= set(tree)
    for path, options in COMMANDS.items():
        given = {word.lstrip("-") for p in tree[path].params for word in p.opts if word.startswith("--")}
        assert options <= given, path
        assert re.search("[\u4e00-\u9fff]", tree[path].help or ""), path


def test_exit_codes_match_the_contract() -> None:
    """Exit codes are 0 to 5, and every error class has one of 1 to 5."""
    assert [0, 1, 2, 3, 4, 5] == [int(code) for code in Exit]
    classes = [WxbotError]
    while classes:
        error = classes.pop()
        assert error.exit in set(Exit) - {Exit.DONE}, error
        classes += error.__subclasses__()


@pytest.mark.parametrize(
    "words", [["nonsense"], ["push"], ["push", "show"], ["ingest"], ["serve", "--port", "x"]]
)
def test_usage_errors_exit_with_2(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """An unknown command, a missing argument and a wrong number are usage errors, printed without a traceback."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    printed = capfd.readouterr()
    assert 2 == ended.value.code
    assert printed.err
    assert "Traceback" not in printed.err


def test_the_procfile_starts_existing_commands() -> None:
    """The processes release, web and worker are commands of wxbot."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert {"release", "web", "worker"} == set(lines)
    tree = _tree(cli)
    for line in lines.values():
        words = [word for word in line.split()[1:] if word.isalpha()]
        assert any(path in tree for path in (" ".join(words[:2]), words[0])), line


def test_the_version_is_the_same_everywhere() -> None:
    """The package and pyproject.toml name the same version."""
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
