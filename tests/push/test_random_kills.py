"""Tests of workers that are killed at random moments and started again until the campaign is over."""

from pathlib import Path

import pytest

from tests.harness import PushHarness
from tests.push.scenarios import MANY, SCENARIOS, Scenario
from tests.push.trial import Prepared, Trial
from tests.push.worker_processes import WorkerProcesses

# Kills of one route on one database; with the environment variable several hundred over all routes.
KILLS = 40 if MANY else 3
KILLS_OF_ONE_CAMPAIGN = 8
LONGEST_LIFE = 0.6  # seconds of a worker's life, of which one whole pass takes most


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_killed_at_random_moments_everybody_has_it_once(
    short: PushHarness, processes: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """One or two workers at a time are killed; their successors finish: nobody gets it twice, nobody misses it."""
    prepared = Prepared(short, scenario, database_url, processes, tmp_path)
    kills = seed = 0
    while kills < KILLS:
        seed += 1
        trial = prepared.trial(seed)
        _kill_repeatedly(trial, min(KILLS - kills, KILLS_OF_ONE_CAMPAIGN))
        assert [] == trial.find_errors()
        trial.close()
        kills += trial.kills
    assert "Traceback" not in processes.log_text(), (
        "a successor expects every state that a killed worker leaves"
    )


def _kill_repeatedly(trial: Trial, kills: int) -> None:
    """Start workers and kill them `kills` times; then let the last ones finish."""
    processes, chance = trial.processes, trial.chance
    while trial.kills < kills and not trial.is_over():
        while len(processes.running) < chance.choice([1, 1, 2]):
            processes.start(trial.url)
        trial.advance(chance.uniform(0, LONGEST_LIFE))
        trial.kill(chance.choice(processes.running))
        processes.clock.advance(chance.choice([0, 5, 30, 61]))
    if not processes.running:
        processes.start(trial.url)
    trial.finish(list(processes.running))
