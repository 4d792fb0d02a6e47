"""Tests of pushing while the database fails: connections cut, the file locked, the disk full."""

import resource
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from tests.harness import PushHarness
from tests.push.scenarios import CUSTOMER, MANY, TO_ALL, Scenario
from tests.push.trial import Prepared, Trial
from tests.push.worker_processes import WorkerProcesses
from wxbot.db import Database
from wxbot.errors import DatabaseUnavailable

TRIALS = 20 if MANY else 1
UNAVAILABLE = "数据库不可用"
SCENARIOS = pytest.mark.parametrize("scenario", [TO_ALL, CUSTOMER], ids=str)
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@POSTGRESQL
@SCENARIOS
def test_cut_off_from_postgresql_a_worker_connects_again(
    short: PushHarness, processes: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """Every connection is cut five times: the same worker continues, and everybody gets the issue once."""
    prepared = Prepared(short, scenario, database_url, processes, tmp_path)
    for seed in range(TRIALS):
        trial = prepared.trial(seed)
        worker = processes.start(trial.url)
        for _ in range(5):
            trial.advance(trial.chance.uniform(0.02, 0.3))
            trial.note_claimed()
            prepared.copies.cut(trial.url)
            trial.db.close()  # ours was cut, too
            trial.note_claimed()
        assert [] == _finish_and_check(trial, worker)


@SQLITE
@SCENARIOS
def test_locked_out_of_sqlite_a_worker_waits(
    short: PushHarness, processes: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """The file stays locked for longer than a worker waits: it retries, and everybody gets the issue once."""
    prepared = Prepared(short, scenario, database_url, processes, tmp_path)
    for seed in range(TRIALS):
        trial = prepared.trial(seed)
        worker = processes.start(trial.url, busy=0.1)
        for _ in range(3):
            trial.advance(trial.chance.uniform(0.02, 0.3))
            with closing(sqlite3.connect(_file(trial), isolation_level=None, timeout=10)) as other:
                other.execute("BEGIN IMMEDIATE")
                trial.advance(0.4)
                trial.note_claimed()
        assert [] == _finish_and_check(trial, worker)


@SQLITE
@SCENARIOS
def test_a_full_disk_stops_a_worker_until_there_is_room(
    short: PushHarness, processes: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """While no file can grow, nothing is sent that was not recorded first; afterwards the rest is sent."""
    prepared = Prepared(short, scenario, database_url, processes, tmp_path)
    for seed in range(TRIALS):
        trial = prepared.trial(seed)
        worker = processes.start(trial.url)
        trial.advance(trial.chance.uniform(0.05, 0.4))
        _limit_file_size(worker, trial.chance.randint(1, 16) * 1024)
        trial.note_claimed()
        trial.advance_until(lambda: UNAVAILABLE in processes.log_text() or trial.is_over())  # noqa: B023  called at once
        trial.note_claimed()
        _limit_file_size(worker, resource.RLIM_INFINITY)
        assert [] == _finish_and_check(trial, worker)


@SQLITE
def test_a_full_database_is_unavailable(db: Database) -> None:
    """A full database raises DatabaseUnavailable, and its remedy names the disk."""

    def fill() -> None:
        """Write more than the database may hold."""
        with db.begin() as session:
            session.execute(text("PRAGMA max_page_count = 1"))
            session.execute(text("CREATE TABLE large AS SELECT randomblob(1000000) AS much"))

    with pytest.raises(DatabaseUnavailable, match="database or disk is full") as full:
        fill()
    assert "磁盘" in full.value.remedy


@POSTGRESQL
def test_a_cut_connection_is_unavailable(db: Database) -> None:
    """A transaction that the server terminates raises DatabaseUnavailable; the next one gets a new connection."""

    def terminate_connection() -> None:
        """Terminate our own connection within a transaction."""
        with db.begin() as session:
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(DatabaseUnavailable, match=UNAVAILABLE):
        terminate_connection()
    with db.read() as session:
        assert 1 == session.scalar(text("SELECT 1"))


def test_a_missing_server_or_file_is_unavailable(tmp_path: Path) -> None:
    """A server that does not run, and a folder in place of the file, raise DatabaseUnavailable."""
    for url in (f"postgresql+psycopg://x@/x?host={tmp_path}", f"sqlite:///{tmp_path}"):
        db = Database.open(url, busy_seconds=1)
        with pytest.raises(DatabaseUnavailable, match=UNAVAILABLE), db.read():
            pass
        db.close()


def _finish_and_check(trial: Trial, worker: int) -> list[str]:
    """Let the worker finish the campaign; return what is wrong, including a traceback in its log."""
    trial.finish([worker])
    errors = trial.find_errors()
    trial.close()
    return [*errors, *(["a traceback"] if "Traceback" in trial.processes.log_text() else [])]


def _file(trial: Trial) -> str:
    return str(make_url(trial.url).database)


def _limit_file_size(worker: int, size: int) -> None:
    """Forbid this process to write beyond `size` bytes of any file, as on a full disk."""
    resource.prlimit(worker, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
