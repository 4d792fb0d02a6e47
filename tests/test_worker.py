"""Facts about the worker: what it notices, plans and takes over."""

import datetime as dt
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import SAMPLE
from tests.harness import PushHarness
from wxbot import library, push
from wxbot.bot import editor_orders
from wxbot.bot.editor_orders import OrderConfirmed, OrderRequested
from wxbot.db import KeyValueStore
from wxbot.push import CampaignState
from wxbot.push.ledger.lease import acquire_lease
from wxbot.push.reporting.statistics import campaigns_still_counted
from wxbot.settings import load
from wxbot.wiring import Services
from wxbot.worker import CampaignPool, Worker


@pytest.fixture
def settings(harness: PushHarness, home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A worker's environment on the desk's database and platform; gives the folder that editors fill."""
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
    """An editor puts the bulletin after the sample into the folder."""
    text = SAMPLE.read_text(encoding="utf-8").replace(
        "第 02 期 2021 年 01 月 15 日", "第 03 期 2021 年 02 月 01 日"
    )
    (folder / "2021-03.txt").write_text(text, encoding="utf-8")


def _work(times: int = 1, *, settled: bool = False) -> None:
    """A worker starts, looks so many times, and ends."""
    wxbot = Services(load())
    worker = Worker(wxbot)
    for _ in range(times):
        worker.watch(settled=settled)
        worker.push_due()
    wxbot.close()


def test_a_new_file_is_shelved_and_its_push_waits_for_approval(harness: PushHarness, settings: Path) -> None:
    """As shipped, a file that editors put into the folder is on the shelf and planned, and nothing goes out."""
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
    """Weekday, hour and zone of the settings are the campaign's; without need of approval it is approved."""
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
    """The campaign of an issue."""
    with harness.db.read() as session:
        campaign = push.queries.latest_campaign(session, number)
    assert campaign is not None
    return campaign


def test_two_issues_take_successive_hours(
    harness: PushHarness, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two files at once, a rule for Tuesdays and Fridays: one goes out on the first day, the other on the next."""
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


def test_the_standing_rule_says_to_whom_and_how(
    harness: PushHarness, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`push_to` and `push_route` are the campaign's."""
    monkeypatch.setenv("WXBOT_PUSH_TO", "recent")
    monkeypatch.setenv("WXBOT_PUSH_ROUTE", "customer")
    _next_issue(settings)
    _work()
    campaign = _campaign(harness, "2021-03")
    assert ("recent", "customer") == (str(campaign.audience), campaign.route)


def test_an_issue_without_the_rules_section_is_not_planned(
    harness: PushHarness, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule for the readers of one section concerns the issues that have it; the others are an editor's to plan."""
    monkeypatch.setenv("WXBOT_PUSH_TO", "section:没有的栏目")
    _next_issue(settings)
    _work()
    with harness.db.read() as session:
        assert push.queries.latest_campaign(session, "2021-03") is None
        assert [] == library.unplanned_issues(session)


def test_what_cannot_be_planned_does_not_stop_the_others(
    harness: PushHarness, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tag that is not at the platform: the plan is tried again later, and the worker goes on."""
    monkeypatch.setenv("WXBOT_PUSH_TO", "tag:没有的标签")
    _next_issue(settings)
    _work(3)
    with harness.db.read() as session:
        assert push.queries.latest_campaign(session, "2021-03") is None
        assert ["2021-03"] == library.unplanned_issues(session)
    asked = harness.count_calls("/cgi-bin/tags/get")
    assert asked <= 2  # not at every look
    monkeypatch.setenv("WXBOT_PUSH_TO", "all")
    _work()
    assert "all" == str(_campaign(harness, "2021-03").audience)


def test_while_one_worker_plans_another_does_not(harness: PushHarness, settings: Path) -> None:
    """Two that plan at once would take one hour twice: the second leaves it, and finds it done."""
    _next_issue(settings)
    wxbot = Services(load())
    shelf = KeyValueStore(wxbot.db)
    assert shelf.claim("planning", wxbot.now() + dt.timedelta(minutes=1), wxbot.now())
    _work()
    with harness.db.read() as session:
        assert push.queries.latest_campaign(session, "2021-03") is None
    shelf.release("planning")
    wxbot.close()
    _work()
    assert CampaignState.PLANNED == _campaign(harness, "2021-03").state


def test_readers_are_asked_for_in_the_morning(harness: PushHarness, settings: Path) -> None:
    """What went out in the last weeks: the worker asks for its figures, once."""
    campaign = harness.plan_and_approve()
    harness.run_worker()
    with harness.db.read() as session:
        assert [campaign] == campaigns_still_counted(session, harness.now())
        assert [] == campaigns_still_counted(session, harness.now() + dt.timedelta(days=32))
    wxbot = Services(load())
    wxbot.now = lambda: harness.now() + dt.timedelta(days=1)  # type: ignore[method-assign]
    wxbot.wechat = harness.wechat
    harness.advance(24 * 3600)
    worker = Worker(wxbot)
    for _ in range(2):
        worker.ask_figures()
    wxbot.close()
    assert 1 == harness.count_calls("/datacube/getarticletotaldetail")


def test_the_same_file_is_planned_once(harness: PushHarness, settings: Path) -> None:
    """A worker that starts anew, and one that looks twice, plan no second push."""
    _next_issue(settings)
    _work(2)
    _work()
    with harness.db.read() as session:
        assert 1 == len(push.queries.recent_campaigns(session))


def test_a_worker_that_died_between_shelf_and_plan_is_made_up_for(
    harness: PushHarness, settings: Path
) -> None:
    """The issue is on the shelf, its push not planned: the next worker plans it."""
    _next_issue(settings)
    list(library.ingest(harness.db, [settings], harness.now(), to_plan=True))
    _work()
    with harness.db.read() as session:
        assert push.queries.latest_campaign(session, "2021-03") is not None
        assert [] == library.unplanned_issues(session)


def test_a_file_that_is_still_being_copied_waits(harness: PushHarness, settings: Path) -> None:
    """The running worker reads a file when two looks find it the same."""
    wxbot = Services(load())
    worker = Worker(wxbot)
    _next_issue(settings)
    assert [] == worker.watch()
    whole = (settings / "2021-03.txt").read_text(encoding="utf-8")
    (settings / "2021-03.txt").write_text(whole + "\n", encoding="utf-8")
    assert [] == worker.watch()
    assert ["2021-03"] == [done.parsed.number for done in worker.watch()]
    wxbot.close()


def test_a_file_that_is_no_bulletin_is_told_once(harness: PushHarness, settings: Path) -> None:
    """A letter in the folder is refused, and does not stop what lies beside it."""
    (settings / "1-letter.txt").write_text("各位同事：\n", encoding="utf-8")
    _next_issue(settings)
    wxbot = Services(load())
    worker = Worker(wxbot)
    assert ["refused", "new"] == [done.outcome for done in worker.watch(settled=False)]
    assert [] == worker.watch(settled=False)
    wxbot.close()


def test_two_workers_do_not_send_twice(harness: PushHarness, settings: Path) -> None:
    """While one worker holds a campaign, another leaves it alone; when its lease has ended, takes it over."""
    shutil.rmtree(settings)
    campaign = harness.plan_and_approve()
    held = acquire_lease(harness.db, campaign, "another", 60, harness.now())
    assert held is not None
    harness.run_worker()
    assert (CampaignState.APPROVED, 0) == (harness.state(campaign), harness.count_calls("/cgi-bin/draft/add"))
    harness.advance(61)
    harness.run_worker()
    assert {"sent": 1} == harness.counts(campaign)


def test_what_an_editor_ordered_by_phone_is_carried_out(
    harness: PushHarness, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A confirmed order is done at the next ring, and then no more."""
    monkeypatch.setenv("WXBOT_ACCOUNT_NAME", harness.settings.author)
    campaign = harness.plan(harness.now() + dt.timedelta(days=1))
    wxbot = Services(load())
    with wxbot.db.begin() as session:
        editor_orders.record_action(
            session, "alice", OrderRequested("approve", campaign.id, campaign.hash, "5001"), wxbot.now()
        )
        waiting = editor_orders.waiting(session, "alice", wxbot.now())
        assert waiting is not None
        editor_orders.record_action(
            session, "alice", OrderConfirmed(waiting.id, "approve", campaign.id), wxbot.now()
        )
    worker = Worker(wxbot)
    assert (1, 0) == (worker.carry_out(), worker.carry_out())
    wxbot.close()
    assert harness.state(campaign.id) == CampaignState.APPROVED


class Held(Worker):
    """A worker whose campaign number one takes until it is let go."""

    def __init__(self, wxbot: Services, campaign_id: int) -> None:
        """Hold up this campaign."""
        super().__init__(wxbot)
        self.campaign_id = campaign_id
        self.let_go = threading.Event()

    def deliver(self, campaign_id: int, stopping: Callable[[], bool] = lambda: False) -> None:
        """Deliver, once it is let go."""
        if campaign_id == self.campaign_id:
            self.let_go.wait()
        super().deliver(campaign_id, stopping)


def test_a_long_campaign_holds_up_no_other(
    harness: PushHarness, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one campaign takes its time another goes out, once; told to end, the pool ends both."""
    monkeypatch.setenv("WXBOT_ACCOUNT_NAME", harness.settings.author)
    long = harness.plan_and_approve()
    short = harness.plan(insist=True)
    harness.pusher.approve(short.id, by="editor", given=short.hash)
    worker, stop = Held(Services(load()), long), threading.Event()
    pool = CampaignPool(worker, stop.is_set)
    pool.hand_out()
    pool.hand_out()
    while harness.counts(short.id) != {"sent": 1}:
        stop.wait(0.02)
    assert (CampaignState.APPROVED, {"planned": 1}) == (harness.state(long), harness.counts(long))
    stop.set()
    worker.let_go.set()
    pool.close()
    assert {"planned": 1} == harness.counts(long), "told to end, it began nothing"
    assert 1 == harness.count_calls("/cgi-bin/message/mass/sendall")
    worker.wxbot.close()
