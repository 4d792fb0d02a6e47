"""Tests of workers whose clocks are wrong by more than a lease, in both directions."""

from pathlib import Path

import pytest

from tests.harness import PushHarness
from tests.push.scenarios import CHOSEN, MANY, Scenario
from tests.push.trial import Prepared
from tests.push.worker_processes import WorkerProcesses
from wxbot.push import DeliveryState

TRIALS = 10 if MANY else 1
WRONG = 90  # seconds; a lease lasts 60


@pytest.mark.parametrize("scenario", CHOSEN, ids=str)
def test_clocks_three_minutes_apart_send_nothing_twice(
    short: PushHarness, processes: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """Leases seem over to workers 90 s early and 90 s late, and one is killed: everybody gets the issue once."""
    prepared = Prepared(short, scenario, database_url, processes, tmp_path)
    for seed in range(TRIALS):
        trial = prepared.trial(seed)
        processes.start(trial.url, skew=WRONG)
        processes.start(trial.url, skew=-WRONG)
        trial.advance(trial.chance.uniform(0.2, 0.8))
        dying = trial.chance.choice(processes.running)
        # The other worker, to whose clock the lease is over, may have marked its claims unknown.
        trial.kill(dying)
        trial.maybe_unknown |= trial.recipients(DeliveryState.UNKNOWN)
        processes.start(trial.url, skew=trial.chance.choice([-WRONG, WRONG]))
        trial.finish(list(processes.running))
        assert [] == trial.find_errors()
        trial.close()
    assert "Traceback" not in processes.log_text()
