"""Apply a change of an issue to its campaigns, in the transaction that makes the change.

Nobody receives what no editor approved: an approval of other content falls, and a campaign that is going out is paused
before its next call. What went out stays as it is; an editor can recall and correct it.
"""

import datetime as dt
from dataclasses import dataclass

from wxbot.db import Session
from wxbot.push.decisions import can_recall
from wxbot.push.delivery.prepare import discard_unsent_drafts
from wxbot.push.ledger.labels import CAMPAIGN_STATE_LABELS
from wxbot.push.ledger.queries import any_delivery, get_campaign, issue_campaigns
from wxbot.push.ledger.states import CAMPAIGN_MOVES, move_campaign
from wxbot.push.ledger.tables import POSSIBLY_SENT, Campaign, CampaignState, DeliveryState, EditorChoice
from wxbot.push.planning.approval_parts import adopt_changes, changes_since_plan
from wxbot.push.push_settings import PushSettings

__all__ = [
    "CampaignEffect",
    "apply_content_change",
    "preview_content_change",
    "preview_withdrawal",
    "stop_campaigns",
]

_OPEN = (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.UNKNOWN)
_GOING_OUT = (CampaignState.RUNNING, CampaignState.WAITING, CampaignState.UNKNOWN)
_BEFORE_APPROVAL = (CampaignState.PLANNED, CampaignState.FAILED)


@dataclass(frozen=True)
class CampaignEffect:
    """Effect of a change of an issue on one of its campaigns.

    `event` is the move that was made: "cancel", "pause", "change" (the approval falls), or "" if there was none;
    `state` is the state after it. `says` tells an editor in Chinese what happened, `remedy` the commands for what can
    follow, and `asks` is True if an editor should decide something now.
    """

    campaign_id: int
    state: str
    event: str
    says: str = ""
    remedy: str = ""
    asks: bool = False

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that commands print for it."""
        return {
            "campaign": self.campaign_id,
            "state": str(self.state),
            "event": self.event,
            "says": self.says,
            "remedy": self.remedy,
        }


@dataclass(frozen=True)
class _Progress:
    """Progress of a campaign: whether anything of it may have gone out, whether more will, and what can be recalled."""

    went_out: bool
    more_to_come: bool
    can_recall: bool

    @property
    def is_over(self) -> bool:
        """True if all of it went out, although the platform may not have reported the end."""
        return self.went_out and not self.more_to_come


def apply_content_change(
    settings: PushSettings, session: Session, key: str, by: str, now: dt.datetime
) -> list[CampaignEffect]:
    """Withdraw approvals of other content of an issue, and pause its campaigns that are going out.

    Return what became of each campaign that is not cancelled. A campaign whose own messages are unchanged goes on.
    """
    session.flush()
    return [
        _apply_to_campaign(settings, session, get_campaign(session, each.id, lock=True), by, now)
        for each in issue_campaigns(session, key)
    ]


def preview_content_change(session: Session, key: str) -> list[CampaignEffect]:
    """Return what other content of an issue would do to its campaigns, and change nothing."""
    effects = []
    for campaign in issue_campaigns(session, key):
        state, progress = CampaignState(campaign.state), _progress(session, campaign)
        effects.append(_describe(campaign, state, _event_of_change(state, progress), progress, planned=True))
    return effects


def preview_withdrawal(session: Session, key: str, n: int | None = None) -> list[CampaignEffect]:
    """Return what withdrawing an issue, or its article `n`, would do to its campaigns, and change nothing."""
    if n is not None:
        campaigns = issue_campaigns(session, key)
        affected = {each.id for each in campaigns if any(n in card["holds"] for card in each.articles)}
        return [each for each in preview_content_change(session, key) if each.campaign_id in affected]
    effects = []
    for campaign in issue_campaigns(session, key):
        state, progress = CampaignState(campaign.state), _progress(session, campaign)
        effects.append(
            _describe_stop(campaign, state, _event_of_stop(state, progress), progress, planned=True)
        )
    return effects


def stop_campaigns(session: Session, key: str, by: str, now: dt.datetime) -> list[CampaignEffect]:
    """Stop the campaigns of an issue that is withdrawn.

    One of which nothing went out is cancelled, one that is going out is paused, and one that is over stays as it is.
    """
    campaigns = [get_campaign(session, each.id, lock=True) for each in issue_campaigns(session, key)]
    return [_stop(session, each, by, now) for each in campaigns]


def _apply_to_campaign(
    settings: PushSettings, session: Session, campaign: Campaign, by: str, now: dt.datetime
) -> CampaignEffect:
    """Move one campaign as other content of its issue requires."""
    state, progress = CampaignState(campaign.state), _progress(session, campaign)
    event = _event_of_change(state, progress)
    changes = changes_since_plan(session, campaign, settings) if event else []
    if event and not changes:
        return CampaignEffect(campaign.id, state, "", f"计划 {campaign.id} 要发的内容没有变，照旧")
    if not event:
        return _describe(campaign, state, "", progress)
    changed = "；".join(changes)
    if event == "change":
        reason = f"内容改了：{changed}。请重新计划（wxbot push plan {campaign.number}）"
    else:
        discard_unsent_drafts(session, campaign.id)
        reason = f"发送途中改了：{changed}。{_pause_remedy(campaign, progress)}"
    moved = move_campaign(session, campaign.id, event, now, by=by, reason=reason)
    session.refresh(campaign)
    if moved == CampaignState.PAUSED and progress.went_out:
        adopt_changes(session, campaign, settings)
    return _describe(campaign, state, event if moved else "", progress)


def _event_of_change(state: CampaignState, progress: _Progress) -> str:
    """Return the move that other content requires in a state, "" for none."""
    if state in _GOING_OUT:
        return "" if progress.is_over else "pause"
    if state is CampaignState.APPROVED:  # a resumed or retried campaign has this state, too
        return "pause" if progress.went_out else "change"
    return "change" if state is CampaignState.PLANNED else ""


def _progress(session: Session, campaign: Campaign) -> _Progress:
    went_out = any_delivery(session, campaign.id, POSSIBLY_SENT)
    more_to_come = any_delivery(session, campaign.id, _OPEN)
    return _Progress(went_out, more_to_come, can_recall(session, campaign.id))


def _describe(
    campaign: Campaign, before: CampaignState, event: str, progress: _Progress, *, planned: bool = False
) -> CampaignEffect:
    """Return the effect of other content on a campaign that was in the state `before`, in words for an editor.

    With `planned` nothing has happened yet.
    """
    number, id_ = campaign.number, campaign.id
    will = "会" if planned else ""
    again = f"重新计划：wxbot push plan {number}"
    if event == "change" and before is CampaignState.APPROVED:
        says, remedy = f"计划 {id_} 批准的是原来的内容，批准{'会作废' if planned else '不再算数'}", again
    elif before is CampaignState.PLANNED:
        says, remedy = f"计划 {id_} 还没有批准，内容{will}变了", again
    elif event == "pause":
        says = f"计划 {id_} 正在发，{will or '已'}暂停" + (
            "；已经发出的不变" if progress.went_out else "，还没有发出"
        )
        remedy = _pause_remedy(campaign, progress)
    elif progress.went_out and (before in {CampaignState.FINISHED, CampaignState.FAILED} or progress.is_over):
        says, remedy = f"计划 {id_} 已经发出，发出的不变", _correction_remedy(campaign, progress)
    elif before is CampaignState.PAUSED:
        says = f"计划 {id_} 暂停着，恢复时会先核对内容"
        remedy = f"恢复：wxbot push resume {id_}；不再发：wxbot push cancel {id_}"
    else:
        says = f"计划 {id_} 现在是「{CAMPAIGN_STATE_LABELS[before]}」"
        remedy = f"看它到了哪里：wxbot push show {id_}"
    state = before if planned else campaign.state
    return CampaignEffect(
        id_, state, event, says, remedy, before not in _BEFORE_APPROVAL or progress.went_out
    )


def _pause_remedy(campaign: Campaign, progress: _Progress) -> str:
    if not progress.went_out:
        return f"取消它再重新计划：wxbot push cancel {campaign.id}，wxbot push plan {campaign.number}"
    recall = f"；撤回已发的：wxbot push recall {campaign.id}" if progress.can_recall else ""
    return f"其余的按现在的内容发：wxbot push resume {campaign.id}；不再发：wxbot push cancel {campaign.id}{recall}"


def _correction_remedy(campaign: Campaign, progress: _Progress) -> str:
    recall = f"撤回：wxbot push recall {campaign.id}；" if progress.can_recall else ""
    return f"{recall}发更正：wxbot push plan {campaign.number} --correction 说明"


def _stop(session: Session, campaign: Campaign, by: str, now: dt.datetime) -> CampaignEffect:
    """Cancel a campaign of which nothing went out, pause one that is going out, and leave one that is over."""
    state, progress = CampaignState(campaign.state), _progress(session, campaign)
    event = _event_of_stop(state, progress)
    if not event:
        return _describe_stop(campaign, state, "", progress)
    # An unsent correction keeps blocking a second push, because the message that it corrects was sent.
    blocks = progress.went_out or EditorChoice.from_campaign(campaign).correction is not None
    values = {} if blocks else {"claims": None}
    moved = move_campaign(session, campaign.id, event, now, by=by, reason="这一期已经撤下", **values)
    return _describe_stop(campaign, moved or state, event if moved else "", progress)


def _event_of_stop(state: CampaignState, progress: _Progress) -> str:
    """Return the move that a withdrawal requires in a state, "" for none."""
    event = "pause" if progress.went_out else "cancel"
    return event if (event, state) in CAMPAIGN_MOVES and not progress.is_over else ""


def _describe_stop(
    campaign: Campaign, state: CampaignState, event: str, progress: _Progress, *, planned: bool = False
) -> CampaignEffect:
    """Return the effect of a withdrawal on a campaign, in words for an editor; with `planned` it is yet to happen."""
    id_, will = campaign.id, "会" if planned else "已"
    if event == "cancel":
        return CampaignEffect(id_, state, event, f"计划 {id_} 还没有发，{will}取消")
    stopped = f"正在发，{will}暂停" if event == "pause" else f"（{CAMPAIGN_STATE_LABELS[state]}）"
    stop = f"不再发：wxbot push cancel {id_}；" if state is CampaignState.PAUSED else ""
    recall = f"撤回已发的：wxbot push recall {id_}；" if progress.can_recall else ""
    correct = f"改好、重新公开后发更正：wxbot push plan {campaign.number} --correction 说明"
    return CampaignEffect(id_, state, event, f"计划 {id_} {stopped}", f"{stop}{recall}{correct}", asks=True)
