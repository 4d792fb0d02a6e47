"""Tests of a restored backup: nothing of it is sent again before an editor resumes it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SAMPLE, Shell
from tests.harness import PushHarness
from tests.push.scenarios import CHOSEN, TO_ALL, Scenario
from tests.push.trial import Prepared, Trial
from tests.push.worker_processes import WorkerProcesses
from wxbot import library, push
from wxbot.bot import editor_orders
from wxbot.bot.editor_orders import OrderConfirmed, OrderRequested
from wxbot.push import CampaignState

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@SQLITE
@pytest.mark.parametrize("scenario", CHOSEN, ids=str)
@pytest.mark.parametrize("under_way", [0.0, 0.3], ids=["approved", "running"])
def test_what_a_backup_still_had_to_send_asks_first(
    short: PushHarness,
    processes: WorkerProcesses,
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    scenario: Scenario,
    under_way: float,
    tmp_path: Path,
    database_url: str,
) -> None:
    """A campaign saved before or during its delivery and restored afterwards is paused, and a worker sends nothing."""
    trial = Prepared(short, scenario, database_url, processes, tmp_path).trial(1)
    monkeypatch.setenv("WXBOT_DATABASE_URL", trial.url)
    worker = processes.start(trial.url) if under_way else None
    trial.advance(under_way)
    if worker is not None:
        trial.kill(worker)
    was_over = trial.is_over()
    assert 0 == shell("backup", str(tmp_path / "saved.db")).code
    processes.clock.advance(61)
    trial.finish([processes.start(trial.url)])
    assert [] == trial.find_errors()
    sent, calls = trial.received(), _sending_calls(trial)

    assert 0 == shell("restore", str(tmp_path / "saved.db"), "--yes").code
    later = processes.start(trial.url)
    trial.advance(1.5)
    processes.stop(later)
    assert (CampaignState.FINISHED if was_over else CampaignState.PAUSED) == trial.state()
    assert (sent, calls) == (trial.received(), _sending_calls(trial))
    trial.close()


@SQLITE
def test_an_issue_pushed_since_the_backup_is_not_planned_again(
    harness: PushHarness, shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    """A worker does not plan an issue again that was pushed after the backup, even if no approval is needed."""
    bulletins = home / "mine" / "bulletins"
    bulletins.mkdir(parents=True)
    for name, value in _account(harness, home).items():
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


@SQLITE
def test_an_order_by_phone_is_not_carried_out_again(
    harness: PushHarness, shell: Shell, database_url: str
) -> None:
    """An editor's confirmed order in the backup is not executed again after the restore."""
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


@SQLITE
def test_a_restore_that_is_killed_leaves_nothing_that_sends(
    short: PushHarness,
    processes: WorkerProcesses,
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    database_url: str,
) -> None:
    """`wxbot restore`, killed at any moment, leaves the old database or a paused one."""
    trial = Prepared(short, TO_ALL, database_url, processes, tmp_path).trial(1)
    monkeypatch.setenv("WXBOT_DATABASE_URL", trial.url)
    assert 0 == shell("backup", str(tmp_path / "saved.db")).code
    trial.finish([processes.start(trial.url)])
    for _ in range(6):
        command = [sys.executable, "-m", "wxbot", "restore", str(tmp_path / "saved.db"), "--yes"]
        restoring = subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL)
        trial.advance(trial.chance.uniform(0.4, 1.4))
        restoring.send_signal(signal.SIGKILL)
        restoring.wait()
        assert trial.state() in {CampaignState.FINISHED, CampaignState.PAUSED}
    trial.close()


def test_a_database_restored_by_other_tools_is_paused(harness: PushHarness, shell: Shell) -> None:
    """Without a file, `wxbot restore` pauses every active campaign of the database, as after `pg_restore`."""
    campaign = harness.plan_and_approve()
    assert 3 == shell("restore").code
    assert CampaignState.APPROVED == harness.state(campaign)
    assert f"计划 {campaign}" in shell("restore", "--yes").out
    assert CampaignState.PAUSED == harness.state(campaign)


def _account(harness: PushHarness, home: Path) -> dict[str, str]:
    return {
        "WXBOT_APP_ID": harness.platform.account.app_id,
        "WXBOT_APP_SECRET": harness.platform.account.secret,
        "WXBOT_PLATFORM_URL": harness.platform.url,
        "WXBOT_PUBLIC_URL": harness.settings.public_url,
        "WXBOT_CONTENT": str(home / "mine"),
        "WXBOT_PUSH_APPROVALS": "0",
    }


def _sending_calls(trial: Trial) -> int:
    """Return the number of calls that reach followers, publish, or add a draft."""
    paths = ("/cgi-bin/message/", "/cgi-bin/freepublish/submit", "/cgi-bin/draft/add")
    calls = trial.harness.platform.world.calls.all()
    return sum(call.path.startswith(paths) and not call.path.endswith("/get") for call in calls)
