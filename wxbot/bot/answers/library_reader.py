"""Compose the answers about issues and sections from the library: cards, contents, lists, and what is not there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from wxbot import library
from wxbot.bot import lists
from wxbot.bot.answer import Answer, Composer
from wxbot.bot.intent.commands import (
    Contents,
    IssueArticle,
    IssueCommand,
    IssueReference,
    LatestIssue,
    ListIssues,
    OpenArticle,
    OpenIssue,
    PreviousIssue,
    PublicationIssue,
    Section,
    reference_label,
)
from wxbot.bot.issue_lists import issue_page, issues_label, remembered_issues, select_issues
from wxbot.bot.lists import Listing
from wxbot.bulletin.issue_number import number_label
from wxbot.db import Session
from wxbot.library import Article, Issue
from wxbot.numbers import chinese_numeral
from wxbot.rendering.links import LinkedArticle, article_summary
from wxbot.search.names import LibraryNames
from wxbot.wechat import Text, link, menu_link

__all__ = ["LibraryCommand", "LibraryReader"]

LibraryCommand = IssueCommand | IssueArticle | OpenArticle | OpenIssue | Contents | Section


@dataclass(frozen=True, slots=True)
class LibraryReader:
    """Composes one answer from the library; `publication` is a slug, None for any."""

    session: Session
    composer: Composer
    names: LibraryNames

    def answer(self, command: LibraryCommand) -> Answer:
        """Return the answer to a command."""
        match command:
            case IssueArticle():
                return self.article(command)
            case OpenArticle(public_id):
                return self.open_article(public_id)
            case OpenIssue(key):
                return self.open_issue(key)
            case Contents(of, publication):
                return self.contents(of, publication)
            case Section(name):
                return self.section(name)
        return self._issue_answer(command)

    def _issue_answer(self, command: IssueCommand) -> Answer:
        match command:
            case LatestIssue(publication):
                return self.latest(publication)
            case PreviousIssue(publication, back):
                return self.previous(publication, back)
            case ListIssues():
                return self.list_issues(command)
            case IssueReference():
                return self.issue(command, None)
            case PublicationIssue(of, publication):
                return self.issue(of, publication)

    def section(self, section: str) -> Answer:
        """Return the list of the newest articles of a section."""
        found = library.newest_articles(
            self.session, sections=self.names.spellings(section), limit=lists.KEPT
        )
        return self._newest("section", section, found, 栏目=section)

    def latest(self, publication: str | None) -> Answer:
        """Return the card of the newest issue; the answer names the other publications."""
        issue = library.latest(self.session, self._id(publication))
        if issue is not None:
            others = [
                f"最新{each.short_name}"
                for each in self.names.publications
                if publication is None and each.id != issue.publication_id
            ]
            return self._card(issue, self._others("other_latest", others))
        if publication is not None:
            return self._no_issue("最新一期", publication)
        return self._newest("newest", "最新", library.newest_articles(self.session, limit=lists.KEPT))

    def previous(self, publication: str | None, back: int) -> Answer:
        """Return the card of the issue `back` issues before the newest one, of the same publication."""
        found = self._find(PreviousIssue(publication, back))
        return self._card(found) if found else self._no_issue(_back_label(back), publication)

    def issue(self, of: IssueReference, publication: str | None) -> Answer:
        """Return the card of an issue; the answer names other publications that have one with this number."""
        issue = library.find(self.session, of, self._id(publication))
        if issue is None:
            return self._archived_issue(of, publication)
        return self._card(issue, self._others("other_issues", self._same_number(of, issue, publication)))

    def contents(
        self, of: IssueReference | PreviousIssue | ListIssues | None, publication: str | None
    ) -> Answer:
        """Return the titles of an issue; of the newest one if `of` is None."""
        issue = self._find(_issue_command(of, publication))
        if issue is None:
            return self._not_there(_issue_command(of, publication), publication)
        stories = [article_summary(article) for article in library.articles(self.session, issue.key)]
        label = f"{issue.title}{number_label(issue.number)}"
        page = link(self.composer.links.issue(issue.key), "看整期")
        return replace(self._contents_list(label, stories, page), shown_ids=(issue.key,))

    def article(self, wanted: IssueArticle) -> Answer:
        """Return the card of one article of an issue by its place in the contents; 0 means the last one."""
        issue = self._find(wanted.issue)
        if issue is None:
            return self._not_there(wanted.issue, getattr(wanted.issue, "publication", None))
        stories = library.articles(self.session, issue.key)
        n = wanted.n or len(stories)
        if not 1 <= n <= len(stories):
            label = self.names.issue_label(issue)
            contents = menu_link(f"{label}目录", f"{label}目录", "contents")
            return self.composer.answer(
                "no_article", 期名=label, 总数=len(stories), 数字=wanted.n, 目录=contents
            )
        story = stories[n - 1]
        return Answer(self.composer.links.card(article_summary(story)), shown_ids=(story.public_id,))

    def open_article(self, public_id: str) -> Answer:
        """Return the card of the article with this public id."""
        found = library.by_id(self.session, public_id)
        if found is None:
            return self.composer.answer("gone")
        return Answer(self.composer.links.card(article_summary(found)), shown_ids=(public_id,))

    def open_issue(self, key: str) -> Answer:
        """Return the card of the issue with this key."""
        found = library.issue(self.session, key) or library.issue_by_name(self.session, key)
        return self._card(found) if found else self._no_issue(number_label(key), None)

    def list_issues(self, wanted: ListIssues) -> Answer:
        """Return a list of issues to open; the card where a month, or the like, has only one in each publication."""
        found = select_issues(self.session, wanted, self._id(wanted.publication))
        if not found:
            return self._no_issue(issues_label(wanted), wanted.publication)
        is_one = wanted.month is not None or wanted.days is not None or wanted.combined or wanted.last
        publications = [issue.publication_id for issue in found]
        if is_one and len(set(publications)) == len(publications):
            short = {each.id: each.short_name for each in self.names.publications}
            others = [
                f"{short.get(issue.publication_id or 0, '')}{number_label(issue.number)}"
                for issue in found[1:]
            ]
            return self._card(found[0], self._others("other_issues", others))
        named = self.names.of_slug(wanted.publication)
        label = issues_label(wanted)
        title = f"{named.short_name}{label.removeprefix('全部期刊')}" if named else label
        return issue_page(self.session, self.composer, self.names, remembered_issues(found, title))

    def _find(self, wanted: IssueCommand) -> Issue | None:
        """Return the issue that a command names; the newest where it names several."""
        match wanted:
            case IssueReference():
                return library.find(self.session, wanted)
            case PublicationIssue(of, publication):
                return library.find(self.session, of, self._id(publication))
            case LatestIssue(publication):
                return library.latest(self.session, self._id(publication))
            case PreviousIssue(publication, back):
                found = library.latest(self.session, self._id(publication))
                for _ in range(back):
                    found = library.neighbours(self.session, found)[0] if found else None
                return found
        return next(iter(select_issues(self.session, wanted, self._id(wanted.publication))), None)

    def _not_there(self, wanted: IssueCommand, publication: str | None) -> Answer:
        """Return the answer for an issue that the library does not have."""
        match wanted:
            case LatestIssue():
                return self.latest(publication)
            case PreviousIssue(_, back):
                return self._no_issue(_back_label(back), publication)
            case IssueReference():
                return self._archived_issue(wanted, publication)
            case PublicationIssue(of, _):
                return self._archived_issue(of, publication)
        return self._no_issue(issues_label(wanted), publication)

    def _id(self, slug: str | None) -> int | None:
        found = self.names.of_slug(slug)
        return found.id if found else None

    def _newest(self, text: str, query: str, articles: Sequence[Article], **values: Any) -> Answer:
        stories = [article_summary(article) for article in articles]
        if not stories:
            return self.composer.answer("empty")
        return self.composer.first_page(text, query, stories, names=self.names, **values)

    def _same_number(self, of: IssueReference, shown: Issue, publication: str | None) -> list[str]:
        """Return what a member may write for the issues of other publications that fit a number without a name."""
        return [
            f"{each.short_name}{reference_label(of)}"
            for each in self.names.publications
            if publication is None
            and each.id != shown.publication_id
            and library.find(self.session, of, each.id) is not None
        ]

    def _others(self, text: str, written: Sequence[str]) -> str:
        """Return the line that says what else can be written, for a card, where nothing can be tapped."""
        quoted = "".join(f"「{each}」" for each in written[: lists.NARROWED])
        return self.composer.text(text, 写法=quoted) if quoted else ""

    def _card(self, issue: Issue, before: str = "") -> Answer:
        titles = [article.title for article in library.articles(self.session, issue.key)]
        return Answer(self.composer.links.issue_card(issue, titles, before), shown_ids=(issue.key,))

    def _archived_issue(self, of: IssueReference, publication: str | None) -> Answer:
        """Return the titles that an imported archive holds of an issue without a page of its own."""
        number = library.archived_issue(self.session, of) if not publication else None
        articles = library.archived_articles(self.session, number) if number else []
        if number is None or not articles:
            return self._no_issue(reference_label(of), publication)
        label = number_label(number)
        return self._contents_list(label, [article_summary(a) for a in articles], "再发要找的词")

    def _no_issue(self, label: str, publication: str | None) -> Answer:
        found = library.issues(self.session, lists.NAMES, self._id(publication))
        available = [self.names.issue_label(issue) for issue in found]
        if not available:
            available = [number_label(each) for each in library.archived_issues(self.session)[: lists.NAMES]]
        if not available and not library.count_articles(self.session):
            return self.composer.answer("empty")
        named = self.names.of_slug(publication)
        return self.composer.answer(
            "no_issue", 期号=f"{named.short_name if named else ''}{label}", 已有=lists.menu_links(available)
        )

    def _contents_list(self, label: str, stories: Sequence[LinkedArticle], alternative: str) -> Answer:
        """Return the titles of an issue; `alternative` is offered beside the numbers, such as a link to its page."""
        titles, shown = lists.contents(stories, self.composer.links)
        text = self.composer.text(
            "contents",
            期名=label,
            总数=len(stories),
            列表=titles,
            整期=alternative,
            更多=lists.next_page_link(len(stories) - shown),
        )
        return Answer(Text(text), listing=Listing(label, tuple(story.id for story in stories), shown))


def _issue_command(
    of: IssueReference | PreviousIssue | ListIssues | None, publication: str | None
) -> IssueCommand:
    if of is None:
        return LatestIssue(publication)
    if isinstance(of, IssueReference) and publication is not None:
        return PublicationIssue(of, publication)
    return of


def _back_label(back: int) -> str:
    """Return the words for an issue before the newest: 上一期, 上上期, 倒数第四期."""
    return {1: "上一期", 2: "上上期"}.get(back, f"倒数第{chinese_numeral(back + 1)}期")
