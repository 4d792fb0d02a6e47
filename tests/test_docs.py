"""Tests of the documents: their example commands print what the documents show, and what they name exists.

`python -m tests.test_docs` writes docs/commands.md from the command tree, and docs/errors.md from the code.

Format of a page: in a fenced block a line `$ wxbot …` is a command, and the lines up to the next command or the end of
the block are its output; a remark `# … 3` behind the command is its exit code. `…` matches any part of a line, a line
with only `…` any number of lines, and a campaign's hash the hash that is printed in its place. HTML comments are steps
that the page does not show: `<!-- $ wxbot … -->` runs a command, such as the worker, and
`<!-- POST /_sim/… {…} -->` calls the simulator's control interface. `<!-- file NAME -->` above a fenced block writes
the block into a file. The steps of a page run in order, in one folder and on one account.
"""

import datetime as dt
import json
import pkgutil
import re
import shlex
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from werkzeug.serving import make_server

import wechat_simulator
from tests.conftest import ROOT, Ran, Shell
from tests.error_page import KINDS, error_kinds, error_page, raised_errors
from tests.harness import call_simulator
from wxbot.bot.texts import TEXTS
from wxbot.cli import cli
from wxbot.errors import Exit
from wxbot.push import CampaignState
from wxbot.push.ledger.states import CAMPAIGN_MOVES, DELIVERY_MOVES
from wxbot.settings import PREFIX, SECRETS, Settings, load
from wxbot.web import create_app, runtime_of
from wxbot.wiring import Services

DOCS = ROOT / "docs"
README, HANDBOOK, OPERATIONS = ROOT / "README.md", DOCS / "handbook.md", DOCS / "operations.md"
ARCHITECTURE, COMMANDS, ERRORS = DOCS / "architecture.md", DOCS / "commands.md", DOCS / "errors.md"
SIMULATOR = DOCS / "simulator.md"
PAGES = [README, HANDBOOK, OPERATIONS, ARCHITECTURE, COMMANDS]
SAMPLES = [
    *(ROOT / "Dockerfile", ROOT / "compose.yaml", ROOT / "config" / "nginx.conf.sample"),
    *sorted((ROOT / "config" / "systemd").iterdir()),
]

WRITTEN_DAY = dt.date(
    2026, 12, 1
)  # the pages' examples use this Tuesday; the tests replace it by the next one
FOLLOWERS = 1200
HASH = re.compile(r"\b[0-9a-f]{12}\b")
STEP = re.compile(
    r"^<!-- file (?P<name>\S+) -->\n+```[a-z]*\n(?P<content>.*?)^```$"
    r"|^```[a-z]*\n(?P<block>.*?)^```$"
    r"|<!-- \$ wxbot (?P<hidden>.*?) -->"
    r"|<!-- POST (?P<path>\S+) (?P<body>\{.*?\}) -->",
    re.DOTALL | re.MULTILINE,
)
# A path of this project, and a dotted name of this program, between backticks.
PATH = re.compile(r"`((?:[\w.*-]+/)+[\w.*-]*)`")
NAME = re.compile(r"`((?:[a-z_]+\.)+[A-Za-z_]+)(?:\(\))?`")
FILE_NAMES = (".db", ".html", ".json", ".jsonl", ".md", ".pdf", ".py", ".toml", ".txt")


@dataclass(frozen=True)
class Example:
    """A command on a line of a page, its exit code and its output."""

    line: int
    typed: str
    code: int
    shown: str


@dataclass(frozen=True)
class HiddenCommand:
    """A command between two examples that the page does not show, such as a run of the worker."""

    typed: str


@dataclass(frozen=True)
class SimulatorCall:
    """A call of the simulator's control interface between two examples."""

    path: str
    body: dict[str, object]


@dataclass(frozen=True)
class ExampleFile:
    """A file whose content the page shows."""

    name: str
    content: str


Step = Example | ExampleFile | HiddenCommand | SimulatorCall


def steps(page: Path) -> Iterator[Step]:
    """Yield the steps of a page in order."""
    text = page.read_text(encoding="utf-8").replace(str(WRITTEN_DAY), str(_next_tuesday()))
    for found in STEP.finditer(text):
        if found["name"]:
            yield ExampleFile(found["name"], found["content"])
        elif found["path"]:
            yield SimulatorCall(found["path"], json.loads(found["body"]))
        elif found["hidden"]:
            yield HiddenCommand(found["hidden"])
        else:
            yield from _examples(found["block"], text.count("\n", 0, found.start("block")) + 1)


def _examples(block: str, first_line: int) -> Iterator[Example]:
    """Yield the commands of one fenced block."""
    for found in re.finditer(r"^\$ wxbot (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
        typed, _, remark = found[1].partition(" # ")
        code = re.search(r"(\d)$", remark)
        line = first_line + block.count("\n", 0, found.start())
        yield Example(line, typed, int(code[1]) if code else 0, strip_blanks(found[2]))


def _next_tuesday() -> dt.date:
    """Return the first Tuesday from tomorrow on."""
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    return tomorrow + dt.timedelta(days=(WRITTEN_DAY.weekday() - tomorrow.weekday()) % 7)


def strip_blanks(text: str) -> str:
    """Return a text without blanks at the ends of lines and without blank lines at both ends."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def matches(shown: str, printed: str) -> bool:
    """Return whether an output matches the one that is shown, in which `…` is a wildcard."""
    lines = (
        r"(?:.*\n)*" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in shown.split("\n")
    )
    return re.fullmatch("".join(lines), printed + "\n") is not None


class PageRunner:
    """Run the steps of a page; `count` is the number of examples run."""

    def __init__(self, page: Path, shell: Shell, platform: wechat_simulator.RunningSimulator) -> None:
        self._page, self._shell, self._platform = page, shell, platform
        self._hashes: dict[str, str] = {}  # by hash of the page, the hash that was printed
        self.count = 0

    def run(self, step: Step) -> str:
        """Run one step; return a description of its difference from the page, "" for none."""
        if isinstance(step, SimulatorCall):
            call_simulator(self._platform, step.path, step.body)
            return ""
        if isinstance(step, ExampleFile):
            Path(step.name).parent.mkdir(parents=True, exist_ok=True)
            Path(step.name).write_text(step.content, encoding="utf-8")
            return ""
        ran = self._shell(*shlex.split(self._insert_hashes(step.typed)))
        return self._difference(step, ran) if isinstance(step, Example) else ""

    def _difference(self, example: Example, ran: Ran) -> str:
        """Return the output if it or the exit code differs from the page, else ""."""
        self.count += 1
        printed = strip_blanks(ran.err + ran.out)
        self._hashes |= dict(zip(HASH.findall(example.shown), HASH.findall(printed), strict=False))
        if ran.code == example.code and matches(self._insert_hashes(example.shown), printed):
            return ""
        return f"{self._page.name}:{example.line}: wxbot {example.typed} ended with {ran.code}:\n{printed}"

    def _insert_hashes(self, text: str) -> str:
        """Return the text with each hash of the page replaced by the one that was printed."""
        return HASH.sub(lambda found: self._hashes.get(found[0], found[0]), text)


@pytest.fixture
def platform(
    home: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> Iterator[wechat_simulator.RunningSimulator]:
    """Yield a platform on the real clock with our server at its callback, the shipped content and an empty library."""
    (home / "config").symlink_to(ROOT / "config")
    with wechat_simulator.run(kind="svc", name="长风联盟", mass_delay=1.5) as platform:
        for name, value in {
            "APP_ID": platform.account.app_id,
            "APP_SECRET": platform.account.secret,
            "TOKEN": platform.account.token,
            "PLATFORM_URL": platform.url,
            "PUBLIC_URL": "https://news.example.org",
            "ACCOUNT_NAME": "长风联盟",
        }.items():
            monkeypatch.setenv(PREFIX + name, value)
        call_simulator(platform, "/_sim/followers", {"count": FOLLOWERS})
        with _run_server() as port:
            platform.account.callback = f"http://127.0.0.1:{port}/wechat"
            yield platform


@contextmanager
def _run_server() -> Iterator[int]:
    """Run our server with the settings of the environment; yield its port."""
    services = Services(load())
    app = create_app(
        settings=services.settings,
        db=services.db,
        index=services.index,
        bot=services.bot,
        envelope=services.envelope,
        clock=services.now,
    )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.port
    server.shutdown()
    runtime_of(app).close()
    services.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("page", [README, HANDBOOK, OPERATIONS], ids=lambda page: page.stem)
def test_commands_of_a_page_print_what_it_shows(
    page: Path, shell: Shell, platform: wechat_simulator.RunningSimulator
) -> None:
    """Each command of a page, run in order, prints the output that the page shows."""
    runner = PageRunner(page, shell, platform)
    wrong = [runner.run(step) for step in steps(page)]
    assert runner.count >= 3, "the page has examples"
    assert "" == "\n\n".join(filter(None, wrong))


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("a\nb", "a\nb", True),
        ("a\nb", "a\nc", False),
        ("a\nb", "a\nb\nc", False),
        ("计划 …，1200 人", "计划 7，1200 人", True),
        ("a\n…\nd", "a\nb\nc\nd", True),
        ("a\n…", "a", True),
        ("a …\nc", "a b\nb\nc", False),
        ("1.5", "145", False),
    ],
)
def test_dots_match_a_part_of_a_line_or_lines(shown: str, printed: str, expected: bool) -> None:
    """`…` matches any text within a line, a line of only `…` any lines; all else must be equal."""
    assert expected is matches(shown, printed)


def test_the_command_reference_is_current() -> None:
    """docs/commands.md is the output of `python -m tests.test_docs`."""
    assert COMMANDS.read_text(encoding="utf-8") == reference()


def test_the_page_of_errors_is_current() -> None:
    """docs/errors.md is the output of `python -m tests.test_docs`, and explains every class of errors."""
    assert set(KINDS) == set(error_kinds())
    assert ERRORS.read_text(encoding="utf-8") == error_page()
    assert [] == [error.says for error in raised_errors() if not error.remedy]


def reference() -> str:
    """Return the command reference: the help of every command."""
    opening = "# Commands\n\nWritten by `python -m tests.test_docs` from what each command says of itself.\n"
    context = click.Context(cli, info_name="wxbot", terminal_width=100, **cli.context_settings)
    return "\n".join([opening, *_references(cli, context)])


def _references(command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield the help of a command and of its subcommands."""
    yield f"## {context.command_path}\n\n```\n{strip_blanks(command.get_help(context))}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _references(below, click.Context(below, info_name=name, parent=context))


@pytest.mark.parametrize("page", [*PAGES, *SAMPLES], ids=lambda page: page.name)
def test_every_named_variable_is_a_setting(page: Path) -> None:
    """Each `WXBOT_…` in a page or a sample is a setting, or names the file of a secret."""
    files = {f"{name}_file" for name in (*SECRETS, "database_url")}
    named = set(re.findall(rf"\b{PREFIX}(\w*[A-Z])\b", page.read_text(encoding="utf-8")))
    assert set() == {name.lower() for name in named} - set(Settings.model_fields) - files


@pytest.mark.parametrize("page", [*PAGES, SIMULATOR], ids=lambda page: page.name)
def test_every_link_has_a_target(page: Path) -> None:
    """A relative link names a file of the project and, after #, a heading in it."""
    links = re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", page.read_text(encoding="utf-8"))
    for target, heading in links:
        file = page.parent / target if target else page
        assert file.exists(), target
        assert not heading or heading in anchors(file), f"{target}#{heading}"


def anchors(file: Path) -> set[str]:
    """Return the anchors of a page: those that GitHub derives from its headings, and those written as `<a id>`."""
    text = file.read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    derived = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    return derived | set(re.findall(r'<a id="([^"]+)">', text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_named_path_exists(page: Path) -> None:
    """A path between backticks exists below the project's folder or `wxbot/`; `var/` is created at runtime."""
    for path in PATH.findall(page.read_text(encoding="utf-8")):
        if not path.startswith(("var/", "etc/", "srv/")):
            found = [*ROOT.glob(path.rstrip("/")), *(ROOT / "wxbot").glob(path.rstrip("/"))]
            assert found, path


def test_every_name_in_the_architecture_exists() -> None:
    """A dotted name between backticks is a module, a class or a function below `wxbot`."""
    names = NAME.findall(ARCHITECTURE.read_text(encoding="utf-8"))
    assert len(names) >= 20
    for name in names:
        if not name.endswith(FILE_NAMES):
            assert pkgutil.resolve_name(f"wxbot.{name}") is not None


def test_the_tables_of_moves_match_the_program() -> None:
    """The architecture's two tables list exactly the moves of campaigns and deliveries."""
    text = ARCHITECTURE.read_text(encoding="utf-8")
    for heading, moves in (("### Campaign", CAMPAIGN_MOVES), ("### Delivery", DELIVERY_MOVES)):
        table = text.partition(heading)[2].partition("\n#")[0]
        written = {
            (event.strip(), state): new
            for state, ways in re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", table, re.MULTILINE)
            for event, new in re.findall(r"([a-z][a-z ]*) → `(\w+)`", ways)
        }
        assert {(event, str(old)): str(new) for (event, old), new in moves.items()} == written


def test_the_handbook_explains_every_state_and_every_exit_code() -> None:
    """The handbook explains each state of a campaign and each exit code once, and no others."""
    text = HANDBOOK.read_text(encoding="utf-8")
    assert [int(code) for code in Exit] == [
        int(code) for code in re.findall(r"^\| (\d) \|", text, re.MULTILINE)
    ]
    states = re.findall(r"^\| [^|`]+ \| `(\w+)` \|", text, re.MULTILINE)
    assert sorted(map(str, CampaignState)) == sorted(states)


def test_the_handbook_names_every_reply_text() -> None:
    """Every reply text has a file in content/replies and is named in the handbook."""
    named = set(re.findall(r"`(\w+)\.txt`", HANDBOOK.read_text(encoding="utf-8")))
    assert set(TEXTS) == {file.stem for file in (ROOT / "content" / "replies").iterdir()}
    assert set(TEXTS) <= named


def test_the_pictures_of_the_docs_are_used_and_small() -> None:
    """Every picture in docs/ is shown on a page, the handbook shows its tasks, and all of docs/ is below 3 MB."""
    shown = {
        (page.parent / target).resolve()
        for page in [README, *DOCS.glob("*.md")]
        for target in re.findall(r"!\[[^\]]*\]\(([^)#\s]+)\)", page.read_text(encoding="utf-8"))
    }
    kept = {file.resolve() for kind in ("*.png", "*.webp") for file in DOCS.rglob(kind)}
    assert set() == kept - shown
    assert len([file for file in shown if file.parent.name == "pictures"]) >= 10
    assert sum(file.stat().st_size for file in DOCS.rglob("*") if file.is_file()) < 3_000_000


def test_every_named_make_target_exists() -> None:
    """Every `make …` of a page is a target of the Makefile."""
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        target
        for page in PAGES
        for target in re.findall(r"(?:^|`)make ([\w-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {"demo", "check", "bench"} <= named
    assert named <= targets


if __name__ == "__main__":
    COMMANDS.write_text(reference(), encoding="utf-8")
    ERRORS.write_text(error_page(), encoding="utf-8")
