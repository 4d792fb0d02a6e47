"""Facts about what other programs rely on: commands, exit codes, addresses."""

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


def test_the_commands_are_those_of_the_contract() -> None:
    """Every command of the contract exists with its options; each says in Chinese what it does."""
    tree = _tree(cli)
    assert set(COMMANDS) <= set(tree)
    for path, options in COMMANDS.items():
        given = {word.lstrip("-") for p in tree[path].params for word in p.opts if word.startswith("--")}
        assert options <= given, path
        assert re.search("[\u4e00-\u9fff]", tree[path].help or ""), path


def test_exit_codes_are_those_of_the_contract() -> None:
    """0 done, 1 problems, 2 usage, 3 refused, 4 later, 5 unknown; every error leads to one of them."""
    assert [0, 1, 2, 3, 4, 5] == [int(code) for code in Exit]
    waiting = [WxbotError]
    while waiting:
        error = waiting.pop()
        assert error.exit in set(Exit) - {Exit.DONE}, error
        waiting += error.__subclasses__()


@pytest.mark.parametrize(
    "words", [["nonsense"], ["push"], ["push", "show"], ["ingest"], ["serve", "--port", "x"]]
)
def test_what_was_mistyped_is_exit_2(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """A word that is no command, a missing argument and a wrong number are usage errors, said without a traceback."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    said = capfd.readouterr()
    assert 2 == ended.value.code
    assert said.err
    assert "Traceback" not in said.err


def test_the_procfile_starts_commands_that_exist() -> None:
    """Release, web and worker are commands of the tree."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert {"release", "web", "worker"} == set(lines)
    tree = _tree(cli)
    for line in lines.values():
        words = [word for word in line.split()[1:] if word.isalpha()]
        assert any(path in tree for path in (" ".join(words[:2]), words[0])), line


def test_the_version_is_one() -> None:
    """The package and pyproject.toml name the same version."""
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
