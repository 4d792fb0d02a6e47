"""What there is to read: the shelf, and what members asked."""

import datetime as dt

from flask import Blueprint, Response

from wxbot import journal, library, push, rendering
from wxbot.push.ledger.labels import CAMPAIGN_STATE_LABELS
from wxbot.web.console import html
from wxbot.web.console.office import Office

__all__ = ["Reading"]

_ISSUES = 200
_DAYS = 30
_QUESTIONS = 30


class Reading:
    """The views."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def register(self, blueprint: Blueprint) -> None:
        """Put the views at their addresses."""
        blueprint.add_url_rule("/shelf", "shelf", self.shelf)
        blueprint.add_url_rule("/questions", "questions", self.questions)

    def shelf(self) -> Response:
        """The issues, newest first, each with its newest campaign."""
        with self._office.db.read() as session:
            rows = [
                {
                    "issue": issue,
                    "label": rendering.issue_label(issue),
                    "href": rendering.issue_address(issue, self._office.root),
                    "campaign": (campaign := push.queries.latest_campaign(session, issue.number)),
                    "state": CAMPAIGN_STATE_LABELS[campaign.state] if campaign else "",
                }
                for issue in library.issues(session, _ISSUES)
            ]
        return html.page("shelf.html", title="书架", here="shelf", rows=rows)

    def questions(self) -> Response:
        """What members searched for: most asked, and not found. Who asked is not told."""
        since = self._office.clock() - dt.timedelta(days=_DAYS)
        with self._office.db.read() as session:
            asked = journal.questions(session, since, _QUESTIONS)
            missed = journal.unanswered_questions(session, since, _QUESTIONS)
        return html.page(
            "questions.html", title="会员在问", here="questions", days=_DAYS, asked=asked, missed=missed
        )
