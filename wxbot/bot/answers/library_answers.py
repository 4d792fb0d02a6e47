"""Answers from the library: an issue, its contents, a section; the same for every member, so they are cached.

The cache holds while neither the library nor the reply texts change.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from wxbot import library
from wxbot.bot import lists
from wxbot.bot.answer import Answer, Composer
from wxbot.bot.intent.commands import (
    Contents,
    IssueReference,
    LatestIssue,
    PreviousIssue,
    Section,
    reference_label,
)
from wxbot.bot.intent.meaning import LibrarySnapshot
from wxbot.bot.last_list import Listing
from wxbot.db import Database, Session
from wxbot.library import Issue
from wxbot.rendering.links import LinkedArticle, article_summary
from wxbot.wechat import Text, link

__all__ = ["LibraryAnswers", "LibraryCommand"]

_CACHED = 1000
LibraryCommand = LatestIssue | PreviousIssue | IssueReference | Contents | Section


class _CachedAnswer(NamedTuple):
    """An answer, and the library's names and the version of the reply texts for which it holds."""

    names: LibrarySnapshot
    texts: int
    answer: Answer


class LibraryAnswers:
    """Answers commands about the library; threads may share it."""

    def __init__(self, db: Database, composer: Composer) -> None:
        self._db = db
        self._composer = composer
        self._cache: dict[LibraryCommand, _CachedAnswer] = {}

    def is_cached(self, command: LibraryCommand, names: LibrarySnapshot) -> bool:
        """Tell if `answer` needs no database query."""
        return self._cached_answer(command, names, self._composer.replies.version) is not None

    def answer(self, command: LibraryCommand, names: LibrarySnapshot) -> Answer:
        """Return the answer, from the cache where it still holds."""
        # Read the version before the library: a concurrent change then costs one recomputation, never a stale answer.
        texts = self._composer.replies.version
        answer = self._cached_answer(command, names, texts)
        if answer is None:
            answer = self._compose(command)
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            self._cache[command] = _CachedAnswer(names, texts, answer)
        return answer

    def _cached_answer(self, command: LibraryCommand, names: LibrarySnapshot, texts: int) -> Answer | None:
        cached = self._cache.get(command)
        return cached.answer if cached and (cached.names, cached.texts) == (names, texts) else None

    def _compose(self, command: LibraryCommand) -> Answer:
        with self._db.read() as session:
            match command:
                case LatestIssue():
                    return self._latest(session)
                case PreviousIssue():
                    return self._previous(session)
                case IssueReference():
                    return self._issue(session, command)
                case Contents(of):
                    return self._contents(session, of)
                case Section(name):
                    return self._section(session, name)

    def _section(self, session: Session, section: str) -> Answer:
        stories = [
            article_summary(a) for a in library.newest_articles(session, section=section, limit=lists.KEPT)
        ]
        if not stories:
            return self._composer.answer("empty")
        return self._composer.first_page("section", section, stories, 栏目=section)

    def _latest(self, session: Session) -> Answer:
        issue = library.latest(session)
        if issue is not None:
            return self._issue_card(session, issue)
        stories = [article_summary(a) for a in library.newest_articles(session, limit=lists.KEPT)]
        if not stories:
            return self._composer.answer("empty")
        return self._composer.first_page("newest", "最新", stories)

    def _previous(self, session: Session) -> Answer:
        issues = library.issues(session, limit=2)
        return self._issue_card(session, issues[1]) if len(issues) > 1 else self._no_issue(session, "上一期")

    def _issue(self, session: Session, of: IssueReference) -> Answer:
        issue = _find_issue(session, of)
        return self._archived_issue(session, of) if issue is None else self._issue_card(session, issue)

    def _issue_card(self, session: Session, issue: Issue) -> Answer:
        titles = [article.title for article in library.articles(session, issue.number)]
        return Answer(self._composer.links.issue_card(issue, titles), shown_ids=(issue.number,))

    def _archived_issue(self, session: Session, of: IssueReference) -> Answer:
        """Return the titles that an imported archive holds of an issue without a page of its own."""
        year = of.year or next((y for y, n in library.archived_issues(session) if n == of.issue), None)
        articles = library.archived_articles(session, year, of.issue) if year else []
        if not articles:
            return self._no_issue(session, reference_label(of))
        label = reference_label(IssueReference(of.issue, year))
        return self._contents_list(label, [article_summary(a) for a in articles], "再发要找的词")

    def _no_issue(self, session: Session, label: str) -> Answer:
        available = [(issue.year, issue.issue) for issue in library.issues(session, limit=lists.NAMES)]
        available = available or library.archived_issues(session)[: lists.NAMES]
        if not available and not library.count_articles(session):
            return self._composer.answer("empty")
        labels = (reference_label(IssueReference(issue, year)) for year, issue in available)
        return self._composer.answer("no_issue", 期号=label, 已有=lists.menu_links(labels))

    def _contents(self, session: Session, of: IssueReference | None) -> Answer:
        issue = library.latest(session) if of is None else _find_issue(session, of)
        if issue is None:
            return self._latest(session) if of is None else self._archived_issue(session, of)
        stories = [article_summary(article) for article in library.articles(session, issue.number)]
        label = f"{issue.title}{reference_label(IssueReference(issue.issue, issue.year))}"
        page = link(self._composer.links.issue(issue.number), "看整期")
        return replace(self._contents_list(label, stories, page), shown_ids=(issue.number,))

    def _contents_list(self, label: str, stories: Sequence[LinkedArticle], alternative: str) -> Answer:
        """Return the titles of an issue; `alternative` is offered beside the numbers, such as a link to its page."""
        titles, shown = lists.contents(stories)
        text = self._composer.text(
            "contents",
            期名=label,
            总数=len(stories),
            列表=titles,
            整期=alternative,
            更多=lists.next_page_link(len(stories) - shown),
        )
        return Answer(Text(text), listing=Listing(label, tuple(story.id for story in stories), shown))


def _find_issue(session: Session, of: IssueReference) -> Issue | None:
    if of.year is None:
        return library.latest(session, of.issue)
    return library.issue(session, f"{of.year}-{of.issue:02d}")
