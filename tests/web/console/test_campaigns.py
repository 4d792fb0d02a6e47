"""Facts about campaigns at the console: what is shown, what may be pressed, what it does."""

import datetime as dt
from pathlib import Path

from sqlalchemy import select, update

from tests.conftest import SAMPLE
from tests.web.console.browser import NAME, Browser
from tests.web.console.conftest import Built, ConsoleSite, state
from wxbot import audit, followers, library, push
from wxbot.push import Audience, Campaign, CampaignState, Delivery, DeliveryState, PlanRequest
from wxbot.push.ledger.states import CAMPAIGN_MOVES
from wxbot.push.planning.create import create_campaign
from wxbot.push.planning.plan import plan_campaign

WEEK = dt.timedelta(days=7)
PRESSED = {"approve", "pause", "resume", "retry", "cancel"}


def verbs(page: str, campaign_id: int) -> set[str]:
    """The deeds that a page offers for a campaign."""
    return {verb for verb in (*PRESSED, "sent", "unsent", "preview") if f"push/{campaign_id}/{verb}" in page}


def force(house: ConsoleSite, campaign_id: int, state: CampaignState, lines: str = "") -> None:
    """Put a campaign, and its lines, into a state, whatever it takes to get there."""
    with house.db.begin() as session:
        session.execute(update(Campaign).where(Campaign.id == campaign_id).values(state=state))
        if lines:
            session.execute(update(Delivery).where(Delivery.campaign_id == campaign_id).values(state=lines))


def revise(house: ConsoleSite, folder: Path) -> None:
    """Let the issue become another one."""
    file = folder / "revised.txt"
    file.write_text(SAMPLE.read_text(encoding="utf-8").replace("1002 辆", "1003 辆"), encoding="utf-8")
    (done,) = library.ingest(house.db, [file], house.harness.now())
    assert library.Outcome.REVISED == done.outcome


def test_the_list_shows_every_campaign_with_its_state(house: ConsoleSite, editor: Browser) -> None:
    """Number, audience, how many, when and how it stands; a link to each."""
    campaign = house.approved(house.harness.now() + WEEK)
    seen = editor.open("/console/")
    for word in ("2021-02", "全部粉丝", "3 人", "2026-12-01 周二 12:00", "已批准，等时刻"):
        assert word in seen.words
    assert f"/console/push/{campaign}" in seen.text


def test_a_campaign_is_shown_whole(house: ConsoleSite, editor: Browser) -> None:
    """Every article in order, audience, way, hour, hash, warnings, and what happened to it."""
    campaign = house.harness.plan(house.harness.now() + WEEK)
    words = editor.open(f"/console/push/{campaign.id}").words
    assert all(
        word in words for word in ("全部粉丝", "群发", "2026-12-01 周二 12:00", campaign.hash, "待批准")
    )
    places = [words.index(article["title"]) for article in campaign.articles]
    assert places == sorted(places)
    assert all(warning.replace("<", "") in words for warning in campaign.warnings)
    assert "经过 2026-11-24 周二 12:00 计划" in words


def test_the_buttons_are_those_of_the_table(house: ConsoleSite, editor: Browser) -> None:
    """What can be pressed in a state is what the table of moves allows in it; anything else is refused."""
    campaign = house.plan()
    for stands in CampaignState:
        force(house, campaign, stands, "failed" if stands in {"failed", "finished"} else "planned")
        offered = verbs(editor.open(f"/console/push/{campaign}").text, campaign) & PRESSED
        assert {verb for verb in PRESSED if (verb, stands) in CAMPAIGN_MOVES} == offered, stands
        for verb in sorted(PRESSED - offered):
            assert 409 == editor.fill(f"/console/push/{campaign}/{verb}").status, (stands, verb)
        assert str(stands) == state(house, campaign)


def test_approve_pause_resume_cancel(house: ConsoleSite, editor: Browser) -> None:
    """Each asks first, then does it under the editor's name, and says so; the worker sends nothing meanwhile."""
    campaign = house.plan()
    for verb, word, stands in (
        ("approve", "已记下您的批准。", "approved"),
        ("pause", "已暂停。", "paused"),
        ("resume", "已恢复。", "approved"),
        ("cancel", "已取消。", "cancelled"),
    ):
        assert word in editor.press(campaign, verb).words
        assert stands == state(house, campaign)
    house.harness.run_worker()
    assert [] == house.harness.inbox()
    with house.db.read() as session:
        told = [(e.what, e.who) for e in push.queries.campaign_history(session, campaign)]
    assert [(verb, NAME) for verb in ("approve", "pause", "resume", "cancel")] == told[1:]


def test_looking_does_nothing(house: ConsoleSite, editor: Browser) -> None:
    """Opening every page of a campaign, those of its deeds too, leaves it as it was."""
    campaign = house.plan()
    for verb in ("", *PRESSED, "sent", "unsent", "preview", "report"):
        assert 200 == editor.open(f"/console/push/{campaign}/{verb}".rstrip("/")).status
    assert "planned" == state(house, campaign)
    assert 0 == house.harness.count_calls("/cgi-bin/message/mass/preview")


def test_what_is_approved_goes_out(house: ConsoleSite, editor: Browser) -> None:
    """Approved at the console, sent by the worker; the page tells what the platform reported."""
    campaign = house.plan()
    editor.press(campaign, "approve")
    house.harness.run_worker()
    house.harness.advance(60)
    house.harness.run_worker()
    assert 1 == len(house.harness.inbox())
    words = editor.open(f"/console/push/{campaign}").words
    assert all(word in words for word in ("已完成", "已发出 1"))


def test_what_the_platform_reported_is_shown(house: ConsoleSite, editor: Browser) -> None:
    """How many it was for, how many were left after its own filter, how many received it, how many not."""
    campaign = house.approved()
    house.harness.run_worker()
    with house.db.begin() as session:
        line = session.scalars(select(Delivery)).one()
        line.report = {"total": 1200, "filtered": 1180, "sent": 1175, "errors": 5}
    words = editor.open(f"/console/push/{campaign}").words
    assert "平台的报告 范围 过滤后 送达 失败 1200 1180 1175 5" in words


def test_an_approval_is_for_what_was_seen(house: ConsoleSite, editor: Browser) -> None:
    """The hour was taken away between looking and pressing: refused, and the page shows the new plan."""
    campaign = house.plan(house.harness.now() + WEEK)
    path = f"/console/push/{campaign}/approve"
    fields = editor.open(path).form(path)
    link = f"{path}?seen={fields['seen']}"
    assert link in editor.open(f"/console/push/{campaign}").text
    house.harness.pusher.bring_forward(campaign, by="x")
    assert "您看过之后，这个计划变了" in editor.open(link).words
    refused = editor.send(path, fields)
    assert (409, "planned") == (refused.status, state(house, campaign))
    assert fields["seen"] in refused.words
    assert 303 == editor.send(path, refused.form(path)).status
    assert "approved" == state(house, campaign)


def test_what_changed_is_told(house: ConsoleSite, editor: Browser, tmp_path: Path) -> None:
    """The issue was revised since it was planned: the page names what is another, and leads to a new plan."""
    campaign = house.plan()
    path = f"/console/push/{campaign}/approve"
    fields = editor.open(path).form(path)
    revise(house, tmp_path)
    for seen in (editor.open(path), editor.send(path, fields)):
        assert "正文" in seen.words
        assert "改了" in seen.words
        assert "/console/plan/2021-02" in seen.text
        assert '<button class="first">' not in seen.text
    assert (409, "planned") == (editor.send(path, fields).status, state(house, campaign))


def test_two_persons_have_to_approve(built: Built) -> None:
    """With two approvals one editor is not enough, nor the same one twice; the second releases it."""
    house = built(push_approvals=2)
    first, second = house.editor(), house.editor("李编辑")
    campaign = house.plan()
    assert "还差 1 位" in first.press(campaign, "approve").words
    assert "planned" == state(house, campaign)
    assert "approve" not in verbs(first.open(f"/console/push/{campaign}").text, campaign)
    assert 409 == first.fill(f"/console/push/{campaign}/approve").status
    words = second.press(campaign, "approve").words
    assert "approved" == state(house, campaign)
    assert f"{NAME}、李编辑" in words


def test_the_phone_and_the_console_are_one_person(built: Built) -> None:
    """Who approved by phone cannot be the second one at the console; the page says the name, not the openid."""
    house = built(push_approvals=2)
    openid = "oAbCdEfGhIjKlMnOpQrStUvWxYz0"
    editor = house.editor(openid=openid)
    campaign = house.harness.plan()
    house.harness.pusher.approve(campaign.id, by=openid, given=campaign.hash, needed=2)
    refused = editor.fill(f"/console/push/{campaign.id}/approve")
    assert (409, "planned") == (refused.status, state(house, campaign.id))
    pages = [
        editor.open(f"/console/{page}") for page in ("", f"push/{campaign.id}", f"push/{campaign.id}/report")
    ]
    for seen in (refused, *pages):
        assert NAME in seen.words
        assert openid not in seen.text


def test_a_preview_goes_to_the_editor_alone(house: ConsoleSite) -> None:
    """To the openid of whoever pressed, and to nobody else."""
    editor = house.editor(openid="alice")
    campaign = house.plan()
    assert "预览已发到您的微信" in editor.press(campaign, "preview").words
    assert 1 == house.harness.count_calls("/cgi-bin/message/mass/preview")
    assert "planned" == state(house, campaign)


def test_a_preview_needs_an_openid(house: ConsoleSite, editor: Browser) -> None:
    """An account without one is told what to ask the operator for; the platform is not asked."""
    campaign = house.plan()
    refused = editor.fill(f"/console/push/{campaign}/preview")
    assert 409 == refused.status
    assert "wxbot editors add" in refused.words
    assert 0 == house.harness.count_calls("/cgi-bin/draft/add")


def test_a_preview_that_fails_says_why(house: ConsoleSite) -> None:
    """The platform's no is said in words: this person does not follow, or the platform answers nothing at all."""
    stranger = house.editor(openid="stranger")
    campaign = house.plan()
    refused = stranger.fill(f"/console/push/{campaign}/preview")
    assert 409 == refused.status
    assert "预览没有发成" in refused.words
    house.harness.inject_fault("/cgi-bin/draft/add", "errcode", errcode=48001)
    assert 409 == stranger.fill(f"/console/push/{campaign}/preview").status


def test_without_a_platform_nothing_is_previewed(built: Built) -> None:
    """A server that has no account of the platform says so."""
    house = built(platform=False)
    editor = house.editor(openid="alice")
    refused = editor.fill(f"/console/push/{house.plan()}/preview")
    assert (409, True) == (refused.status, "没有连着公众平台" in refused.words)


def test_a_person_says_what_became_of_it(house: ConsoleSite, editor: Browser) -> None:
    """An unknown line is settled by whoever looked: to be sent again, or out."""
    campaign = house.approved()
    for verb, stands, line in (("unsent", "running", "planned"), ("sent", "finished", "sent")):
        force(house, campaign, CampaignState.UNKNOWN, "unknown")
        assert {"sent", "unsent"} <= verbs(editor.open(f"/console/push/{campaign}").text, campaign)
        assert 200 == editor.press(campaign, verb).status
        assert (stands, {line: 1}) == (state(house, campaign), house.harness.counts(campaign))
        assert not {"sent", "unsent"} & verbs(editor.open(f"/console/push/{campaign}").text, campaign)


def test_what_failed_is_tried_again(house: ConsoleSite, editor: Browser) -> None:
    """The failed line waits again, the campaign is approved again."""
    campaign = house.approved()
    force(house, campaign, CampaignState.FAILED, "failed")
    assert "已安排重试" in editor.press(campaign, "retry").words
    assert ("approved", {"planned": 1}) == (state(house, campaign), house.harness.counts(campaign))


def many(house: ConsoleSite, campaign_id: int, state: DeliveryState, size: int, reason: str = "") -> None:
    """So many more lines in a state."""
    with house.db.begin() as session:
        session.add_all(
            Delivery(
                campaign_id=campaign_id,
                recipient=f"o{state[:2]}{n:04d}abcdefghijklmnopqrstu",
                route="customer",
                state=state,
                reason=reason,
                moved_at=house.harness.now(),
            )
            for n in range(size)
        )


def test_of_many_lines_fifty_are_shown(house: ConsoleSite, editor: Browser) -> None:
    """Figures are of all, with the reasons counted; one by one at most fifty a state, and nobody's openid whole."""
    campaign = house.plan()
    many(house, campaign, DeliveryState.REFUSED, 120, "对方已取消关注")
    many(house, campaign, DeliveryState.SENT, 300)
    many(house, campaign, DeliveryState.SKIPPED, 70, "在粉丝设的免打扰时段")
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


def test_only_what_runs_refreshes_itself(house: ConsoleSite, editor: Browser) -> None:
    """A running campaign and the list that has one are loaded anew every five seconds; a page that asks never is."""
    campaign = house.approved()
    refresh = '<meta http-equiv="refresh" content="5">'
    pages = (f"/console/push/{campaign}", "/console/")
    assert [False, False] == [refresh in editor.open(page).text for page in pages]
    force(house, campaign, CampaignState.RUNNING)
    assert [True, True] == [refresh in editor.open(page).text for page in pages]
    assert refresh not in editor.open(f"/console/push/{campaign}/pause").text


def test_the_report_is_a_page(house: ConsoleSite, editor: Browser) -> None:
    """Linked once something went out; its own style is let through, and nothing else."""
    campaign = house.approved()
    assert f"push/{campaign}/report" not in editor.open(f"/console/push/{campaign}").text
    house.harness.run_worker()
    assert f"push/{campaign}/report" in editor.open(f"/console/push/{campaign}").text
    seen = editor.open(f"/console/push/{campaign}/report")
    assert 200 == seen.status
    assert "style-src 'sha256-" in seen.response.headers["Content-Security-Policy"]
    assert ("no-store", 404) == (
        seen.response.headers["Cache-Control"], editor.open("/console/push/999/report").status
    )  # fmt: skip


def test_who_would_be_left_out_is_counted_beforehand(house: ConsoleSite, editor: Browser) -> None:
    """A campaign to those who wrote lately shows, before it begins, how many it will not reach and why."""
    now = house.harness.now()
    with house.db.begin() as session:
        followers.record_messages(session, {"alice": now, "bob": now - WEEK})
    made = plan_campaign(
        house.db,
        house.harness.wechat,
        PlanRequest("2021-02", Audience.parse("recent")),
        house.harness.settings,
        now,
    )
    campaign = create_campaign(house.db, made, house.harness.settings, NAME, now)
    words = editor.open(f"/console/push/{campaign.id}").words
    assert "48 小时内来过消息的粉丝，1 人" in words
    assert "现在开始的话，不发给这些人 原因 人数" in words


def test_words_of_bulletins_are_only_words(house: ConsoleSite, editor: Browser) -> None:
    """Marks in titles, reasons and names are shown, not obeyed."""
    campaign = house.plan()
    with house.db.begin() as session:
        found = session.scalars(select(Campaign)).one()
        found.reason = "<script>alert(1)</script>"
        found.articles = [{"title": "<img src=x>", "n": 1, "holds": [1]}]
        audit.note(
            session, who="<b>x</b>", what="plan", subject=f"campaign {campaign}", now=house.harness.now()
        )
    text = editor.open(f"/console/push/{campaign}").text
    assert not any(mark in text for mark in ("<script>", "<img", "<b>x"))
