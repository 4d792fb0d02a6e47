"""Editors on the phone: 状态, 预览 第2期, 批准 7, 暂停 7, 恢复 7, 取消 7, 重试 7, from openids that the settings name.

To everybody else these words are ordinary questions: nothing tells that the commands exist. What changes something is
asked back with a one-time word first, and carried out by a worker: the platform gives an answer five seconds, and a
preview needs longer.

The texts stand here and not in the association's files: no member ever reads them.
"""

import datetime as dt
import re
import secrets
from collections.abc import Callable, Collection

from wxbot import library, push
from wxbot.bot import editor_orders
from wxbot.bot.answer import Answer
from wxbot.bot.editor_orders import Confirmed, Deed, Looked, Mistaken, Ordered, OrderState, PhoneOrder
from wxbot.bot.intent.commands import OfIssue, issue_name, understand
from wxbot.db import Database, Session
from wxbot.errors import NotFound, OutcomeUnknown, WxbotError
from wxbot.push import CAMPAIGN_MOVES, CAMPAIGN_STATE_LABELS, Campaign, CampaignState
from wxbot.text import cut_bytes, normalise
from wxbot.wechat import Text, WeChat

__all__ = ["Editors", "carry_out", "one_time_word"]

VERBS = {
    "批准": "approve",
    "暂停": "pause",
    "恢复": "resume",
    "取消": "cancel",
    "重试": "retry",
    "预览": "preview",
}
WORDS = {verb: word for word, verb in VERBS.items()}
_ORDER = re.compile(r"(?P<verb>批准|暂停|恢复|取消|重试|预览) ?(?:计划 ?)?(?P<what>.+)")
_ID = re.compile(r"[0-9]{1,9}")
_WORD = re.compile(r"[0-9]{4}")
_ENDING = " 。.!！~"
_LOOK_BACK = 30  # campaigns among which those that wait or run are found
_LINES = 8
_LINE_BYTES = 200
_DAY = dt.timedelta(days=1)
_OVER = {CampaignState.CANCELLED, CampaignState.FINISHED}


def one_time_word() -> str:
    """Four digits that nobody can foresee."""
    return str(secrets.randbelow(9000) + 1000)


class Editors:
    """Understands editors; threads may share it. `word` makes one-time words."""

    def __init__(
        self,
        openids: Collection[str],
        db: Database,
        tz: dt.tzinfo,
        *,
        word: Callable[[], str] = one_time_word,
    ) -> None:
        self._openids = frozenset(openids)
        self._db = db
        self._tz = tz
        self._word = word

    def __contains__(self, openid: str) -> bool:
        """Whether `openid` is an editor's."""
        return openid in self._openids

    def answer(self, words: str, openid: str, now: dt.datetime) -> Answer | None:
        """What an editor is answered; None for everybody else, and for words that are no command."""
        if openid not in self._openids:
            return None
        words = normalise(words).rstrip(_ENDING)
        if words == "状态" or words in VERBS:
            return self._status(openid, now)
        if order := _ORDER.fullmatch(words):
            return self._ordered(VERBS[order["verb"]], order["what"], openid)
        with self._db.read() as session:
            waiting = editor_orders.waiting(session, openid, now)
        if waiting is None:
            return None
        if not secrets.compare_digest(waiting.word.encode(), words.encode()):
            return _mistaken(waiting) if _WORD.fullmatch(words) else None
        deed = Confirmed(waiting.id, waiting.verb, waiting.campaign_id)
        return _said(f"已安排：{_name(waiting)}。几秒后发「状态」看结果。", deed)

    def _status(self, openid: str, now: dt.datetime) -> Answer:
        with self._db.read() as session:
            moving = [c for c in push.recent_campaigns(session, _LOOK_BACK) if c.state not in _OVER]
            last = editor_orders.last_done(session, openid, now - _DAY)
        lines = [self._line(campaign) for campaign in moving[:_LINES]] or ["没有等着或进行中的推送。"]
        if len(moving) > _LINES:
            lines.append(f"（另有 {len(moving) - _LINES} 个，见 wxbot push list）")
        return _said("\n".join([*lines, *_outcome(last)]), Looked())

    def _ordered(self, verb: str, what: str, openid: str) -> Answer | None:
        with self._db.read() as session:
            try:
                campaign = _meant(session, what)
            except NotFound as no:
                return _said(no.message, Looked())
        if campaign is None:
            return None
        if verb != "preview" and (verb, CampaignState(campaign.state)) not in CAMPAIGN_MOVES:
            return _said(
                f"计划 {campaign.id} 现在是「{CAMPAIGN_STATE_LABELS[campaign.state]}」，不能{WORDS[verb]}。",
                Looked(),
            )
        if verb == "approve" and openid in campaign.approved_by.split("、"):
            return _said(f"您已经批准过计划 {campaign.id}，还差另一位编辑。", Looked())
        word = self._word()
        minutes = int(editor_orders.VALID.total_seconds() // 60)
        said = (
            f"{WORDS[verb]}：{self._line(campaign)}\n哈希 {campaign.hash}\n{minutes} 分钟内回复 {word} 确认。"
        )
        return _said(said, Ordered(verb, campaign.id, campaign.hash, word))

    def _line(self, campaign: Campaign) -> str:
        at = campaign.at.astimezone(self._tz).strftime("%m-%d %H:%M") if campaign.at else "立即"
        line = (
            f"计划 {campaign.id}　{campaign.number} → {push.audience_label(campaign.audience)}，"
            f"{campaign.recipients} 人，{at}，"
            f"{CAMPAIGN_STATE_LABELS[campaign.state]}{f'：{campaign.reason}' if campaign.reason else ''}"
        )
        return cut_bytes(line, _LINE_BYTES)


def carry_out(
    db: Database,
    wechat: Callable[[], WeChat],
    *,
    settings: push.PushSettings,
    needed: int,
    clock: Callable[[], dt.datetime],
) -> int:
    """Do what editors ordered and confirmed, each under its editor's openid; gives how many orders there were.

    `needed` is how many editors have to approve. What cannot be done is noted for the editor, and raises nothing.
    """
    done = 0
    while (order := editor_orders.claim(db, clock())) is not None:
        editor_orders.finish(
            db, order.id, _carried_out(db, wechat, order, settings, needed, clock()), clock()
        )
        done += 1
    return done


def _carried_out(
    db: Database,
    wechat: Callable[[], WeChat],
    order: PhoneOrder,
    settings: push.PushSettings,
    needed: int,
    now: dt.datetime,
) -> str:
    id_, by = order.campaign_id, order.openid
    try:
        match order.verb:
            case "approve":
                push.approve(db, id_, by=by, settings=settings, now=now, given=order.hash, needed=needed)
            case "pause":
                push.pause(db, id_, now, by=by)
            case "resume":
                push.resume(db, id_, now, by=by)
            case "cancel":
                push.cancel(db, id_, now, by=by)
            case "retry":
                push.retry(db, id_, now, by=by)
            case "preview":
                return push.preview(db, wechat(), id_, [by], by=by, settings=settings, now=now)[by]
    except (WxbotError, OutcomeUnknown) as no:
        return no.message
    return ""


def _meant(session: Session, what: str) -> Campaign | None:
    """The campaign of this number, or the newest one of an issue; None when the words name neither."""
    if _ID.fullmatch(what):
        return push.get_campaign(session, int(what))
    of = understand(what)
    if not isinstance(of, OfIssue):
        return None
    issue = (
        library.issue(session, f"{of.year}-{of.issue:02d}") if of.year else library.latest(session, of.issue)
    )
    campaign = push.latest_campaign(session, issue.number) if issue else None
    if campaign is None:
        raise NotFound(f"{issue_name(of)}还没有推送计划。")
    return campaign


def _outcome(order: PhoneOrder | None) -> list[str]:
    if order is None:
        return []
    if order.state == OrderState.CONFIRMED:
        return [f"{_name(order)}：还没有做，请稍候。"]
    return [
        cut_bytes(
            f"{_name(order)}：{f'没有做成，{order.result}' if order.result else '已做好。'}", _LINE_BYTES
        )
    ]


def _mistaken(order: PhoneOrder) -> Answer:
    """One word, one try: whoever guesses has to order anew, and editors see it in the audit log."""
    said = f"确认码不对，「{_name(order)}」没有做，也不再等：要做请重新发一次。"
    return _said(said, Mistaken(order.verb, order.campaign_id))


def _name(order: PhoneOrder) -> str:
    return f"{WORDS[order.verb]}计划 {order.campaign_id}"


def _said(text: str, deed: Deed) -> Answer:
    return Answer(Text(text), deed=deed)
