"""Tests of the console's campaign pages and actions."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tests.conftest import SAMPLE
from tests.web.console.browser import NAME, Browser
from tests.web.console.conftest import BuildConsole, ConsoleSite, state
from wxbot import audit, followers, library, push
from wxbot.push import Audience, Campaign, CampaignState, Delivery, DeliveryState, PlanRequest
from wxbot.push.ledger.states import CAMPAIGN_MOVES
from wxbot.push.planning.create import create_campaign
from wxbot.push.planning.plan import plan_campaign

WEEK = dt.timedelta(days=7)
EDITOR_VERBS = {"approve", "pause", "resume", "retry", "cancel"}


def offered_verbs(page: str, campaign_id: int) -> set[str]:
    """Return the actions that a page offers for a campaign."""
    return {
        verb for verb in (*EDITOR_VERBS, "sent", "unsent", "preview") if f"push/{campaign_id}/{verb}" in page
    }


def force_state(
    console: ConsoleSite, campaign_id: int, state: CampaignState, delivery_state: str = ""
) -> None:
    """Set the state of a campaign, and of its deliveries, without a move."""
    with console.db.begin() as session:
        session.execute(update(Campaign).where(Campaign.id == campaign_id).values(state=state))
        if delivery_state:
            session.execute(
                update(Delivery).where(Delivery.campaign_id == campaign_id).values(state=delivery_state)
            )


def revise_issue(console: ConsoleSite, folder: Path) -> None:
    """Ingest a revised version of the issue."""
    file = folder / "2021-02.txt"
    file.write_text(SAMPLE.read_text(encoding="utf-8").replace("1002 辆", "1003 辆"), encoding="utf-8")
    (done,) = library.ingest(console.db, [file], console.harness.now())
    assert library.Outcome.REVISED == done.outcome


def test_the_list_shows_every_campaign_with_its_state(console: ConsoleSite, editor: Browser) -> None:
    """The list shows issue, audience, recipients, time and state of each campaign, with a link."""
    campaign = console.plan_and_approve(console.harness.now() + WEEK)
    seen = editor.open("/console/push")
    for word in ("2021-02", "全部粉丝", "3 人", "2026-12-01 周二 12:00", "已批准，等时刻"):
        assert word in seen.words
    assert f"/console/push/{campaign}" in seen.text


def test_a_campaign_page_shows_everything(console: ConsoleSite, editor: Browser) -> None:
    """The page shows articles in order, audience, route, time, hash, warnings and history."""
    campaign = console.harness.plan(console.harness.now() + WEEK)
    words = editor.open(f"/console/push/{campaign.id}").words
    assert all(
        word in words for word in ("全部粉丝", "群发", "2026-12-01 周二 12:00", campaign.hash, "待批准")
    )
    places = [words.index(article["title"]) for article in campaign.articles]
    assert places == sorted(places)
    assert all(warning.replace("<", "") in words for warning in campaign.warnings)
    assert "经过 2026-11-24 周二 12:00 计划" in words


def test_the_buttons_match_the_table_of_moves(console: ConsoleSite, editor: Browser) -> None:
    """In each state the page offers exactly the actions that the table of moves allows; others are refused."""
    campaign = console.plan()
    for campaign_state in CampaignState:
        force_state(
            console,
            campaign,
            campaign_state,
            "failed" if campaign_state in {"failed", "finished"} else "planned",
        )
        offered = offered_verbs(editor.open(f"/console/push/{campaign}").text, campaign) & EDITOR_VERBS
        assert {verb for verb in EDITOR_VERBS if (verb, campaign_state) in CAMPAIGN_MOVES} == offered, (
            campaign_state
        )
        for verb in sorted(EDITOR_VERBS - offered):
            assert 409 == editor.fill(f"/console/push/{campaign}/{verb}").status, (campaign_state, verb)
        assert str(campaign_state) == state(console, campaign)


def test_approve_pause_resume_cancel(console: ConsoleSite, editor: Browser) -> None:
    """Each action is confirmed, executed under the editor's name and reported; the worker then sends nothing."""
    campaign = console.plan()
    for verb, message, expected_state in (
        ("approve", "已记下您的批准。", "approved"),
        ("pause", "已暂停。", "paused"),
        ("resume", "已恢复。", "approved"),
        ("cancel", "已取消。", "cancelled"),
    ):
        assert message in editor.press(campaign, verb).words
        assert expected_state == state(console, campaign)
    console.harness.run_worker()
    assert [] == console.harness.inbox()
    with console.db.read() as session:
        history = [(e.what, e.who) for e in push.queries.campaign_history(session, campaign)]
    assert [(verb, NAME) for verb in ("approve", "pause", "resume", "cancel")] == history[1:]


def test_opening_pages_changes_nothing(console: ConsoleSite, editor: Browser) -> None:
    """Opening every page of a campaign, also those of its actions, does not change it."""
    campaign = console.plan()
    for verb in ("", *EDITOR_VERBS, "sent", "unsent", "preview", "report"):
        assert 200 == editor.open(f"/console/push/{campaign}/{verb}".rstrip("/")).status
    assert "planned" == state(console, campaign)
    assert 0 == console.harness.count_calls("/cgi-bin/message/mass/preview")


def test_an_approved_campaign_is_sent(console: ConsoleSite, editor: Browser) -> None:
    """A campaign approved at the console is sent by the worker; the page shows the platform's report."""
    campaign = console.plan()
    editor.press(campaign, "approve")
    console.harness.run_worker()
    console.harness.advance(60)
    console.harness.run_worker()
    assert 1 == len(console.harness.inbox())
    words = editor.open(f"/console/push/{campaign}").words
    assert all(word in words for word in ("已完成", "已发出 1"))


def test_the_report_of_the_platform_is_shown(console: ConsoleSite, editor: Browser) -> None:
    """The page shows the platform's numbers: audience, after its filter, received, failed."""
    campaign = console.plan_and_approve()
    console.harness.run_worker()
    with console.db.begin() as session:
        delivery = session.scalars(select(Delivery)).one()
        delivery.report = {"total": 1200, "filtered": 1180, "sent": 1175, "errors": 5}
    words = editor.open(f"/console/push/{campaign}").words
    assert "平台的报告 范围 过滤后 送达 失败 1200 1180 1175 5" in words


def test_an_approval_is_for_the_plan_that_was_seen(console: ConsoleSite, editor: Browser) -> None:
    """If the plan changes between page and button, the approval is refused and the page shows the new plan."""
    campaign = console.plan(console.harness.now() + WEEK)
    path = f"/console/push/{campaign}/approve"
    fields = editor.open(path).form(path)
    link = f"{path}?seen={fields['seen']}"
    assert link in editor.open(f"/console/push/{campaign}").text
    console.harness.pusher.bring_forward(campaign, by="x")
    assert "您看过之后，这个计划变了" in editor.open(link).words
    refused = editor.send(path, fields)
    assert (409, "planned") == (refused.status, state(console, campaign))
    assert fields["seen"] in refused.words
    assert 303 == editor.send(path, refused.form(path)).status
    assert "approved" == state(console, campaign)


def test_changes_since_the_plan_are_listed(console: ConsoleSite, editor: Browser, tmp_path: Path) -> None:
    """After a revision of the issue the page lists the changes, refuses an approval and links a new plan."""
    campaign = console.plan()
    path = f"/console/push/{campaign}/approve"
    fields = editor.open(path).form(path)
    revise_issue(console, tmp_path)
    for seen in (editor.open(path), editor.send(path, fields)):
        assert "正文" in seen.words
        assert "改了" in seen.words
        assert "/console/plan/2021-02" in seen.text
        assert '<button class="first">' not in seen.text
    assert (409, "planned") == (editor.send(path, fields).status, state(console, campaign))


def test_two_approvals_need_two_editors(build_console: BuildConsole) -> None:
    """With push_approvals 2 one editor cannot approve twice; a second editor's approval releases the campaign."""
    console = build_console(push_approvals=2)
    first, second = console.editor(openid="alice"), console.editor("李编辑", "bob")
    campaign = console.plan()
    assert "还差 1 位" in first.press(campaign, "approve").words
    assert "planned" == state(console, campaign)
    assert "approve" not in offered_verbs(first.open(f"/console/push/{campaign}").text, campaign)
    assert 409 == first.fill(f"/console/push/{campaign}/approve").status
    words = second.press(campaign, "approve").words
    assert "approved" == state(console, campaign)
    assert f"{NAME}、李编辑" in words


def test_phone_and_console_approvals_of_one_editor_count_once(build_console: BuildConsole) -> None:
    """An editor who approved by phone cannot approve again at the console; pages show the name, not the openid."""
    console = build_console(push_approvals=2)
    openid = "oAbCdEfGhIjKlMnOpQrStUvWxYz0"
    editor = console.editor(openid=openid)
    campaign = console.harness.plan()
    console.harness.pusher.approve(campaign.id, by=openid, given=campaign.hash, needed=2)
    refused = editor.fill(f"/console/push/{campaign.id}/approve")
    assert (409, "planned") == (refused.status, state(console, campaign.id))
    pages = [
        editor.open(f"/console/{page}") for page in ("", f"push/{campaign.id}", f"push/{campaign.id}/report")
    ]
    for seen in (refused, *pages):
        assert NAME in seen.words
        assert openid not in seen.text


def test_a_preview_goes_to_the_editor_only(console: ConsoleSite) -> None:
    """A preview is sent to the openid of the editor who requested it, and to nobody else."""
    editor = console.editor(openid="alice")
    campaign = console.plan()
    assert "预览已发到您的微信" in editor.press(campaign, "preview").words
    assert 1 == console.harness.count_calls("/cgi-bin/message/mass/preview")
    assert "planned" == state(console, campaign)


def test_a_preview_needs_an_openid(console: ConsoleSite, editor: Browser) -> None:
    """An editor without an openid reads how to bind the own WeChat; the platform is not called."""
    campaign = console.plan()
    path = f"/console/push/{campaign}/preview"
    before = editor.open(path)
    assert 'href="/console/account#wechat"' in before.text
    refused = editor.send(path, before.form(path))
    assert 409 == refused.status
    assert "写上我的微信" in refused.words
    assert 0 == console.harness.count_calls("/cgi-bin/draft/add")


def test_a_failed_preview_gives_the_reason(console: ConsoleSite) -> None:
    """A refusal of the platform is explained: the editor does not follow, or the account lacks the right."""
    stranger = console.editor(openid="stranger")
    campaign = console.plan()
    refused = stranger.fill(f"/console/push/{campaign}/preview")
    assert 409 == refused.status
    assert "预览没有发出去" in refused.words
    console.harness.inject_fault("/cgi-bin/draft/add", "errcode", errcode=48001)
    assert 409 == stranger.fill(f"/console/push/{campaign}/preview").status


def test_without_a_platform_a_preview_is_refused(build_console: BuildConsole) -> None:
    """A server without an account of the platform refuses previews and says why."""
    console = build_console(platform=False)
    editor = console.editor(openid="alice")
    refused = editor.fill(f"/console/push/{console.plan()}/preview")
    assert (409, True) == (refused.status, "没有连着公众平台" in refused.words)


def test_an_editor_resolves_an_unknown_delivery(console: ConsoleSite, editor: Browser) -> None:
    """An editor records an unknown delivery as sent, or as not sent: then it is sent again."""
    campaign = console.plan_and_approve()
    for verb, expected_state, delivery_state in (
        ("unsent", "running", "planned"),
        ("sent", "finished", "sent"),
    ):
        force_state(console, campaign, CampaignState.UNKNOWN, "unknown")
        assert {"sent", "unsent"} <= offered_verbs(editor.open(f"/console/push/{campaign}").text, campaign)
        assert 200 == editor.press(campaign, verb).status
        assert (expected_state, {delivery_state: 1}) == (
            state(console, campaign),
            console.harness.counts(campaign),
        )
        assert not {"sent", "unsent"} & offered_verbs(editor.open(f"/console/push/{campaign}").text, campaign)


@pytest.mark.both_databases
def test_failed_deliveries_are_retried(console: ConsoleSite, editor: Browser) -> None:
    """A retry sets the failed delivery to planned and the campaign to approved."""
    campaign = console.plan_and_approve()
    force_state(console, campaign, CampaignState.FAILED, "failed")
    assert "已安排重试" in editor.press(campaign, "retry").words
    assert ("approved", {"planned": 1}) == (state(console, campaign), console.harness.counts(campaign))


def add_deliveries(
    console: ConsoleSite, campaign_id: int, state: DeliveryState, size: int, reason: str = ""
) -> None:
    """Add deliveries in a state to a campaign."""
    with console.db.begin() as session:
        session.add_all(
            Delivery(
                campaign_id=campaign_id,
                recipient=f"o{state[:2]}{n:04d}abcdefghijklmnopqrstu",
                route="customer",
                state=state,
                reason=reason,
                moved_at=console.harness.now(),
            )
            for n in range(size)
        )


@pytest.mark.both_databases
def test_at_most_fifty_deliveries_are_listed(console: ConsoleSite, editor: Browser) -> None:
    """Counts cover all deliveries and reasons; at most fifty a state are listed, with masked openids."""
    campaign = console.plan()
    add_deliveries(console, campaign, DeliveryState.REFUSED, 120, "对方已取消关注")
    add_deliveries(console, campaign, DeliveryState.SENT, 300)
    add_deliveries(console, campaign, DeliveryState.SKIPPED, 70, "在粉丝设的免打扰时段")
    seen = editor.open(f"/console/push/{campaign}")
    for word in (
        "已发出 300",
        "被拒绝 120",
        "略过 70",
        "对方已取消关注 120",
        "在粉丝设的免打扰时段 70",
        "前 50 条",
    ):
        assert word in seen.words, word
    assert 50 == seen.text.count("ore0")
    assert "ore0000abcdefghijklmnopqrstu" not in seen.text


@pytest.mark.both_databases
def test_the_list_is_filtered_and_says_the_next_step(console: ConsoleSite, editor: Browser) -> None:
    """Each campaign tells what an editor does next; the filters show those that wait, come or are over."""
    console.plan()
    for query, expected in (("", True), ("?show=todo", True), ("?show=coming", False), ("?show=over", False)):
        assert expected is ("下一步：看过内容，批准" in editor.open(f"/console/push{query}").words), query
    assert "没有这样的计划" in editor.open("/console/push?show=over").words


def test_only_running_campaigns_refresh_themselves(console: ConsoleSite, editor: Browser) -> None:
    """Page and list reload every five seconds while a campaign runs; an action's page never reloads."""
    campaign = console.plan_and_approve()
    refresh = '<meta http-equiv="refresh" content="5">'
    pages = (f"/console/push/{campaign}", "/console/push")
    assert [False, False] == [refresh in editor.open(page).text for page in pages]
    force_state(console, campaign, CampaignState.RUNNING)
    assert [True, True] == [refresh in editor.open(page).text for page in pages]
    assert refresh not in editor.open(f"/console/push/{campaign}/pause").text


def test_the_report_is_linked_and_shown(console: ConsoleSite, editor: Browser) -> None:
    """The report is linked once sending has begun; its content security policy allows only its own style."""
    campaign = console.plan_and_approve()
    assert f"push/{campaign}/report" not in editor.open(f"/console/push/{campaign}").text
    console.harness.run_worker()
    assert f"push/{campaign}/report" in editor.open(f"/console/push/{campaign}").text
    seen = editor.open(f"/console/push/{campaign}/report")
    assert 200 == seen.status
    table = editor.open(f"/console/push/{campaign}/report.csv")
    assert 'href="report.csv"' in seen.text
    assert ("text/csv; charset=utf-8", True) == (
        table.response.headers["Content-Type"], table.response.data.startswith(b"\xef\xbb\xbf")
    )  # fmt: skip
    assert "style-src 'sha256-" in seen.response.headers["Content-Security-Policy"]
    assert ("no-store", 404) == (
        seen.response.headers["Cache-Control"], editor.open("/console/push/999/report").status
    )  # fmt: skip


def test_left_out_followers_are_counted_before_sending(console: ConsoleSite, editor: Browser) -> None:
    """A campaign for recent senders shows before it begins how many followers are left out, by reason."""
    now = console.harness.now()
    with console.db.begin() as session:
        followers.record_messages(session, {"alice": now, "bob": now - WEEK})
    made = plan_campaign(
        console.db,
        console.harness.wechat,
        PlanRequest("2021-02", Audience.parse("recent")),
        console.harness.settings,
        now,
    )
    campaign = create_campaign(console.db, made, console.harness.settings, NAME, now)
    words = editor.open(f"/console/push/{campaign.id}").words
    assert "48 小时内来过消息的粉丝，1 人" in words
    assert "现在开始的话，不发给这些人 原因 人数" in words


@pytest.mark.both_databases
def test_markup_in_stored_texts_is_escaped(console: ConsoleSite, editor: Browser) -> None:
    """HTML in titles, reasons and names is shown as text."""
    campaign = console.plan()
    with console.db.begin() as session:
        found = session.scalars(select(Campaign)).one()
        found.reason = "<script>alert(1)</script>"
        found.articles = [{"title": "<img src=x>", "n": 1, "holds": [1]}]
        audit.note(
            session, who="<b>x</b>", what="plan", subject=f"campaign {campaign}", now=console.harness.now()
        )
    text = editor.open(f"/console/push/{campaign}").text
    assert not any(mark in text for mark in ("<script>", "<img", "<b>x"))
