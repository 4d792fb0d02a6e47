"""The audit log for admins: who did what and when, filtered and paged."""

import datetime as dt
from itertools import starmap
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from wxbot import audit, editors
from wxbot.audit import AuditEntry, AuditFilter
from wxbot.editors import EditorRight, EditorRole
from wxbot.local_time import moment_label
from wxbot.push.ledger.labels import CAMPAIGN_STATE_LABELS
from wxbot.web.console.access import require_right
from wxbot.web.console.admin.audit_sentences import audit_label
from wxbot.web.console.library.issue_pages import ISSUE_EVENT_LABELS, event_label
from wxbot.web.console.rendering import EditorNames, render_page
from wxbot.wiring import Services

__all__ = ["AuditPages"]

PAGE_ENTRIES = 50
_ID_DIGITS = 18
_STATES = frozenset(CAMPAIGN_STATE_LABELS.values())
_FIELDS = ("who", "what", "text", "since", "until", "before")
_SUBJECTS = {
    "campaign": "计划",
    "editor": "账号",
    "issue": "",
    "publication": "刊物",
    "file": "文件",
    "settings": "设置",
}
_WHOLE_SUBJECTS = {"a follower": "一位粉丝", "archive": "旧刊", "campaigns": "各个计划", "logins": "登录"}
_DETAILS = {
    "number": "期号",
    "to": "状态：",
    "address": "地址",
    "reason": "原因：",
    "source": "文件",
    "hash": "校验码",
    "role": "角色",
}
_UNTOLD = {"digest", "change", "revision_id"}


class AuditPages:
    """View of the log."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the view to the console."""
        blueprint.add_url_rule("/admin/log", "audit_log", self.log)

    @require_right(EditorRight.ADMIN)
    def log(self) -> Response:
        """Return the entries that match the filters, newest first."""
        given = {each: request.args.get(each, "").replace("\0", "").strip()[:60] for each in _FIELDS}
        tz = self._services.settings.tz
        with self._services.db.read() as session:
            accounts = editors.all_editors(session)
            persons = {each.name: each.person for each in accounts}
            found = audit.search(
                session,
                AuditFilter(
                    who=persons.get(given["who"], given["who"]),
                    what=given["what"],
                    text=_stored_subject(given["text"]),
                    since=_midnight(given["since"], tz),
                    until=_midnight(given["until"], tz, days=1),
                    before=_entry_id(given["before"]),
                ),
                PAGE_ENTRIES + 1,
            )
            kinds = audit.kinds(session)
        names = EditorNames.of(accounts)
        entries, more = found[:PAGE_ENTRIES], len(found) > PAGE_ENTRIES
        older = urlencode(given | {"before": str(entries[-1].id)}) if more else ""
        return render_page(
            "audit_log.html",
            title="操作记录",
            here="admin",
            given=given,
            kinds=[(each, audit_label(each)) for each in kinds],
            rows=[self._row(each, names) for each in entries],
            older=older,
        )

    def _row(self, entry: AuditEntry, names: EditorNames) -> dict[str, Any]:
        details = "，".join(filter(None, starmap(_detail, entry.details.items())))
        return {
            "at": moment_label(entry.at, self._services.settings.tz),
            "who": names.name_of(entry.who),
            "what": event_label(entry) if entry.what in ISSUE_EVENT_LABELS else audit_label(entry.what),
            "subject": names.replace_in(_subject(entry.subject)),
            "details": names.replace_in(details)[:200],
        }


def _subject(subject: str) -> str:
    """Return in Chinese what an entry is about: `campaign 7` is 计划 7."""
    kind, _, name = subject.partition(" ")
    if subject in _WHOLE_SUBJECTS:
        return _WHOLE_SUBJECTS[subject]
    return f"{_SUBJECTS[kind]} {name}".strip() if kind in _SUBJECTS else subject


def _stored_subject(text: str) -> str:
    """Return a subject as the log stores it: 计划 7 is `campaign 7`; other texts stay."""
    label, _, name = text.partition(" ")
    kind = next((kind for kind, known in _SUBJECTS.items() if known and known == label), "")
    return f"{kind} {name}" if kind and name else text


def _detail(name: str, value: Any) -> str:
    """Return a detail in Chinese; "" for one that is empty or that means nothing to a reader."""
    if value in (None, "", [], {}) or name in _UNTOLD:
        return ""
    if name == "to" and isinstance(
        value, str
    ):  # of a preview it is a list of recipients, of a restored issue a number
        value = CAMPAIGN_STATE_LABELS.get(value, value)
    if name == "role" and value in set(EditorRole):
        value = EditorRole(value).label
    if isinstance(value, bool):
        value = "是" if value else "否"
    if isinstance(value, list):
        value = "、".join(map(str, value))
    if isinstance(value, dict):
        value = "、".join(f"{key} {each}" for key, each in value.items())
    label = "" if name == "to" and value not in _STATES else _DETAILS.get(name, "")
    return f"{label} {value}".strip()


def _entry_id(text: str) -> int | None:
    """Return the id of an entry; None for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _ID_DIGITS else None


def _midnight(text: str, tz: dt.tzinfo, *, days: int = 0) -> dt.datetime | None:
    """Return the start of a day in the association's zone, some days later; None for what is no day."""
    try:
        day = dt.date.fromisoformat(text) + dt.timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    # In another zone the first and the last day that there is would lie outside of what a moment can be.
    return dt.datetime.combine(day, dt.time(), tz) if dt.date.min < day < dt.date.max else None
