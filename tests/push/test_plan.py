"""Facts about plans: what the account may do, what it costs, who is left out, and what lets an approval fall."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SAMPLE
from tests.desk import Desk, ask
from wxbot import followers, library, push
from wxbot.errors import Forbidden, NotFound, UsageError
from wxbot.followers import Preferences
from wxbot.push import CampaignState, EditorChoice, Plan, Right, Route
from wxbot.push.audience.snapshot import exceeds_drift
from wxbot.push.planning.capabilities import PATHS

SENDALL = PATHS[Right.MASS]


def _made(desk: Desk, to: str = "all", **more: Any) -> Plan:
    return push.plan_campaign(desk.db, desk.wechat, desk.number, to, None, desk.settings, desk.now(), **more)


def _write(desk: Desk, made: Plan) -> push.Campaign:
    return push.create_campaign(desk.db, made, desk.settings, "editor", desk.now())


def _approve(desk: Desk, campaign: int) -> None:
    push.approve(desk.db, campaign, by="editor", settings=desk.settings, now=desk.now())


def _revise(desk: Desk, tmp_path: Path, old: str, new: str) -> None:
    """Another version of the sample on the shelf."""
    text = SAMPLE.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "2021-02.txt").write_text(text.replace(old, new), encoding="utf-8")
    (done,) = library.ingest(desk.db, [tmp_path / "2021-02.txt"], desk.now())
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
            },
            "unverified",
        ),
    ],
)
def test_rights_are_asked_for(desk: Desk, kind: str, lacks: set[Right], looks: str) -> None:
    """Calls that change nothing find out what each kind of account may do, and why not where it may not."""
    desk.platform.account.kind = kind
    found = push.fetch_capabilities(desk.db, desk.wechat, desk.now())
    assert (lacks, looks) == ({right for right in Right if not found.may(right)}, found.kind)
    assert lacks == set(found.reasons)


def test_rights_are_kept_for_a_day(desk: Desk) -> None:
    """Asked once, they are read from the database; a day later, or on demand, they are asked for again."""
    push.fetch_capabilities(desk.db, desk.wechat, desk.now())
    asked = desk.calls("/cgi-bin/openapi/quota/get")
    desk.platform.account.kind = "sub"
    assert push.fetch_capabilities(desk.db, None, desk.now()).may(Right.LIST)
    assert asked == desk.calls("/cgi-bin/openapi/quota/get")
    assert not push.fetch_capabilities(desk.db, desk.wechat, desk.now() + dt.timedelta(days=1)).may(
        Right.LIST
    )
    desk.platform.account.kind = "svc"
    assert push.fetch_capabilities(desk.db, desk.wechat, desk.now(), fresh=True).may(Right.LIST)


def test_a_platform_that_cannot_be_asked_forbids_nothing(desk: Desk) -> None:
    """What is not known counts as allowed: a busy platform does not turn a plan away."""
    desk.fault("/cgi-bin/openapi/quota/get", "errcode", times=20, errcode=-1)
    found = push.fetch_capabilities(desk.db, desk.wechat, desk.now())
    assert (True, False, "") == (found.may(Right.MASS), found.knows(Right.MASS), found.kind)


def test_a_right_that_is_missing_refuses_its_route(desk: Desk) -> None:
    """An account that may not publish is told so when it is planned, not when it is due."""
    desk.platform.account.kind = "personal"
    with pytest.raises(Forbidden, match="只发布"):
        _made(desk, route=Route.PUBLISH)
    assert Route.DRAFT == _made(desk).route


def test_a_plan_shows_what_is_left_of_the_quotas(desk: Desk) -> None:
    """Calls of the interface as the platform tells them, mass messages of the month by our own ledger."""
    ask(desk.platform, "/_sim/quotas", {"path": SENDALL, "limit": 100, "used": 40})
    calls, month = _made(desk).costs
    assert (1, 60, "今天") == (calls.needed, calls.left, calls.when)
    assert (1, 4, "本月") == (month.needed, month.left, month.when)
    desk.approved()
    desk.work()
    desk.later(60)
    desk.work()
    calls, month = _made(desk).costs
    assert (59, 3) == (calls.left, month.left)


def test_a_plan_warns_where_a_quota_is_not_enough(desk: Desk) -> None:
    """None left today: the warning says what happens then."""
    ask(desk.platform, "/_sim/quotas", {"path": SENDALL, "limit": 100, "used": 100})
    assert any("只剩 0 次" in warning for warning in _made(desk).warnings)


def test_a_subscription_account_has_one_a_day(desk: Desk) -> None:
    """After today's mass message none is left, and the plan says so."""
    desk.platform.account.kind = "sub"
    desk.approved()
    desk.work()
    desk.later(60)
    desk.work()
    made = _made(desk)
    assert [0] == [cost.left for cost in made.costs if "订阅号" in cost.what]
    assert any("订阅号的群发" in warning for warning in made.warnings)


@pytest.mark.parametrize(("days", "size"), [(1, 0), (3, 1), (30, 2)])
def test_the_active_are_those_who_wrote_within_days(desk: Desk, days: int, size: int) -> None:
    """`active:N` counts by our own journal's last word of each follower."""
    with desk.db.begin() as session:
        followers.record_messages(session, {"alice": desk.now() - dt.timedelta(days=2)})
        followers.record_messages(session, {"bob": desk.now() - dt.timedelta(days=20)})
        followers.record_sync_page(session, ["alice", "bob", "carol"], desk.now())
    found = push.count_recipients(
        desk.db, desk.number, f"active:{days}", desk.settings.tz, desk.now(), route=Route.LIST
    )
    assert size == (found.size or sum(found.left_out.values()))


@pytest.mark.parametrize("to", ["active:", "active:0", "active:x", "everybody", "unreached:x", "section:"])
def test_an_audience_that_means_nothing_is_refused(desk: Desk, to: str) -> None:
    """What cannot be understood is said with what can."""
    with pytest.raises((UsageError, NotFound)):
        push.count_recipients(desk.db, desk.number, to, desk.settings.tz, desk.now())


def test_whom_a_mass_message_did_not_reach_nobody_knows(desk: Desk) -> None:
    """`unreached:` a campaign to everybody is refused: the platform does not tell who has it."""
    campaign = desk.approved()
    desk.work()
    with pytest.raises(Forbidden, match="平台不告诉"):
        push.count_recipients(desk.db, desk.number, f"unreached:{campaign}", desk.settings.tz, desk.now())
    with pytest.raises(NotFound):
        push.count_recipients(desk.db, desk.number, "unreached:99", desk.settings.tz, desk.now())


def test_quiet_hours_are_those_of_the_hour_of_sending(desk: Desk) -> None:
    """Planned at noon for nine in the evening, who wants quiet from eight is left out."""
    with desk.db.begin() as session:
        for openid in ("alice", "bob", "carol"):
            followers.record_messages(session, {openid: desk.now()})
        followers.save_preferences(session, "bob", Preferences(quiet=(20, 8)))
    nine = desk.now() + dt.timedelta(hours=9)
    made = push.plan_campaign(
        desk.db, desk.wechat, desk.number, "recent", nine, desk.settings, desk.now(), route=Route.CUSTOMER
    )
    assert (2, {"在粉丝设的免打扰时段": 1}) == (made.audience.size, dict(made.audience.left_out))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("昨日，地平线公告完成", "今日，地平线公告完成", "正文改了"),
        ("比亚迪开发功率型刀片电池", "比亚迪开发长续航刀片电池", "产品圈"),
    ],
)
def test_the_approval_says_what_of_the_content_changed(
    desk: Desk, tmp_path: Path, old: str, new: str, said: str
) -> None:
    """Another word in a text or a title: approving is refused, and says in which article."""
    campaign = _write(desk, _made(desk)).id
    _revise(desk, tmp_path, old, new)
    with pytest.raises(Forbidden, match=said):
        _approve(desk, campaign)


def test_what_changed_after_the_approval_stands_in_the_reason(desk: Desk, tmp_path: Path) -> None:
    """At its hour the campaign falls back to planned, sends nothing, and its reason names the article."""
    campaign = desk.approved()
    _revise(desk, tmp_path, "昨日，地平线公告完成", "今日，地平线公告完成")
    desk.work()
    assert (CampaignState.PLANNED, 0) == (desk.state(campaign), desk.calls("/cgi-bin/draft/add"))
    assert "投融界" in desk.reason(campaign)
    assert "正文" in desk.reason(campaign)


def test_a_setting_that_shows_in_the_message_lets_it_fall(desk: Desk) -> None:
    """Another public address or author is another message, and both values are said."""
    campaign = _write(desk, _made(desk)).id
    desk.settings = replace(desk.settings, public_url="https://other.example.org")
    with pytest.raises(Forbidden, match=r"news\.example\.org.*other\.example\.org"):
        _approve(desk, campaign)


def test_the_hash_is_another_for_another_order(desk: Desk) -> None:
    """What is named first is part of what is approved."""
    plain, chosen = _made(desk), _made(desk, choice=EditorChoice(lead=(5,)))
    assert plain.hash != chosen.hash
    assert plain.hash == _made(desk).hash


def test_an_audience_of_another_size_is_approved_anew(desk: Desk) -> None:
    """Twenty were planned, forty are there at the hour: nothing is sent, the ledger is empty, the new number stands."""
    names = [f"oName{k:04d}" for k in range(40)]
    with desk.db.begin() as session:
        followers.record_sync_page(session, names[:20], desk.now())
    made = _made(desk, route=Route.LIST)
    campaign = _write(desk, made).id
    _approve(desk, campaign)
    with desk.db.begin() as session:
        followers.record_sync_page(session, names, desk.now())
    desk.work()
    assert (CampaignState.PLANNED, {}) == (desk.state(campaign), desk.counts(campaign))
    assert "批准的是 20 人，现在是 40 人" in desk.reason(campaign)
    _approve(desk, campaign)
    desk.fault("/cgi-bin/message/mass/send", "errcode", errcode=45009)
    desk.work()
    assert {"planned": 40} == desk.counts(campaign)


def test_those_who_wrote_lately_may_be_any_number(desk: Desk) -> None:
    """Planned for nobody, due for forty: `recent` is what it is at the hour, and goes out."""
    campaign = _write(desk, _made(desk, "recent")).id
    _approve(desk, campaign)
    names = [f"oName{k:04d}" for k in range(40)]
    with desk.db.begin() as session:
        followers.record_messages(session, dict.fromkeys(names, desk.now()))
    desk.fault("/cgi-bin/message/custom/send", "errcode", errcode=45009, times=40)
    desk.work()
    assert (CampaignState.WAITING, {"planned": 40}) == (desk.state(campaign), desk.counts(campaign))


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
def test_a_few_more_or_less_surprise_nobody(approved: int, actual: int, percent: int, falls: bool) -> None:
    """More than ten people and more than the set part of them, up or down."""
    assert falls is exceeds_drift(approved, actual, percent)


def test_an_article_is_not_both_first_and_left_out(desk: Desk) -> None:
    """Who names an article in both lists meant something else: nothing is planned."""
    with pytest.raises(UsageError, match="第 5 篇既要"):
        _made(desk, choice=EditorChoice(lead=(5, 1), without=(5,)))
