"""A harness for tests of the push: an account on the simulated platform, its clock, and the steps of a worker."""

import datetime as dt
import json
import urllib.request
from dataclasses import dataclass
from typing import Any

import wechat_simulator
from wxbot import push
from wxbot.db import Database, KeyValueStore
from wxbot.push import Audience, CampaignState, PlanRequest, PushSettings, WorkerLimits
from wxbot.push.audience.resolve import count_platform_audience
from wxbot.push.planning.plan import compose_plan
from wxbot.wechat import WeChat, connect

LIMITS = WorkerLimits(lease_seconds=60, unknown_wait_seconds=60, grace_hours=24)
SETTINGS = PushSettings("https://news.example.org", "长风联盟")


def call_simulator(
    platform: wechat_simulator.RunningSimulator, path: str, order: dict[str, Any] | None = None
) -> Any:
    """Call the platform's control interface: a GET, or a POST of `order`; return its JSON."""
    request = urllib.request.Request(
        platform.url + path,
        data=None if order is None else json.dumps(order).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


@dataclass
class PushHarness:
    """Database, simulated platform and platform client of a test, all on the platform's clock."""

    db: Database
    platform: wechat_simulator.RunningSimulator
    wechat: WeChat
    number: str = "2021-02"
    limits: WorkerLimits = LIMITS
    settings: PushSettings = SETTINGS

    @property
    def pusher(self) -> push.Pusher:
        """The push of this account, on the platform's clock."""
        return push.Pusher(self.db, lambda: self.wechat, self.settings, self.now, self.limits)

    def now(self) -> dt.datetime:
        """Return the time of the platform's clock."""
        return simulator_now(self.platform)

    def use_short_timeouts(self) -> None:
        """Call the platform with short timeouts, so that a test waits one second for a slow response."""
        self.wechat.close()
        self.wechat = connect_platform(self.platform, self.db, timeout=(1, 1))

    def inject_fault(self, path: str, kind: str, times: int = 1, **more: Any) -> None:
        """Let the platform's next `times` calls of an endpoint fail."""
        call_simulator(self.platform, "/_sim/faults", {"path": path, "kind": kind, "times": times, **more})

    def advance(self, seconds: float) -> None:
        """Advance the clock."""
        call_simulator(self.platform, "/_sim/clock", {"advance": seconds})

    def plan(self, at: dt.datetime | None = None, *, to: str = "all", insist: bool = False) -> push.Campaign:
        """Plan a campaign for the harness's issue."""
        audience = count_platform_audience(self.db, self.wechat, Audience.parse(to))
        made = compose_plan(
            self.db, PlanRequest(self.number, audience.audience, at), audience, self.settings, self.now()
        )
        return self.pusher.create(made, "editor", insist=insist)

    def plan_and_approve(self, at: dt.datetime | None = None) -> int:
        """Plan and approve a campaign for the harness's issue; return its id."""
        campaign = self.plan(at)
        self.pusher.approve(campaign.id, by="editor", given=campaign.hash)
        return campaign.id

    def run_worker(self, holder: str = "worker") -> None:
        """Do what a worker does in one run: reconcile, and deliver what is due."""
        self.pusher.reconcile()
        for campaign_id in self.pusher.due():
            self.pusher.deliver(campaign_id, worker_id=holder)

    def state(self, campaign_id: int) -> CampaignState:
        """Return a campaign's state."""
        with self.db.read() as session:
            return CampaignState(push.queries.get_campaign(session, campaign_id).state)

    def reason(self, campaign_id: int) -> str:
        """Return the explanation of a campaign's state."""
        with self.db.read() as session:
            return push.queries.get_campaign(session, campaign_id).reason

    def counts(self, campaign_id: int) -> dict[str, int]:
        """Return the number of a campaign's deliveries by state."""
        with self.db.read() as session:
            return push.queries.delivery_counts(session, campaign_id)

    def inbox(self, openid: str = "alice") -> list[Any]:
        """Return the mass messages that a follower has received."""
        return [
            seen for seen in call_simulator(self.platform, f"/_sim/inbox/{openid}") if seen["via"] == "mass"
        ]

    def count_calls(self, path: str) -> int:
        """Return how many calls of an endpoint the platform has received."""
        return len(call_simulator(self.platform, f"/_sim/calls?path={path}"))


def simulator_now(platform: wechat_simulator.RunningSimulator) -> dt.datetime:
    """Return the time of the platform's clock."""
    return dt.datetime.fromtimestamp(platform.world.clock.now(), dt.UTC)


def connect_platform(
    platform: wechat_simulator.RunningSimulator, db: Database, timeout: tuple[float, float] = (3, 10)
) -> WeChat:
    """Connect to the platform; the token is stored in the database, the time is the platform's clock."""
    return connect(
        app_id=platform.account.app_id,
        app_secret=platform.account.secret,
        platform_url=platform.url,
        store=KeyValueStore(db),
        clock=lambda: simulator_now(platform),
        timeout=timeout,
    )
