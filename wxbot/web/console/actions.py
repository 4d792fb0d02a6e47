"""Deeds: what an editor may do with a campaign, what each will do, and doing it.

Which of them a state allows is read from the tables of `push.ledger.states`; `push` decides again when it is done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wxbot.editors import Editor
from wxbot.errors import Forbidden
from wxbot.push import Campaign, CampaignState
from wxbot.push.ledger.states import CAMPAIGN_MOVES
from wxbot.web.console.office import Office
from wxbot.web.console.progress import may

__all__ = ["BY_VERB", "Deed", "possible"]

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Deed:
    """One thing to do: its place in the address, its word on the button, what it will do, what is said afterwards."""

    verb: str
    word: str
    says: str
    done: str
    is_allowed: Callable[[Campaign, Counts], bool]
    do: Callable[[Office, Editor, int, str], None]


def possible(campaign: Campaign, counts: Counts) -> list[Deed]:
    """What may be done with a campaign whose ledger stands so."""
    return [deed for deed in BY_VERB.values() if deed.is_allowed(campaign, counts)]


def _moves(event: str) -> Callable[[Campaign, Counts], bool]:
    return lambda campaign, _: (event, CampaignState(campaign.state)) in CAMPAIGN_MOVES


def _is_alive(campaign: Campaign, _: Counts) -> bool:
    return ("cancel", CampaignState(campaign.state)) in CAMPAIGN_MOVES


def _can_be_retried(campaign: Campaign, counts: Counts) -> bool:
    allowed = ("retry", CampaignState(campaign.state)) in CAMPAIGN_MOVES
    return allowed and (may("retry", counts) or "planned" in counts)


def _is_in_doubt(_: Campaign, counts: Counts) -> bool:
    return may("find sent", counts)


def _approve(office: Office, editor: Editor, campaign_id: int, seen: str) -> None:
    office.pusher.approve(campaign_id, by=editor.person, given=seen, needed=office.approvals)


def _pause(office: Office, editor: Editor, campaign_id: int, _: str) -> None:
    office.pusher.pause(campaign_id, by=editor.person)


def _resume(office: Office, editor: Editor, campaign_id: int, _: str) -> None:
    office.pusher.resume(campaign_id, by=editor.person)


def _cancel(office: Office, editor: Editor, campaign_id: int, _: str) -> None:
    office.pusher.cancel(campaign_id, by=editor.person)


def _retry(office: Office, editor: Editor, campaign_id: int, _: str) -> None:
    office.pusher.retry(campaign_id, by=editor.person)


def _sent(office: Office, editor: Editor, campaign_id: int, _: str) -> None:
    office.pusher.resolve(campaign_id, sent=True, by=editor.person)


def _unsent(office: Office, editor: Editor, campaign_id: int, _: str) -> None:
    office.pusher.resolve(campaign_id, sent=False, by=editor.person)


def _preview(office: Office, editor: Editor, campaign_id: int, _: str) -> None:
    if editor.openid is None:
        raise Forbidden(
            "您的账号没有写 openid，不知道预览发给谁",
            remedy="请运维去掉账号再加一次：wxbot editors add 名字 --openid …（用 wxbot followers list 查看）。",
        )
    seen = office.pusher.preview(campaign_id, [editor.openid], by=editor.person)
    if wrong := seen[editor.openid]:
        raise Forbidden(f"预览没有发成：{wrong}")


BY_VERB = {
    deed.verb: deed
    for deed in (
        Deed(
            "approve",
            "批准",
            "批准的是下面这份内容，以哈希为记；之后内容、对象或时刻变了，批准就不算数。",
            "已记下您的批准。",
            _moves("approve"),
            _approve,
        ),
        Deed(
            "preview",
            "预览到我的微信",
            "把这份内容先发到您自己的微信，别人收不到。平台每天允许 100 次，要等几秒。",
            "预览已发到您的微信。",
            _is_alive,
            _preview,
        ),
        Deed(
            "pause",
            "暂停",
            "在下一次发送之前停下；已经发出的收不回来。之后可以恢复。",
            "已暂停。",
            _moves("pause"),
            _pause,
        ),
        Deed(
            "resume",
            "恢复",
            "从停下的地方接着做；时刻已经过去的，马上就发。",
            "已恢复。",
            _moves("resume"),
            _resume,
        ),
        Deed(
            "retry",
            "重试失败的",
            "只重试失败而可能成功的；已经收到的人不会再收到。",
            "已安排重试。",
            _can_be_retried,
            _retry,
        ),
        Deed(
            "sent",
            "核实：已发出",
            "您在公众平台的发表记录里看到它已经发出。记为已发出，不会再发。",
            "已记为发出。",
            _is_in_doubt,
            _sent,
        ),
        Deed(
            "unsent",
            "核实：没有发出",
            "您在公众平台的发表记录里没有找到它。系统会重新发送：如果其实发出过，粉丝会收到两次。",
            "已记为没有发出，系统会重新发送。",
            _is_in_doubt,
            _unsent,
        ),
        Deed(
            "cancel",
            "取消",
            "还没有发出的不再发；已经发出的收不回来。取消之后不能恢复，只能重新计划。",
            "已取消。",
            _moves("cancel"),
            _cancel,
        ),
    )
}
