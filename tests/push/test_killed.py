"""Tests of a worker that is killed at a given step, on every route."""

import os
from pathlib import Path

from tests.harness import PushHarness
from tests.push.fault_run import FaultRun, PreparedCampaign
from tests.push.scenarios import SCENARIOS, SELECTED, Scenario, on_both_databases
from tests.push.worker_processes import WorkerProcesses

# Number of steps of a route at which a worker is killed; the long form kills at every step, some minutes a route.
KILLS = 10_000 if os.environ.get("WXBOT_TEST_EVERY_LINE") else 2


@on_both_databases(SELECTED)
def test_after_a_kill_at_any_step_each_follower_receives_the_issue_once(
    short_issue: PushHarness, workers: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """At whatever line a worker is killed, the next ones finish: each follower receives the issue exactly once."""
    prepared = PreparedCampaign(short_issue, scenario, database_url, workers, tmp_path, followers=6)
    undisturbed = prepared.start_run(0)
    steps = workers.run_once_traced(undisturbed.url)["steps"]
    assert len(steps) > 100, "the whole delivery ran under the tracer"
    assert [] == _run_passes_and_find_errors(undisturbed)

    interval = max(1, len(steps) // KILLS)
    for step in steps[interval // 2 :: interval]:
        run = prepared.start_run(step)
        assert workers.run_once_traced(run.url, kill_at=step)["killed"]
        run.note_kill()
        assert [] == _run_passes_and_find_errors(run)


@on_both_databases(SCENARIOS)
def test_a_worker_killed_during_a_call_does_not_repeat_its_effect(
    short_issue: PushHarness, workers: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """The platform carries out a call whose worker is killed: no later call repeats an effect that people can see."""
    prepared = PreparedCampaign(short_issue, scenario, database_url, workers, tmp_path, followers=12)
    for path in scenario.calls:
        run = prepared.start_run(1)
        run.faults.append(path)
        run.start_and_kill_during(path)
        workers.clock.advance(61)
        run.finish([workers.start(run.url)])
        assert [] == run.find_errors()
        run.close()


def _run_passes_and_find_errors(run: FaultRun) -> list[str]:
    """Run passes until the campaign is over, the first before the killed worker's lease expires; return the errors."""
    for _ in range(6):
        run.workers.run_once(run.url)
        if run.is_over():
            break
        run.workers.clock.advance(61)
    errors = run.find_errors()
    run.close()
    return errors
