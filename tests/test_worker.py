"""Tests of the worker: ingesting files, planning issues, and sharing work between workers."""

import datetime as dt
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from tests.bulletin import hostile
from tests.conftest import SAMPLE
from tests.harness import PushHarness
from wxbot import journal, library, push
from wxbot.bot import editor_orders
from wxbot.bot.editor_orders import OrderConfirmed, OrderRequested, OrderState, PhoneOrder
from wxbot.db import KeyValueStore
from wxbot.errors import Busy
from wxbot.push import CampaignState
from wxbot.push.ledger.lease import acquire_lease
from wxbot.push.reporting.statistics import campaigns_still_counted
from wxbot.settings import load
from wxbot.wiring import Services
from wxbot.worker import CampaignPool, Worker, run

BOUND = 120.0  # seconds that any wait may take


@pytest.fixture
def settings(harness: PushHarness, home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set a worker's environment for the harness's database and platform; return the bulletin folder."""
    content = home / "mine"
    (content / "bulletins").mkdir(parents=True)
    for name, value in {
        "DATABASE_URL": database_url,
        "APP_ID": harness.platform.account.app_id,
        "APP_SECRET": harness.platform.account.secret,
        "PLATFORM_URL": harness.platform.url,
        "PUBLIC_URL": "https://news.example.org",
        "CONTENT": str(content),
        "STATE": str(home / "var"),
    }.items():
        monkeypatch.setenv(f"WXBOT_{name}", value)
    return content / "bulletins"


def _next_issue(folder: Path) -> None:
    """Write the issue after the sample into the bulletin folder."""
    bulletin = SAMPLE.read_text(encoding="utf-8").replace(
        "第 02 期 2021 年 01 月 15 日", "第 03 期 2021 年 02 月 01 日"
    )
    (folder / "2021-03.txt").write_text(bulletin, encoding="utf-8")


def _work(times: int = 1, *, settled: bool = False) -> None:
    """Start a worker, run its jobs `times` times, and close it."""
    services = Services(load())
    worker = Worker(services)
    for _ in range(times):
        worker.ingest_folder(settled=settled)
        worker.deliver_due()
    services.close()


def test_a_new_file_is_stored_and_its_push_waits_for_approval(harness: PushHarness, settings: Path) -> None:
    """With default settings a new file is ingested and its push planned, but nothing is sent."""
    _next_issue(settings)
    _work()
    with harness.db.read() as session:
        assert library.issue(session, "2021-03") is not None
        campaign = push.queries.latest_campaign(session, "2021-03")
    assert campaign is not None
    assert (CampaignState.PLANNED, "worker") == (campaign.state, campaign.made_by)
    assert campaign.at is not None
    assert 0 == harness.count_calls("/cgi-bin/draft/add")


def test_the_rule_in_the_settings_decides_the_hour(
    harness: PushHarness, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The campaign's time follows weekday, hour and zone of the settings; with push_approvals 0 it is approved."""
    monkeypatch.setenv("WXBOT_PUSH_WEEKDAY", "fri")
    monkeypatch.setenv("WXBOT_PUSH_HOUR", "18:30")
    monkeypatch.setenv("WXBOT_PUSH_APPROVALS", "0")
    _next_issue(settings)
    _work()
    with harness.db.read() as session:
        campaign = push.queries.latest_campaign(session, "2021-03")
    assert campaign is not None
    assert campaign.at is not None
    local = campaign.at.astimezone(load().tz)
    assert (4, 18, 30) == (local.weekday(), local.hour, local.minute)
    assert CampaignState.APPROVED == campaign.state


def _campaign(harness: PushHarness, number: str) -> push.Campaign:
    """Return the campaign of an issue."""
    with harness.db.read() as session:
        campaign = push.queries.latest_campaign(session, number)
    assert campaign is not None
    return campaign


def test_two_issues_take_successive_slots(
    harness: PushHarness, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a schedule for Tuesdays and Fridays, two issues are planned for successive days of the schedule."""
    monkeypatch.setenv("WXBOT_PUSH_WEEKDAY", "tue,fri")
    _next_issue(settings)
    text = (settings / "2021-03.txt").read_text(encoding="utf-8")
    later = text.replace("第 03 期 2021 年 02 月 01 日", "第 04 期 2021 年 02 月 15 日")
    (settings / "2021-04.txt").write_text(later, encoding="utf-8")
    _work()
    hours = [_campaign(harness, number).at for number in ("2021-03", "2021-04")]
    assert None not in hours
    local = [at.astimezone(load().tz) for at in hours if at is not None]
    assert {1, 4} == {at.weekday() for at in local}
    assert dt.timedelta(days=3) <= local[1] - local[0] <= dt.timedelta(days=4)


def test_audience_and_route_come_from_the_settings(
    harness: PushHarness, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The campaign takes its audience and route from `push_to` and `push_route`."""
    monkeypatch.setenv("WXBOT_PUSH_TO", "recent")
    monkeypatch.setenv("WXBOT_PUSH_ROUTE", "customer")
    _next_issue(settings)
    _work()
    campaign = _campaign(harness, "2021-03")
    assert ("recent", "customer") == (str(campaign.audience), campaign.route)


def test_an_issue_without_the_scheduled_section_is_not_planned(
    harness: PushHarness, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A schedule for the followers of one section plans no issue without that section."""
    monkeypatch.setenv("WXBOT_PUSH_TO", "section:没有的栏目")
    _next_issue(settings)
    _work()
    with harness.db.read() as session:
        assert push.queries.latest_campaign(session, "2021-03") is None
        assert [] == library.unplanned_issues(session)


def test_an_issue_that_cannot_be_planned_is_retried_later(
    harness: PushHarness, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planning for an unknown tag fails, is retried later, and does not stop the worker."""
    monkeypatch.setenv("WXBOT_PUSH_TO", "tag:没有的标签")
    _next_issue(settings)
    _work(3)
    with harness.db.read() as session:
        assert push.queries.latest_campaign(session, "2021-03") is None
        assert ["2021-03"] == library.unplanned_issues(session)
    asked = harness.count_calls("/cgi-bin/tags/get")
    assert asked <= 2  # fewer than one for each run
    monkeypatch.setenv("WXBOT_PUSH_TO", "all")
    _work()
    assert "all" == str(_campaign(harness, "2021-03").audience)


def test_while_one_worker_plans_another_does_not(harness: PushHarness, settings: Path) -> None:
    """A worker skips planning while another one holds the planning lease, and plans after its release."""
    _next_issue(settings)
    services = Services(load())
    store = KeyValueStore(services.db)
    assert store.claim("planning", services.now() + dt.timedelta(minutes=1), services.now())
    _work()
    with harness.db.read() as session:
        assert push.queries.latest_campaign(session, "2021-03") is None
    store.release("planning")
    services.close()
    _work()
    assert CampaignState.PLANNED == _campaign(harness, "2021-03").state


def test_figures_of_recent_campaigns_are_fetched_once(harness: PushHarness, settings: Path) -> None:
    """The worker fetches the reading figures of a recent campaign once a day."""
    campaign = harness.plan_and_approve()
    harness.run_worker()
    with harness.db.read() as session:
        assert [campaign] == campaigns_still_counted(session, harness.now())
        assert [] == campaigns_still_counted(session, harness.now() + dt.timedelta(days=32))
    services = Services(load())
    services.now = lambda: harness.now() + dt.timedelta(days=1)  # type: ignore[method-assign]
    services.wechat = harness.wechat
    harness.advance(24 * 3600)
    worker = Worker(services)
    for _ in range(2):
        worker.fetch_figures()
    services.close()
    assert 1 == harness.count_calls("/datacube/getarticletotaldetail")


def test_the_same_file_is_planned_once(harness: PushHarness, settings: Path) -> None:
    """Neither a second run nor a restarted worker plans a second push."""
    _next_issue(settings)
    _work(2)
    _work()
    with harness.db.read() as session:
        assert 1 == len(push.queries.recent_campaigns(session))


def test_an_issue_stored_by_a_killed_worker_is_planned(harness: PushHarness, settings: Path) -> None:
    """A worker plans an issue that an earlier one stored without planning it."""
    _next_issue(settings)
    list(library.ingest(harness.db, [settings], harness.now(), to_plan=True))
    _work()
    with harness.db.read() as session:
        assert push.queries.latest_campaign(session, "2021-03") is not None
        assert [] == library.unplanned_issues(session)


def test_a_file_that_is_still_being_copied_waits(harness: PushHarness, settings: Path) -> None:
    """A file is read only when two successive runs find it unchanged."""
    services = Services(load())
    worker = Worker(services)
    _next_issue(settings)
    assert [] == worker.ingest_folder()
    whole = (settings / "2021-03.txt").read_text(encoding="utf-8")
    (settings / "2021-03.txt").write_text(whole + "\n", encoding="utf-8")
    assert [] == worker.ingest_folder()
    assert ["2021-03"] == [done.parsed.number for done in worker.ingest_folder()]
    services.close()


def test_a_file_that_is_not_a_bulletin_is_reported_once(harness: PushHarness, settings: Path) -> None:
    """A letter in the folder is refused once, and the file beside it is ingested."""
    (settings / "1-letter.txt").write_text("各位同事：\n", encoding="utf-8")
    _next_issue(settings)
    services = Services(load())
    worker = Worker(services)
    assert ["refused", "new"] == [done.outcome for done in worker.ingest_folder(settled=False)]
    assert [] == worker.ingest_folder(settled=False)
    services.close()


def test_a_file_that_ends_its_reader_stops_nothing_else(
    harness: PushHarness, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files beside and below it are ingested; the next worker does not read it again, and the reports name it."""
    monkeypatch.setenv("WXBOT_READER_SECONDS", "1")
    (settings / "1-slow.html").write_bytes(hostile.html_links(60_000))
    (settings / "spring").mkdir()
    _next_issue(settings / "spring")
    for started in (True, False):
        services = Services(load())
        refused, stored = Worker(services).ingest_folder(settled=False)
        assert ("refused", "spring/2021-03.txt") == (refused.outcome, stored.source)
        assert started == ("不再读" not in refused.says)
        services.close()
    with harness.db.read() as session:
        reports = library.file_reports(session)
    assert [("1-slow.html", "refused"), ("spring/2021-03.txt", "same")] == [
        (r.source, r.outcome) for r in reports
    ]


def test_a_file_that_is_read_while_a_worker_ends_is_read_later(harness: PushHarness, settings: Path) -> None:
    """The end of the worker refuses no file: it is reported by the next call."""
    (settings / "2021-03.html").write_text("<p>便条</p>", encoding="utf-8")
    services = Services(load())
    worker = Worker(services)
    services.readers.close()
    for _ in range(2):
        with pytest.raises(Busy):
            worker.ingest_folder(settled=False)
    services.close()


def test_two_workers_do_not_send_twice(harness: PushHarness, settings: Path) -> None:
    """A worker leaves a campaign alone while another holds its lease, and takes it over when the lease expires."""
    shutil.rmtree(settings)
    campaign = harness.plan_and_approve()
    held = acquire_lease(harness.db, campaign, "another", 60, harness.now())
    assert held is not None
    harness.run_worker()
    assert (CampaignState.APPROVED, 0) == (harness.state(campaign), harness.count_calls("/cgi-bin/draft/add"))
    harness.advance(61)
    harness.run_worker()
    assert {"sent": 1} == harness.counts(campaign)


def test_a_confirmed_order_of_an_editor_is_executed_once(
    harness: PushHarness, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A confirmed order is executed at the next run, and not again."""
    monkeypatch.setenv("WXBOT_ACCOUNT_NAME", harness.settings.author)
    campaign = harness.plan(harness.now() + dt.timedelta(days=1))
    services = Services(load())
    with services.db.begin() as session:
        editor_orders.record_action(
            session, "alice", OrderRequested("approve", campaign.id, campaign.hash, "5001"), services.now()
        )
        waiting = editor_orders.waiting(session, "alice", services.now())
        assert waiting is not None
        editor_orders.record_action(
            session, "alice", OrderConfirmed(waiting.id, "approve", campaign.id), services.now()
        )
    worker = Worker(services)
    assert (1, 0) == (worker.run_editor_orders(), worker.run_editor_orders())
    services.close()
    assert harness.state(campaign.id) == CampaignState.APPROVED


def test_one_poisoned_row_stops_nothing_else_and_is_named(
    harness: PushHarness, settings: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A campaign whose row cannot be read: its order and its delivery say so, and those behind them are carried out."""
    monkeypatch.setenv("WXBOT_ACCOUNT_NAME", harness.settings.author)
    poisoned, sound = harness.plan_and_approve(), harness.plan(insist=True).id
    with harness.db.begin() as session:
        session.execute(update(push.Campaign).where(push.Campaign.id == poisoned).values(choice={"lead": 7}))
        for verb, campaign_id in (("preview", poisoned), ("approve", sound)):
            hash_ = harness.pusher.campaign(sound).hash
            order = PhoneOrder(openid=verb, verb=verb, campaign_id=campaign_id, hash=hash_, word="5001")
            order.state, order.expires_at, order.moved_at = OrderState.CONFIRMED, harness.now(), harness.now()
            session.add(order)
    services = Services(load())
    services.now = harness.now  # type: ignore[method-assign]
    worker = Worker(services)
    assert 2 == worker.run_editor_orders()
    worker.deliver_due()
    services.close()
    with harness.db.read() as session:
        failed, carried_out = session.scalars(select(PhoneOrder.result).order_by(PhoneOrder.id))
    assert ("", True) == (carried_out, "出错了（TypeError）" in failed)
    assert (CampaignState.PAUSED, {"sent": 1}) == (harness.state(poisoned), harness.counts(sound))
    assert "准备或发送时出错，已暂停：TypeError" in harness.reason(poisoned)
    assert "order 1 failed" in caplog.text


def test_with_once_a_job_that_fails_stops_none_behind_it(
    harness: PushHarness, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`worker --once` delivers although the folder cannot be read, and then ends with that error."""
    monkeypatch.setenv("WXBOT_ACCOUNT_NAME", harness.settings.author)
    campaign = harness.plan_and_approve()
    services = Services(load())
    services.now = harness.now  # type: ignore[method-assign]
    with harness.db.begin() as session:
        session.execute(text("ALTER TABLE file_report RENAME TO file_report_lost"))
    try:
        with pytest.raises(Exception, match="file_report"):
            run(services, once=True)
    finally:
        services.close()
        with harness.db.begin() as session:
            session.execute(text("ALTER TABLE file_report_lost RENAME TO file_report"))
    assert {"sent": 1} == harness.counts(campaign)


def test_a_report_with_a_number_that_no_column_holds_stops_no_other(harness: PushHarness) -> None:
    """Two campaigns are settled by their reports, although the errcode of the first has twenty digits."""
    campaigns = [harness.plan_and_approve(), harness.plan(insist=True).id]
    harness.pusher.approve(campaigns[1], by="editor", given=harness.pusher.campaign(campaigns[1]).hash)
    harness.run_worker()
    with harness.db.begin() as session:
        for campaign, status in zip(campaigns, ("err(99999999999999999999)", "send success"), strict=True):
            job = str(push.queries.campaign_deliveries(session, campaign)[0].msg_id)
            journal.record_job_event(
                session,
                key=job,
                event="masssendjobfinish",
                job=job,
                report={"status": status},
                now=harness.now(),
            )
    assert 2 == harness.pusher.reconcile()
    assert {"refused": 1} == harness.counts(campaigns[0])
    assert CampaignState.FINISHED == harness.state(campaigns[1])


class BlockingWorker(Worker):
    """Worker whose delivery of one campaign blocks until `unblock` is set."""

    def __init__(self, services: Services, campaign_id: int) -> None:
        """Block the delivery of this campaign."""
        super().__init__(services)
        self.campaign_id = campaign_id
        self.unblock = threading.Event()

    def deliver(self, campaign_id: int, stopping: Callable[[], bool] = lambda: False) -> None:
        """Deliver a campaign, the blocked one after `unblock` is set."""
        if campaign_id == self.campaign_id:
            assert self.unblock.wait(BOUND)
        super().deliver(campaign_id, stopping)


def test_a_long_campaign_does_not_delay_another(
    harness: PushHarness, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A campaign is sent once while another one blocks its thread; a stopping pool starts no further delivery."""
    monkeypatch.setenv("WXBOT_ACCOUNT_NAME", harness.settings.author)
    long = harness.plan_and_approve()
    short = harness.plan(insist=True)
    harness.pusher.approve(short.id, by="editor", given=short.hash)
    services = Services(load())
    services.now = harness.now  # type: ignore[method-assign]
    worker, stop = BlockingWorker(services, long), threading.Event()
    pool = CampaignPool(worker, stop.is_set)
    pool.start_due()
    pool.start_due()
    deadline = time.monotonic() + BOUND
    while harness.counts(short.id) != {"sent": 1}:
        assert time.monotonic() < deadline, "the short campaign was not sent"
        stop.wait(0.02)
    assert (CampaignState.APPROVED, {"planned": 1}) == (harness.state(long), harness.counts(long))
    stop.set()
    worker.unblock.set()
    pool.close()
    assert {"planned": 1} == harness.counts(long), "the stopping pool sends nothing more"
    assert 1 == harness.count_calls("/cgi-bin/message/mass/sendall")
    worker.services.close()
