"""The console's pages about members: followers, subscriptions and questions as figures, and a question on trial.

No page names a member: questions are counted without their askers.
"""

import datetime as dt
from functools import partial

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import library
from wxbot.bot.trial_answer import try_question
from wxbot.editor_files import recent_groups
from wxbot.follower_figures import FollowerDay, SubscriptionFigures, count_subscriptions, daily_figures
from wxbot.rendering.follower_chart import change_chart, total_chart
from wxbot.search.question_report import QuestionReport, report_questions
from wxbot.web.console.auth import current_editor
from wxbot.web.console.phone.content import chat_bubbles
from wxbot.web.console.rendering import FigureCache, render_page
from wxbot.wiring import Services

__all__ = ["MemberPages"]

PERIODS = (30, 90)  # days
MAX_QUESTIONS = 20
MAX_QUESTION_CHARS = 200
RECENT_GROUPS = 5


class MemberPages:
    """Views of the figures, and of a question on trial."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._days = FigureCache[list[FollowerDay]]()
        self._subscriptions = FigureCache[SubscriptionFigures]()
        self._questions = FigureCache[QuestionReport]()

    def register(self, blueprint: Blueprint) -> None:
        """Add the views to the console."""
        blueprint.add_url_rule("/members", "members", self.members)
        blueprint.add_url_rule("/members/try", "try_question", self.try_question)
        blueprint.add_url_rule("/questions", "questions", self.questions)

    def members(self) -> Response:
        """Return followers by day, subscriptions, and questions, of the last 30 or 90 days."""
        services, days = self._services, _period()
        now = services.now().astimezone(services.settings.tz)
        services.sync_index()
        names, index = services.read_names(), services.index
        with services.db.read() as session:
            state = (now.date(), index.edition)
            figures = self._days.get(
                days, now.date(), partial(daily_figures, session, days, now, services.settings.tz)
            )
            subscriptions = self._subscriptions.get(0, 0, partial(count_subscriptions, session))
            report = partial(
                report_questions,
                session,
                index,
                since=now - dt.timedelta(days=days),
                now=now,
                limit=MAX_QUESTIONS,
                names=names,
            )
            questions = self._questions.get(days, state, report)
            publications = {each.slug: each.name for each in library.publications(session)}
            groups = recent_groups(session, RECENT_GROUPS)
        return render_page(
            "members.html",
            title="会员",
            here="members",
            days=days,
            periods=PERIODS,
            figures=figures,
            total_chart=total_chart(figures),
            change_chart=change_chart(figures),
            subscriptions=subscriptions,
            publications=publications,
            questions=questions,
            groups=groups,
            done=request.args.get("done", ""),
            words=_clean(request.args.get("words", "")),
        )

    def try_question(self) -> Response:
        """Return the answer to a question as a phone shows it; it is not written into the journal."""
        services, question = self._services, _clean(request.args.get("q", ""))
        bubbles = []
        if question:
            services.sync_index()
            services.bot.refresh()
            openid = f"o_console_{current_editor().id}"
            answer = try_question(services.bot, services.db, question, openid=openid, now=services.now())
            bubbles = chat_bubbles(answer.reply, services.settings.public_url)
        return render_page(
            "try_question.html",
            title="试一试",
            here="members",
            question=question,
            bubbles=bubbles,
            account_name=services.settings.account_name or "公众号",
        )

    def questions(self) -> AnyResponse:
        """Lead from the former address of the questions to where they are."""
        return redirect(f"{g.path}members#questions", 301)


def _period() -> int:
    """Return the number of days that an address asks for, or 30."""
    given = request.args.get("days", "")
    return next((days for days in PERIODS if str(days) == given), PERIODS[0])


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()[:MAX_QUESTION_CHARS]
