"""Tests of a worker that is killed at one step or another, on every route."""

import os
from pathlib import Path

import pytest

from tests.harness import PushHarness
from tests.push.scenarios import CHOSEN, SCENARIOS, Scenario
from tests.push.trial import Prepared, Trial
from tests.push.worker_processes import WorkerProcesses

# Number of steps of a route at which a worker is killed; with the environment variable at every step, in minutes.
POINTS = 10_000 if os.environ.get("WXBOT_TEST_EVERY_LINE") else 2


@pytest.mark.parametrize("scenario", CHOSEN, ids=str)
def test_killed_at_any_step_everybody_has_it_once(
    short: PushHarness, processes: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """A worker is killed before any line of code; the next ones finish: nobody gets it twice, nobody misses it."""
    prepared = Prepared(short, scenario, database_url, processes, tmp_path, crowd=6)
    undisturbed = prepared.trial(0)
    steps = processes.run_pass(undisturbed.url)["steps"]
    assert len(steps) > 100, "the whole delivery ran under the tracer"
    assert [] == _run_to_end(undisturbed)

    apart = max(1, len(steps) // POINTS)
    for step in steps[apart // 2 :: apart]:
        trial = prepared.trial(step)
        assert processes.run_pass(trial.url, kill_at=step)["killed"]
        trial.note_kill()
        assert [] == _run_to_end(trial)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_killed_during_a_call_everybody_has_it_once(
    short: PushHarness, processes: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """A worker is killed during a call that the platform carries out: no follower or editor sees its effect twice."""
    prepared = Prepared(short, scenario, database_url, processes, tmp_path, crowd=12)
    for path in scenario.calls:
        trial = prepared.trial(1)
        trial.disturbances.append(path)
        trial.start_and_kill_in(path)
        processes.clock.advance(61)
        trial.finish([processes.start(trial.url)])
        assert [] == trial.find_errors()
        trial.close()


def _run_to_end(trial: Trial) -> list[str]:
    """Run passes until the campaign is over, the first under the dead worker's lease; return what is wrong."""
    for _ in range(6):
        trial.processes.run_pass(trial.url)
        if trial.is_over():
            break
        trial.processes.clock.advance(61)
    errors = trial.find_errors()
    trial.close()
    return errors
