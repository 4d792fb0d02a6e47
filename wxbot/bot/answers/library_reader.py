"""Compose the answers about issues and sections from the library: cards, contents, lists, and what is not there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from wxbot import library
from wxbot.bot import lists
from wxbot.bot.answer import Answer, Composer
from wxbot.bot.intent.commands import IssueReference, reference_label
from wxbot.bot.lists import Listing
from wxbot.bulletin.issue_number import number_label
from wxbot.db import Session
from wxbot.library import Article, Issue
from wxbot.rendering.links import LinkedArticle, article_summary
from wxbot.search.names import LibraryNames
from wxbot.wechat import Text, link

__all__ = ["LibraryReader"]


@dataclass(frozen=True, slots=True)
class LibraryReader:
    """Composes one answer from the library; `publication` is a slug, None for any."""

    session: Session
    composer: Composer
    names: LibraryNames

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

    def previous(self, publication: str | None) -> Answer:
        """Return the card of the issue before the newest one, of the same publication."""
        newest = library.latest(self.session, self._id(publication))
        before = library.neighbours(self.session, newest)[0] if newest else None
        return self._card(before) if before else self._no_issue("上一期", publication)

    def issue(self, of: IssueReference, publication: str | None) -> Answer:
        """Return the card of an issue; the answer names other publications that have one with this number."""
        issue = library.find(self.session, of, self._id(publication))
        if issue is None:
            return self._archived_issue(of, publication)
        return self._card(issue, self._others("other_issues", self._same_number(of, issue, publication)))

    def contents(self, of: IssueReference | None, publication: str | None) -> Answer:
        """Return the titles of an issue; of the newest one if `of` is None."""
        wanted = self._id(publication)
        issue = library.latest(self.session, wanted) if of is None else library.find(self.session, of, wanted)
        if issue is None:
            return self.latest(publication) if of is None else self._archived_issue(of, publication)
        stories = [article_summary(article) for article in library.articles(self.session, issue.key)]
        label = f"{issue.title}{number_label(issue.number)}"
        page = link(self.composer.links.issue(issue.key), "看整期")
        return replace(self._contents_list(label, stories, page), shown_ids=(issue.key,))

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

    def _card(self, issue: Issue, after: str = "") -> Answer:
        titles = [article.title for article in library.articles(self.session, issue.key)]
        return Answer(self.composer.links.issue_card(issue, titles, after), shown_ids=(issue.key,))

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
        titles, shown = lists.contents(stories)
        text = self.composer.text(
            "contents",
            期名=label,
            总数=len(stories),
            列表=titles,
            整期=alternative,
            更多=lists.next_page_link(len(stories) - shown),
        )
        return Answer(Text(text), listing=Listing(label, tuple(story.id for story in stories), shown))
