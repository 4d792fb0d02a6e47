"""Tests of delivery: with every fault of the platform, each message is sent once or reported as unknown."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import update

from tests.harness import PushHarness, call_simulator
from tests.library.picture_issues import an_issue, digest_of, encoded
from wxbot import library, push
from wxbot.bulletin.blocks import Cell, Paragraph, Picture, Table
from wxbot.errors import Forbidden, NotFound
from wxbot.library.tables import StoredPicture
from wxbot.push import CampaignState, EditorChoice
from wxbot.push.planning.compose import compose_draft

SENDALL = "/cgi-bin/message/mass/sendall"


def test_an_approved_issue_reaches_every_follower_once(harness: PushHarness) -> None:
    """An approved and due issue arrives as one multi-article message, and its campaign ends finished."""
    campaign = harness.plan_and_approve()
    harness.run_worker()
    assert (CampaignState.RUNNING, {"sent": 1}) == (harness.state(campaign), harness.counts(campaign))
    harness.advance(60)
    harness.run_worker()

    assert CampaignState.FINISHED == harness.state(campaign)
    for openid in ("alice", "bob", "carol"):
        (message,) = harness.inbox(openid)
        assert 6 == len(message["articles"])


def test_a_campaign_waits_for_its_time(harness: PushHarness) -> None:
    """A campaign with a time is sent by the first pass of a worker after that time."""
    campaign = harness.plan_and_approve(harness.now() + dt.timedelta(hours=3))
    harness.run_worker()
    assert (CampaignState.APPROVED, []) == (harness.state(campaign), harness.inbox())
    harness.advance(3 * 3600 + 1)
    harness.run_worker()
    harness.advance(60)
    harness.run_worker()
    assert (CampaignState.FINISHED, 1) == (harness.state(campaign), len(harness.inbox()))


def test_nothing_is_sent_without_approval(harness: PushHarness) -> None:
    """A campaign that is only planned makes no call at any pass of a worker."""
    campaign = harness.plan()
    harness.run_worker()
    assert (CampaignState.PLANNED, 0) == (harness.state(campaign.id), harness.count_calls("/cgi-bin/draft"))


def test_a_finished_campaign_is_not_sent_again(harness: PushHarness) -> None:
    """Further passes of a worker after the end change nothing at the platform."""
    harness.plan_and_approve()
    for _ in range(5):
        harness.run_worker()
        harness.advance(300)
    assert (1, 1) == (harness.count_calls(SENDALL), len(harness.inbox()))


@pytest.mark.parametrize("kind", ["cut_after", "slow", "html", "http"])
def test_a_lost_answer_is_reconciled_and_not_sent_twice(harness: PushHarness, kind: str) -> None:
    """After a lost answer the campaign is unknown until reconciliation finds it sent, once."""
    # The others answer at once, and short timeouts would break other calls on a busy machine.
    if kind == "slow":
        harness.use_short_timeouts()
    harness.inject_fault(SENDALL, kind, status=502, seconds=2)
    campaign = harness.plan_and_approve()
    harness.run_worker()
    assert (CampaignState.UNKNOWN, {"unknown": 1}) == (harness.state(campaign), harness.counts(campaign))

    for _ in range(4):
        harness.advance(61)
        harness.run_worker()

    assert (CampaignState.FINISHED, {"sent": 1}) == (harness.state(campaign), harness.counts(campaign))
    assert 1 == len(harness.inbox())


@pytest.mark.both_databases
def test_a_request_that_never_arrived_is_sent_once(harness: PushHarness) -> None:
    """If the connection broke before the platform acted, a retry with the same idempotency key sends it once."""
    harness.inject_fault(SENDALL, "cut_before")
    campaign = harness.plan_and_approve()
    harness.run_worker()
    assert CampaignState.UNKNOWN == harness.state(campaign)
    for _ in range(4):
        harness.advance(61)
        harness.run_worker()
    assert (CampaignState.FINISHED, 1) == (harness.state(campaign), len(harness.inbox()))


@pytest.mark.both_databases
def test_a_campaign_unknown_for_a_day_waits_for_an_editor(harness: PushHarness) -> None:
    """After a day the platform has forgotten the key: nothing is sent, and the reason names `wxbot push resolve`."""
    harness.inject_fault(SENDALL, "cut_before")
    campaign = harness.plan_and_approve()
    harness.run_worker()
    harness.advance(25 * 3600)
    harness.run_worker()
    assert (CampaignState.UNKNOWN, []) == (harness.state(campaign), harness.inbox())
    assert "push resolve" in harness.reason(campaign)

    harness.pusher.resolve(campaign, sent=False, by="editor")
    harness.run_worker()
    harness.advance(60)
    harness.run_worker()
    assert (CampaignState.FINISHED, 1) == (harness.state(campaign), len(harness.inbox()))


def test_a_busy_platform_is_retried(harness: PushHarness) -> None:
    """Errcode -1 means that nothing was accepted: the campaign waits and retries by itself."""
    harness.inject_fault(SENDALL, "errcode", errcode=-1)
    campaign = harness.plan_and_approve()
    harness.run_worker()
    assert (CampaignState.WAITING, {"planned": 1}) == (harness.state(campaign), harness.counts(campaign))
    for _ in range(3):
        harness.advance(90)
        harness.run_worker()
    assert (CampaignState.FINISHED, 1) == (harness.state(campaign), len(harness.inbox()))


def test_a_spent_quota_waits_for_midnight_in_beijing(harness: PushHarness) -> None:
    """After 45028 the campaign waits for midnight in Beijing and makes no call before."""
    harness.inject_fault(SENDALL, "errcode", errcode=45028)
    campaign = harness.plan_and_approve()
    harness.run_worker()
    harness.advance(6 * 3600)
    harness.run_worker()
    assert (CampaignState.WAITING, 1) == (harness.state(campaign), harness.count_calls(SENDALL))
    harness.advance(6 * 3600 + 120)
    harness.run_worker()
    harness.advance(60)
    harness.run_worker()
    assert (CampaignState.FINISHED, 1) == (harness.state(campaign), len(harness.inbox()))


@pytest.mark.both_databases
def test_a_missing_right_fails_the_campaign_with_a_reason(harness: PushHarness) -> None:
    """After 48001, which needs an operator, the campaign fails with a reason and can be retried."""
    harness.inject_fault(SENDALL, "errcode", errcode=48001)
    campaign = harness.plan_and_approve()
    harness.run_worker()
    assert (CampaignState.FAILED, {"failed": 1}) == (harness.state(campaign), harness.counts(campaign))
    assert harness.reason(campaign)

    harness.pusher.retry(campaign, by="editor")
    harness.run_worker()
    harness.advance(60)
    harness.run_worker()
    assert (CampaignState.FINISHED, 1) == (harness.state(campaign), len(harness.inbox()))


@pytest.mark.both_databases
def test_a_lost_draft_is_looked_up_before_another_is_added(harness: PushHarness) -> None:
    """If the answer to draft/add was lost, the existing draft is found and used, and no second one is added."""
    harness.inject_fault("/cgi-bin/draft/add", "cut_after")
    campaign = harness.plan_and_approve()
    harness.run_worker()
    assert CampaignState.WAITING == harness.state(campaign)
    for _ in range(3):
        harness.advance(61)
        harness.run_worker()
    assert (CampaignState.FINISHED, 1) == (harness.state(campaign), harness.count_calls("/cgi-bin/draft/add"))
    assert 1 == len(harness.inbox())


def test_a_job_that_the_platform_stopped_fails_the_campaign(harness: PushHarness) -> None:
    """If the platform accepts a message and then does not send it, reconciliation fails the campaign."""
    campaign = harness.plan_and_approve()
    with harness.db.read() as session:
        titles = [article["title"] for article in push.queries.get_campaign(session, campaign).articles]
    harness.platform.account.originality = dict.fromkeys(titles, "unsendable")
    harness.run_worker()
    assert {"sent": 1} == harness.counts(campaign)
    harness.advance(60)
    harness.run_worker()
    assert (CampaignState.FAILED, {"failed": 1}, []) == (
        harness.state(campaign),
        harness.counts(campaign),
        harness.inbox(),
    )


@pytest.mark.both_databases
def test_a_campaign_missed_by_more_than_the_grace_period_needs_approval(harness: PushHarness) -> None:
    """A campaign that no worker delivered for two days is not sent but needs a new approval."""
    campaign = harness.plan_and_approve(harness.now() + dt.timedelta(hours=1))
    harness.advance(49 * 3600)
    harness.run_worker()
    assert (CampaignState.PLANNED, []) == (harness.state(campaign), harness.inbox())
    assert "错过" in harness.reason(campaign)


def test_a_campaign_missed_within_the_grace_period_is_sent(harness: PushHarness) -> None:
    """A worker that was down at the planned time sends the campaign once it runs again."""
    campaign = harness.plan_and_approve(harness.now() + dt.timedelta(hours=1))
    harness.advance(8 * 3600)
    harness.run_worker()
    harness.advance(60)
    harness.run_worker()
    assert (CampaignState.FINISHED, 1) == (harness.state(campaign), len(harness.inbox()))


def test_a_paused_campaign_makes_no_call(harness: PushHarness) -> None:
    """A campaign that is paused before its time makes no call, and is sent once it is resumed."""
    campaign = harness.plan_and_approve(harness.now() + dt.timedelta(hours=1))
    harness.pusher.pause(campaign, by="editor")
    harness.advance(3700)
    harness.run_worker()
    assert (CampaignState.PAUSED, []) == (harness.state(campaign), harness.inbox())
    harness.pusher.resume(campaign, by="editor")
    harness.run_worker()
    harness.advance(60)
    harness.run_worker()
    assert (CampaignState.FINISHED, 1) == (harness.state(campaign), len(harness.inbox()))


def test_a_second_campaign_is_refused_unless_insisted(harness: PushHarness) -> None:
    """A second campaign of a sent issue is refused unless the editor insists."""
    harness.plan_and_approve()
    harness.run_worker()
    harness.advance(60)
    harness.run_worker()
    with pytest.raises(Forbidden, match="已经推送过"):
        harness.plan()
    again = harness.plan(insist=True)
    harness.pusher.approve(again.id, by="editor")
    harness.run_worker()
    harness.advance(60)
    harness.run_worker()
    assert 2 == len(harness.inbox())


@pytest.mark.parametrize("errcode", [48001, 40164, 45028, -1, 45067])
def test_a_refusal_does_not_resolve_an_unknown_call(harness: PushHarness, errcode: int) -> None:
    """An unknown call stays unknown if its repetition is refused, so that no retry under another key duplicates it."""
    harness.platform.account.mass_delay = 100_000.0
    harness.inject_fault(SENDALL, "cut_after")
    campaign = harness.plan_and_approve()
    harness.run_worker()
    harness.inject_fault(SENDALL, "errcode", errcode=errcode)
    harness.advance(61)
    harness.run_worker()
    assert (CampaignState.UNKNOWN, {"unknown": 1}) == (harness.state(campaign), harness.counts(campaign))
    with pytest.raises(Forbidden):
        harness.pusher.retry(campaign, by="editor")


def test_an_unknown_tag_is_refused_at_planning(harness: PushHarness) -> None:
    """A plan to a tag that the platform does not have raises NotFound."""
    with pytest.raises(NotFound, match="没有名为"):
        harness.plan(to="tag:理事")


def test_a_cancelled_campaign_that_may_be_sent_blocks_another(harness: PushHarness) -> None:
    """While a cancelled campaign may have been sent, a second plan for the issue is refused."""
    harness.inject_fault(SENDALL, "cut_after")
    campaign = harness.plan_and_approve()
    harness.run_worker()
    harness.pusher.cancel(campaign, by="editor")
    with pytest.raises(Forbidden):
        harness.plan()


def test_a_campaign_cancelled_before_delivery_allows_another(harness: PushHarness) -> None:
    """If a campaign is cancelled before its time, the issue can be planned again."""
    campaign = harness.plan_and_approve(harness.now() + dt.timedelta(hours=1))
    harness.pusher.cancel(campaign, by="editor")
    assert harness.plan().id != campaign


def test_a_draft_is_composed_once_for_its_content(harness: PushHarness) -> None:
    """Every step of a campaign gets the same composed draft, until a setting or the choice of articles differs."""
    with harness.db.read() as session:
        first = compose_draft(session, harness.number, harness.settings)
    with harness.db.read() as session:
        assert first is compose_draft(session, harness.number, harness.settings)
        with_other_author = compose_draft(
            session, harness.number, replace(harness.settings, author="另一个名字")
        )
        with_chosen_lead = compose_draft(session, harness.number, harness.settings, EditorChoice(lead=(5,)))
    assert ("另一个名字", False) == (with_other_author[0].author, with_chosen_lead == first)


@pytest.mark.both_databases
def test_a_draft_is_composed_again_when_a_picture_or_a_table_changes(harness: PushHarness) -> None:
    """A composed draft is never stale: another picture, table or title gives a new draft."""

    def contents(digest: str, cell: str, title: str) -> list[str]:
        table = Table(((Cell((Paragraph.of(cell),)),),))
        with harness.db.begin() as session:
            article = library.articles(session, harness.number)[0]
            article.blocks, article.title = (Picture(digest), table), title
        with harness.db.read() as session:
            return [each.content for each in compose_draft(session, harness.number, harness.settings)]

    first = contents("a" * 64, "1", "甲")
    assert first == contents("a" * 64, "1", "甲")
    assert first != contents("b" * 64, "1", "甲")
    assert first != contents("a" * 64, "2", "甲")
    assert first != contents("a" * 64, "1", "乙")


@pytest.mark.both_databases
def test_pictures_of_the_bulletin_arrive_in_place(harness: PushHarness) -> None:
    """A picture of an article is uploaded and stands in the draft; one that the platform refuses stops nothing."""
    photo, refused = encoded("navy", "JPEG", (1600, 900)), encoded("maroon")
    blocks = tuple(Picture(digest_of(data), width=1600, height=900) for data in (refused, photo))
    with harness.db.begin() as session:
        issue = an_issue((*blocks, Paragraph.of("正文。")), pictures=(photo, refused))
        library.add_publication(session, issue.title or "", "tongxun")
        library.save_issue(session, issue, "x.docx", harness.now())
        session.execute(
            update(StoredPicture)
            .where(StoredPicture.digest == digest_of(refused))
            .values(web_form=b"no picture")
        )
    harness.number = "tongxun/2024-03"
    campaign = harness.plan_and_approve()
    harness.run_worker()

    (call,) = call_simulator(harness.platform, "/_sim/calls?path=/cgi-bin/draft/add")
    content = call["body"]["articles"][1]["content"]
    assert {"sent": 1} == harness.counts(campaign)
    assert 2 == content.count("<img")  # the banner and the photograph
    assert "正文。" in content
