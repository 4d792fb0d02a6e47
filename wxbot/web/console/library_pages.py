"""Pages of the console that only show: the library's issues, and the members' questions."""

import datetime as dt

from flask import Blueprint, Response

from wxbot import journal, library, push, rendering
from wxbot.web.console.auth import site_root
from wxbot.web.console.rendering import render_page
from wxbot.wiring import Services

__all__ = ["LibraryPages"]

MAX_ISSUES = 200
WAITING = {"held": "等您决定", "refused": "没有收下"}
MAX_QUESTIONS = 30
QUESTION_DAYS = 30


class LibraryPages:
    """Views of the library and of the members' questions."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/shelf", "issues", self.issues)
        blueprint.add_url_rule("/questions", "questions", self.questions)

    def issues(self) -> Response:
        """Return the list of issues, newest first, each with its newest campaign; files that wait stand above it."""
        root = site_root(self._services)
        with self._services.db.read() as session:
            rows = [
                {
                    "issue": issue,
                    "label": rendering.issue_label(issue),
                    "href": rendering.issue_address(issue, root),
                    "campaign": (campaign := push.queries.latest_campaign(session, issue.key)),
                    "state": push.labels.CAMPAIGN_STATE_LABELS[campaign.state] if campaign else "",
                }
                for issue in library.any_issues(session, MAX_ISSUES)
            ]
            waiting = [
                {"source": f.source, "label": WAITING[f.outcome], "says": f.says, "remedy": f.remedy}
                for f in library.file_reports(session, WAITING)
            ]
        return render_page("issues.html", title="书架", here="issues", rows=rows, waiting=waiting)

    def questions(self) -> Response:
        """Return the members' questions of the last days: the most frequent, and those without a hit; no names."""
        since = self._services.now() - dt.timedelta(days=QUESTION_DAYS)
        with self._services.db.read() as session:
            asked = journal.questions(session, since, MAX_QUESTIONS)
            missed = journal.unanswered_questions(session, since, MAX_QUESTIONS)
        return render_page(
            "questions.html",
            title="会员在问",
            here="questions",
            days=QUESTION_DAYS,
            asked=asked,
            missed=missed,
        )
