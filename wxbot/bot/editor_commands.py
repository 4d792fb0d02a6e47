"""Push commands from editors' phones: 状态, 预览 第2期, 批准 7, 暂停 7, 恢复 7, 取消 7, 重试 7.

Only openids named in the settings may send them; to everybody else these words are ordinary questions, so nothing
reveals that the commands exist. An order must be confirmed with a one-time code, and a worker carries it out: the
platform waits five seconds for a reply, and a preview takes longer.

The texts are here and not among the association's reply texts, because members never see them.
"""

import datetime as dt
import logging
import re
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass

from wxbot import library, push
from wxbot.bot import editor_orders
from wxbot.bot.answer import Answer
from wxbot.bot.editor_orders import (
    EditorAction,
    OrderConfirmed,
    OrderRejected,
    OrderRequested,
    OrderState,
    PhoneOrder,
    StatusViewed,
)
from wxbot.bot.intent.commands import IssueReference, reference_label
from wxbot.bot.intent.fixed_words import parse_command
from wxbot.db import Database, Session
from wxbot.editors import EditorRight, accounts
from wxbot.errors import Forbidden, NotFound, WxbotError
from wxbot.push import Campaign, CampaignState
from wxbot.push.ledger.labels import CAMPAIGN_STATE_LABELS
from wxbot.push.ledger.states import CAMPAIGN_MOVES
from wxbot.text import cut_bytes, normalise
from wxbot.wechat import Text

__all__ = [
    "EditorCommand",
    "Editors",
    "carry_out",
    "one_time_code",
    "parse_editor_command",
]

log = logging.getLogger(__name__)

VERBS = {
    "批准": "approve",
    "暂停": "pause",
    "恢复": "resume",
    "取消": "cancel",
    "重试": "retry",
    "预览": "preview",
}
WORDS = {verb: word for word, verb in VERBS.items()}
_ORDER = re.compile(r"(?P<verb>批准|暂停|恢复|取消|重试|预览) ?(?:计划 ?)?(?P<target>.+)")
_ID = re.compile(r"[0-9]{1,9}")
_CODE = re.compile(r"[0-9]{4}")
_ENDING = " 。.!！~"
_RECENT = 30  # campaigns among which the status looks for those that are not over
_LINES = 8
_LINE_BYTES = 200
_DAY = dt.timedelta(days=1)
_OVER = {CampaignState.CANCELLED, CampaignState.FINISHED}


@dataclass(frozen=True, slots=True)
class ShowStatus:
    """Show the campaigns that are not over, and the last order's result."""


@dataclass(frozen=True, slots=True)
class GiveOrder:
    """Order `verb` for a campaign: by its id, or the newest campaign of an issue."""

    verb: str
    target: int | IssueReference


@dataclass(frozen=True, slots=True)
class EnterCode:
    """Confirm the waiting order with its one-time code; an ordinary number when no order waits."""

    code: str


EditorCommand = ShowStatus | GiveOrder | EnterCode


def parse_editor_command(words: str) -> EditorCommand | None:
    """Return the push command in an editor's words; None when they are an ordinary message."""
    words = normalise(words).rstrip(_ENDING)
    if words == "状态" or words in VERBS:
        return ShowStatus()
    if order := _ORDER.fullmatch(words):
        target = _parse_target(order["target"])
        return None if target is None else GiveOrder(VERBS[order["verb"]], target)
    return EnterCode(words) if _CODE.fullmatch(words) else None


def one_time_code() -> str:
    """Return four random digits from a secure source."""
    return str(secrets.randbelow(9000) + 1000)


class Editors:
    """Answers editors' push commands; threads may share it. `code` makes the one-time codes."""

    def __init__(
        self,
        openids: Collection[str],
        db: Database,
        tz: dt.tzinfo,
        *,
        code: Callable[[], str] = one_time_code,
    ) -> None:
        self.openids = frozenset(openids)
        self._db = db
        self._tz = tz
        self._code = code

    def answer(self, command: EditorCommand, openid: str, now: dt.datetime) -> Answer | None:
        """Return the answer to an editor; None when the words turn out to be an ordinary message."""
        match command:
            case ShowStatus():
                return self._status(openid, now)
            case GiveOrder(verb, target):
                return self._order(verb, target, openid)
            case EnterCode(code):
                return self._confirm(code, openid, now)

    def _status(self, openid: str, now: dt.datetime) -> Answer:
        with self._db.read() as session:
            current = [c for c in push.queries.recent_campaigns(session, _RECENT) if c.state not in _OVER]
            last = editor_orders.last_confirmed(session, openid, now - _DAY)
        lines = [self._line(campaign) for campaign in current[:_LINES]] or ["没有等着或进行中的推送。"]
        if len(current) > _LINES:
            lines.append(f"（另有 {len(current) - _LINES} 个，见 wxbot push list）")
        return _text_answer("\n".join([*lines, *_result_lines(last)]), StatusViewed())

    def _order(self, verb: str, target: int | IssueReference, openid: str) -> Answer:
        with self._db.read() as session:
            try:
                accounts.require_right_by_phone(session, openid, _right_for(verb))
                campaign = _find_campaign(session, target)
            except (Forbidden, NotFound) as no:
                return _text_answer(no.message, StatusViewed())
        if verb != "preview" and (verb, CampaignState(campaign.state)) not in CAMPAIGN_MOVES:
            state = CAMPAIGN_STATE_LABELS[campaign.state]
            return _text_answer(f"计划 {campaign.id} 现在是「{state}」，不能{WORDS[verb]}。", StatusViewed())
        if verb == "approve" and openid in campaign.approvers:
            return _text_answer(f"您已经批准过计划 {campaign.id}，还差另一位编辑。", StatusViewed())
        code = self._code()
        minutes = int(editor_orders.VALID.total_seconds() // 60)
        text = f"{WORDS[verb]}：{self._line(campaign)}\n校验码 {campaign.hash}\n{minutes} 分钟内回复 {code} 确认。"
        return _text_answer(text, OrderRequested(verb, campaign.id, campaign.hash, code))

    def _confirm(self, code: str, openid: str, now: dt.datetime) -> Answer | None:
        with self._db.read() as session:
            order = editor_orders.waiting(session, openid, now)
        if order is None:
            return None
        if not secrets.compare_digest(order.word.encode(), code.encode()):
            # One try per code: a guess withdraws the order, and the audit log shows it.
            text = f"确认码不对，「{_order_label(order)}」已作废；需要的话请重新发一次。"
            return _text_answer(text, OrderRejected(order.verb, order.campaign_id))
        confirmed = OrderConfirmed(order.id, order.verb, order.campaign_id)
        return _text_answer(f"已安排：{_order_label(order)}。几秒后发「状态」看结果。", confirmed)

    def _line(self, campaign: Campaign) -> str:
        at = campaign.at.astimezone(self._tz).strftime("%m-%d %H:%M") if campaign.at else "立即"
        line = (
            f"计划 {campaign.id}　{campaign.number} → {push.labels.audience_label(campaign.audience)}，"
            f"{campaign.recipients} 人，{at}，{CAMPAIGN_STATE_LABELS[campaign.state]}"
            f"{f'：{campaign.reason}' if campaign.reason else ''}"
        )
        return cut_bytes(line, _LINE_BYTES)


def carry_out(pusher: push.Pusher, *, needed: int) -> int:
    """Carry out all confirmed orders, each in its editor's name; returns how many there were.

    `needed` is how many editors have to approve a campaign. A failure becomes the order's result, shown to the
    editor by 状态; nothing is raised.
    """
    count = 0
    while (order := editor_orders.claim(pusher.db, pusher.clock())) is not None:
        result = _carry_out_order(pusher, order, needed)
        editor_orders.finish(pusher.db, order.id, result, pusher.clock())
        count += 1
    return count


def _carry_out_order(pusher: push.Pusher, order: PhoneOrder, needed: int) -> str:
    """Carry out one order; returns "" or, in Chinese, why it failed."""
    id_, by = order.campaign_id, order.openid
    try:
        with pusher.db.read() as session:
            accounts.require_right_by_phone(session, by, _right_for(order.verb))
        match order.verb:
            case "approve":
                pusher.approve(id_, by=by, given=order.hash, needed=needed)
            case "pause":
                pusher.pause(id_, by=by)
            case "resume":
                pusher.resume(id_, by=by)
            case "cancel":
                pusher.cancel(id_, by=by)
            case "retry":
                pusher.retry(id_, by=by)
            case "preview":
                return pusher.preview(id_, [by], by=by)[by]
    except WxbotError as no:
        return no.message
    except Exception as error:
        # An order that failed for another reason would be carried out again each minute, unknown to its editor.
        log.exception("order %s failed", order.id)
        return f"出错了（{type(error).__name__}），请运维看日志"
    return ""


def _right_for(verb: str) -> EditorRight:
    return EditorRight.PREVIEW if verb == "preview" else EditorRight.APPROVE


def _parse_target(text: str) -> int | IssueReference | None:
    if _ID.fullmatch(text):
        return int(text)
    command = parse_command(text)
    return command if isinstance(command, IssueReference) else None


def _find_campaign(session: Session, target: int | IssueReference) -> Campaign:
    """Return the campaign of this id, or the newest of this issue. Raises NotFound when there is none."""
    if isinstance(target, int):
        return push.queries.get_campaign(session, target)
    issue = library.find(session, target, everything=True)
    campaign = push.queries.latest_campaign(session, issue.key) if issue else None
    if campaign is None:
        raise NotFound(
            f"{reference_label(target)}还没有推送计划。", remedy="在网页后台的「推送」里写一个计划。"
        )
    return campaign


def _result_lines(order: PhoneOrder | None) -> list[str]:
    """Return the line about the last order's result; none when there was no order."""
    if order is None:
        return []
    label = _order_label(order)
    if order.state == OrderState.CONFIRMED:
        return [f"{label}：还在处理，请稍候。"]
    return [
        cut_bytes(f"{label}：没有成功，{order.result}" if order.result else f"{label}：已完成。", _LINE_BYTES)
    ]


def _order_label(order: PhoneOrder) -> str:
    return f"{WORDS[order.verb]}计划 {order.campaign_id}"


def _text_answer(text: str, action: EditorAction) -> Answer:
    return Answer(Text(text), editor_action=action)
