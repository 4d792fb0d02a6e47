"""Tests of workers that are killed at random moments and replaced until the campaign is over."""

from pathlib import Path

from tests.harness import PushHarness
from tests.push.fault_run import FaultRun, PreparedCampaign
from tests.push.scenarios import LONG_FORM, SELECTED, Scenario, on_both_databases
from tests.push.worker_processes import WorkerProcesses

# Kills for one route on one database; the long form makes several hundred over all of them.
KILLS = 40 if LONG_FORM else 3
KILLS_PER_RUN = 8
MAX_LIFETIME = 0.6  # seconds until a worker is killed; one whole pass takes most of that


@on_both_databases(SELECTED)
def test_after_random_kills_each_follower_receives_the_issue_once(
    short_issue: PushHarness, workers: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """Of one or two workers some are killed at random moments; their successors send the issue exactly once to each."""
    prepared = PreparedCampaign(short_issue, scenario, database_url, workers, tmp_path)
    kills = seed = 0
    while kills < KILLS:
        seed += 1
        run = prepared.start_run(seed)
        _kill_repeatedly(run, min(KILLS - kills, KILLS_PER_RUN))
        assert [] == run.find_errors()
        run.close()
        kills += run.kills
    assert "Traceback" not in workers.log_text(), (
        "a successor handles every state that a killed worker leaves"
    )


def _kill_repeatedly(run: FaultRun, kills: int) -> None:
    """Start and kill workers so many times, then let the last ones finish."""
    workers, random = run.workers, run.random
    while run.kills < kills and not run.is_over():
        while len(workers.pids) < random.choice([1, 1, 2]):
            workers.start(run.url)
        run.let_time_pass(random.uniform(0, MAX_LIFETIME))
        run.kill(random.choice(workers.pids))
        workers.clock.advance(random.choice([0, 5, 30, 61]))
    if not workers.pids:
        workers.start(run.url)
    run.finish(list(workers.pids))
