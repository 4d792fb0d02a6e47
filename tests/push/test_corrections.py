"""Facts about taking a message back and about the message that corrects it."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import SAMPLE
from tests.harness import PushHarness
from wxbot import library, push, rendering
from wxbot.errors import Forbidden, NotFound, Refused, UsageError
from wxbot.push import Audience, CampaignState, EditorChoice, PlanRequest
from wxbot.push.audience.resolve import count_platform_audience
from wxbot.push.planning.approval_parts import changes_since_plan
from wxbot.push.planning.compose import compose_card, compose_draft
from wxbot.push.planning.plan import compose_plan

WORDS = "第 14 篇的金额应为 4 亿美元"


def _sent(harness: PushHarness) -> int:
    """A campaign of the issue that is over."""
    campaign = harness.plan_and_approve()
    for _ in range(2):
        harness.run_worker()
        harness.advance(10)
    harness.run_worker()
    assert CampaignState.FINISHED == harness.state(campaign)
    return campaign


def _revised(harness: PushHarness, folder: Path) -> None:
    """The bulletin is mended and shelved again."""
    text = SAMPLE.read_text(encoding="utf-8").replace("4 亿美元", "4 亿美元（更正）")
    (folder / "mended.txt").write_text(text, encoding="utf-8")
    (done,) = library.ingest(harness.db, [folder / "mended.txt"], harness.now())
    assert library.Outcome.REVISED == done.outcome


def _plan(harness: PushHarness, words: str = WORDS, *, insist: bool = False) -> push.Plan:
    """A correction of what went out; an editor is warned just where that was not taken back."""
    correction, said = harness.pusher.correction(harness.number, words, insist=insist)
    audience = count_platform_audience(harness.db, harness.wechat, Audience.parse("all"))
    made = compose_plan(
        harness.db,
        PlanRequest(harness.number, audience.audience, choice=EditorChoice(correction=correction)),
        audience,
        harness.settings,
        harness.now(),
    )
    assert bool(said) is not _recalled(harness, correction.of)
    return made


def _recalled(harness: PushHarness, campaign_id: int) -> bool:
    """Whether the report says that it was taken back."""
    return bool(harness.pusher.report(campaign_id).recalls)


def _write(harness: PushHarness, made: push.Plan) -> push.Campaign:
    """The plan becomes a campaign."""
    return harness.pusher.create(made, "editor")


def test_a_recall_is_kept_with_the_campaign(harness: PushHarness) -> None:
    """Asked and done stand in the audit log, the report says when and what it cannot undo."""
    campaign = _sent(harness)
    harness.pusher.recall(campaign, 2, by="editor")
    found = harness.pusher.report(campaign)
    assert [(2, "editor", harness.now())] == [(each.article, each.by, each.at) for each in found.recalls]
    assert "读过的仍然读过" in found.notes[0]
    with harness.db.read() as session:
        assert ["recall", "recalled"] == [
            entry.what for entry in push.queries.campaign_history(session, campaign)[-2:]
        ]


def test_a_recall_that_failed_is_no_recall(harness: PushHarness) -> None:
    """The platform refuses: the editor hears it, the log says so, the report shows no recall."""
    campaign = _sent(harness)
    harness.inject_fault("/cgi-bin/message/mass/delete", "errcode", errcode=40059)
    with pytest.raises(Refused):
        harness.pusher.recall(campaign, 0, by="editor")
    assert () == harness.pusher.report(campaign).recalls
    with harness.db.read() as session:
        assert "recall failed" == push.queries.campaign_history(session, campaign)[-1].what


def test_a_correction_says_so_wherever_it_is_seen(harness: PushHarness, tmp_path: Path) -> None:
    """Title and digest begin with 【更正】, the first paragraph says what was wrong and when it went out."""
    campaign = _sent(harness)
    harness.pusher.recall(campaign, 0, by="editor")
    harness.advance(60)
    _revised(harness, tmp_path)
    second = _write(harness, _plan(harness))
    harness.pusher.approve(second.id, by="editor", given=second.hash)
    harness.run_worker()
    harness.advance(10)
    lead = harness.inbox()[-1]["articles"][0]
    assert lead["title"].startswith("【更正】")
    with harness.db.read() as session:
        draft = compose_draft(session, harness.number, harness.settings, EditorChoice.from_campaign(second))
        card = compose_card(session, harness.number, harness.settings, EditorChoice.from_campaign(second))
    assert draft[0].digest.startswith(f"【更正】{WORDS}")
    first = draft[0].content.split("</p>")[0]
    assert f"【更正】2026年11月24日推送的这一期有误：{WORDS}。" in first
    assert not draft[1].title.startswith("【更正】")
    assert card.title.startswith("【更正】")
    assert ("【更正】" in card.description, len(harness.inbox())) == (True, 2)


def test_log_and_report_tie_the_two(harness: PushHarness, tmp_path: Path) -> None:
    """Each of them names the other."""
    first = _sent(harness)
    harness.advance(60)
    _revised(harness, tmp_path)
    second = _write(harness, _plan(harness)).id
    assert f"有更正：计划 {second}" in harness.pusher.report(first).notes
    assert f"这是对计划 {first} 的更正：{WORDS}" in harness.pusher.report(second).notes
    with harness.db.read() as session:
        assert first == push.queries.campaign_history(session, second)[0].details["corrects"]


def test_other_words_are_another_approval(harness: PushHarness, tmp_path: Path) -> None:
    """The hash is for what the correction says, too; and as planned it is unchanged when it goes out."""
    _sent(harness)
    harness.advance(60)
    _revised(harness, tmp_path)
    made, other = _plan(harness), _plan(harness, "标题有误")
    assert made.hash != other.hash
    campaign = _write(harness, made)
    with harness.db.read() as session:
        assert [] == changes_since_plan(
            session, push.queries.get_campaign(session, campaign.id), harness.settings
        )


def test_what_was_not_mended_is_not_corrected_unless_an_editor_insists(harness: PushHarness) -> None:
    """The issue stands as it went out: there is nothing new to read."""
    _sent(harness)
    with pytest.raises(Forbidden, match="没有改过"):
        harness.pusher.correction(harness.number, WORDS)
    assert _plan(harness, insist=True).articles[0].title.startswith("【更正】")


def test_what_was_never_sent_cannot_be_corrected(harness: PushHarness) -> None:
    """Before anything went out, a plan is only planned again."""
    with pytest.raises(NotFound):
        harness.pusher.correction(harness.number, WORDS)
    harness.plan_and_approve()
    harness.run_worker()  # taken by the platform, not yet reported
    with pytest.raises(Forbidden, match="还不能更正"):
        harness.pusher.correction(harness.number, WORDS, insist=True)


@pytest.mark.parametrize("words", ["", "　 ", "字" * 201])
def test_a_correction_says_what_and_is_short(harness: PushHarness, words: str) -> None:
    """Nothing and an essay are refused."""
    with pytest.raises(UsageError):
        harness.pusher.correction(harness.number, words)


def test_there_is_one_correction_at_a_time(harness: PushHarness) -> None:
    """A second plan replaces the first as long as it waits; approved, it stands in the way, as any campaign does."""
    _sent(harness)
    first = _write(harness, _plan(harness, insist=True))
    second = _write(harness, _plan(harness, "标题有误", insist=True))
    assert CampaignState.CANCELLED == harness.state(first.id)
    harness.pusher.approve(second.id, by="editor")
    with pytest.raises(Forbidden):
        _write(harness, _plan(harness, "又一处", insist=True))


def test_a_correction_opens_no_door_for_a_second_message(harness: PushHarness) -> None:
    """While a correction waits, and after it was cancelled: the issue itself still counts as sent."""
    _sent(harness)
    correction = _write(harness, _plan(harness, insist=True))
    with pytest.raises(Forbidden):
        harness.plan()
    harness.pusher.cancel(correction.id, by="editor")
    with pytest.raises(Forbidden):
        harness.plan()
    assert _write(harness, _plan(harness, insist=True)).id > correction.id


@given(
    title=st.text(st.characters(codec="utf-8"), max_size=80),
    limit=st.integers(14, 64),
)
def test_a_marked_title_keeps_its_limit(title: str, limit: int) -> None:
    """Whatever the title: marked it fits where the mark itself does, and begins with the mark."""
    marked = rendering.with_correction_mark(title, lambda line: len(line.encode("utf-8", "replace")) <= limit)
    assert marked.startswith("【更正】")
    assert len(marked.encode("utf-8", "replace")) <= limit


def test_the_day_is_that_of_the_association(harness: PushHarness) -> None:
    """What went out shortly after midnight in Beijing, yesterday by UTC, went out today."""
    harness.advance(13 * 3600)  # 01:00
    _sent(harness)
    correction, _ = harness.pusher.correction(harness.number, WORDS, insist=True)
    assert dt.date(2026, 11, 25) == correction.day
