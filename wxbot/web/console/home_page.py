"""The console's first page: the tasks that wait for an editor, what comes next, and what happened."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, current_app, url_for

from wxbot import doctor, library, push, rendering
from wxbot.db import Session
from wxbot.doctor import Diagnosis
from wxbot.editors import Editor
from wxbot.library.issue_list import IssueFilter, IssueView, count_waiting, issue_sources, select_issues
from wxbot.local_time import moment_label
from wxbot.push import Campaign, CampaignState, labels
from wxbot.push.timing import next_free_slot
from wxbot.search.question_report import find_unanswered
from wxbot.web.console.access import current_editor, editor_may_open
from wxbot.web.console.admin.audit_sentences import latest_sentences
from wxbot.web.console.rendering import FigureCache, render_page
from wxbot.wiring import Services

__all__ = [
    "HomePage",
    "HomeTask",
    "campaign_tasks",
    "diagnosis_task",
    "file_tasks",
    "issue_tasks",
    "question_task",
]

MAX_NAMED = 3  # single issues and campaigns with a link of their own
WAITING_FILES = ("held", "refused", "gone")
_TROUBLES = {
    CampaignState.UNKNOWN: "次推送不知道发出没有，要核实",
    CampaignState.FAILED: "次推送没有发成，重试或者取消",
    CampaignState.PAUSED: "次推送停着，恢复或者取消",
}


@dataclass(frozen=True, slots=True)
class HomeTask:
    """A task that waits: `path` leads to the page that settles it, `named` are single pages as (label, path).

    `note` says in small letters what else to know; `is_urgent` puts a mark before it.
    """

    count: int
    says: str
    path: str
    named: Sequence[tuple[str, str]] = ()
    note: str = ""
    is_urgent: bool = False


def issue_tasks(session: Session) -> Iterator[HomeTask]:
    """Yield the tasks about issues: doubtful, held, and with a revision that waits."""
    counts = count_waiting(session)
    if not counts.doubtful + counts.held + counts.revised:
        return
    found = select_issues(session, IssueFilter(view=IssueView.WAITING), MAX_NAMED)
    named = [(rendering.issue_label(each), f"shelf/{quote(each.key)}") for each in found]
    parts = (
        (counts.doubtful, "期有读不准的地方，看过才公开"),
        (counts.held, "期收下了，还没有公开"),
        (counts.revised, "期有改过的内容，看过才换上"),
    )
    for count, says in parts:
        if count:
            yield HomeTask(count, says, "shelf?view=waiting", named)
            named = []


def file_tasks(session: Session) -> Iterator[HomeTask]:
    """Yield the task about files that wait; one that brought an issue waits with the issue."""
    found = library.file_reports(session, WAITING_FILES)
    sources = issue_sources(session, [each.number for each in found if each.number])
    waiting = [each for each in found if not each.number or sources.get(each.number) != each.source]
    if waiting:
        named = [(f"{each.source}：{each.label}", "files") for each in waiting[:MAX_NAMED]]
        yield HomeTask(len(waiting), "个文件没有上架，等您决定", "files", named)


def campaign_tasks(
    campaigns: Sequence[Campaign], editor: Editor, now: dt.datetime, tz: dt.tzinfo
) -> Iterator[HomeTask]:
    """Yield the tasks about campaigns: outcomes to find out, failures, pauses, and plans to approve."""
    for state, says in _TROUBLES.items():
        found = [each for each in campaigns if each.state == state]
        if found:
            path = f"push/{found[0].id}" if len(found) == 1 else "push"
            urgent = state != CampaignState.PAUSED
            yield HomeTask(len(found), says, path, _named_campaigns(found), is_urgent=urgent)
    planned = [each for each in campaigns if each.state == CampaignState.PLANNED]
    mine = [each for each in planned if editor.person not in each.approvers]
    if mine:
        path = f"push/{mine[0].id}" if len(mine) == 1 else "push"
        first = next((each for each in mine if each.at), None)
        note = f"最早的一次：{moment_label(first.at, tz)}" if first else ""
        late = first is not None and first.at is not None and first.at < now
        note = f"{note}，已经过了" if late else note
        yield HomeTask(len(mine), "个推送计划等批准", path, _named_campaigns(mine), note, late)
    if others := len(planned) - len(mine):
        yield HomeTask(others, "个推送计划您批准过了，还差一位", "push")


def question_task(missed: Sequence[tuple[str, int]], days: int) -> Iterator[HomeTask]:
    """Yield the task about questions that still have no answer."""
    if missed:
        named = [
            (f"{query[:20]}（{times} 次）", f"members/try?{urlencode({'q': query})}")
            for query, times in missed[:MAX_NAMED]
        ]
        yield HomeTask(len(missed), f"句提问没有找到文章（最近 {days} 天）", "members#questions", named)


def diagnosis_task(diagnosis: Diagnosis | None, path: str) -> Iterator[HomeTask]:
    """Yield the task about findings of the last examination of the installation."""
    if diagnosis is not None and diagnosis.problems:
        found = diagnosis.problems
        note = "；".join(f"{each.name}：{each.says}" for each in found[:MAX_NAMED])
        yield HomeTask(len(found), "项检查不合格，请运维看", path, note=note, is_urgent=True)


def _named_campaigns(campaigns: Sequence[Campaign]) -> list[tuple[str, str]]:
    return [
        (f"{each.number} → {labels.audience_label(each.audience)}", f"push/{each.id}")
        for each in campaigns[:MAX_NAMED]
    ]


QUESTION_DAYS = 7
MAX_SENTENCES = 12
MAX_COMING = 3
OPEN_STATES = tuple(
    state for state in CampaignState if state not in {CampaignState.FINISHED, CampaignState.CANCELLED}
)
COMING_STATES = {
    CampaignState.RUNNING,
    CampaignState.WAITING,
    CampaignState.APPROVED,
    CampaignState.PLANNED,
}
STALE = dt.timedelta(hours=3)  # workers examine the installation each hour


class HomePage:
    """View of the first page."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._missed = FigureCache[list[tuple[str, int]]]()

    def register(self, blueprint: Blueprint) -> None:
        """Add the view to the console."""
        blueprint.add_url_rule("/", "home", self.home)

    def home(self) -> Response:
        """Return the first page; an empty library gets the first three steps instead."""
        services, tz = self._services, self._services.settings.tz
        now = services.now().astimezone(tz)
        diagnosis = doctor.latest(services.db)
        services.index.reload()
        with services.db.read() as session:
            is_new = not select_issues(session, IssueFilter(), 1)
            campaigns = push.queries.campaigns_in(session, OPEN_STATES)
            tasks = [
                *campaign_tasks(campaigns, current_editor(), now, tz),
                *issue_tasks(session),
                *file_tasks(session),
                *question_task(self._open_questions(session, now), QUESTION_DAYS),
                *diagnosis_task(diagnosis, _admin_path()),
            ]
            coming = [self._coming_row(each) for each in campaigns if each.state in COMING_STATES]
            slot = next_free_slot(session, services.push_schedule, "", now)
            happened = self._audit_rows(session)
            account_name = services.settings.account_name or _newest_title(session)
        return render_page(
            "home.html",
            title="首页",
            here="home",
            account_name=account_name,
            is_new=is_new,
            has_bring="console.bring" in current_app.view_functions,
            tasks=sorted(tasks, key=lambda each: not each.is_urgent),
            coming=coming[:MAX_COMING],
            more_coming=max(0, len(coming) - MAX_COMING),
            next_slot=moment_label(slot.at, tz) if services.settings.plan_new_issues else "",
            happened=happened,
            checked=moment_label(diagnosis.at, tz) if diagnosis else "",
            is_stale=diagnosis is None or diagnosis.age(now) > STALE,
        )

    def _open_questions(self, session: Session, now: dt.datetime) -> list[tuple[str, int]]:
        """Return questions that still find nothing; counted again when articles or synonyms change, and each day."""
        index = self._services.index
        since = now - dt.timedelta(days=QUESTION_DAYS)
        count = partial(find_unanswered, session, index, since=since, now=now)
        return self._missed.get(0, (index.edition, now.date()), count)

    def _coming_row(self, campaign: push.Campaign) -> dict[str, Any]:
        waits = campaign.state == CampaignState.WAITING and campaign.look_again_at
        moment = campaign.look_again_at if waits else campaign.at
        running = campaign.state == CampaignState.RUNNING
        return {
            "campaign": campaign,
            "at": "正在发" if running else moment_label(moment, self._services.settings.tz) or "批准后马上",
            "state": labels.CAMPAIGN_STATE_LABELS[campaign.state],
        }

    def _audit_rows(self, session: Session) -> list[dict[str, str]]:
        """Return the last entries of the audit log as sentences."""
        tz = self._services.settings.tz
        return [
            {"at": moment_label(each.at, tz), "who": each.who, "says": each.says, "path": each.path}
            for each in latest_sentences(session, MAX_SENTENCES)
        ]


def _admin_path() -> str:
    """Return the path of the page with the findings, "" if there is none that this editor may open."""
    endpoint = "console.admin"
    if endpoint not in current_app.view_functions or not editor_may_open(endpoint):
        return ""
    return url_for(endpoint).removeprefix("/console/")


def _newest_title(session: Session) -> str:
    newest = library.latest(session)
    return newest.title if newest else ""
