"""Scenarios for fault tests, one for each route: how its campaign is planned, and which followers must receive it."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from tests.harness import PushHarness, call_simulator
from wxbot import consents, followers, push
from wxbot.push import Audience, NoticeTemplate, PlanRequest, Route

__all__ = [
    "CUSTOMER",
    "FIELDS",
    "LONG_FORM",
    "REPEATED",
    "SCENARIOS",
    "SELECTED",
    "TEMPLATE",
    "TO_ALL",
    "Scenario",
    "on_both_databases",
]

TAG = 100
TEMPLATE = "tplA"
FIELDS = {"thing1": "{title}"}


@dataclass(frozen=True)
class Scenario:
    """One route: `plan` creates its campaign, `expected` returns the followers that must receive it exactly once."""

    name: str
    plan: Callable[[PushHarness, Sequence[str]], push.Campaign]
    expected: Callable[[Sequence[str]], Sequence[str]]
    calls: tuple[str, ...]  # endpoints whose effect a follower or an editor sees
    followers: int = 60
    drafts: int = 0  # left at the platform after the campaign
    publications: int = 0  # the same

    def __str__(self) -> str:
        """Return the name that pytest shows."""
        return self.name


def _no_followers(openids: Sequence[str]) -> Sequence[str]:
    """Return no followers: a draft or a publication notifies nobody."""
    return openids[:0]


def _all_followers(openids: Sequence[str]) -> Sequence[str]:
    """Return all followers."""
    return openids


def _every_second(openids: Sequence[str]) -> Sequence[str]:
    """Return every second follower: those with the tag, the open 48-hour window, or the consent."""
    return openids[::2]


def _plan_for(to: str, route: Route | None = None) -> Callable[[PushHarness, Sequence[str]], push.Campaign]:
    """Return a function that plans and approves a campaign to an audience by `route`."""

    def plan_and_approve(harness: PushHarness, openids: Sequence[str]) -> push.Campaign:
        """Record the followers in our database, and plan and approve the campaign."""
        harness.settings = replace(harness.settings, notice=NoticeTemplate(TEMPLATE, FIELDS))
        with harness.db.begin() as session:
            followers.record_sync_page(session, list(openids), harness.now())
        plan = harness.pusher.plan(PlanRequest(harness.number, Audience.parse(to), route=route))
        campaign = harness.pusher.create(plan, "editor")
        return harness.pusher.approve(campaign.id, by="editor")

    return plan_and_approve


def _plan_to_tag(harness: PushHarness, openids: Sequence[str]) -> push.Campaign:
    """Tag every second follower and plan a campaign to the tag."""
    account = harness.platform.state
    account.tags[TAG] = "理事"
    for openid in _every_second(openids):
        found = account.followers.find(openid)
        assert found is not None
        found.tags.append(TAG)
    return _plan_for("tag:理事")(harness, openids)


def _plan_to_recent(harness: PushHarness, openids: Sequence[str]) -> push.Campaign:
    """Let every second follower send a message and plan a campaign to those."""
    _send_messages_from(harness, _every_second(openids))
    return _plan_for("recent")(harness, openids)


def _plan_to_consented(harness: PushHarness, openids: Sequence[str]) -> push.Campaign:
    """Let every second follower consent to a notice and plan a campaign to those."""
    _record_consents(harness, _every_second(openids))
    return _plan_for("consented")(harness, openids)


def _plan_mixed(harness: PushHarness, openids: Sequence[str]) -> push.Campaign:
    """Let a third send a message and a third consent, and plan a mixed campaign to all followers."""
    _send_messages_from(harness, openids[::3])
    _record_consents(harness, openids[1::3])
    return _plan_for("all", Route.MIXED)(harness, openids)


def _send_messages_from(harness: PushHarness, openids: Sequence[str]) -> None:
    """Let these followers send a message just now, at the platform and in our database."""
    for openid in openids:
        call_simulator(
            harness.platform, "/_sim/message", {"openid": openid, "type": "text", "content": "芯片"}
        )
    with harness.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(openids, harness.now()))


def _record_consents(harness: PushHarness, openids: Sequence[str]) -> None:
    """Let these followers consent to one notice, at the platform and in our database."""
    template = {"template_id": TEMPLATE, "title": "刊物更新提醒", "keys": list(FIELDS), "kind": "notice"}
    call_simulator(harness.platform, "/_sim/templates", template)
    for openid in openids:
        call_simulator(harness.platform, "/_sim/consent", {"openid": openid, "template_id": TEMPLATE})
    with harness.db.begin() as session:
        for openid in openids:
            consents.add(session, openid, TEMPLATE, harness.now())


_SENDALL = "/cgi-bin/message/mass/sendall"
_SEND = "/cgi-bin/message/mass/send"
_CUSTOM = "/cgi-bin/message/custom/send"
_NOTICE = "/cgi-bin/message/subscribe/bizsend"

TO_ALL = Scenario("mass to all", _plan_for("all"), _all_followers, (_SENDALL,))
CUSTOMER = Scenario("customer", _plan_to_recent, _every_second, (_CUSTOM,), followers=160)
LIST = Scenario("list", _plan_for("all", Route.LIST), _all_followers, (_SEND,), followers=80)
MIXED = Scenario("mixed", _plan_mixed, _all_followers, (_CUSTOM, _NOTICE, _SEND), followers=150)

SCENARIOS = (
    TO_ALL,
    Scenario("mass to a tag", _plan_to_tag, _every_second, (_SENDALL,)),
    Scenario(
        "draft", _plan_for("all", Route.DRAFT), _no_followers, ("/cgi-bin/draft/add",), followers=3, drafts=1
    ),
    Scenario(
        "publish",
        _plan_for("all", Route.PUBLISH),
        _no_followers,
        ("/cgi-bin/freepublish/submit",),
        followers=3,
        publications=1,
    ),
    LIST,
    CUSTOMER,
    Scenario("notice", _plan_to_consented, _every_second, (_NOTICE,), followers=160),
    MIXED,
)
# The long form of the tests runs every route; an ordinary run only some.
LONG_FORM = bool(os.environ.get("WXBOT_TEST_MANY_KILLS"))
SELECTED = SCENARIOS if LONG_FORM else (TO_ALL, LIST, CUSTOMER, MIXED)
# An ordinary run repeats these on PostgreSQL: one call for all, and the calls of lists, customer messages and notices.
REPEATED = SCENARIOS if LONG_FORM else (TO_ALL, MIXED)


def on_both_databases(scenarios: Sequence[Scenario]) -> pytest.MarkDecorator:
    """Return the mark that runs a test for these scenarios on SQLite, and for the repeated ones on PostgreSQL."""
    runs = [("sqlite", scenario) for scenario in scenarios]
    runs += [("postgresql", scenario) for scenario in scenarios if scenario in REPEATED]
    return pytest.mark.parametrize(("database_url", "scenario"), runs, indirect=["database_url"], ids=str)
