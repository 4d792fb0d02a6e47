"""The console's first page: what waits for an editor, what comes next, and what happened.

Ten editors may have it open all day, so it costs a few cheap queries: checks that take long are stored by the worker.
"""

import datetime as dt
from functools import partial
from typing import Any

from flask import Blueprint, Response, current_app, url_for

from wxbot import doctor, library, push
from wxbot.db import Session
from wxbot.library.issue_list import IssueFilter, select_issues
from wxbot.local_time import moment_label
from wxbot.push import CampaignState, labels
from wxbot.push.timing import next_free_slot
from wxbot.search.question_report import find_unanswered
from wxbot.web.console import home_tasks
from wxbot.web.console.access import current_editor, editor_may_open
from wxbot.web.console.audit_sentences import latest_sentences
from wxbot.web.console.rendering import FigureCache, render_page
from wxbot.wiring import Services

__all__ = ["HomePage"]

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
                *home_tasks.campaign_tasks(campaigns, current_editor(), now, tz),
                *home_tasks.issue_tasks(session),
                *home_tasks.file_tasks(session),
                *home_tasks.question_task(self._open_questions(session, now), QUESTION_DAYS),
                *home_tasks.diagnosis_task(diagnosis, _admin_path()),
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
