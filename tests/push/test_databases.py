"""Tests of pushing while the database fails: connections cut, the file locked, the disk full."""

import resource
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from tests.harness import PushHarness
from tests.push.fault_run import FaultRun, PreparedCampaign
from tests.push.scenarios import CUSTOMER, LONG_FORM, TO_ALL, Scenario
from tests.push.worker_processes import WorkerProcesses
from wxbot.db import Database
from wxbot.errors import DatabaseUnavailable

RUNS = 20 if LONG_FORM else 1
UNAVAILABLE_MESSAGE = "数据库不可用"
SCENARIOS = pytest.mark.parametrize("scenario", [TO_ALL, CUSTOMER], ids=str)
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@POSTGRESQL
@SCENARIOS
def test_a_worker_reconnects_after_postgresql_cuts_its_connections(
    short_issue: PushHarness, workers: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """After every cut of all connections the same worker continues, and each follower receives the issue once."""
    prepared = PreparedCampaign(short_issue, scenario, database_url, workers, tmp_path)
    for seed in range(RUNS):
        run = prepared.start_run(seed)
        worker = workers.start(run.url)
        for _ in range(5):
            run.let_time_pass(run.random.uniform(0.02, 0.3))
            run.note_claimed()
            prepared.copies.cut_connections(run.url)
            run.db.close()  # the test's own connection was cut, too
            run.note_claimed()
        assert [] == _finish_and_find_errors(run, worker)


@SQLITE
@SCENARIOS
def test_a_worker_waits_while_sqlite_is_locked(
    short_issue: PushHarness, workers: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """A worker that waited in vain for the lock tries again later, and each follower receives the issue once."""
    prepared = PreparedCampaign(short_issue, scenario, database_url, workers, tmp_path)
    for seed in range(RUNS):
        run = prepared.start_run(seed)
        worker = workers.start(run.url, busy_seconds=0.1)
        for _ in range(3):
            run.let_time_pass(run.random.uniform(0.02, 0.3))
            with closing(sqlite3.connect(_sqlite_file(run), isolation_level=None, timeout=10)) as other:
                other.execute("BEGIN IMMEDIATE")
                run.let_time_pass(0.4)
                run.note_claimed()
        assert [] == _finish_and_find_errors(run, worker)


@SQLITE
@SCENARIOS
def test_a_worker_continues_once_a_full_disk_has_room_again(
    short_issue: PushHarness, workers: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """While no file can grow, only what was written first is sent; the rest is sent once there is room."""
    prepared = PreparedCampaign(short_issue, scenario, database_url, workers, tmp_path)
    for seed in range(RUNS):
        run = prepared.start_run(seed)
        worker = workers.start(run.url)
        run.let_time_pass(run.random.uniform(0.05, 0.4))
        _limit_file_size(worker, run.random.randint(1, 16) * 1024)
        run.note_claimed()
        run.wait_until(lambda: UNAVAILABLE_MESSAGE in workers.log_text() or run.is_over())  # noqa: B023  called at once
        run.note_claimed()
        _limit_file_size(worker, resource.RLIM_INFINITY)
        assert [] == _finish_and_find_errors(run, worker)


@SQLITE
def test_a_full_database_raises_database_unavailable(db: Database) -> None:
    """A database that cannot grow raises DatabaseUnavailable, whose remedy tells the editor to look at the disk."""

    def fill() -> None:
        """Write more than the database may hold."""
        with db.begin() as session:
            session.execute(text("PRAGMA max_page_count = 1"))
            session.execute(text("CREATE TABLE large AS SELECT randomblob(1000000) AS much"))

    with pytest.raises(DatabaseUnavailable, match="database or disk is full") as full:
        fill()
    assert "磁盘" in full.value.remedy


@POSTGRESQL
def test_a_cut_connection_raises_database_unavailable(db: Database) -> None:
    """A transaction that the server terminates raises DatabaseUnavailable; the next one gets a new connection."""

    def terminate_own_connection() -> None:
        """Terminate the connection of a transaction, like a server that goes down."""
        with db.begin() as session:
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(DatabaseUnavailable, match=UNAVAILABLE_MESSAGE):
        terminate_own_connection()
    with db.read() as session:
        assert 1 == session.scalar(text("SELECT 1"))


def test_an_unreachable_database_raises_database_unavailable(tmp_path: Path) -> None:
    """A server that does not run, and a folder in the place of the file, raise DatabaseUnavailable."""
    for url in (f"postgresql+psycopg://x@/x?host={tmp_path}", f"sqlite:///{tmp_path}"):
        db = Database.open(url, busy_seconds=1)
        with pytest.raises(DatabaseUnavailable, match=UNAVAILABLE_MESSAGE), db.read():
            pass
        db.close()


def _finish_and_find_errors(run: FaultRun, worker: int) -> list[str]:
    """Let the worker finish the campaign and return the errors; a traceback in its log is one, too."""
    run.finish([worker])
    errors = run.find_errors()
    run.close()
    return [*errors, *(["a traceback"] if "Traceback" in run.workers.log_text() else [])]


def _sqlite_file(run: FaultRun) -> str:
    """Return the path of the run's SQLite file."""
    return str(make_url(run.url).database)


def _limit_file_size(worker: int, size: int) -> None:
    """Limit the size of every file that this process writes to so many bytes, as on a full disk."""
    resource.prlimit(worker, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
