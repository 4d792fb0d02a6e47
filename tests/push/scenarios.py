"""Scenarios for tests of faults, one a route: how it is planned, and which followers must receive it."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tests.harness import PushHarness, call_simulator
from wxbot import consents, followers, push
from wxbot.push import Audience, NoticeTemplate, PlanRequest, Route

__all__ = ["CHOSEN", "CUSTOMER", "FIELDS", "MANY", "SCENARIOS", "TEMPLATE", "TO_ALL", "Scenario"]

TAG = 100
TEMPLATE = "tplA"
FIELDS = {"thing1": "{title}"}


@dataclass(frozen=True)
class Scenario:
    """One route: `plan` creates its campaign, `wanted` returns the followers that must receive it exactly once."""

    name: str
    plan: Callable[[PushHarness, Sequence[str]], push.Campaign]
    wanted: Callable[[Sequence[str]], Sequence[str]]
    calls: tuple[str, ...]  # endpoints whose effect a follower or an editor sees
    crowd: int = 60
    drafts: int = 0  # left at the platform in the end
    publications: int = 0

    def __str__(self) -> str:
        """Return the name that pytest shows."""
        return self.name


def _nobody(crowd: Sequence[str]) -> Sequence[str]:
    """Return no followers: a draft or a publication notifies nobody."""
    return crowd[:0]


def _everybody(crowd: Sequence[str]) -> Sequence[str]:
    """Return all followers."""
    return crowd


def _every_second(crowd: Sequence[str]) -> Sequence[str]:
    """Return the followers with the tag, or with an open 48-hour window."""
    return crowd[::2]


def _planned(to: str, route: Route | None = None) -> Callable[[PushHarness, Sequence[str]], push.Campaign]:
    """Return a function that plans and approves a campaign to an audience by `route`."""

    def planned(harness: PushHarness, crowd: Sequence[str]) -> push.Campaign:
        """Plan and approve the campaign."""
        harness.settings = replace(harness.settings, notice=NoticeTemplate(TEMPLATE, FIELDS))
        with harness.db.begin() as session:
            followers.record_sync_page(session, list(crowd), harness.now())
        made = harness.pusher.plan(PlanRequest(harness.number, Audience.parse(to), route=route))
        campaign = harness.pusher.create(made, "editor")
        return harness.pusher.approve(campaign.id, by="editor")

    return planned


def _to_tag(harness: PushHarness, crowd: Sequence[str]) -> push.Campaign:
    """Tag every second follower and plan a campaign to the tag."""
    account = harness.platform.state
    account.tags[TAG] = "理事"
    for openid in _every_second(crowd):
        found = account.followers.find(openid)
        assert found is not None
        found.tags.append(TAG)
    return _planned("tag:理事")(harness, crowd)


def _to_recent(harness: PushHarness, crowd: Sequence[str]) -> push.Campaign:
    """Let every second follower send a message and plan a campaign to those."""
    _heard(harness, _every_second(crowd))
    return _planned("recent")(harness, crowd)


def _to_consented(harness: PushHarness, crowd: Sequence[str]) -> push.Campaign:
    """Let every second follower consent to a notice and plan a campaign to those."""
    _consented(harness, _every_second(crowd))
    return _planned("consented")(harness, crowd)


def _mixed(harness: PushHarness, crowd: Sequence[str]) -> push.Campaign:
    """Let a third send a message and a third consent, and plan a mixed campaign to all followers."""
    _heard(harness, crowd[::3])
    _consented(harness, crowd[1::3])
    return _planned("all", Route.MIXED)(harness, crowd)


def _heard(harness: PushHarness, openids: Sequence[str]) -> None:
    """Let these followers send a message just now, at the platform and in our database."""
    for openid in openids:
        call_simulator(
            harness.platform, "/_sim/message", {"openid": openid, "type": "text", "content": "芯片"}
        )
    with harness.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(openids, harness.now()))


def _consented(harness: PushHarness, openids: Sequence[str]) -> None:
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

TO_ALL = Scenario("mass to all", _planned("all"), _everybody, (_SENDALL,))
CUSTOMER = Scenario("customer", _to_recent, _every_second, (_CUSTOM,), crowd=160)
LIST = Scenario("list", _planned("all", Route.LIST), _everybody, (_SEND,), crowd=80)
MIXED = Scenario("mixed", _mixed, _everybody, (_CUSTOM, _NOTICE, _SEND), crowd=150)

SCENARIOS = (
    TO_ALL,
    Scenario("mass to a tag", _to_tag, _every_second, (_SENDALL,)),
    Scenario("draft", _planned("all", Route.DRAFT), _nobody, ("/cgi-bin/draft/add",), crowd=3, drafts=1),
    Scenario(
        "publish",
        _planned("all", Route.PUBLISH),
        _nobody,
        ("/cgi-bin/freepublish/submit",),
        crowd=3,
        publications=1,
    ),
    LIST,
    CUSTOMER,
    Scenario("notice", _to_consented, _every_second, (_NOTICE,), crowd=160),
    MIXED,
)
# The long form tries every route; an ordinary run only these.
MANY = bool(os.environ.get("WXBOT_TEST_MANY_KILLS"))
CHOSEN = SCENARIOS if MANY else (TO_ALL, LIST, CUSTOMER, MIXED)
