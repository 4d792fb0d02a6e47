"""Shared fixtures: a real database of each kind, a library with the sample bulletin, a fixed time, a shell."""

import datetime as dt
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from pgserver import postgres_server
from sqlalchemy import Connection, create_engine, text

import wechat_simulator
from tests.harness import PushHarness, call_simulator, connect_platform
from wxbot import library
from wxbot.cli import main
from wxbot.db import Database, upgrade

# Derandomised, so that a check never fails by chance; `make check-long` raises the number of examples.
EXAMPLES = int(os.environ.get("WXBOT_TEST_EXAMPLES", "60"))
hypothesis_settings.register_profile(
    "wxbot", deadline=None, derandomize=EXAMPLES == 60, max_examples=EXAMPLES
)
hypothesis_settings.load_profile("wxbot")

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "content" / "bulletins" / "2021-02.txt"
NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))


# Fixtures whose tests want a database that has its tables: they get a copy of one that is made once a run.
READY = {"db", "shell"}
TEMPLATE = "wxbot_template"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--databases`: the kinds of database that tests run on."""
    parser.addoption("--databases", default="sqlite,postgresql", help="sqlite, postgresql, or both")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of a database that was not asked for."""
    chosen = config.getoption("--databases").split(",")
    left_out = [item for item in items if _database_of(item) not in (None, *chosen)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _database_of(item: pytest.Item) -> str | None:
    """Return the kind of database that a test runs on; None when it needs none."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("database_url") if callspec else None


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A real PostgreSQL, started for this run; its address. It need not outlive a power cut."""
    # Not below pytest's own folder, which no other user may enter: started by root, the server runs as another.
    server = postgres_server.get_server(tempfile.mkdtemp(prefix="wxbot-postgresql-"), cleanup_mode="delete")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    with administering(url) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield url
    server.cleanup()


@contextmanager
def administering(url: str) -> Iterator[Connection]:
    """A connection that makes and drops databases."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def with_tables(url: str) -> str:
    """The same address, after its database got its tables."""
    db = Database.open(url)
    upgrade(db)
    db.close()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, nothing in them."""
    path = tmp_path_factory.mktemp("template") / "wxbot.db"
    with_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """The name of a database with all tables, nothing in them, on the server of this run."""
    with administering(postgresql_server) as connection:
        connection.execute(text(f'CREATE DATABASE "{TEMPLATE}"'))
    with_tables(postgresql_server.replace("/postgres?", f"/{TEMPLATE}?", 1))
    return TEMPLATE


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of each kind: empty, or with its tables where the test asks for `db` or `shell`."""
    ready = not READY.isdisjoint(request.fixturenames)
    if request.param == "sqlite":
        if ready:
            shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "wxbot.db")
        yield f"sqlite:///{tmp_path / 'wxbot.db'}"
        return
    server = request.getfixturevalue("postgresql_server")
    template = request.getfixturevalue("postgresql_template") if ready else "template1"
    name = f"wxbot_{abs(hash(request.node.nodeid))}"
    with administering(server) as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    yield server.replace("/postgres?", f"/{name}?", 1)
    with administering(server) as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An open database with its tables, nothing in them."""
    db = Database.open(database_url)
    yield db
    db.close()


@pytest.fixture
def now() -> dt.datetime:
    """Noon in Beijing on a Tuesday."""
    return NOON


@pytest.fixture
def sample_db(db: Database, now: dt.datetime) -> Database:
    """The database with the sample bulletin on its shelf."""
    (done,) = library.ingest(db, [SAMPLE], now)
    assert done.outcome == library.Outcome.NEW
    return db


@dataclass(frozen=True)
class Ran:
    """The result of a command: its exit code and output."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The JSON lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]


class Shell:
    """Runs `wxbot` as a person would, in this process, against one database and one folder."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *words: str) -> Ran:
        """Run one command to its end."""
        self._capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(words)
        printed = self._capfd.readouterr()
        assert "Traceback" not in printed.err, "an editor never reads a traceback"
        return Ran(int(ended.value.code or 0), printed.out, printed.err)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with the shipped content, and no setting of this machine."""
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
    """A shell in that folder, on a database of each kind whose schema is current."""
    monkeypatch.setenv("WXBOT_DATABASE_URL", database_url)
    monkeypatch.setenv("WXBOT_STATE", str(home / "var"))
    shell = Shell(capfd)
    assert shell("db", "upgrade").code == 0
    return shell


@pytest.fixture
def platform() -> Iterator[wechat_simulator.RunningSimulator]:
    """The platform, with a clock of its own that stands at noon, and three followers."""
    with wechat_simulator.run(
        kind="svc", mode="safe", virtual=True, start=int(NOON.timestamp()), mass_delay=5.0
    ) as platform:
        for openid in ("alice", "bob", "carol"):
            call_simulator(platform, "/_sim/followers", {"openid": openid})
        yield platform


@pytest.fixture
def harness(sample_db: Database, platform: wechat_simulator.RunningSimulator) -> Iterator[PushHarness]:
    """The sample on the shelf, the platform ready."""
    harness = PushHarness(sample_db, platform, connect_platform(platform, sample_db))
    yield harness
    harness.wechat.close()
