"""Facts about a worker that is killed at one step or another, on every route."""

import os
from pathlib import Path

import pytest

from tests.harness import PushHarness
from tests.push.scenarios import CHOSEN, SCENARIOS, Scenario
from tests.push.trial import Prepared, Trial
from tests.push.worker_processes import WorkerProcesses

# How many steps of a route a worker dies at in an ordinary run; all of them, in some minutes a route, when asked for.
POINTS = 10_000 if os.environ.get("WXBOT_TEST_EVERY_LINE") else 2


@pytest.mark.parametrize("scenario", CHOSEN, ids=str)
def test_killed_at_any_step_everybody_has_it_once(
    short: PushHarness, processes: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """Whatever line a worker is at when it dies, the next ones finish its work: nobody twice, nobody missing."""
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
def test_killed_with_a_call_in_the_air_everybody_has_it_once(
    short: PushHarness, processes: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """A worker asks, dies, and the platform does what it was asked: nothing is done again that others would see."""
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
    """Let workers ring, the first while the dead one's lease still holds, until the campaign is over; then judge it."""
    for _ in range(6):
        trial.processes.run_pass(trial.url)
        if trial.is_over():
            break
        trial.processes.clock.advance(61)
    found = trial.find_errors()
    trial.close()
    return found
