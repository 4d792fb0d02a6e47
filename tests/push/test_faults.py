"""Tests of pushing while the platform fails: slow, busy, cut off, out of quota, behind a broken gateway."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.harness import PushHarness, call_simulator
from tests.push.scenarios import CHOSEN, MANY, Scenario
from tests.push.trial import Prepared, Trial
from tests.push.worker_processes import WorkerProcesses

TRIALS = 12 if MANY else 1
PATIENCE = 1.0  # seconds: timeout of workers in a trial with the slow fault

SLOW: dict[str, Any] = {"kind": "slow", "seconds": 1.5 * PATIENCE}

# The issue arrives despite each of these at any call: they are temporary, or leave the outcome unknown.
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "errcode", "errcode": -1},
    {"kind": "errcode", "errcode": 40001},
    {"kind": "errcode", "errcode": 42010},
    {"kind": "errcode", "errcode": 45009},
    {"kind": "errcode", "errcode": 45011},
    {"kind": "errcode", "errcode": 45028},
    {"kind": "http", "status": 502},
    {"kind": "html"},
    SLOW,
    {"kind": "cut_before"},
    {"kind": "cut_after"},
)


@pytest.mark.parametrize("scenario", CHOSEN, ids=str)
def test_whatever_the_platform_answers_everybody_has_it_once(
    short: PushHarness, processes: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """Three faults strike random calls and one worker is killed: nobody gets it twice, nobody misses it."""
    prepared = Prepared(short, scenario, database_url, processes, tmp_path)
    paths = [*prepared.paths(), "/cgi-bin/stable_token"]
    for seed in range(TRIALS):
        trial = prepared.trial(seed)
        patience = _order_faults(trial, paths)
        first = processes.start(trial.url, patience=patience)
        trial.advance(trial.chance.uniform(0.1, 0.8))
        trial.kill(first)
        processes.clock.advance(trial.chance.choice([0, 61]))
        trial.finish([processes.start(trial.url, patience=patience)])
        short.platform.world.faults.clear()
        assert [] == trial.find_errors()
        trial.close()
    assert "Traceback" not in processes.log_text(), "the program expects every answer of the platform"


def _order_faults(trial: Trial, paths: Sequence[str]) -> float:
    """Order three faults at these endpoints; return the workers' timeout in seconds."""
    chosen = trial.chance.sample(FAULTS, 3)
    for fault in chosen:
        path, times = trial.chance.choice(paths), trial.chance.randint(1, 3)
        order = fault | {"path": path, "times": times, "rate": 0.5, "seed": trial.seed}
        call_simulator(trial.harness.platform, "/_sim/faults", order)
        trial.disturbances.append(f"{fault} ×{times} at {path}")
    if SLOW not in chosen:
        return 10.0
    # With so short a timeout any answer can be lost on a busy machine.
    trial.maybe_unknown |= set(trial.prepared.crowd)
    return PATIENCE
