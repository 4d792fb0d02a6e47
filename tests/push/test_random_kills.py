"""Facts about workers that are killed at moments nobody chose, and started again, until the campaign is over."""

from pathlib import Path

import pytest

from tests.harness import PushHarness
from tests.push.crew import Crew
from tests.push.scenarios import MANY, SCENARIOS, Scenario
from tests.push.trial import Prepared, Trial

# Kills of one route on one database: some in an ordinary run, several hundred over all of them when asked for.
KILLS = 40 if MANY else 3
KILLS_OF_ONE_CAMPAIGN = 8
LONGEST_LIFE = 0.6  # seconds of a worker's life, of which one whole pass takes most


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_killed_at_random_moments_everybody_has_it_once(
    short: PushHarness, crew: Crew, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """Whenever workers die, one or two at a time, their successors finish: nobody twice, nobody missing."""
    prepared = Prepared(short, scenario, database_url, crew, tmp_path)
    kills = seed = 0
    while kills < KILLS:
        seed += 1
        trial = prepared.trial(seed)
        _haunted(trial, min(KILLS - kills, KILLS_OF_ONE_CAMPAIGN))
        assert [] == trial.judge()
        trial.close()
        kills += trial.kills
    assert "Traceback" not in crew.said(), "a successor finds nothing that it does not expect"


def _haunted(trial: Trial, kills: int) -> None:
    """Start workers and kill them, so many times; then let the last ones finish."""
    crew, chance = trial.crew, trial.chance
    while trial.kills < kills and not trial.over():
        while len(crew.working) < chance.choice([1, 1, 2]):
            crew.start(trial.url)
        trial.pass_by(chance.uniform(0, LONGEST_LIFE))
        trial.kill(chance.choice(crew.working))
        crew.time.pass_by(chance.choice([0, 5, 30, 61]))
    if not crew.working:
        crew.start(trial.url)
    trial.finish(list(crew.working))
