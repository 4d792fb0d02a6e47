"""Tests of recalling a message, and of the message that corrects it."""

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


def _send(harness: PushHarness) -> int:
    """Deliver a campaign of the issue to its end and return its id."""
    campaign = harness.plan_and_approve()
    for _ in range(2):
        harness.run_worker()
        harness.advance(10)
    harness.run_worker()
    assert CampaignState.FINISHED == harness.state(campaign)
    return campaign


def _revise(harness: PushHarness, folder: Path) -> None:
    """Ingest a corrected version of the bulletin."""
    text = SAMPLE.read_text(encoding="utf-8").replace("4 亿美元", "4 亿美元（更正）")
    (folder / "2021-02.txt").write_text(text, encoding="utf-8")
    (done,) = library.ingest(harness.db, [folder / "2021-02.txt"], harness.now())
    assert library.Outcome.REVISED == done.outcome


def _plan(harness: PushHarness, words: str = WORDS, *, insist: bool = False) -> push.Plan:
    """Plan a correction of the message that was sent; check that the editor is warned unless that was recalled."""
    correction, said = harness.pusher.correction(harness.number, words, insist=insist)
    audience = count_platform_audience(harness.db, harness.wechat, Audience.parse("all"))
    made = compose_plan(
        harness.db,
        PlanRequest(harness.number, audience.audience, choice=EditorChoice(correction=correction)),
        audience,
        harness.settings,
        harness.now(),
    )
    assert bool(said) is not _is_recalled(harness, correction.of)
    return made


def _is_recalled(harness: PushHarness, campaign_id: int) -> bool:
    """Return whether the report shows a recall."""
    return bool(harness.pusher.report(campaign_id).recalls)


def _create(harness: PushHarness, made: push.Plan) -> push.Campaign:
    """Create the campaign of a plan."""
    return harness.pusher.create(made, "editor")


@pytest.mark.both_databases
def test_a_recall_is_recorded_with_the_campaign(harness: PushHarness) -> None:
    """The audit log records the request and its success; the report shows when, and what a recall cannot undo."""
    campaign = _send(harness)
    harness.pusher.recall(campaign, 2, by="editor")
    found = harness.pusher.report(campaign)
    assert [(2, "editor", harness.now())] == [(each.article, each.by, each.at) for each in found.recalls]
    assert "读过的仍然读过" in found.notes[0]
    with harness.db.read() as session:
        assert ["recall", "recalled"] == [
            entry.what for entry in push.queries.campaign_history(session, campaign)[-2:]
        ]


def test_a_failed_recall_is_not_reported_as_one(harness: PushHarness) -> None:
    """If the platform refuses, the editor gets the error, the audit log records it, and the report shows no recall."""
    campaign = _send(harness)
    harness.inject_fault("/cgi-bin/message/mass/delete", "errcode", errcode=40059)
    with pytest.raises(Refused):
        harness.pusher.recall(campaign, 0, by="editor")
    assert () == harness.pusher.report(campaign).recalls
    with harness.db.read() as session:
        assert "recall failed" == push.queries.campaign_history(session, campaign)[-1].what


def test_a_correction_is_marked_everywhere(harness: PushHarness, tmp_path: Path) -> None:
    """Title and digest begin with 【更正】, and the first paragraph explains the mistake and names the day."""
    campaign = _send(harness)
    harness.pusher.recall(campaign, 0, by="editor")
    harness.advance(60)
    _revise(harness, tmp_path)
    second = _create(harness, _plan(harness))
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


def test_correction_and_corrected_campaign_name_each_other(harness: PushHarness, tmp_path: Path) -> None:
    """The audit log and the report of each campaign name the other one."""
    first = _send(harness)
    harness.advance(60)
    _revise(harness, tmp_path)
    second = _create(harness, _plan(harness)).id
    assert f"有更正：计划 {second}" in harness.pusher.report(first).notes
    assert f"这是对计划 {first} 的更正：{WORDS}" in harness.pusher.report(second).notes
    with harness.db.read() as session:
        assert first == push.queries.campaign_history(session, second)[0].details["corrects"]


@pytest.mark.both_databases
def test_the_explanation_is_part_of_the_hash(harness: PushHarness, tmp_path: Path) -> None:
    """Another explanation gives another hash; a correction delivered as planned keeps its hash."""
    _send(harness)
    harness.advance(60)
    _revise(harness, tmp_path)
    made, other = _plan(harness), _plan(harness, "标题有误")
    assert made.hash != other.hash
    campaign = _create(harness, made)
    with harness.db.read() as session:
        assert [] == changes_since_plan(
            session, push.queries.get_campaign(session, campaign.id), harness.settings
        )


def test_an_unrevised_issue_is_corrected_only_if_the_editor_insists(harness: PushHarness) -> None:
    """A correction of an issue that was not revised since is refused, as it has nothing new to read."""
    _send(harness)
    with pytest.raises(Forbidden, match="没有改过"):
        harness.pusher.correction(harness.number, WORDS)
    assert _plan(harness, insist=True).articles[0].title.startswith("【更正】")


def test_what_was_never_sent_cannot_be_corrected(harness: PushHarness) -> None:
    """A correction is refused before anything of the issue was sent, and while the campaign is not over."""
    with pytest.raises(NotFound):
        harness.pusher.correction(harness.number, WORDS)
    harness.plan_and_approve()
    harness.run_worker()  # taken by the platform, not yet reported
    with pytest.raises(Forbidden, match="还不能更正"):
        harness.pusher.correction(harness.number, WORDS, insist=True)


@pytest.mark.parametrize("words", ["", "　 ", "字" * 201])
def test_the_explanation_is_neither_empty_nor_long(harness: PushHarness, words: str) -> None:
    """An empty explanation and one of more than 200 characters are refused."""
    with pytest.raises(UsageError):
        harness.pusher.correction(harness.number, words)


@pytest.mark.both_databases
def test_there_is_one_correction_at_a_time(harness: PushHarness) -> None:
    """A second correction replaces one that waits for approval, and is refused once that is approved."""
    _send(harness)
    first = _create(harness, _plan(harness, insist=True))
    second = _create(harness, _plan(harness, "标题有误", insist=True))
    assert CampaignState.CANCELLED == harness.state(first.id)
    harness.pusher.approve(second.id, by="editor")
    with pytest.raises(Forbidden):
        _create(harness, _plan(harness, "又一处", insist=True))


def test_a_correction_does_not_allow_sending_the_issue_again(harness: PushHarness) -> None:
    """While a correction waits, and after it was cancelled, the issue still counts as sent."""
    _send(harness)
    correction = _create(harness, _plan(harness, insist=True))
    with pytest.raises(Forbidden):
        harness.plan()
    harness.pusher.cancel(correction.id, by="editor")
    with pytest.raises(Forbidden):
        harness.plan()
    assert _create(harness, _plan(harness, insist=True)).id > correction.id


@given(
    title=st.text(st.characters(codec="utf-8"), max_size=80),
    limit=st.integers(14, 64),
)
def test_a_marked_title_keeps_its_limit(title: str, limit: int) -> None:
    """A title with the mark begins with the mark and stays within the limit, if the mark itself fits."""
    marked = rendering.with_correction_mark(title, lambda line: len(line.encode("utf-8", "replace")) <= limit)
    assert marked.startswith("【更正】")
    assert len(marked.encode("utf-8", "replace")) <= limit


def test_the_day_of_a_correction_is_local(harness: PushHarness) -> None:
    """A message sent shortly after midnight in Beijing carries that day, although it is still yesterday by UTC."""
    harness.advance(13 * 3600)  # 01:00
    _send(harness)
    correction, _ = harness.pusher.correction(harness.number, WORDS, insist=True)
    assert dt.date(2026, 11, 25) == correction.day
