"""Tests of workers whose clocks are wrong by more than a lease, in both directions."""

from pathlib import Path

from tests.harness import PushHarness
from tests.push.fault_run import PreparedCampaign
from tests.push.scenarios import LONG_FORM, SELECTED, Scenario, on_both_databases
from tests.push.worker_processes import WorkerProcesses
from wxbot.push import DeliveryState

RUNS = 10 if LONG_FORM else 1
SKEW = 90  # seconds; a lease lasts 60


@on_both_databases(SELECTED)
def test_clocks_three_minutes_apart_send_nothing_twice(
    short_issue: PushHarness, workers: WorkerProcesses, scenario: Scenario, database_url: str, tmp_path: Path
) -> None:
    """With one clock 90 s ahead and one 90 s behind, leases seem expired too early; nobody gets two messages."""
    prepared = PreparedCampaign(short_issue, scenario, database_url, workers, tmp_path)
    for seed in range(RUNS):
        run = prepared.start_run(seed)
        workers.start(run.url, skew=SKEW)
        workers.start(run.url, skew=-SKEW)
        run.let_time_pass(run.random.uniform(0.2, 0.8))
        killed = run.random.choice(workers.pids)
        # By the other worker's clock the lease has expired: it may have called the claimed deliveries unknown.
        run.kill(killed)
        run.possibly_unknown |= run.recipients(DeliveryState.UNKNOWN)
        workers.start(run.url, skew=run.random.choice([-SKEW, SKEW]))
        run.finish(list(workers.pids))
        assert [] == run.find_errors()
        run.close()
    assert "Traceback" not in workers.log_text()
