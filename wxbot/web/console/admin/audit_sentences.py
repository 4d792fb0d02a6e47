"""Entries of the audit log in Chinese: a label for each kind, and a sentence of who did what to which object."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from urllib.parse import quote

from wxbot import audit, editors, push
from wxbot.audit import AuditEntry
from wxbot.db import Session
from wxbot.library.source_files import UPLOADS
from wxbot.push.ledger.labels import AUDIT_EVENT_LABELS
from wxbot.web.console.library.issue_pages import ISSUE_EVENT_LABELS, event_label
from wxbot.web.console.rendering import EditorNames

__all__ = ["AUDIT_LABELS", "CAMPAIGN_SENTENCES", "AuditSentence", "audit_label", "latest_sentences"]

_ACCOUNT_LABELS = {
    "add editor": "添加账号",
    "remove editor": "移除账号",
    "role": "改角色",
    "openid": "改 openid",
    "password": "改密码",
    "password link": "给设密码的链接",
    "login": "登录",
    "logout": "退出",
    "login failed": "登录失败",
    "more logins failed": "登录失败太多，没有逐条记",
    "end session": "结束登录",
}
_FILE_LABELS = {
    "upload": "带进文件",
    "remove upload": "去掉带进来的文件",
    "settle reading": "改读法",
    "undo reading": "撤销读法的一步",
    "discard reading": "不要还没用上的改动",
    "bring in": "收下带进来的文件",
    "take reading": "收下改过的读法",
    "drop file": "把文件放在一边",
    "import": "导入旧刊",
}
_OTHER_LABELS = {
    "add publication": "添加刊物",
    "change settings": "改设置",
    "apply menu": "把菜单交给微信",
    "phone status": "手机上看推送",
    "forget": "删去一位粉丝的资料",
    "backup": "备份",
    "allow plain pushes": "暂时收未加密的消息",
    "refuse plain pushes": "不再收未加密的消息",
}
AUDIT_LABELS = AUDIT_EVENT_LABELS | ISSUE_EVENT_LABELS | _ACCOUNT_LABELS | _FILE_LABELS | _OTHER_LABELS


def audit_label(what: str) -> str:
    """Return the label of a kind of entry; one of an unknown kind, such as another version wrote, is its own label."""
    return AUDIT_LABELS.get(what, what)


_ENTRIES_A_SENTENCE = 5  # some entries have no sentence, and equal ones share one

# What somebody did to a campaign; the place of {} is that of its name.
CAMPAIGN_SENTENCES = {
    "plan": "写下了{}",
    "approve": "批准了{}",
    "second": "批准了{}，还差一位",
    "preview": "预览了{}",
    "recall": "要求撤回{}",
    "recalled": "撤回了{}",
    "recall failed": "没能撤回{}",
    "correct": "为{}发更正",
    "bring forward": "让{}马上发",
    "start": "开始发{}",
    "pause": "暂停了{}",
    "resume": "恢复了{}",
    "cancel": "取消了{}",
    "retry": "重试{}里没发成的",
    "resolve": "核实了{}",
    "wait": "让{}等一等",
    "lose": "不知道{}发出没有",
    "finish": "发完了{}",
    "fail": "没有发成{}",
    "change": "发现{}的内容变了，要重新批准",
    "miss": "错过了{}的时刻，要重新批准",
}
_OTHER_SENTENCES = {
    "add editor": "加了账号 {}",
    "remove editor": "去掉了账号 {}",
    "password": "换了账号 {} 的密码",
    "role": "改了账号 {} 的角色",
    "openid": "改了账号 {} 的微信",
    "upload": "带进来 {}",
    "remove upload": "拿走了带进来的 {}",
    "settle reading": "改了 {} 的读法",
    "undo reading": "撤销了 {} 的一步改动",
    "discard reading": "不要了 {} 还没用上的改动",
    "bring in": "收下了 {}",
    "take reading": "收下了 {} 改过的读法",
    "drop file": "把 {} 放在一边",
    "add publication": "加了刊物 {}",
    "apply menu": "把菜单交给了微信",
    "backup": "备份了数据",
}
_WITH_REASON = {"wait", "lose", "fail", "change", "miss", "recall failed"}
_CAMPAIGN = "campaign "


@dataclass(frozen=True, slots=True)
class AuditSentence:
    """One sentence; `path` leads below `/console/` to what it is about, "" where there is no page of it."""

    at: dt.datetime
    who: str
    says: str
    path: str = ""


def latest_sentences(session: Session, limit: int) -> list[AuditSentence]:
    """Return the last entries of the audit log as sentences, the newest first, at most `limit`."""
    entries = audit.history(session, limit=_ENTRIES_A_SENTENCE * limit)
    names = EditorNames.of(editors.all_editors(session))
    numbers = push.queries.campaign_numbers(session, _campaign_ids(entries))
    return list(islice(_audit_sentences(entries, names, numbers), limit))


def _campaign_ids(entries: Sequence[AuditEntry]) -> set[int]:
    """Return the ids of the campaigns that these entries are about."""
    given = (
        entry.subject.removeprefix(_CAMPAIGN) for entry in entries if entry.subject.startswith(_CAMPAIGN)
    )
    return {int(each) for each in given if each.isdecimal()}


def _audit_sentences(
    entries: Sequence[AuditEntry], names: EditorNames, numbers: Mapping[int, str]
) -> Iterator[AuditSentence]:
    """Yield the entries that have a sentence; equal ones that follow each other once, with the first entry's time.

    `numbers` are the numbers of the campaigns' issues.
    """
    sentences = (_sentence(entry, names, numbers) for entry in entries)
    known = (each for each in sentences if each is not None)
    for _, same in groupby(known, key=lambda each: (each.who, each.says)):
        yield next(same)


def _sentence(entry: AuditEntry, names: EditorNames, numbers: Mapping[int, str]) -> AuditSentence | None:
    """Return the sentence of an entry; None for one that tells an editor nothing, such as a login."""
    who, (kind, _, name) = names.name_of(entry.who), entry.subject.partition(" ")
    if kind == "campaign" and entry.what in CAMPAIGN_SENTENCES and name.isdecimal():
        number = numbers.get(int(name))
        label = f"{number} 的推送（计划 {name}）" if number else f"计划 {name}"
        says = CAMPAIGN_SENTENCES[entry.what].format(label)
        reason = str(entry.details.get("reason", ""))
        if entry.what in _WITH_REASON and reason:
            says += f"：{names.replace_in(reason)}"
        return AuditSentence(entry.at, who, says, f"push/{name}")
    says, path = _plain_words(entry, names, kind, name)
    return AuditSentence(entry.at, who, says, path) if says else None


def _plain_words(entry: AuditEntry, names: EditorNames, kind: str, name: str) -> tuple[str, str]:
    """Return the words of an entry that is about no campaign, and the path of what it is about; "" for no words."""
    if kind == "issue":
        label = event_label(entry)
        return ("" if label == entry.what else f"{label}：{name}"), f"shelf/{quote(name)}"
    if entry.what == "change settings":
        return f"改了设置：{names.replace_in(str(entry.details.get('says', '')))}", ""
    if entry.what == "import":
        return "导入了一批旧刊", "shelf"
    if entry.what == "forget":
        return "按本人的要求，删去了一位粉丝的资料", ""
    return _OTHER_SENTENCES.get(entry.what, "").format(name.removeprefix(f"{UPLOADS}/")), ""
