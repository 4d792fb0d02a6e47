"""Tests of pushing while the platform is slow, busy, cut off, out of quota, or behind a broken gateway."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.harness import PushHarness, call_simulator
from tests.push.fault_run import FaultRun, PreparedCampaign
from tests.push.scenarios import LONG_FORM, SELECTED, Scenario, on_both_databases
from tests.push.worker_processes import WorkerProcesses

RUNS = 12 if LONG_FORM else 1
SHORT_TIMEOUT = 1.0  # seconds that workers wait for an answer in a run with a slow one

SLOW: dict[str, Any] = {"kind": "slow", "seconds": 1.5 * SHORT_TIMEOUT}

# With each of these at any call the issue still arrives: the fault is temporary, or leaves the result unknown.
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


@on_both_databases(SELECTED)
def test_with_platform_faults_each_follower_receives_the_issue_once(
    short_issue: PushHarness, workers: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """With three faults at random calls and one killed worker, each follower still receives the issue exactly once."""
    prepared = PreparedCampaign(short_issue, scenario, database_url, workers, tmp_path)
    paths = [*prepared.called_paths(), "/cgi-bin/stable_token"]
    for seed in range(RUNS):
        run = prepared.start_run(seed)
        timeout = _inject_faults(run, paths)
        first = workers.start(run.url, timeout=timeout)
        run.let_time_pass(run.random.uniform(0.1, 0.8))
        run.kill(first)
        workers.clock.advance(run.random.choice([0, 61]))
        run.finish([workers.start(run.url, timeout=timeout)])
        short_issue.platform.world.faults.clear()
        assert [] == run.find_errors()
        run.close()
    assert "Traceback" not in workers.log_text(), "every fault of the platform is handled"


def _inject_faults(run: FaultRun, paths: Sequence[str]) -> float:
    """Inject three faults at these endpoints and return the timeout in seconds for the run's workers."""
    chosen = run.random.sample(FAULTS, 3)
    for fault in chosen:
        path, times = run.random.choice(paths), run.random.randint(1, 3)
        order = fault | {"path": path, "times": times, "rate": 0.5, "seed": run.seed}
        call_simulator(run.harness.platform, "/_sim/faults", order)
        run.faults.append(f"{fault} ×{times} at {path}")
    if SLOW not in chosen:
        return 10.0
    # With such a short timeout any answer can be lost on a busy machine.
    run.possibly_unknown |= set(run.prepared.openids)
    return SHORT_TIMEOUT
