"""The actions of an editor on a campaign at the console: each action's texts, its condition, and its call.

The conditions are read from the tables of moves in `push.states`; `push` checks again when an action is done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wxbot.editors import Editor, EditorRight
from wxbot.errors import Forbidden
from wxbot.push import Campaign, CampaignState, states
from wxbot.web.console.rendering import has_delivery_move
from wxbot.wiring import Services

__all__ = ["ACTIONS", "CampaignAction", "allowed_actions"]

Counts = Mapping[str, int]


@dataclass(frozen=True)
class CampaignAction:
    """One action: its verb in the address, the button's label, the explanation before it, the message after it.

    `run` takes services, editor, the campaign's id, and the hash that the editor has seen; it raises WxbotError where
    the action is refused.
    """

    verb: str
    label: str
    explanation: str
    message: str
    is_allowed: Callable[[Campaign, Counts], bool]
    run: Callable[[Services, Editor, int, str], None]
    right: EditorRight = EditorRight.APPROVE


def allowed_actions(campaign: Campaign, counts: Counts) -> list[CampaignAction]:
    """Return the actions that the states of a campaign and of its deliveries, counted by state, allow."""
    return [action for action in ACTIONS.values() if action.is_allowed(campaign, counts)]


def _allows(event: str) -> Callable[[Campaign, Counts], bool]:
    return lambda campaign, _: (event, CampaignState(campaign.state)) in states.CAMPAIGN_MOVES


def _can_be_cancelled(campaign: Campaign, _: Counts) -> bool:
    return ("cancel", CampaignState(campaign.state)) in states.CAMPAIGN_MOVES


def _can_be_retried(campaign: Campaign, counts: Counts) -> bool:
    allowed = ("retry", CampaignState(campaign.state)) in states.CAMPAIGN_MOVES
    return allowed and (has_delivery_move("retry", counts) or "planned" in counts)


def _is_unknown(_: Campaign, counts: Counts) -> bool:
    return has_delivery_move("find sent", counts)


def _approve(services: Services, editor: Editor, campaign_id: int, seen: str) -> None:
    services.pusher.approve(
        campaign_id, by=editor.person, given=seen, needed=max(1, services.settings.push_approvals)
    )


def _pause(services: Services, editor: Editor, campaign_id: int, _: str) -> None:
    services.pusher.pause(campaign_id, by=editor.person)


def _resume(services: Services, editor: Editor, campaign_id: int, _: str) -> None:
    services.pusher.resume(campaign_id, by=editor.person)


def _cancel(services: Services, editor: Editor, campaign_id: int, _: str) -> None:
    services.pusher.cancel(campaign_id, by=editor.person)


def _retry(services: Services, editor: Editor, campaign_id: int, _: str) -> None:
    services.pusher.retry(campaign_id, by=editor.person)


def _resolve_as_sent(services: Services, editor: Editor, campaign_id: int, _: str) -> None:
    services.pusher.resolve(campaign_id, sent=True, by=editor.person)


def _resolve_as_unsent(services: Services, editor: Editor, campaign_id: int, _: str) -> None:
    services.pusher.resolve(campaign_id, sent=False, by=editor.person)


def _preview(services: Services, editor: Editor, campaign_id: int, _: str) -> None:
    if editor.openid is None:
        raise Forbidden(
            "还不知道您的微信是哪一个，预览没有发",
            remedy="在「我的账号」里按「写上我的微信」，照着发一句话；或请管理账号的同事写上。",
        )
    if not services.has_platform:
        raise Forbidden("这个服务没有连着公众平台", remedy="请运维检查 app_id 和 app_secret 两项设置。")
    failures = services.pusher.preview(campaign_id, [editor.openid], by=editor.person)
    if reason := failures[editor.openid]:
        raise Forbidden(
            f"预览没有发出去：{reason}",
            remedy="预览发到您自己的微信：先关注公众号，再给它发一句话，然后重试。",
        )


ACTIONS = {
    action.verb: action
    for action in (
        CampaignAction(
            "approve",
            "批准",
            "批准的是下面这份内容；之后内容、对象或时刻有变，这次批准就不算数，要重新批准。",
            "已记下您的批准。",
            _allows("approve"),
            _approve,
        ),
        CampaignAction(
            "preview",
            "预览到我的微信",
            "把这份内容先发到您自己的微信，别人收不到。平台每天允许 100 次，要等几秒。",
            "预览已发到您的微信。",
            _can_be_cancelled,
            _preview,
            EditorRight.PREVIEW,
        ),
        CampaignAction(
            "pause",
            "暂停",
            "在下一次发送之前停下；已经发出的收不回来。之后可以恢复。",
            "已暂停。",
            _allows("pause"),
            _pause,
        ),
        CampaignAction(
            "resume",
            "恢复",
            "从停下的地方接着做；时刻已经过去的，马上就发。",
            "已恢复。",
            _allows("resume"),
            _resume,
        ),
        CampaignAction(
            "retry",
            "重试失败的",
            "只重试失败而可能成功的；已经收到的人不会再收到。",
            "已安排重试。",
            _can_be_retried,
            _retry,
        ),
        CampaignAction(
            "sent",
            "核实：已发出",
            "您在公众平台的发表记录里看到它已经发出。记为已发出，不会再发。",
            "已记为发出。",
            _is_unknown,
            _resolve_as_sent,
        ),
        CampaignAction(
            "unsent",
            "核实：没有发出",
            "您在公众平台的发表记录里没有找到它。系统会重新发送：如果其实发出过，粉丝会收到两次。",
            "已记为没有发出，系统会重新发送。",
            _is_unknown,
            _resolve_as_unsent,
        ),
        CampaignAction(
            "cancel",
            "取消",
            "还没有发出的不再发；已经发出的收不回来。取消之后不能恢复，只能重新计划。",
            "已取消。",
            _allows("cancel"),
            _cancel,
        ),
    )
}
