"""What tests stand on: a real database of each kind, a shelf with the sample bulletin, a fixed moment."""

import datetime as dt
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from pgserver import postgres_server
from sqlalchemy import create_engine, text

from tests.desk import Desk, ask, door
from wxbot import library, simulator
from wxbot.cli import main
from wxbot.db import Database, upgrade

# The same examples at every run, however slow the machine is: a check that fails by chance teaches to ignore it.
hypothesis_settings.register_profile("wxbot", deadline=None, derandomize=True)
hypothesis_settings.load_profile("wxbot")

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "content" / "bulletins" / "2021-02.txt"
NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A real PostgreSQL, started for this run; its address."""
    # Not below pytest's own folder, which no other user may enter: started by root, the server runs as another.
    server = postgres_server.get_server(tempfile.mkdtemp(prefix="wxbot-postgresql-"), cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'wxbot.db'}"
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"wxbot_{abs(hash(request.node.nodeid))}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield server.replace("/postgres?", f"/{name}?", 1)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An open database with its tables, nothing in them."""
    db = Database.open(database_url)
    upgrade(db)
    yield db
    db.close()


@pytest.fixture
def now() -> dt.datetime:
    """Noon in Beijing on a Tuesday."""
    return NOON


@pytest.fixture
def shelved(db: Database, now: dt.datetime) -> Database:
    """The database with the sample bulletin on its shelf."""
    (done,) = library.ingest(db, [SAMPLE], now)
    assert done.outcome == library.Outcome.NEW
    return db


@dataclass(frozen=True)
class Ran:
    """What a command did: its exit code and what it printed."""

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
def platform() -> Iterator[simulator.Running]:
    """The platform, with a clock of its own that stands at noon, and three followers."""
    with simulator.run(
        kind="svc", mode="safe", virtual=True, start=int(NOON.timestamp()), mass_delay=5.0
    ) as platform:
        for openid in ("alice", "bob", "carol"):
            ask(platform, "/_sim/followers", {"openid": openid})
        yield platform


@pytest.fixture
def desk(shelved: Database, platform: simulator.Running) -> Iterator[Desk]:
    """The sample on the shelf, the platform ready."""
    desk = Desk(shelved, platform, door(platform, shelved))
    yield desk
    desk.wechat.close()
