"""The routes of a push, each as one scenario: how it is planned, who has to receive it, and what may stay unknown."""

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
    """One route: `plan` writes its campaign down, `wanted` are those of the crowd whom it has to reach, once each."""

    name: str
    plan: Callable[[PushHarness, Sequence[str]], push.Campaign]
    wanted: Callable[[Sequence[str]], Sequence[str]]
    calls: tuple[str, ...]  # those that leave behind what a follower, or an editor, sees
    crowd: int = 60
    drafts: int = 0  # what lies at the platform in the end
    publications: int = 0

    def __str__(self) -> str:
        """What pytest calls it."""
        return self.name


def _nobody(crowd: Sequence[str]) -> Sequence[str]:
    """A draft or a publication tells nobody."""
    return crowd[:0]


def _everybody(crowd: Sequence[str]) -> Sequence[str]:
    """All who follow."""
    return crowd


def _every_second(crowd: Sequence[str]) -> Sequence[str]:
    """Those who carry the tag, or whose window is open."""
    return crowd[::2]


def _planned(to: str, route: Route | None = None) -> Callable[[PushHarness, Sequence[str]], push.Campaign]:
    """A plan for an audience, by `route`, approved."""

    def planned(harness: PushHarness, crowd: Sequence[str]) -> push.Campaign:
        """Plan it."""
        harness.settings = replace(harness.settings, notice=NoticeTemplate(TEMPLATE, FIELDS))
        with harness.db.begin() as session:
            followers.record_sync_page(session, list(crowd), harness.now())
        made = harness.pusher.plan(PlanRequest(harness.number, Audience.parse(to), route=route))
        campaign = harness.pusher.create(made, "editor")
        return harness.pusher.approve(campaign.id, by="editor")

    return planned


def _to_tag(harness: PushHarness, crowd: Sequence[str]) -> push.Campaign:
    """Tag every second follower, and plan for the tag."""
    account = harness.platform.state
    account.tags[TAG] = "理事"
    for openid in _every_second(crowd):
        found = account.followers.find(openid)
        assert found is not None
        found.tags.append(TAG)
    return _planned("tag:理事")(harness, crowd)


def _to_recent(harness: PushHarness, crowd: Sequence[str]) -> push.Campaign:
    """Every second follower writes; plan for those."""
    _heard(harness, _every_second(crowd))
    return _planned("recent")(harness, crowd)


def _to_consented(harness: PushHarness, crowd: Sequence[str]) -> push.Campaign:
    """Every second follower consents to a notice; plan for those."""
    _consented(harness, _every_second(crowd))
    return _planned("consented")(harness, crowd)


def _mixed(harness: PushHarness, crowd: Sequence[str]) -> push.Campaign:
    """A third writes, a third consents, the others only follow; plan for all of them."""
    _heard(harness, crowd[::3])
    _consented(harness, crowd[1::3])
    return _planned("all", Route.MIXED)(harness, crowd)


def _heard(harness: PushHarness, openids: Sequence[str]) -> None:
    """These wrote just now: the platform's windows are open, and we know it."""
    for openid in openids:
        call_simulator(
            harness.platform, "/_sim/message", {"openid": openid, "type": "text", "content": "芯片"}
        )
    with harness.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(openids, harness.now()))


def _consented(harness: PushHarness, openids: Sequence[str]) -> None:
    """These agreed to one notice, and we know it."""
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
# Asked for hundreds of attempts, each test makes them by every route; in an ordinary run some do with these.
MANY = bool(os.environ.get("WXBOT_TEST_MANY_KILLS"))
CHOSEN = SCENARIOS if MANY else (TO_ALL, LIST, CUSTOMER, MIXED)
