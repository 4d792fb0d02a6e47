"""Show what followers would see of a planned campaign: the views of the phone frames."""

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from wxbot import library, rendering
from wxbot.bulletin.push_form import Picks, PushForm
from wxbot.db import Session
from wxbot.errors import Forbidden, UsageError
from wxbot.library import Article, Issue
from wxbot.local_time import moment_label
from wxbot.push import Campaign, EditorChoice, Plan, PushSettings, Route
from wxbot.push.planning.compose import compose_draft, compose_issue_draft
from wxbot.push.planning.push_form import check_picks
from wxbot.web.console.phone.content import PhoneSource, suggested_questions
from wxbot.web.console.phone.frames import PhoneView, phone_views
from wxbot.web.console.rendering import error_text
from wxbot.wechat.limits import DIGEST_BYTES, TITLE_BYTES, TITLE_CHARS

__all__ = [
    "campaign_views",
    "issue_views",
    "picks_problem",
    "plan_page_values",
    "stored_issue_views",
    "usual_items",
]


_LIMITS = {"title_chars": TITLE_CHARS, "title_bytes": TITLE_BYTES, "digest_bytes": DIGEST_BYTES}
_CARD_ROUTES = {Route.CUSTOMER, Route.MIXED}


def plan_page_values(
    path: str,
    plan: Plan | None,
    issue: Issue,
    articles: Sequence[Article],
    usual: Sequence[rendering.DraftArticle],
    tz: ZoneInfo,
) -> dict[str, Any]:
    """Return the time in Chinese ("" for at once), limits of texts, and the views of a plan, else of the issue."""
    if plan is None:
        return {"at": "", "limits": _LIMITS, "views": issue_views(path, issue, usual, articles)}
    return {
        "at": moment_label(plan.at, tz),
        "limits": _LIMITS,
        "views": _plan_views(path, plan, issue, articles),
    }


def _plan_views(path: str, plan: Plan, issue: Issue, articles: Sequence[Article]) -> list[PhoneView]:
    """Return what the phone frames show of a plan that is not saved yet."""
    source = PhoneSource(plan.number, plan.choice, plan.form)
    items = [each.of for each in plan.articles]
    questions = suggested_questions(issue, articles)
    return phone_views(path, source, items, questions, sends_cards=_sends_cards(plan.routes))


def campaign_views(session: Session, path: str, campaign: Campaign) -> list[PhoneView]:
    """Return what the phone frames show of a campaign, from the present content of its issue; [] if it is withdrawn."""
    issue = library.issue(session, campaign.number)
    if issue is None:
        return []
    source = PhoneSource(campaign.number, EditorChoice.from_campaign(campaign))
    items = [each.get("of", "") for each in campaign.articles]
    questions = suggested_questions(issue, library.articles(session, campaign.number))
    routes = (campaign.route, *campaign.parts.get("ways", ()))
    return phone_views(path, source, items, questions, sends_cards=_sends_cards(routes))


def stored_issue_views(session: Session, path: str, issue: Issue, settings: PushSettings) -> list[PhoneView]:
    """Return what the phone frames show of an issue; nothing of one that is withdrawn or has no articles."""
    articles = library.current_articles(session, issue.key)
    if not articles or issue.state == library.IssueState.WITHDRAWN:
        return []
    return issue_views(path, issue, compose_issue_draft(issue, articles, settings), articles)


def issue_views(
    path: str, issue: Issue, drafts: Sequence[rendering.DraftArticle], articles: Sequence[Article]
) -> list[PhoneView]:
    """Return what the phone frames show of an issue; without its public page while it has none."""
    questions = suggested_questions(issue, articles) if issue.is_public else []
    return phone_views(path, PhoneSource(issue.key), [each.of for each in drafts], questions)


def _sends_cards(routes: Iterable[str]) -> bool:
    return not _CARD_ROUTES.isdisjoint(routes)


def usual_items(
    session: Session, number: str, settings: PushSettings, choice: EditorChoice, picks: Picks = ()
) -> Sequence[rendering.DraftArticle]:
    """Return the items of a push with no settings but the chosen articles; () where nothing can be sent."""
    try:
        return compose_draft(session, number, settings, choice, PushForm(picks=picks))
    except Forbidden:
        return ()


def picks_problem(picks: Picks, articles: Sequence[Article], choice: EditorChoice) -> str:
    """Return why these articles cannot each be an item of the message; "" if they can."""
    try:
        check_picks(picks, [article.n for article in articles if article.n not in choice.without])
    except UsageError as error:
        return error_text(error)
    return ""
