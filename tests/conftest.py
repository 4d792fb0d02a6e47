"""Shared fixtures: a real database of a kind, a library with the sample bulletin, a fixed time, a shell."""

import datetime as dt
import gc
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Dialect, Engine, Pool
from werkzeug.routing import Rule

import wechat_simulator
from tests.databases import PostgresDatabases, StatementCache, create_tables, kinds_of_database, read_rows
from tests.harness import PushHarness, call_simulator, connect_platform
from tests.leftovers import watch_this_run
from wxbot import library
from wxbot.cli import main
from wxbot.db import Database
from wxbot.editors import passwords
from wxbot.search import Index, catch_up

# Derandomised, so that a check never fails by chance; `make check-long` raises the number of examples.
FEW_EXAMPLES = 30
EXAMPLES = int(os.environ.get("WXBOT_TEST_EXAMPLES", FEW_EXAMPLES))
hypothesis_settings.register_profile(
    "wxbot", deadline=None, derandomize=EXAMPLES == FEW_EXAMPLES, max_examples=EXAMPLES
)
hypothesis_settings.load_profile("wxbot")

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "content" / "bulletins" / "2021-02.txt"
CHEAP_METHOD = "scrypt:256:8:1"
CHEAP_DECOY_HASH = passwords.DECOY_HASH.replace(passwords.METHOD, CHEAP_METHOD)
NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))


# Left out by `make test-quick`: they start servers and browsers, kill processes, install clients, compute for long,
# or deliver campaigns and open the console on the simulated platform.
SLOW = (
    "tests/bot/test_limits.py",
    "tests/bot/test_replay.py",
    "tests/bulletin/readers/test_office.py",
    "tests/bulletin/test_conservation.py::test_no_layout_loses_a_character",
    "tests/bulletin/test_corpus.py",
    "tests/bulletin/test_fix_file.py::test_no_fix_loses_a_character",
    "tests/bulletin/test_hostile.py",
    "tests/bulletin/test_marked_text.py::test_time_grows_with_the_length",
    "tests/bulletin/test_reader_pool.py",
    "tests/bulletin/test_settle_reading.py",
    "tests/bulletin/test_web_forms.py::test_a_large_drawing_becomes_a_photograph",
    "tests/cli/test_account.py",
    "tests/cli/test_archive.py",
    "tests/cli/test_ask_doubts.py",
    "tests/cli/test_context.py",
    "tests/cli/test_editors.py",
    "tests/cli/test_push",
    "tests/cli/test_revisions.py",
    "tests/cli/test_start.py",
    "tests/cli/test_stats.py",
    "tests/cli/test_translations.py::test_a_process_speaks_the_language_of_its_environment",
    "tests/db/test_backup.py",
    "tests/db/test_copying.py",
    "tests/db/test_upgrades.py",
    "tests/doctor/test_examination.py",
    "tests/editor_files/test_store.py::test_a_change_that_is_killed_at_any_point_is_made_once",
    "tests/editors/test_passwords.py",
    "tests/library/test_archive_import.py",
    "tests/library/test_article_matching.py::test_large_issue_with_long_texts_is_matched",
    "tests/library/test_fixed_sources.py",
    "tests/library/test_ingest.py",
    "tests/library/test_killed_writes.py",
    "tests/library/test_life_of_issues.py",
    "tests/library/test_writers_at_once.py",
    "tests/push/test_clocks.py",
    "tests/push/test_corrections.py",
    "tests/push/test_databases.py",
    "tests/push/test_deliver.py",
    "tests/push/test_faults.py",
    "tests/push/test_killed.py",
    "tests/push/test_killed_publishing.py",
    "tests/push/test_list.py",
    "tests/push/test_mixed.py",
    "tests/push/test_outage.py",
    "tests/push/test_quiet.py",
    "tests/push/test_random_kills.py",
    "tests/push/test_recheck.py",
    "tests/push/test_report.py",
    "tests/push/test_restored.py",
    "tests/push/test_revised.py",
    "tests/push/test_routes.py",
    "tests/push/test_workers.py",
    "tests/rendering/test_draft.py::test_every_field_is_within_its_limit",
    "tests/search/test_index.py::test_no_query_is_an_error",
    "tests/search/test_index.py::test_the_cache_of_results_is_bounded",
    "tests/search/test_index_files.py",
    "tests/search/test_queries.py",
    "tests/search/test_start.py",
    "tests/search/test_tokenizing.py",
    "tests/test_backups.py",
    "tests/test_demo.py",
    "tests/test_docs.py",
    "tests/test_leftovers.py",
    "tests/test_worker.py",
    "tests/web/console/",
    "tests/web/test_conversations.py",
    "tests/web/test_deadline.py",
    "tests/web/test_health.py",
    "tests/web/test_server.py",
    "tests/wechat/test_http.py::test_many_threads_share_the_door",
    "tests/wechat_simulator/test_clients",
    "tests/wechat_simulator/test_command.py",
    "tests/wechat_simulator/test_concurrency.py",
    "tests/wechat_simulator/test_manual.py",
    "tests/wechat_simulator/test_random.py",
    "tests/wechat_simulator/test_users.py",
)


# Of a test with many cases that each search, draw or start a server, `make test-quick` runs the first few.
MANY_CASES = (
    "tests/bot/test_everyday_messages.py",
    "tests/bulletin/test_parser.py",
    "tests/cli/test_rules.py",
    "tests/rendering/test_cover.py",
    "tests/search/",
    "tests/web/",
    "tests/wechat/test_transport.py",
    "tests/wechat_simulator/",
)
QUICK_CASES = 3


# Files of tests and databases stay in memory where there is room: half of the time tests waited for the disk.
MEMORY = Path("/dev/shm")  # noqa: S108  only a folder below it, which pytest makes for one user
ROOM = 2 * 1024**3  # bytes

# Modules whose tests share something that takes seconds to make: each runs in one worker.
GROUPED = (
    "tests/bulletin/test_hostile.py",
    "tests/bulletin/test_reader_pool.py",
    "tests/push/test_outage.py",
    "tests/search/test_queries.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder for temporary files, watch the run, and register the mark of pytest-xdist.

    Garbage is not looked for while tests are read: nearly all that is made then stays.
    """
    gc.disable()
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    watch_this_run()
    config.addinivalue_line("markers", "xdist_group(name): run the tests of one name in one worker")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--databases`: the kinds of database that tests run on."""
    parser.addoption("--databases", default="sqlite,postgresql", help="sqlite, postgresql, or both")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Read no module of which all tests are slow, where slow tests are left out."""
    if "not slow" not in config.option.markexpr:
        return None
    name = collection_path.relative_to(ROOT).as_posix()
    return True if name.endswith(".py") and name.startswith(SLOW) else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses a database on the kinds that its module and its mark ask for."""
    named = {str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize")}
    if "database_url" in metafunc.fixturenames and not any("database_url" in names for names in named):
        is_marked = metafunc.definition.get_closest_marker("both_databases") is not None
        kinds = kinds_of_database(metafunc.definition.nodeid, is_marked=is_marked)
        metafunc.parametrize("database_url", kinds, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the slow and the grouped tests, and deselect those of a database that `--databases` does not name."""
    cases = Counter[str]()
    for item in items:
        name = item.nodeid.partition("[")[0]
        cases[name] += 1
        if name.startswith(SLOW) or (name.startswith(MANY_CASES) and cases[name] > QUICK_CASES):
            item.add_marker(pytest.mark.slow)
        if item.nodeid.startswith(GROUPED):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    chosen = config.getoption("--databases").split(",")
    left_out = {item for item in items if _database_of(item) not in (None, *chosen)}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """Exempt the tests that were read from garbage collection: looking through them took a sixth of a test's time.

    What is alive after a full collection later, such as a dictionary of words, is exempted too.
    """
    gc.freeze()
    gc.callbacks.append(_note_full_collection)
    gc.enable()


_full_collections = [0]


def _note_full_collection(phase: str, info: dict[str, int]) -> None:
    """Count a full collection that ends."""
    _full_collections[0] += phase == "stop" and info["generation"] == 2


def pytest_runtest_logfinish() -> None:
    """Exempt what is alive after a test with a full collection; during it, Hypothesis looks for referrers itself."""
    if _full_collections[0]:
        _full_collections[0] = 0
        gc.freeze()


def _database_of(item: pytest.Item) -> str | None:
    """Return the kind of database that a test runs on; None when it needs none."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("database_url") if callspec else None


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresDatabases]:
    """Run a PostgreSQL server for this test run."""
    server = PostgresDatabases()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file with all tables, empty."""
    path = tmp_path_factory.mktemp("template") / "wxbot.db"
    create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def sqlite_sample(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file with the sample bulletin in its library."""
    path = tmp_path_factory.mktemp("sample") / "wxbot.db"
    shutil.copy(sqlite_template, path)
    db = Database.open(f"sqlite:///{path}")
    (done,) = library.ingest(db, [SAMPLE], NOON)
    assert done.outcome == library.Outcome.NEW
    db.close()
    return path


@pytest.fixture(scope="session")
def sample_index(sqlite_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an index of that library; a test works on a copy."""
    folder = tmp_path_factory.mktemp("sample") / "index"
    db = Database.open(f"sqlite:///{sqlite_sample}")
    catch_up(Index.open(folder), db)
    db.close()
    return folder


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of a database, with the tables and rows that the test's other fixtures need.

    `kinds_of_database` says on which kinds a test runs, unless the test says it itself.
    """
    needed = set(request.fixturenames)
    templates = {
        "sample_db": "sqlite_sample",
        "sample_shell": "sqlite_sample",
        "db": "sqlite_template",
        "shell": "sqlite_template",
    }
    template = next((filled for name, filled in templates.items() if name in needed), None)
    path: Path | None = request.getfixturevalue(template) if template else None
    if request.param == "sqlite":
        if path is not None:
            shutil.copy(path, tmp_path / "wxbot.db")
        yield f"sqlite:///{tmp_path / 'wxbot.db'}"
        return
    server: PostgresDatabases = request.getfixturevalue("postgresql_server")
    name = f"wxbot_{abs(hash(request.node.nodeid))}"
    filled = (
        server.empty_database(name)
        if path is None
        else server.filled_database(read_rows(f"sqlite:///{path}"))
    )
    with filled as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """Yield an open database with empty tables."""
    db = Database.open(database_url)
    yield db
    db.close()


@pytest.fixture(autouse=True)
def _cheap_password_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords at a low cost, except in the tests of hashing itself: a real hash takes a third of a second."""
    if request.path.name != "test_passwords.py":
        monkeypatch.setattr(passwords, "METHOD", CHEAP_METHOD)
        monkeypatch.setattr(passwords, "DECOY_HASH", CHEAP_DECOY_HASH)


@pytest.fixture(scope="session", autouse=True)
def _builders_of_addresses() -> Iterator[None]:
    """Compile the function that builds a route's addresses once: each test's Flask application has the same routes.

    Werkzeug compiles it when an application is made, which took a third of the time of a test of the web.
    """
    compile_builder, kept = Rule._compile_builder, dict[object, Any]()

    def compile_once(rule: Rule, append_unknown: bool = True) -> Any:
        """Return the function for an equal rule, or compile it; the rules of these applications have no state."""
        converters = tuple((name, type(one)) for name, one in rule._converters.items())
        key = (rule.rule, repr(rule.defaults), rule.subdomain, rule.host, converters, append_unknown)
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compile_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _compiled_statements() -> Iterator[None]:
    """Compile an SQL statement once for all SQLite and once for all PostgreSQL databases that tests open.

    SQLAlchemy keeps compiled statements for each open database, which a test uses for a moment: compiling took a tenth
    of the time of the tests of pushes, of the console and of the webhook.
    """
    make_engine, kept = Engine.__init__, dict[type[Dialect], StatementCache]()

    def share_statements(engine: Engine, pool: Pool, dialect: Dialect, *given: Any, **named: Any) -> None:
        """Make an engine that uses the statements of its kind of database."""
        make_engine(engine, pool, dialect, *given, **named)
        engine._compiled_cache = kept.setdefault(type(dialect), StatementCache(2000))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "__init__", share_statements)
        yield


@pytest.fixture
def now() -> dt.datetime:
    """Return noon in Beijing on a Tuesday."""
    return NOON


@pytest.fixture
def sample_db(db: Database, now: dt.datetime) -> Database:
    """Return the database with the sample bulletin in its library."""
    with db.read() as session:
        filled = library.count_articles(session) > 0
    if not filled:  # a test with a server of its own
        (done,) = library.ingest(db, [SAMPLE], now)
        assert done.outcome == library.Outcome.NEW
    return db


@pytest.fixture
def index(sample_index: Path, tmp_path: Path) -> Index:
    """Return the index of the library with the sample bulletin."""
    return Index.open(shutil.copytree(sample_index, tmp_path / "index"))


@dataclass(frozen=True)
class Ran:
    """The result of a command: its exit code and output."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The JSON document on stdout."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The JSON lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]


class Shell:
    """Run `wxbot` commands in this process, on one database and in one folder."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *words: str) -> Ran:
        """Run one command; return its exit code and output."""
        self._capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(words)
        printed = self._capfd.readouterr()
        assert "Traceback" not in printed.err, "an editor never reads a traceback"
        return Ran(int(ended.value.code or 0), printed.out, printed.err)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to a folder with only the shipped content, without the settings of this machine; return it."""
    for name in [name for name in os.environ if name.startswith("WXBOT_")]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    (home / "content").symlink_to(ROOT / "content")
    monkeypatch.chdir(home)
    return home


@pytest.fixture
def shell(
    home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Shell:
    """Return a shell in that folder, on a database with the current schema."""
    monkeypatch.setenv("WXBOT_DATABASE_URL", database_url)
    monkeypatch.setenv("WXBOT_STATE", str(home / "var"))
    shell = Shell(capfd)
    assert shell("db", "upgrade").code == 0
    return shell


@pytest.fixture
def sample_shell(shell: Shell, home: Path, sample_index: Path) -> Shell:
    """Return a shell whose database has the sample bulletin in its library, and an index of it."""
    shutil.copytree(sample_index, home / "var" / "index")
    return shell


@pytest.fixture
def platform() -> Iterator[wechat_simulator.RunningSimulator]:
    """Yield the simulated platform with three followers and a virtual clock that starts at NOON."""
    with wechat_simulator.run(
        kind="svc", mode="safe", virtual=True, start=int(NOON.timestamp()), mass_delay=5.0
    ) as platform:
        for openid in ("alice", "bob", "carol"):
            call_simulator(platform, "/_sim/followers", {"openid": openid})
        yield platform


@pytest.fixture
def harness(sample_db: Database, platform: wechat_simulator.RunningSimulator) -> Iterator[PushHarness]:
    """Yield the harness, with the sample bulletin in the library."""
    harness = PushHarness(sample_db, platform, connect_platform(platform, sample_db))
    yield harness
    harness.wechat.close()
