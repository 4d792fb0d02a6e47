"""Facts about workers whose clocks are wrong: by more than a lease, and in both directions."""

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
    """One worker is 90 s early, one 90 s late, so that leases seem over; one is killed: everybody has it once."""
    prepared = Prepared(short, scenario, database_url, processes, tmp_path)
    for seed in range(TRIALS):
        trial = prepared.trial(seed)
        processes.start(trial.url, skew=WRONG)
        processes.start(trial.url, skew=-WRONG)
        trial.advance(trial.chance.uniform(0.2, 0.8))
        dying = trial.chance.choice(processes.running)
        # What it has in hand may have been called unknown by the other one, whose clock says that the lease is over.
        trial.kill(dying)
        trial.maybe_unknown |= trial.recipients(DeliveryState.UNKNOWN)
        processes.start(trial.url, skew=trial.chance.choice([-WRONG, WRONG]))
        trial.finish(list(processes.running))
        assert [] == trial.find_errors()
        trial.close()
    assert "Traceback" not in processes.log_text()
