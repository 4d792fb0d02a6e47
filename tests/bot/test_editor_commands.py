"""Push commands from editors' phones."""

import datetime as dt
import itertools
import re
from collections.abc import Callable

import pytest

from tests.bot.conftest import PUBLIC_URL, Say, teller
from tests.bot.test_chat import text_of
from tests.conftest import ROOT
from tests.harness import PushHarness, call_simulator
from tests.web.console.browser import add_account
from wxbot import audit, push
from wxbot.bot import Bot, Editors, Replies, carry_out, editor_orders
from wxbot.bot.editor_commands import one_time_code
from wxbot.db import Database
from wxbot.editors import EditorRole
from wxbot.local_time import BEIJING
from wxbot.push import CampaignState
from wxbot.search import Index

COMMANDS = ["状态", "批准", "批准 1", "暂停 1", "恢复 1", "取消 1", "重试 1", "预览 第2期", "批准 99", "5001"]
MINUTES = 60
Work = Callable[..., int]


@pytest.fixture
def bot(sample_db: Database, index: Index) -> Bot:
    """Return a bot that obeys alice and bob; its one-time codes count up from 5001."""
    words = map(str, itertools.count(5001))
    editors = Editors(("alice", "bob"), sample_db, BEIJING, code=lambda: next(words))
    return Bot(
        sample_db, index, Replies(ROOT / "content" / "replies"), public_url=PUBLIC_URL, editors=editors
    )


@pytest.fixture
def campaign(harness: PushHarness) -> int:
    """Return the id of a campaign that waits for approval and is due tomorrow."""
    return harness.plan(harness.now() + dt.timedelta(days=1)).id


@pytest.fixture
def work(harness: PushHarness) -> Work:
    """Return a function that carries out confirmed orders as a worker does."""

    def ring(needed: int = 1) -> int:
        return carry_out(harness.pusher, needed=needed)

    return ring


def code_in(said: str) -> str:
    """Return the one-time code in an answer."""
    found = re.search(r"回复 (\d+) 确认", said)
    assert found is not None, said
    return found[1]


def audited_actions(db: Database) -> list[tuple[str, str]]:
    """Return the audit log, oldest entry first, as pairs of who and what."""
    with db.read() as session:
        return [(entry.who, entry.what) for entry in audit.history(session)[::-1]]


def test_an_editor_approves_pauses_and_resumes(
    say: Say, harness: PushHarness, campaign: int, work: Work
) -> None:
    """A confirmed order is carried out by the worker in the editor's name, and 状态 shows its result."""
    for typed, state in (("批准", "approved"), ("暂停", "paused"), ("恢复计划", "approved")):
        say(code_in(text_of(say(f"{typed} {campaign}"))))
        assert 1 == work()
        assert state == harness.state(campaign)
    with harness.db.read() as session:
        assert ["alice"] == push.queries.get_campaign(session, campaign).approvers
    assert f"恢复计划 {campaign}：已完成。" in text_of(say("状态"))


def test_an_editor_cancels_for_good(say: Say, harness: PushHarness, campaign: int, work: Work) -> None:
    """A cancelled campaign cannot be resumed or retried; 取消订阅 remains a subscription command."""
    assert "回复" not in text_of(say("取消订阅"))
    say(code_in(text_of(say(f"取消 {campaign}"))))
    assert 1 == work()

    assert "cancelled" == harness.state(campaign)
    for typed in ("恢复", "重试"):
        assert f"不能{typed}" in text_of(say(f"{typed} {campaign}"))
    assert ("alice", "cancel") in audited_actions(harness.db)


def test_every_use_is_in_the_audit_log(say: Say, harness: PushHarness, campaign: int, work: Work) -> None:
    """The audit log has status, order, confirmation and approval with the editor's openid, but not the code."""
    say("状态")
    say(code_in(text_of(say(f"批准 {campaign}"))))
    work()
    expected = ["phone status", "phone ask", "phone confirm", "approve"]
    assert [("alice", what) for what in expected] == audited_actions(harness.db)[-4:]
    with harness.db.read() as session:
        assert not any("5001" in str(entry.details) for entry in audit.history(session))


def test_an_order_without_its_code_changes_nothing(
    say: Say, harness: PushHarness, campaign: int, work: Work
) -> None:
    """An order without its code, or with the code sent by somebody else, changes nothing."""
    code = code_in(text_of(say(f"批准 {campaign}")))
    say(code, openid="bob")
    say(code, openid="carol")
    assert 0 == work()
    assert harness.state(campaign) == CampaignState.PLANNED
    assert "已安排" in text_of(say(f"{code}。"))


def test_a_wrong_code_withdraws_the_order(say: Say, harness: PushHarness, campaign: int, work: Work) -> None:
    """A wrong code withdraws the order and is in the audit log; a message that is no code changes nothing."""
    code = code_in(text_of(say(f"批准 {campaign}")))
    assert say("芯片").hits is not None
    assert f"「批准计划 {campaign}」已作废" in text_of(say("9999"))
    assert say(code).hits is not None
    assert 0 == work()
    assert ("alice", "phone mistake") == audited_actions(harness.db)[-1]
    assert say("9999").hits is not None


def test_a_code_is_valid_once_for_five_minutes(
    say: Say, harness: PushHarness, campaign: int, work: Work
) -> None:
    """A code is valid once, for five minutes, and only until a newer order; afterwards it is an ordinary question."""
    late = code_in(text_of(say(f"批准 {campaign}")))
    assert say(late, later=5 * MINUTES).hits is not None
    first = code_in(text_of(say(f"批准 {campaign}", later=6 * MINUTES)))
    second = code_in(text_of(say(f"批准 {campaign}", later=6 * MINUTES)))
    assert first != second
    assert "已安排" in text_of(say(second, later=7 * MINUTES))
    assert say(first, later=7 * MINUTES).hits is not None
    assert say(second, later=7 * MINUTES).hits is not None
    assert (1, 0) == (work(), work())


def test_nobody_else_can_tell_that_the_commands_exist(
    say: Say, sample_db: Database, index: Index, now: dt.datetime, campaign: int
) -> None:
    """A member gets the same answers as from a bot without editors, and the audit log has no entry of it."""
    before = audited_actions(sample_db)
    fold = teller(
        sample_db, Bot(sample_db, index, Replies(ROOT / "content" / "replies"), public_url=PUBLIC_URL), now
    )
    say(f"批准 {campaign}")  # the code 5001 waits for alice
    for at, typed in enumerate(COMMANDS, start=10**6):
        assert fold(typed, openid="dave", msg_id=at) == say(typed, openid="carol")
    assert [*before, ("alice", "phone ask")] == audited_actions(sample_db)


def test_two_editors_approve_where_two_are_needed(
    say: Say, harness: PushHarness, campaign: int, work: Work
) -> None:
    """One approval of two does not release the campaign, and the same editor cannot give both."""
    say(code_in(text_of(say(f"批准 {campaign}"))))
    work(needed=2)
    assert harness.state(campaign) == CampaignState.PLANNED
    assert "您已经批准过" in text_of(say(f"批准 {campaign}"))
    say(code_in(text_of(say(f"批准 {campaign}", openid="bob"))), openid="bob")
    work(needed=2)
    assert harness.state(campaign) == CampaignState.APPROVED


def test_a_writer_orders_only_previews(
    say: Say, harness: PushHarness, campaign: int, work: Work, now: dt.datetime
) -> None:
    """An editor whose account is a writer's cannot approve by phone, not even with an order given before."""
    code = code_in(text_of(say(f"批准 {campaign}")))
    add_account(harness.db, now, "小李", "alice", EditorRole.WRITER)
    say(code)
    work()
    assert harness.state(campaign) == CampaignState.PLANNED
    assert "您的角色是「写稿」" in text_of(say("状态"))
    assert "您的角色是「写稿」" in text_of(say(f"批准 {campaign}"))
    assert "确认" in text_of(say(f"预览 {campaign}"))


@pytest.mark.both_databases
def test_what_cannot_be_done_is_said(say: Say, harness: PushHarness, campaign: int, work: Work) -> None:
    """A refusal is shown at once where it is known, and in 状态 where it appears later."""
    assert "没有推送计划 99" in text_of(say("批准 99"))
    assert "不能恢复" in text_of(say(f"恢复 {campaign}"))
    assert "还没有推送计划" in text_of(say("预览 第9期"))
    say(code_in(text_of(say(f"批准 {campaign}"))))
    harness.pusher.cancel(campaign, by="desk")
    work()
    assert "没有成功，计划" in text_of(say("状态"))
    assert "没有等着或进行中的推送。" in text_of(say("状态"))


def test_a_preview_is_shown_to_the_editor_who_ordered_it(
    say: Say, harness: PushHarness, campaign: int, work: Work
) -> None:
    """The worker sends the preview, not the webhook."""
    say(code_in(text_of(say("预览 第2期"))))
    assert 0 == harness.count_calls("/cgi-bin/message/mass/preview")
    work()
    assert 1 == harness.count_calls("/cgi-bin/message/mass/preview")
    assert any(seen["via"] == "preview" for seen in call_simulator(harness.platform, "/_sim/inbox/alice"))
    assert harness.state(campaign) == CampaignState.PLANNED


def test_what_only_resembles_a_command_is_a_question(say: Say) -> None:
    """Words that only begin like a command are searched for an editor too."""
    assert say("暂停营业").hits is not None
    assert say("预览会").hits is not None


def test_a_command_without_a_number_shows_the_numbers(say: Say, campaign: int) -> None:
    """批准 without a number shows the status, which has the numbers."""
    assert text_of(say("状态")) == text_of(say("批准")) == text_of(say("暂停。"))
    assert f"计划 {campaign}　2021-02 → 全部粉丝" in text_of(say("批准"))


def test_an_order_whose_worker_died_is_taken_over(
    say: Say, harness: PushHarness, campaign: int, work: Work
) -> None:
    """The order of a dead worker is carried out by another one after the lease of a minute."""
    say(code_in(text_of(say(f"批准 {campaign}"))))
    assert editor_orders.claim(harness.db, harness.now()) is not None
    assert 0 == work()
    harness.advance(61)
    assert 1 == work()
    assert harness.state(campaign) == CampaignState.APPROVED


def test_an_editor_who_leaves_takes_the_order_along(say: Say, campaign: int) -> None:
    """Unfollowing deletes an order that waits for its code."""
    code = code_in(text_of(say(f"批准 {campaign}")))
    say(kind="event", event="unsubscribe")
    assert say(code).hits is not None


def test_old_orders_are_pruned_but_none_that_must_be_done(
    say: Say, harness: PushHarness, campaign: int, work: Work
) -> None:
    """A confirmed order is pruned only after it was carried out."""
    say(code_in(text_of(say(f"批准 {campaign}"))))
    later = harness.now() + dt.timedelta(days=1)
    with harness.db.begin() as session:
        assert 0 == editor_orders.prune(session, later)
    work()
    with harness.db.begin() as session:
        assert 1 == editor_orders.prune(session, later)


def test_one_time_codes_are_four_digits_and_differ() -> None:
    """A code never has one or two digits, which would pick from a list."""
    codes = {one_time_code() for _ in range(200)}
    assert all(re.fullmatch(r"[1-9]\d{3}", code) for code in codes)
    assert len(codes) > 150
