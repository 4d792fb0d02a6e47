"""Tests of plans: rights of the account, quotas, people left out, and changes that withdraw an approval."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SAMPLE
from tests.harness import PushHarness, call_simulator
from wxbot import followers, library, push
from wxbot.errors import Forbidden, NotFound, UsageError
from wxbot.followers import Preferences
from wxbot.push import Audience, CampaignState, EditorChoice, Plan, PlanRequest, Route
from wxbot.push.audience.resolve import count_recipients
from wxbot.push.audience.snapshot import exceeds_drift
from wxbot.push.ledger.states import move_delivery
from wxbot.push.planning.capabilities import QUOTA_PATHS, Right, fetch_capabilities

SENDALL = QUOTA_PATHS[Right.MASS]


def _plan(harness: PushHarness, to: str = "all", **more: Any) -> Plan:
    return harness.pusher.plan(PlanRequest(harness.number, Audience.parse(to), **more))


def _create(harness: PushHarness, made: Plan) -> push.Campaign:
    return harness.pusher.create(made, "editor")


def _approve(harness: PushHarness, campaign: int) -> None:
    harness.pusher.approve(campaign, by="editor")


def _revise(harness: PushHarness, tmp_path: Path, old: str, new: str) -> None:
    """Ingest another version of the sample bulletin."""
    text = SAMPLE.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "2021-02.txt").write_text(text.replace(old, new), encoding="utf-8")
    (done,) = library.ingest(harness.db, [tmp_path / "2021-02.txt"], harness.now())
    assert library.Outcome.REVISED == done.outcome


@pytest.mark.parametrize(
    ("kind", "lacks", "looks"),
    [
        ("svc", set(), "svc"),
        ("sub", {Right.LIST, Right.NOTICE}, "sub"),
        (
            "personal",
            {
                Right.PUBLISH,
                Right.MASS,
                Right.LIST,
                Right.CUSTOMER,
                Right.NOTICE,
                Right.FOLLOWERS,
                Right.TAGS,
                Right.COMMENTS,
            },
            "unverified",
        ),
    ],
)
def test_the_rights_of_each_kind_of_account_are_probed(
    harness: PushHarness, kind: str, lacks: set[Right], looks: str
) -> None:
    """Calls that change nothing find out what each kind of account may do, and the reason where it may not."""
    harness.platform.account.kind = kind
    found = harness.pusher.capabilities()
    assert (lacks, looks) == ({right for right in Right if not found.may(right)}, found.kind)
    assert lacks == set(found.reasons)


def test_rights_are_stored_for_a_day(harness: PushHarness) -> None:
    """Probed rights are read from the database for a day, and probed again after that or on request."""
    harness.pusher.capabilities()
    asked = harness.count_calls("/cgi-bin/openapi/quota/get")
    harness.platform.account.kind = "sub"
    assert harness.pusher.capabilities(offline=True).may(Right.LIST)
    assert asked == harness.count_calls("/cgi-bin/openapi/quota/get")
    assert not fetch_capabilities(harness.db, harness.wechat, harness.now() + dt.timedelta(days=1)).may(
        Right.LIST
    )
    harness.platform.account.kind = "svc"
    assert harness.pusher.capabilities(fresh=True).may(Right.LIST)


def test_an_unknown_right_counts_as_granted(harness: PushHarness) -> None:
    """If the platform is too busy to answer, a plan is still possible."""
    harness.inject_fault("/cgi-bin/openapi/quota/get", "errcode", times=20, errcode=-1)
    found = harness.pusher.capabilities()
    assert (True, False, "") == (found.may(Right.MASS), found.surely_may(Right.MASS), found.kind)


def test_a_missing_right_refuses_its_route(harness: PushHarness) -> None:
    """A route to which the account has no right is refused when the campaign is planned."""
    harness.platform.account.kind = "personal"
    with pytest.raises(Forbidden, match="只发布"):
        _plan(harness, route=Route.PUBLISH)
    assert Route.DRAFT == _plan(harness).route


def test_a_plan_shows_what_is_left_of_the_quotas(harness: PushHarness) -> None:
    """A plan shows the platform's interface quota, and this month's mass messages by our own ledger."""
    call_simulator(harness.platform, "/_sim/quotas", {"path": SENDALL, "limit": 100, "used": 40})
    calls, month = _plan(harness).quotas
    assert (1, 60, "今天") == (calls.needed, calls.left, calls.period)
    assert (1, 4, "本月") == (month.needed, month.left, month.period)
    harness.plan_and_approve()
    harness.run_worker()
    harness.advance(60)
    harness.run_worker()
    calls, month = _plan(harness).quotas
    assert (59, 3) == (calls.left, month.left)


def test_warning_and_quota_count_the_same_messages(harness: PushHarness) -> None:
    """A mass message that may have been sent counts in the warning of a plan and in its quota alike."""
    campaign = harness.plan_and_approve()
    with harness.db.begin() as session:
        (delivery,) = push.queries.campaign_deliveries(session, campaign)
        move_delivery(session, delivery.id, "claim", harness.now(), claimed_at=harness.now())
    plan = _plan(harness)
    assert any("今天已经群发 1 次" in warning for warning in plan.warnings)
    assert [3] == [quota.left for quota in plan.quotas if quota.period == "本月"]


def test_a_plan_warns_if_a_quota_is_too_small(harness: PushHarness) -> None:
    """If nothing is left of a quota today, the plan says so."""
    call_simulator(harness.platform, "/_sim/quotas", {"path": SENDALL, "limit": 100, "used": 100})
    assert any("只剩 0 次" in warning for warning in _plan(harness).warnings)


def test_a_subscription_account_has_one_mass_message_a_day(harness: PushHarness) -> None:
    """After the mass message of today nothing is left of the quota, and the plan warns."""
    harness.platform.account.kind = "sub"
    harness.plan_and_approve()
    harness.run_worker()
    harness.advance(60)
    harness.run_worker()
    made = _plan(harness)
    assert [0] == [cost.left for cost in made.quotas if "订阅号" in cost.name]
    assert any("订阅号的群发" in warning for warning in made.warnings)


@pytest.mark.parametrize(("days", "size"), [(1, 0), (3, 1), (30, 2)])
@pytest.mark.both_databases
def test_active_followers_wrote_within_so_many_days(harness: PushHarness, days: int, size: int) -> None:
    """`active:N` goes by each follower's last message in our own journal."""
    with harness.db.begin() as session:
        followers.record_messages(session, {"alice": harness.now() - dt.timedelta(days=2)})
        followers.record_messages(session, {"bob": harness.now() - dt.timedelta(days=20)})
        followers.record_sync_page(session, ["alice", "bob", "carol"], harness.now())
    found = count_recipients(
        harness.db,
        PlanRequest(harness.number, Audience.parse(f"active:{days}")),
        [Route.LIST],
        harness.settings,
        harness.now(),
    )
    assert size == (found.size or sum(found.left_out.values()))


@pytest.mark.parametrize("to", ["active:", "active:0", "active:x", "everybody", "unreached:x", "section:"])
def test_an_invalid_audience_is_refused(harness: PushHarness, to: str) -> None:
    """An audience that cannot be read, or names nothing that exists, is refused with an error for the editor."""
    with pytest.raises((UsageError, NotFound)):
        count_recipients(
            harness.db,
            PlanRequest(harness.number, Audience.parse(to)),
            [Route.CUSTOMER],
            harness.settings,
            harness.now(),
        )


@pytest.mark.both_databases
def test_unreached_of_a_mass_message_is_refused(harness: PushHarness) -> None:
    """`unreached:` of a mass message is refused, as the platform does not tell who received it."""
    campaign = harness.plan_and_approve()
    harness.run_worker()
    with pytest.raises(Forbidden, match="平台不告诉"):
        count_recipients(
            harness.db,
            PlanRequest(harness.number, Audience.parse(f"unreached:{campaign}")),
            [Route.CUSTOMER],
            harness.settings,
            harness.now(),
        )
    with pytest.raises(NotFound):
        count_recipients(
            harness.db,
            PlanRequest(harness.number, Audience.parse("unreached:99")),
            [Route.CUSTOMER],
            harness.settings,
            harness.now(),
        )


def test_quiet_hours_apply_to_the_hour_of_delivery(harness: PushHarness) -> None:
    """A plan at noon for nine in the evening leaves out a follower whose quiet hours begin at eight."""
    with harness.db.begin() as session:
        for openid in ("alice", "bob", "carol"):
            followers.record_messages(session, {openid: harness.now()})
        followers.save_preferences(session, "bob", Preferences(quiet=(20, 8)))
    nine = harness.now() + dt.timedelta(hours=9)
    made = harness.pusher.plan(
        PlanRequest(harness.number, Audience.parse("recent"), nine, route=Route.CUSTOMER)
    )
    assert (2, {"在粉丝设的免打扰时段": 1}) == (made.recipients.size, dict(made.recipients.left_out))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("昨日，地平线公告完成", "今日，地平线公告完成", "正文改了"),
        ("比亚迪开发功率型刀片电池", "比亚迪开发长续航刀片电池", "产品圈"),
    ],
)
def test_a_refused_approval_names_the_changed_article(
    harness: PushHarness, tmp_path: Path, old: str, new: str, said: str
) -> None:
    """After a change of a text or a title the approval is refused, with the article and the part that changed."""
    campaign = _create(harness, _plan(harness)).id
    _revise(harness, tmp_path, old, new)
    with pytest.raises(Forbidden, match=said):
        _approve(harness, campaign)


def test_a_change_after_the_approval_withdraws_it(harness: PushHarness, tmp_path: Path) -> None:
    """A changed campaign that is due returns to planned, sends nothing, and its reason names the article."""
    campaign = harness.plan_and_approve()
    _revise(harness, tmp_path, "昨日，地平线公告完成", "今日，地平线公告完成")
    harness.run_worker()
    assert (CampaignState.PLANNED, 0) == (harness.state(campaign), harness.count_calls("/cgi-bin/draft/add"))
    assert "投融界" in harness.reason(campaign)
    assert "正文" in harness.reason(campaign)


def test_a_changed_setting_withdraws_the_approval(harness: PushHarness) -> None:
    """Another public address or author withdraws the approval, and both values are shown."""
    campaign = _create(harness, _plan(harness)).id
    harness.settings = replace(harness.settings, public_url="https://other.example.org")
    with pytest.raises(Forbidden, match=r"news\.example\.org.*other\.example\.org"):
        _approve(harness, campaign)


def test_the_order_of_articles_is_part_of_the_hash(harness: PushHarness) -> None:
    """Another article in first place gives another hash."""
    plain, chosen = _plan(harness), _plan(harness, choice=EditorChoice(lead=(5,)))
    assert plain.hash != chosen.hash
    assert plain.hash == _plan(harness).hash


@pytest.mark.both_databases
def test_an_audience_of_another_size_needs_a_new_approval(harness: PushHarness) -> None:
    """If forty are found instead of twenty, nothing is sent, the ledger is emptied and the new size stored."""
    names = [f"oName{k:04d}" for k in range(40)]
    with harness.db.begin() as session:
        followers.record_sync_page(session, names[:20], harness.now())
    made = _plan(harness, route=Route.LIST)
    campaign = _create(harness, made).id
    _approve(harness, campaign)
    with harness.db.begin() as session:
        followers.record_sync_page(session, names, harness.now())
    harness.run_worker()
    assert (CampaignState.PLANNED, {}) == (harness.state(campaign), harness.counts(campaign))
    assert "批准的是 20 人，现在是 40 人" in harness.reason(campaign)
    _approve(harness, campaign)
    harness.inject_fault("/cgi-bin/message/mass/send", "errcode", errcode=45009)
    harness.run_worker()
    assert {"planned": 40} == harness.counts(campaign)


def test_the_recent_audience_may_have_any_size(harness: PushHarness) -> None:
    """A campaign to `recent` that was planned for nobody is delivered to forty."""
    campaign = _create(harness, _plan(harness, "recent")).id
    _approve(harness, campaign)
    names = [f"oName{k:04d}" for k in range(40)]
    with harness.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(names, harness.now()))
    harness.inject_fault("/cgi-bin/message/custom/send", "errcode", errcode=45009, times=40)
    harness.run_worker()
    assert (CampaignState.WAITING, {"planned": 40}) == (harness.state(campaign), harness.counts(campaign))


@pytest.mark.parametrize(
    ("approved", "actual", "percent", "falls"),
    [
        (100, 140, 50, False),
        (100, 160, 50, True),
        (100, 40, 50, True),
        (5, 14, 50, False),
        (0, 12, 50, True),
        (100, 900, 0, False),
    ],
)
def test_a_small_drift_keeps_the_approval(approved: int, actual: int, percent: int, falls: bool) -> None:
    """Only a difference of more than ten people and of more than the set percentage withdraws the approval."""
    assert falls is exceeds_drift(approved, actual, percent)


def test_an_article_is_not_both_first_and_left_out(harness: PushHarness) -> None:
    """A choice that names an article both as first and as left out is refused."""
    with pytest.raises(UsageError, match="第 5 篇既要"):
        _plan(harness, choice=EditorChoice(lead=(5, 1), without=(5,)))
