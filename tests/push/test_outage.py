"""Tests of a database server that crashes and restarts while a campaign runs."""

import os
import signal
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import create_engine, text

from tests.databases import create_tables, postgres_server
from tests.harness import PushHarness
from tests.leftovers import MARK
from tests.push.fault_run import PreparedCampaign
from tests.push.scenarios import CUSTOMER
from tests.push.worker_processes import WorkerProcesses

_SERIALS = count(1)  # several tests of one process share the server


@pytest.fixture(scope="module")
def server() -> Iterator[postgres_server.PostgresServer]:
    """Start a PostgreSQL server for this module only, because its tests crash the server."""
    folder = tempfile.mkdtemp(prefix="outage-", dir=os.environ[MARK])
    server = postgres_server.get_server(folder, cleanup_mode="delete")
    yield server
    server.cleanup()


@pytest.fixture
def database_url(server: postgres_server.PostgresServer) -> str:
    """Create a database with its tables on that server and return its URL."""
    uri = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    admin, name = create_engine(uri, isolation_level="AUTOCOMMIT"), f"outage_{next(_SERIALS)}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return create_tables(uri.replace("/postgres?", f"/{name}?", 1))


def test_a_campaign_survives_a_crash_and_restart_of_postgresql(
    short_issue: PushHarness,
    workers: WorkerProcesses,
    server: postgres_server.PostgresServer,
    database_url: str,
    tmp_path: Path,
) -> None:
    """After a crash and restart during a campaign the same worker continues, and each follower gets the issue once."""
    run = PreparedCampaign(short_issue, CUSTOMER, database_url, workers, tmp_path).start_run(1)
    with run.db.begin() as session:
        # In a copy made by TEMPLATE, a crash before the first checkpoint sets sequences back.
        session.execute(text("CHECKPOINT"))
    worker = workers.start(run.url)
    run.let_time_pass(0.4)
    run.note_claimed()
    _crash(server)
    run.db.close()
    run.let_time_pass(0.3)
    server.ensure_postgres_running()
    run.note_claimed()
    run.finish([worker])
    assert [] == run.find_errors()
    run.close()
    assert "数据库不可用" in workers.log_text()
    assert "Traceback" not in workers.log_text()


def _crash(server: postgres_server.PostgresServer) -> None:
    """Stop the server immediately, as in a crash: it neither completes transactions nor writes a checkpoint."""
    os.kill(server.get_postmaster_info().pid, signal.SIGQUIT)
    while server.get_postmaster_info().is_running():
        sleep(0.01)
