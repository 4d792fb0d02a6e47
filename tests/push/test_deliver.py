"""Facts about delivering: once, or said to be unknown, whatever the platform does."""

import datetime as dt

import pytest

from tests.desk import Desk
from wxbot import push
from wxbot.errors import Forbidden, NotFound
from wxbot.push import CampaignState

SENDALL = "/cgi-bin/message/mass/sendall"


def test_an_approved_issue_reaches_every_follower_once(desk: Desk) -> None:
    """Approved and due, the issue arrives as one multi-article message, and the campaign ends finished."""
    campaign = desk.approved()
    desk.work()
    assert (CampaignState.RUNNING, {"sent": 1}) == (desk.state(campaign), desk.counts(campaign))
    desk.later(60)
    desk.work()

    assert CampaignState.FINISHED == desk.state(campaign)
    for openid in ("alice", "bob", "carol"):
        (message,) = desk.inbox(openid)
        assert 6 == len(message["articles"])


def test_nothing_leaves_before_its_hour(desk: Desk) -> None:
    """A campaign with an hour waits for it, and goes out at the next ring after it."""
    campaign = desk.approved(desk.now() + dt.timedelta(hours=3))
    desk.work()
    assert (CampaignState.APPROVED, []) == (desk.state(campaign), desk.inbox())
    desk.later(3 * 3600 + 1)
    desk.work()
    desk.later(60)
    desk.work()
    assert (CampaignState.FINISHED, 1) == (desk.state(campaign), len(desk.inbox()))


def test_nothing_leaves_without_approval(desk: Desk) -> None:
    """A planned campaign does nothing at any ring."""
    campaign = desk.plan()
    desk.work()
    assert (CampaignState.PLANNED, 0) == (desk.state(campaign.id), desk.calls("/cgi-bin/draft"))


def test_ringing_again_sends_nothing_again(desk: Desk) -> None:
    """Any number of rings after the end changes nothing at the platform."""
    desk.approved()
    for _ in range(5):
        desk.work()
        desk.later(300)
    assert (1, 1) == (desk.calls(SENDALL), len(desk.inbox()))


@pytest.mark.parametrize("kind", ["cut_after", "slow", "html", "http"])
def test_a_lost_answer_is_asked_for_and_not_sent_twice(desk: Desk, kind: str) -> None:
    """The answer was lost: the campaign is unknown, then learns the truth, and nobody has the issue twice."""
    desk.impatient()
    desk.fault(SENDALL, kind, status=502, seconds=2)
    campaign = desk.approved()
    desk.work()
    assert (CampaignState.UNKNOWN, {"unknown": 1}) == (desk.state(campaign), desk.counts(campaign))

    for _ in range(4):
        desk.later(61)
        desk.work()

    assert (CampaignState.FINISHED, {"sent": 1}) == (desk.state(campaign), desk.counts(campaign))
    assert 1 == len(desk.inbox())


def test_a_request_that_never_arrived_is_sent_once(desk: Desk) -> None:
    """The connection broke before the platform did anything: asking again with the same key sends it, once."""
    desk.fault(SENDALL, "cut_before")
    campaign = desk.approved()
    desk.work()
    assert CampaignState.UNKNOWN == desk.state(campaign)
    for _ in range(4):
        desk.later(61)
        desk.work()
    assert (CampaignState.FINISHED, 1) == (desk.state(campaign), len(desk.inbox()))


def test_what_is_unknown_for_a_day_is_put_before_a_person(desk: Desk) -> None:
    """After a day the platform has forgotten the key: the campaign says what to check, and sends nothing by itself."""
    desk.fault(SENDALL, "cut_before")
    campaign = desk.approved()
    desk.work()
    desk.later(25 * 3600)
    desk.work()
    assert (CampaignState.UNKNOWN, []) == (desk.state(campaign), desk.inbox())
    assert "push resolve" in desk.reason(campaign)

    push.resolve(desk.db, campaign, sent=False, by="editor", now=desk.now())
    desk.work()
    desk.later(60)
    desk.work()
    assert (CampaignState.FINISHED, 1) == (desk.state(campaign), len(desk.inbox()))


def test_a_busy_platform_is_asked_again(desk: Desk) -> None:
    """−1 means that nothing was taken: the campaign waits and goes on by itself."""
    desk.fault(SENDALL, "errcode", errcode=-1)
    campaign = desk.approved()
    desk.work()
    assert (CampaignState.WAITING, {"planned": 1}) == (desk.state(campaign), desk.counts(campaign))
    for _ in range(3):
        desk.later(90)
        desk.work()
    assert (CampaignState.FINISHED, 1) == (desk.state(campaign), len(desk.inbox()))


def test_a_spent_quota_waits_for_midnight_in_beijing(desk: Desk) -> None:
    """45028 stops the campaign until the counter turns, without a call before that."""
    desk.fault(SENDALL, "errcode", errcode=45028)
    campaign = desk.approved()
    desk.work()
    desk.later(6 * 3600)
    desk.work()
    assert (CampaignState.WAITING, 1) == (desk.state(campaign), desk.calls(SENDALL))
    desk.later(6 * 3600 + 120)
    desk.work()
    desk.later(60)
    desk.work()
    assert (CampaignState.FINISHED, 1) == (desk.state(campaign), len(desk.inbox()))


def test_a_missing_right_fails_the_campaign_in_words(desk: Desk) -> None:
    """48001 needs an operator: the campaign fails with the reason, and may be retried."""
    desk.fault(SENDALL, "errcode", errcode=48001)
    campaign = desk.approved()
    desk.work()
    assert (CampaignState.FAILED, {"failed": 1}) == (desk.state(campaign), desk.counts(campaign))
    assert desk.reason(campaign)

    push.retry(desk.db, campaign, desk.now(), by="editor")
    desk.work()
    desk.later(60)
    desk.work()
    assert (CampaignState.FINISHED, 1) == (desk.state(campaign), len(desk.inbox()))


def test_a_lost_draft_is_looked_up_before_another_is_made(desk: Desk) -> None:
    """The answer to draft/add was lost: the draft that exists is used, the draft box holds no second one."""
    desk.fault("/cgi-bin/draft/add", "cut_after")
    campaign = desk.approved()
    desk.work()
    assert CampaignState.WAITING == desk.state(campaign)
    for _ in range(3):
        desk.later(61)
        desk.work()
    assert (CampaignState.FINISHED, 1) == (desk.state(campaign), desk.calls("/cgi-bin/draft/add"))
    assert 1 == len(desk.inbox())


def test_a_job_that_the_platform_stopped_fails_the_campaign(desk: Desk) -> None:
    """The platform took the message and then did not send it: asking shows that, and the campaign says so."""
    campaign = desk.approved()
    with desk.db.read() as session:
        titles = [article["title"] for article in push.get_campaign(session, campaign).articles]
    desk.platform.account.originality = dict.fromkeys(titles, "unsendable")
    desk.work()
    assert {"sent": 1} == desk.counts(campaign)
    desk.later(60)
    desk.work()
    assert (CampaignState.FAILED, {"failed": 1}, []) == (
        desk.state(campaign),
        desk.counts(campaign),
        desk.inbox(),
    )


def test_a_missed_hour_beyond_its_grace_asks(desk: Desk) -> None:
    """A worker that slept for two days does not send old news by itself: the campaign wants approval again."""
    campaign = desk.approved(desk.now() + dt.timedelta(hours=1))
    desk.later(49 * 3600)
    desk.work()
    assert (CampaignState.PLANNED, []) == (desk.state(campaign), desk.inbox())
    assert "错过" in desk.reason(campaign)


def test_a_missed_hour_within_its_grace_is_made_up_for(desk: Desk) -> None:
    """A worker that was down at the hour sends when it is back."""
    campaign = desk.approved(desk.now() + dt.timedelta(hours=1))
    desk.later(8 * 3600)
    desk.work()
    desk.later(60)
    desk.work()
    assert (CampaignState.FINISHED, 1) == (desk.state(campaign), len(desk.inbox()))


def test_a_paused_campaign_stays_where_it_is(desk: Desk) -> None:
    """Paused while it waits, it makes no call; resumed, it goes on."""
    campaign = desk.approved(desk.now() + dt.timedelta(hours=1))
    push.pause(desk.db, campaign, desk.now(), by="editor")
    desk.later(3700)
    desk.work()
    assert (CampaignState.PAUSED, []) == (desk.state(campaign), desk.inbox())
    push.resume(desk.db, campaign, desk.now(), by="editor")
    desk.work()
    desk.later(60)
    desk.work()
    assert (CampaignState.FINISHED, 1) == (desk.state(campaign), len(desk.inbox()))


def test_a_second_campaign_is_refused_unless_insisted(desk: Desk) -> None:
    """What went out is not planned again by accident; an editor who insists may."""
    desk.approved()
    desk.work()
    desk.later(60)
    desk.work()
    with pytest.raises(Forbidden, match="已经推送过"):
        desk.plan()
    again = desk.plan(insist=True)
    push.approve(desk.db, again.id, by="editor", settings=desk.settings, now=desk.now())
    desk.work()
    desk.later(60)
    desk.work()
    assert 2 == len(desk.inbox())


@pytest.mark.parametrize("errcode", [48001, 40164, 45028, -1, 45067])
def test_a_refusal_says_nothing_of_a_call_that_may_have_been_heard(desk: Desk, errcode: int) -> None:
    """Unknown, asked again and refused: still unknown, so that no retry with another key can double it."""
    desk.platform.account.mass_delay = 100_000.0
    desk.fault(SENDALL, "cut_after")
    campaign = desk.approved()
    desk.work()
    desk.fault(SENDALL, "errcode", errcode=errcode)
    desk.later(61)
    desk.work()
    assert (CampaignState.UNKNOWN, {"unknown": 1}) == (desk.state(campaign), desk.counts(campaign))
    with pytest.raises(Forbidden):
        push.retry(desk.db, campaign, desk.now(), by="editor")


def test_an_unknown_tag_is_refused_at_planning(desk: Desk) -> None:
    """`--to tag:…` names a tag of the platform, or nothing is planned."""
    with pytest.raises(NotFound, match="没有名为"):
        desk.plan(to="tag:理事")


def test_a_cancelled_campaign_that_may_be_out_still_stands_in_the_way(desk: Desk) -> None:
    """Cancelling does not unsend: a second plan for the issue is refused."""
    desk.fault(SENDALL, "cut_after")
    campaign = desk.approved()
    desk.work()
    push.cancel(desk.db, campaign, desk.now(), by="editor")
    with pytest.raises(Forbidden):
        desk.plan()


def test_a_campaign_cancelled_before_anything_left_makes_room(desk: Desk) -> None:
    """Cancelled while it waited for its hour, it keeps nobody from planning anew."""
    campaign = desk.approved(desk.now() + dt.timedelta(hours=1))
    push.cancel(desk.db, campaign, desk.now(), by="editor")
    assert desk.plan().id != campaign
