"""Tests of a database server that stops and starts again while a campaign runs."""

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest
from pgserver import postgres_server
from pgserver.postgres_server import PostgresServer
from sqlalchemy import create_engine, text

from tests.conftest import create_tables
from tests.harness import PushHarness
from tests.push.scenarios import CUSTOMER
from tests.push.trial import Prepared
from tests.push.worker_processes import WorkerProcesses

CRASH_CHECKS = 3000  # every 0.01 s


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """Start a PostgreSQL server for this module alone, because it is stopped."""
    server = postgres_server.get_server(tempfile.mkdtemp(prefix="wxbot-outage-"), cleanup_mode="delete")
    yield server
    server.cleanup()


@pytest.fixture
def database_url(server: PostgresServer) -> str:
    """Create a database with its tables on that server; return its URL."""
    address = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    admin = create_engine(address, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE wxbot"))
    admin.dispose()
    return create_tables(address.replace("/postgres?", "/wxbot?", 1))


def test_a_server_that_stops_and_starts_costs_nobody_the_issue(
    short: PushHarness, processes: WorkerProcesses, server: PostgresServer, database_url: str, tmp_path: Path
) -> None:
    """After a crash of the server the same worker continues, and everybody gets the issue once."""
    trial = Prepared(short, CUSTOMER, database_url, processes, tmp_path).trial(1)
    with trial.db.begin() as session:
        # A copy made by TEMPLATE has sequences that a crash before the first checkpoint sets back.
        session.execute(text("CHECKPOINT"))
    worker = processes.start(trial.url)
    trial.advance(0.4)
    trial.note_claimed()
    _crash(server)
    trial.db.close()
    trial.advance(0.3)
    server.ensure_postgres_running()
    trial.note_claimed()
    trial.finish([worker])
    assert [] == trial.find_errors()
    trial.close()
    assert "数据库不可用" in processes.log_text()
    assert "Traceback" not in processes.log_text()


def _crash(server: PostgresServer) -> None:
    """Stop the server at once, as in a crash: open transactions are lost."""
    os.kill(server.get_postmaster_info().pid, signal.SIGQUIT)
    for _ in range(CRASH_CHECKS):
        if not server.get_postmaster_info().is_running():
            return
        sleep(0.01)
    raise TimeoutError("the server did not stop")
