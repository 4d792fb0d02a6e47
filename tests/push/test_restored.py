"""Tests of a restored backup: nothing is sent again before an editor resumes it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SAMPLE, Shell
from tests.harness import PushHarness
from tests.push.fault_run import FaultRun, PreparedCampaign
from tests.push.scenarios import REPEATED, TO_ALL, Scenario
from tests.push.worker_processes import WorkerProcesses
from wxbot import library, push
from wxbot.bot import editor_orders
from wxbot.bot.editor_orders import OrderConfirmed, OrderRequested
from wxbot.push import CampaignState

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@SQLITE
@pytest.mark.parametrize("scenario", REPEATED, ids=str)
@pytest.mark.parametrize("seconds", [0.0, 0.3], ids=["approved", "running"])
def test_a_restore_pauses_unfinished_campaigns(
    short_issue: PushHarness,
    workers: WorkerProcesses,
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    scenario: Scenario,
    seconds: float,
    tmp_path: Path,
    database_url: str,
) -> None:
    """A campaign saved before or during delivery and restored after it is paused, and a worker sends nothing more."""
    run = PreparedCampaign(short_issue, scenario, database_url, workers, tmp_path).start_run(1)
    monkeypatch.setenv("WXBOT_DATABASE_URL", run.url)
    worker = workers.start(run.url) if seconds else None
    run.let_time_pass(seconds)
    if worker is not None:
        run.kill(worker)
    was_over = run.is_over()
    assert 0 == shell("backup", str(tmp_path / "saved.db")).code
    workers.clock.advance(61)
    run.finish([workers.start(run.url)])
    assert [] == run.find_errors()
    sent, calls = run.received(), _sending_calls(run)

    assert 0 == shell("restore", str(tmp_path / "saved.db"), "--yes").code
    next_worker = workers.start(run.url)
    run.let_time_pass(1.5)
    workers.stop(next_worker)
    assert (CampaignState.FINISHED if was_over else CampaignState.PAUSED) == run.state()
    assert (sent, calls) == (run.received(), _sending_calls(run))
    run.close()


def test_an_issue_pushed_since_the_backup_is_not_planned_again(
    harness: PushHarness, shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    """The worker ingests the file of an issue that came after the backup, but leaves planning it to an editor."""
    bulletins = home / "mine" / "bulletins"
    bulletins.mkdir(parents=True)
    for name, value in _environment(harness, home).items():
        monkeypatch.setenv(name, value)
    assert 0 == shell("backup", "b.db").code
    text = SAMPLE.read_text(encoding="utf-8").replace("第 02 期 2021", "第 03 期 2021")
    (bulletins / "2021-03.txt").write_text(text, encoding="utf-8")
    assert 0 == shell("worker", "--once").code
    with harness.db.read() as session:
        assert push.queries.latest_campaign(session, "2021-03") is not None

    restored = shell("restore", "b.db", "--yes")
    assert "2021-03 不会自动推送" in restored.out
    shell("worker", "--once")
    with harness.db.read() as session:
        assert library.issue(session, "2021-03") is not None
        assert push.queries.latest_campaign(session, "2021-03") is None


def test_an_editor_order_by_message_is_not_carried_out_again(
    harness: PushHarness, shell: Shell, database_url: str
) -> None:
    """A confirmed order that the backup holds, and that may have been carried out since, is dropped by the restore."""
    campaign = harness.plan()
    with harness.db.begin() as session:
        editor_orders.record_action(
            session, "alice", OrderRequested("approve", campaign.id, campaign.hash, "春风"), harness.now()
        )
        waiting = editor_orders.waiting(session, "alice", harness.now())
        assert waiting is not None
        editor_orders.record_action(
            session, "alice", OrderConfirmed(waiting.id, "approve", campaign.id), harness.now()
        )
    assert 0 == shell("backup", "b.db").code
    assert 0 == shell("restore", "b.db", "--yes").code
    assert editor_orders.claim(harness.db, harness.now()) is None


def test_a_killed_restore_leaves_no_campaign_that_sends(
    short_issue: PushHarness,
    workers: WorkerProcesses,
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    database_url: str,
) -> None:
    """`wxbot restore`, killed at any moment, leaves the old database or one whose campaign is paused."""
    run = PreparedCampaign(short_issue, TO_ALL, database_url, workers, tmp_path).start_run(1)
    monkeypatch.setenv("WXBOT_DATABASE_URL", run.url)
    assert 0 == shell("backup", str(tmp_path / "saved.db")).code
    run.finish([workers.start(run.url)])
    for _ in range(6):
        command = [sys.executable, "-m", "wxbot", "restore", str(tmp_path / "saved.db"), "--yes"]
        restoring = subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL)
        run.let_time_pass(run.random.uniform(0.4, 1.4))
        restoring.send_signal(signal.SIGKILL)
        restoring.wait()
        assert run.state() in {CampaignState.FINISHED, CampaignState.PAUSED}
    run.close()


def test_a_restore_without_a_file_pauses_the_current_database(harness: PushHarness, shell: Shell) -> None:
    """As after `pg_restore`, `wxbot restore --yes` without a file pauses every unfinished campaign of the database."""
    campaign = harness.plan_and_approve()
    assert 3 == shell("restore").code
    assert CampaignState.APPROVED == harness.state(campaign)
    assert f"计划 {campaign}" in shell("restore", "--yes").out
    assert CampaignState.PAUSED == harness.state(campaign)


def _environment(harness: PushHarness, home: Path) -> dict[str, str]:
    """Return the environment of a worker that needs no approvals."""
    return {
        "WXBOT_APP_ID": harness.platform.account.app_id,
        "WXBOT_APP_SECRET": harness.platform.account.secret,
        "WXBOT_PLATFORM_URL": harness.platform.url,
        "WXBOT_PUBLIC_URL": harness.settings.public_url,
        "WXBOT_CONTENT": str(home / "mine"),
        "WXBOT_PUSH_APPROVALS": "0",
    }


def _sending_calls(run: FaultRun) -> int:
    """Return how many calls of the platform sent a message, published, or added a draft."""
    paths = ("/cgi-bin/message/", "/cgi-bin/freepublish/submit", "/cgi-bin/draft/add")
    calls = run.harness.platform.world.calls.all()
    return sum(call.path.startswith(paths) and not call.path.endswith("/get") for call in calls)
