"""Facts about a server under load over minutes: soak, reloads, machines. The long form: each runs a benchmark."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cluster import missing_parts
from bench.restart import restart_under_load
from tests.conftest import ROOT

LONG_FORM = bool(os.environ.get("WXBOT_TEST_ENDURANCE"))
LONG = pytest.mark.skipif(
    not LONG_FORM, reason="takes minutes: WXBOT_TEST_ENDURANCE=1, as in make check-long"
)
SECONDS = 1800


def _run(*words: str) -> str:
    """Run a benchmark; return what it printed. It fails with all that it printed."""
    ran = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert 0 == ran.returncode, ran.stdout + ran.stderr
    return ran.stdout


@LONG
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_minutes_of_everything_lose_nothing(database: str) -> None:
    """Under a steady load with pushes, faults, a held database, a backup and a rolling restart nothing is lost."""
    assert "no fault" in _run("bench.soak", "--minutes", "2", "--rate", "60", "--database", database)


@LONG
@pytest.mark.parametrize("way", ["reload", "open socket"])
def test_six_restarts_in_fifty_seconds_lose_no_message(tmp_path: Path, way: str) -> None:
    """Each message is answered in one of the platform's three tries while the server is reloaded or restarted."""
    assert 0 == restart_under_load(tmp_path, way, rate=60.0)


@LONG
def test_three_machines_survive_a_cut_link_and_a_dead_primary() -> None:
    """Nothing is sent twice or lost when one machine is cut off, and when PostgreSQL's primary vanishes."""
    if lack := missing_parts():
        pytest.skip(lack)
    assert "nothing was sent twice, nothing was lost" in _run("bench.machines")
