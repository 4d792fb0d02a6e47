"""Facts about the worker: what it notices, plans and takes over."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from tests.conftest import SAMPLE
from tests.desk import Desk
from wxbot import library, push
from wxbot.bot import orders
from wxbot.bot.orders import Confirmed, Ordered
from wxbot.push import CampaignState
from wxbot.settings import load
from wxbot.wiring import Wxbot
from wxbot.worker import Worker


@pytest.fixture
def settings(desk: Desk, home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A worker's environment on the desk's database and platform; gives the folder that editors fill."""
    content = home / "mine"
    (content / "bulletins").mkdir(parents=True)
    for name, value in {
        "DATABASE_URL": database_url,
        "APP_ID": desk.platform.account.app_id,
        "APP_SECRET": desk.platform.account.secret,
        "PLATFORM_URL": desk.platform.url,
        "PUBLIC_URL": "https://news.example.org",
        "CONTENT": str(content),
        "STATE": str(home / "var"),
    }.items():
        monkeypatch.setenv(f"WXBOT_{name}", value)
    return content / "bulletins"


def _next_issue(folder: Path) -> None:
    text = SAMPLE.read_text(encoding="utf-8").replace(
        "第 02 期 2021 年 01 月 15 日", "第 03 期 2021 年 02 月 01 日"
    )
    (folder / "2021-03.txt").write_text(text, encoding="utf-8")


def _work(times: int = 1, *, settled: bool = False) -> None:
    wxbot = Wxbot(load())
    worker = Worker(wxbot)
    for _ in range(times):
        worker.watch(settled=settled)
        worker.push_due()
    wxbot.close()


def test_a_new_file_is_shelved_and_its_push_waits_for_approval(desk: Desk, settings: Path) -> None:
    """As shipped, a file that editors put into the folder is on the shelf and planned, and nothing goes out."""
    _next_issue(settings)
    _work()
    with desk.db.read() as session:
        assert library.issue(session, "2021-03") is not None
        campaign = push.latest_of(session, "2021-03")
    assert campaign is not None
    assert (CampaignState.PLANNED, "worker") == (campaign.state, campaign.made_by)
    assert campaign.at is not None
    assert 0 == desk.calls("/cgi-bin/draft/add")


def test_the_rule_in_the_settings_decides_the_hour(
    desk: Desk, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weekday, hour and zone of the settings are the campaign's; without need of approval it is approved."""
    monkeypatch.setenv("WXBOT_PUSH_WEEKDAY", "fri")
    monkeypatch.setenv("WXBOT_PUSH_HOUR", "18:30")
    monkeypatch.setenv("WXBOT_PUSH_APPROVALS", "0")
    _next_issue(settings)
    _work()
    with desk.db.read() as session:
        campaign = push.latest_of(session, "2021-03")
    assert campaign is not None
    assert campaign.at is not None
    local = campaign.at.astimezone(load().tz)
    assert (4, 18, 30) == (local.weekday(), local.hour, local.minute)
    assert CampaignState.APPROVED == campaign.state


def test_the_same_file_is_planned_once(desk: Desk, settings: Path) -> None:
    """A worker that starts anew, and one that looks twice, plan no second push."""
    _next_issue(settings)
    _work(2)
    _work()
    with desk.db.read() as session:
        assert 1 == len(push.recent(session))


def test_a_worker_that_died_between_shelf_and_plan_is_made_up_for(desk: Desk, settings: Path) -> None:
    """The issue is on the shelf, its push not planned: the next worker plans it."""
    _next_issue(settings)
    list(library.ingest(desk.db, [settings], desk.now(), to_plan=True))
    _work()
    with desk.db.read() as session:
        assert push.latest_of(session, "2021-03") is not None
        assert [] == library.to_plan(session)


def test_a_file_that_is_still_being_copied_waits(desk: Desk, settings: Path) -> None:
    """The running worker reads a file when two looks find it the same."""
    wxbot = Wxbot(load())
    worker = Worker(wxbot)
    _next_issue(settings)
    assert [] == worker.watch()
    whole = (settings / "2021-03.txt").read_text(encoding="utf-8")
    (settings / "2021-03.txt").write_text(whole + "\n", encoding="utf-8")
    assert [] == worker.watch()
    assert ["2021-03"] == [done.parsed.number for done in worker.watch()]
    wxbot.close()


def test_a_file_that_is_no_bulletin_is_told_once(desk: Desk, settings: Path) -> None:
    """A letter in the folder is refused, and does not stop what lies beside it."""
    (settings / "1-letter.txt").write_text("各位同事：\n", encoding="utf-8")
    _next_issue(settings)
    wxbot = Wxbot(load())
    worker = Worker(wxbot)
    assert ["refused", "new"] == [done.outcome for done in worker.watch(settled=False)]
    assert [] == worker.watch(settled=False)
    wxbot.close()


def test_two_workers_do_not_send_twice(desk: Desk, settings: Path) -> None:
    """While one worker holds a campaign, another leaves it alone; when its lease has ended, takes it over."""
    shutil.rmtree(settings)
    campaign = desk.approved()
    held = push.take(desk.db, campaign, "another", 60, desk.now())
    assert held is not None
    desk.work()
    assert (CampaignState.APPROVED, 0) == (desk.state(campaign), desk.calls("/cgi-bin/draft/add"))
    desk.later(61)
    desk.work()
    assert {"sent": 1} == desk.counts(campaign)


def test_what_an_editor_ordered_by_phone_is_carried_out(
    desk: Desk, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A confirmed order is done at the next ring, and then no more."""
    monkeypatch.setenv("WXBOT_ACCOUNT_NAME", desk.terms.author)
    campaign = desk.plan(desk.now() + dt.timedelta(days=1))
    wxbot = Wxbot(load())
    with wxbot.db.begin() as session:
        orders.keep_deed(
            session, "alice", Ordered("approve", campaign.id, campaign.hash, "5001"), wxbot.now()
        )
        waiting = orders.waiting(session, "alice", wxbot.now())
        assert waiting is not None
        orders.keep_deed(session, "alice", Confirmed(waiting.id, "approve", campaign.id), wxbot.now())
    worker = Worker(wxbot)
    assert (1, 0) == (worker.carry_out(), worker.carry_out())
    wxbot.close()
    assert desk.state(campaign.id) == CampaignState.APPROVED
