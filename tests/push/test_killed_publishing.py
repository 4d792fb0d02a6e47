"""Facts about a withdrawal and a worker's look at the folder that a kill interrupts, with the campaigns of an issue."""

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tests.conftest import NOON
from tests.harness import SETTINGS
from tests.installations import Installation, bulletin_text
from wechat_simulator import RunningSimulator
from wxbot import followers, library, push
from wxbot.db import Database
from wxbot.errors import Forbidden
from wxbot.push import Audience, CampaignState, Delivery, DeliveryState, PlanRequest, Route
from wxbot.push.audience.resolve import count_recipients
from wxbot.push.delivery.reconcile import clean_up_deliveries
from wxbot.push.planning.plan import compose_plan
from wxbot.push.publishing import withdraw
from wxbot.settings import load
from wxbot.wiring import Services
from wxbot.worker import Worker

EVERY_POINT = bool(os.environ.get("WXBOT_TEST_EVERY_LINE"))
OPENIDS = [f"o{n}" for n in range(5)]


def _plan(made: Installation) -> int:
    """Plan a campaign for issue 2026-02 to everybody who wrote lately; return its id."""
    with made.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(OPENIDS, NOON))
    request = PlanRequest("2026-02", Audience.parse("recent"), route=Route.CUSTOMER)
    audience = count_recipients(made.db, request, [Route.CUSTOMER], SETTINGS, NOON)
    plan = compose_plan(made.db, request, audience, SETTINGS, NOON)
    return made.pusher.create(plan, "editor").id


def _approve(made: Installation) -> int:
    campaign = _plan(made)
    made.pusher.approve(campaign, by="editor")
    return campaign


def _start(made: Installation) -> int:
    """Write the ledger of a campaign, without sending anything."""
    campaign = _approve(made)
    made.pusher.deliver(campaign, worker_id="first", stopping=lambda: True)
    return campaign


def _send_some(made: Installation) -> int:
    """Record that one follower has received the issue."""
    campaign = _start(made)
    with made.db.begin() as session:
        first = select(Delivery.id).order_by(Delivery.id).limit(1).scalar_subquery()
        values = {"state": DeliveryState.SENT, "claimed_at": NOON, "settled_at": NOON}
        session.execute(update(Delivery).where(Delivery.id == first).values(**values))
    return campaign


@pytest.fixture
def installation(db: Database, tmp_path: Path) -> Installation:
    """Return an installation with a public issue."""
    made = Installation(tmp_path / "installation", db)
    made.write("2.txt", bulletin_text(2, "协会召开年会", "理事会审议预算"))
    list(library.ingest(db, [made.bulletins], NOON))
    made.find_leaks()
    return made


CAMPAIGNS = [
    (_start, CampaignState.CANCELLED),
    (_send_some, CampaignState.PAUSED),
    (_plan, CampaignState.CANCELLED),
    (_approve, CampaignState.CANCELLED),
]


@pytest.mark.parametrize(("prepare", "state"), CAMPAIGNS if EVERY_POINT else CAMPAIGNS[:2])
def test_a_withdrawal_that_is_killed_stops_its_campaign_with_it(
    installation: Installation, prepare: Callable[[Installation], int], state: CampaignState
) -> None:
    """Issue and campaign change in one commit; what a killed withdrawal left open, the next worker skips."""
    campaign = prepare(installation)

    def write(made: Installation) -> None:
        withdraw(made.db, "2026-02", "有误", by="张", now=NOON)
        clean_up_deliveries(made.db, NOON + dt.timedelta(days=1))

    assert [] == installation.kill_everywhere(write, every_point=EVERY_POINT)
    installation.restore()
    write(installation)
    with installation.db.read() as session:
        assert state == push.queries.get_campaign(session, campaign).state
        open_ones = push.queries.delivery_counts(session, campaign).get("planned", 0)
    assert (state == CampaignState.PAUSED) == bool(open_ones)
    assert [] == installation.pusher.due()


def test_a_plan_made_before_the_withdrawal_creates_no_campaign(installation: Installation) -> None:
    """Between composing a plan and creating its campaign the issue is withdrawn: the campaign is refused."""
    request = PlanRequest("2026-02", Audience.parse("recent"), route=Route.CUSTOMER)
    audience = count_recipients(installation.db, request, [Route.CUSTOMER], SETTINGS, NOON)
    plan = compose_plan(installation.db, request, audience, SETTINGS, NOON)
    withdraw(installation.db, "2026-02", "有误", by="张", now=NOON)

    with pytest.raises(Forbidden, match="已经撤下"):
        installation.pusher.create(plan, "editor")


def test_a_worker_that_is_killed_at_the_folder_is_followed_by_one_that_does_the_rest(
    platform: RunningSimulator, db: Database, database_url: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new file, a revision and a refused one: each stored once, the new issue planned once, every fate listed."""
    made = Installation(home, db)
    (home / "content").unlink()
    for name, value in {
        "DATABASE_URL": database_url,
        "APP_ID": platform.account.app_id,
        "APP_SECRET": platform.account.secret,
        "PLATFORM_URL": platform.url,
        "PUBLIC_URL": "https://news.example.org",
        "CONTENT": str(home / "content"),
        "STATE": str(home / "var"),
    }.items():
        monkeypatch.setenv(f"WXBOT_{name}", value)
    made.write("3.txt", bulletin_text(3, "协会召开年会"))
    made.write("笔记.xlsx", b"PK")

    def work(made: Installation) -> None:
        services = Services(load())
        Worker(services).ingest_folder(settled=False)
        services.close()

    work(made)
    made.write("3.txt", bulletin_text(3, "协会召开年会", "理事会审议预算"))
    made.write("4.txt", bulletin_text(4, "秘书处走访企业"))

    assert [] == made.kill_everywhere(work, every_point=EVERY_POINT)
