"""Facts about starting: a command loads what it uses, and nothing heavy beside it.

No clock: what a start loads is the same on every machine, how long it takes is not.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from tests.conftest import SAMPLE, Shell
from wxbot.cli import COMMANDS, GROUPS, cli, completion
from wxbot.cli.campaign_name import CAMPAIGN
from wxbot.cli.issue_name import ISSUE
from wxbot.lazy import LazyModule
from wxbot.library import IssueState
from wxbot.push.ledger.labels import CAMPAIGN_STATE_LABELS

# Each costs 20 to 200 ms, and none is needed to list issues or campaigns, or to answer a member.
HEAVY = {
    "alembic", "apscheduler", "docx", "flask", "granian", "lxml", "psycopg", "pypdfium2", "requests", "urllib3",
    "wechatpy",
}  # fmt: skip

RUN = """
import json, sys
from wxbot.cli import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    print(json.dumps([ended.code, sorted(sys.modules)]), file=sys.stderr)
"""


@pytest.fixture
def warm(home: Path, sqlite_sample: Path, sample_index: Path) -> Path:
    """Give a folder in which an earlier process has ingested and indexed the sample."""
    (home / "var").mkdir()
    shutil.copy(sqlite_sample, home / "var" / "wxbot.db")
    shutil.copytree(sample_index, home / "var" / "index")
    return home


def _loaded(*words: str) -> set[str]:
    """Run a command in a new process; return the names of the modules that it had loaded at its end."""
    ran = subprocess.run(
        [sys.executable, "-c", RUN, *words],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONUTF8": "1"},
    )
    code, modules = json.loads(ran.stderr.splitlines()[-1])
    assert code == 0, ran.stderr
    return set(modules)


@pytest.mark.parametrize(
    "words",
    [
        ["ask", "芯片"],
        ["search", "芯片"],
        ["issues"],
        ["show", "2021-02"],
        ["push", "list"],
        ["stats"],
        ["ingest", "content/bulletins/2021-02.txt"],
    ],
    ids=" ".join,
)
def test_a_command_loads_no_library_that_it_does_not_use(warm: Path, words: list[str]) -> None:
    """A command loads no migrations, unused database driver, HTTP client, web server or reader of other formats.

    An answer loads no rich either; a table does.
    """
    loaded = _loaded(*words)
    assert set() == HEAVY & loaded
    if words[0] in {"ask", "issues"}:
        assert (words[0] == "issues") == ("rich.table" in loaded) == ("rich" in loaded)


def test_a_first_start_makes_the_tables(home: Path) -> None:
    """Only an outdated schema loads alembic and runs the migrations."""
    assert "alembic" in _loaded("issues")
    assert "alembic" not in _loaded("issues")


def test_the_help_loads_no_command() -> None:
    """`wxbot --help` prints the table of commands and imports neither a command nor the settings."""
    loaded = _loaded("--help")
    ours = {name for name in loaded if name.startswith("wxbot")}
    assert {
        "wxbot",
        "wxbot.cli",
        "wxbot.cli.context",
        "wxbot.errors",
        "wxbot.lazy",
        "wxbot.log_format",
        "wxbot.text",
    } == ours
    assert set() == {"sqlalchemy", "pydantic", "rich"} & loaded


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_table_says_what_the_command_says(name: str) -> None:
    """Each command's line in the table is the first paragraph of its own help."""
    command = cli.get_command(click.Context(cli, **cli.context_settings), name)
    assert command is not None
    assert COMMANDS[name][1] == (command.help or "").split("\n\n")[0].replace("\n", " ")


def test_every_command_stands_in_one_group() -> None:
    """The help lists each command once, below its task."""
    assert sorted(COMMANDS) == sorted(name for names in GROUPS.values() for name in names)


@pytest.mark.both_databases
def test_the_shell_completes_commands_issues_and_campaigns(home: Path, shell: Shell) -> None:
    """A beginning of a command is completed without loading it; issues and campaigns come from the database."""
    shell("ingest", str(SAMPLE))
    shell("push", "plan", "2021-02", "--to", "recent")
    assert ["publications", "publish", "push"] == _completed("pu")
    for words in (("show",), ("publish",), ("withdraw",), ("diff",), ("push", "plan"), ("issues", "history")):
        assert ["2021-02"] == _completed(*words, "2021")
    assert ["1"] == _completed("push", "approve", "")
    assert [] == _completed("show", "1999")


def test_the_shell_completes_from_a_database_file_without_a_command(warm: Path) -> None:
    """Issues come from the file of SQLite: no library of the product and no SQLAlchemy is loaded for them."""
    assert [] == completion.offered_names(["push", "approve"], "", os.environ)
    assert completion.offered_names(["push"], "", os.environ) is None
    assert warm.is_dir()
    asked = {"_WXBOT_COMPLETE": "fish_complete", "COMP_WORDS": "wxbot show 20", "COMP_CWORD": "20"}
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "wxbot"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | asked | {"PYTHONUTF8": "1"},
    )
    assert "plain,2021-02\t长风联盟工作简报" in ran.stdout
    assert not any(f" {name}\n" in ran.stderr for name in ("sqlalchemy", "pydantic", "wxbot.library"))


def test_names_that_complete_quickly_are_those_of_the_commands() -> None:
    """The commands whose first argument is an issue or a campaign, and the states, are those of the product."""

    def first_arguments(command: click.Command, path: str = "") -> Iterator[tuple[object, str]]:
        context = click.Context(command)
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                assert found is not None
                yield from first_arguments(found, f"{path} {name}".strip())
        yield next((each.type for each in command.params if isinstance(each, click.Argument)), None), path

    found = list(first_arguments(cli))
    assert completion.ISSUE_ARGUMENTS == {path for kind, path in found if kind is ISSUE}
    assert completion.CAMPAIGN_ARGUMENTS == {path for kind, path in found if kind is CAMPAIGN}
    assert completion.CAMPAIGN_STATES == CAMPAIGN_STATE_LABELS
    assert set(completion.ISSUE_STATES) == {IssueState.HELD, IssueState.WITHDRAWN}


def _completed(*words: str) -> list[str]:
    """Return what the shell would offer for the last word."""
    complete = ShellComplete(cli, {}, "wxbot", "_WXBOT_COMPLETE")
    return [each.value for each in complete.get_completions(list(words[:-1]), words[-1])]


def test_what_comes_later_is_the_module_itself() -> None:
    """A LazyModule gives the module's own attributes; a missing attribute or module is an error at the first use."""
    assert LazyModule("json").loads is json.loads
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = LazyModule("json").no_such_name
    missing = LazyModule("wxbot.no_such_module")
    with pytest.raises(ModuleNotFoundError, match=r"wxbot\.no_such_module"):
        _ = missing.anything
