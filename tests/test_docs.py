"""Facts about the documents: the commands they show are run and print what stands there; what they name exists.

`python -m tests.test_docs` writes docs/commands.md anew from the command tree.

How a page is read. In a fenced block a line `$ wxbot …` is a command, and what stands below it, to the next command
or the end of the block, is what it prints; a remark `# … 3` behind it names its exit code. `…` stands for what
differs from run to run, a line of nothing else for any number of lines, and a campaign's hash for the one that is
printed in its place. Comments play the parts that the page does not show: `<!-- $ wxbot … -->` what the worker does
meanwhile, `<!-- POST /_sim/… {…} -->` what befalls the platform. The steps of one page run in their order, in one
folder, on one account.
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
from tests.harness import call_simulator
from wxbot.bot.texts import TEXTS
from wxbot.cli import cli
from wxbot.errors import Exit
from wxbot.push import CampaignState
from wxbot.push.ledger.states import CAMPAIGN_MOVES, DELIVERY_MOVES
from wxbot.settings import PREFIX, SECRETS, Settings, load
from wxbot.web import create_app, runtime_of
from wxbot.wechat import limits
from wxbot.wiring import Services

DOCS = ROOT / "docs"
README, HANDBOOK, OPERATIONS = ROOT / "README.md", DOCS / "handbook.md", DOCS / "operations.md"
ARCHITECTURE, COMMANDS = DOCS / "architecture.md", DOCS / "commands.md"
SIMULATOR = DOCS / "simulator.md"
PAGES = [README, HANDBOOK, OPERATIONS, ARCHITECTURE, COMMANDS]
NGINX = ROOT / "config" / "nginx.conf.sample"
UNITS = sorted((ROOT / "config" / "systemd").glob("*.service"))

WRITTEN_DAY = dt.date(2026, 12, 1)  # the Tuesday of the pages' examples: to come, whenever they are run
FOLLOWERS = 1200
HASH = re.compile(r"\b[0-9a-f]{12}\b")
STEP = re.compile(
    r"^```[a-z]*\n(?P<block>.*?)^```$"
    r"|<!-- \$ wxbot (?P<unseen>.*?) -->"
    r"|<!-- POST (?P<path>\S+) (?P<body>\{.*?\}) -->",
    re.DOTALL | re.MULTILINE,
)
# What a page names between backticks: a path of this project, or a name of this program.
PATH = re.compile(r"`((?:[\w.*-]+/)+[\w.*-]*)`")
NAME = re.compile(r"`((?:[a-z_]+\.)+[A-Za-z_]+)(?:\(\))?`")
FILE_NAMES = (".db", ".html", ".json", ".jsonl", ".md", ".pdf", ".py", ".toml", ".txt")


@dataclass(frozen=True)
class Example:
    """A command of a page, at a line, and what it must do."""

    line: int
    typed: str
    code: int
    shown: str


@dataclass(frozen=True)
class Unseen:
    """What is run between two examples, such as what the worker does meanwhile."""

    typed: str


@dataclass(frozen=True)
class Order:
    """What befalls the platform between two examples."""

    path: str
    body: dict[str, object]


def steps(page: Path) -> Iterator[Example | Unseen | Order]:
    """The steps of a page, in their order."""
    text = page.read_text(encoding="utf-8").replace(str(WRITTEN_DAY), str(_next_tuesday()))
    for found in STEP.finditer(text):
        if found["path"]:
            yield Order(found["path"], json.loads(found["body"]))
        elif found["unseen"]:
            yield Unseen(found["unseen"])
        else:
            yield from _examples(found["block"], text.count("\n", 0, found.start("block")) + 1)


def _examples(block: str, first_line: int) -> Iterator[Example]:
    """The commands of one fenced block."""
    for found in re.finditer(r"^\$ wxbot (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
        typed, _, remark = found[1].partition(" # ")
        code = re.search(r"(\d)$", remark)
        line = first_line + block.count("\n", 0, found.start())
        yield Example(line, typed, int(code[1]) if code else 0, tidy(found[2]))


def _next_tuesday() -> dt.date:
    """The first one from tomorrow on."""
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    return tomorrow + dt.timedelta(days=(WRITTEN_DAY.weekday() - tomorrow.weekday()) % 7)


def tidy(text: str) -> str:
    """Without blanks at the ends of lines, and without blank lines around."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def fits(shown: str, printed: str) -> bool:
    """Whether what was printed is what is shown, `…` standing for anything."""
    lines = (
        r"(?:.*\n)*" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in shown.split("\n")
    )
    return re.fullmatch("".join(lines), printed + "\n") is not None


class Reader:
    """Somebody who goes through a page and types what it shows."""

    def __init__(self, page: Path, shell: Shell, platform: wechat_simulator.RunningSimulator) -> None:
        self._page, self._shell, self._platform = page, shell, platform
        self._hashes: dict[str, str] = {}  # those of the page, and what was printed in their place
        self.typed = 0

    def take(self, step: Example | Unseen | Order) -> str:
        """Take one step; what is not as the page says, or nothing."""
        if isinstance(step, Order):
            call_simulator(self._platform, step.path, step.body)
            return ""
        ran = self._shell(*shlex.split(self._actual(step.typed)))
        return self._compared(step, ran) if isinstance(step, Example) else ""

    def _compared(self, example: Example, ran: Ran) -> str:
        """What was printed or ended otherwise than shown, or nothing."""
        self.typed += 1
        printed = tidy(ran.err + ran.out)
        self._hashes |= dict(zip(HASH.findall(example.shown), HASH.findall(printed), strict=False))
        if ran.code == example.code and fits(self._actual(example.shown), printed):
            return ""
        return f"{self._page.name}:{example.line}: wxbot {example.typed} ended with {ran.code}:\n{printed}"

    def _actual(self, text: str) -> str:
        """The text with the hashes that were printed in place of those of the page."""
        return HASH.sub(lambda found: self._hashes.get(found[0], found[0]), text)


@pytest.fixture
def platform(
    home: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> Iterator[wechat_simulator.RunningSimulator]:
    """A platform by the real clock with our server at its callback; shipped content and settings, an empty shelf."""
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
        with _served() as port:
            platform.account.callback = f"http://127.0.0.1:{port}/wechat"
            yield platform


@contextmanager
def _served() -> Iterator[int]:
    """Our server, with the settings of the environment; gives its port."""
    parts = Services(load())
    app = create_app(
        settings=parts.settings,
        db=parts.db,
        index=parts.index,
        bot=parts.bot,
        envelope=parts.envelope,
        clock=parts.now,
    )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.port
    server.shutdown()
    runtime_of(app).close()
    parts.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("page", [README, HANDBOOK, OPERATIONS], ids=lambda page: page.stem)
def test_the_commands_of_a_page_do_what_they_show(
    page: Path, shell: Shell, platform: wechat_simulator.RunningSimulator
) -> None:
    """Each command runs, in order, and prints what stands below it."""
    reader = Reader(page, shell, platform)
    wrong = [reader.take(step) for step in steps(page)]
    assert reader.typed >= 3, "the page shows how it is done"
    assert "" == "\n\n".join(filter(None, wrong))


@pytest.mark.parametrize(
    ("shown", "printed", "fit"),
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
def test_dots_stand_for_a_part_of_a_line_or_for_lines(shown: str, printed: str, fit: bool) -> None:
    """`…` is anything within its line, a line of it any lines; all else is taken at its word."""
    assert fit is fits(shown, printed)


def test_the_command_reference_is_that_of_the_command_tree() -> None:
    """docs/commands.md is what `python -m tests.test_docs` writes."""
    assert COMMANDS.read_text(encoding="utf-8") == reference()


def reference() -> str:
    """Every command's own help, as a page."""
    opening = "# Commands\n\nWritten by `python -m tests.test_docs` from what each command says of itself.\n"
    context = click.Context(cli, info_name="wxbot", terminal_width=100, **cli.context_settings)
    return "\n".join([opening, *_references(cli, context)])


def _references(command: click.Command, context: click.Context) -> Iterator[str]:
    """A command, and those below it."""
    yield f"## {context.command_path}\n\n```\n{tidy(command.get_help(context))}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _references(below, click.Context(below, info_name=name, parent=context))


@pytest.mark.parametrize("page", [*PAGES, NGINX, *UNITS], ids=lambda page: page.name)
def test_every_variable_that_is_named_is_a_setting(page: Path) -> None:
    """A `WXBOT_…` of a page or a sample is a setting, or the file of a secret."""
    files = {f"{name}_file" for name in (*SECRETS, "database_url")}
    named = set(re.findall(rf"\b{PREFIX}(\w*[A-Z])\b", page.read_text(encoding="utf-8")))
    assert set() == {name.lower() for name in named} - set(Settings.model_fields) - files


@pytest.mark.parametrize("page", [*PAGES, SIMULATOR], ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """A relative link names a file of the project, and after # a heading of it."""
    links = re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", page.read_text(encoding="utf-8"))
    for target, heading in links:
        file = page.parent / target if target else page
        assert file.exists(), target
        assert not heading or heading in _anchors(file), f"{target}#{heading}"


def _anchors(file: Path) -> set[str]:
    """The headings of a page, as GitHub makes addresses of them."""
    titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_is_named_exists(page: Path) -> None:
    """A path between backticks is there, from the top of the project or from `wxbot/`; `var/` is made by running."""
    for path in PATH.findall(page.read_text(encoding="utf-8")):
        if not path.startswith(("var/", "etc/", "srv/")):
            found = [*ROOT.glob(path.rstrip("/")), *(ROOT / "wxbot").glob(path.rstrip("/"))]
            assert found, path


def test_every_name_in_the_architecture_is_one_of_the_program() -> None:
    """A dotted name between backticks is a module, a class or a function below `wxbot`."""
    names = NAME.findall(ARCHITECTURE.read_text(encoding="utf-8"))
    assert len(names) >= 20
    for name in names:
        if not name.endswith(FILE_NAMES):
            assert pkgutil.resolve_name(f"wxbot.{name}") is not None


def test_the_ledgers_tables_are_those_of_the_program() -> None:
    """Every move of a campaign and of a delivery stands in the architecture's two tables, and no other."""
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
    """The states of a campaign and the exit codes are each explained once, and no others."""
    text = HANDBOOK.read_text(encoding="utf-8")
    assert [int(code) for code in Exit] == [
        int(code) for code in re.findall(r"^\| (\d) \|", text, re.MULTILINE)
    ]
    states = re.findall(r"^\| [^|`]+ \| `(\w+)` \|", text, re.MULTILINE)
    assert sorted(map(str, CampaignState)) == sorted(states)


def test_the_handbook_names_every_text_that_can_be_changed() -> None:
    """Each file of content/replies is there, and the handbook says when members read it."""
    named = set(re.findall(r"`(\w+)\.txt`", HANDBOOK.read_text(encoding="utf-8")))
    assert set(TEXTS) == {file.stem for file in (ROOT / "content" / "replies").iterdir()}
    assert set(TEXTS) <= named


def test_make_knows_what_the_pages_ask_of_it() -> None:
    """Every `make …` of a page is a target of the Makefile."""
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    asked = {
        target
        for page in PAGES
        for target in re.findall(r"(?:^|`)make (\w+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {"demo", "check", "bench"} <= asked
    assert asked <= targets


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_the_units_start_commands_that_exist(unit: Path) -> None:
    """`ExecStart` of a sample is a command with options that it has; the two processes both have a unit."""
    assert ["wxbot-web", "wxbot-worker"] == [each.stem for each in UNITS]
    (words,) = re.findall(r"^ExecStart=\S+/wxbot (.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    name, *given = words.split()
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    command.make_context(name, given)


def test_nginx_leads_to_our_port_and_lets_in_what_we_take() -> None:
    """The sample's address is the default of the settings, and its cap on a body is the webhook's."""
    text = NGINX.read_text(encoding="utf-8")
    host, port = (Settings.model_fields[name].default for name in ("host", "port"))
    assert f"server {host}:{port};" in text
    assert f"client_max_body_size {limits.BODY_BYTES // 2**20}m;" in text


if __name__ == "__main__":
    COMMANDS.write_text(reference(), encoding="utf-8")
