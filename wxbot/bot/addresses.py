"""Where readers find things on our server: the addresses in cards and lists, as wxbot.web serves them."""

import re
import zlib
from dataclasses import dataclass, replace
from urllib.parse import quote

from wxbot.library import Article, Issue
from wxbot.search import Hit
from wxbot.wechat import Card, News, Reply, Text

__all__ = ["MARK_FIELD", "Addresses", "Story", "of_article", "unmarked"]

MARK_FIELD = "q"  # of an article's address: the mark of a question
_MARKED = re.compile(rf"\?{MARK_FIELD}=[a-z2-7]+")


@dataclass(frozen=True, slots=True)
class Story:
    """An article as a list or a card needs it, wherever it was found."""

    id: str
    title: str
    section: str
    number: str | None
    n: int | None
    digest: str
    url: str | None


def of_article(article: Article) -> Story:
    """A story from the shelf."""
    return Story(
        article.public_id,
        article.title,
        article.section,
        article.number,
        article.n,
        article.summary,
        article.url,
    )


class Addresses:
    """The addresses under `public_url`, such as https://news.example.org."""

    def __init__(self, public_url: str) -> None:
        self._root = public_url.rstrip("/")

    def issue(self, number: str) -> str:
        """An issue's page."""
        return f"{self._root}/i/{quote(number)}"

    def article(self, story: Story | Hit, mark: str = "") -> str:
        """An article's page: ours for an article of an issue, its own for one of an archive that has one.

        `mark` tells our page which question it is opened from.
        """
        if story.n is not None and story.number is not None:
            path = f"/a/{quote(story.number)}/{story.n}"
        elif story.url:
            return story.url
        else:
            path = f"/a/archive/{quote(story.id)}"
        return f"{self._root}{path}{f'?{MARK_FIELD}={mark}' if mark else ''}"

    def picture(self, story: Story | Hit) -> str:
        """An article's card picture."""
        version = _version(story.title, story.section)
        if story.n is not None and story.number is not None:
            return f"{self._root}/p/a/{quote(story.number)}/{story.n}.jpg?v={version}"
        return f"{self._root}/p/a/archive/{quote(story.id)}.jpg?v={version}"

    def card(self, story: Story | Hit, before: str = "", after: str = "", mark: str = "") -> Card:
        """An article's card, with a line before and one after its digest."""
        description = "\n".join(filter(None, (before, story.digest, after)))
        return Card(story.title, description, self.picture(story), self.article(story, mark))

    def issue_card(self, issue: Issue, titles: list[str]) -> Card:
        """An issue's card, with the first of its titles."""
        when = f"{issue.date.year}年{issue.date.month}月{issue.date.day}日，" if issue.date else ""
        description = f"{when}共 {len(titles)} 篇：{'；'.join(titles[:4])}"
        picture = f"{self._root}/p/i/{quote(issue.number)}.jpg?v={_version(issue.title, issue.digest)}"
        return Card(
            f"{issue.title} {issue.year}年第{issue.issue}期".strip(),
            description,
            picture,
            self.issue(issue.number),
        )


def unmarked(reply: Reply) -> Reply:
    """The reply without the marks in its links."""
    match reply:
        case Text(content):
            return Text(_MARKED.sub("", content))
        case Card():
            return replace(reply, url=_MARKED.sub("", reply.url))
        case News(cards):
            return News(tuple(replace(card, url=_MARKED.sub("", card.url)) for card in cards))
    return reply


def _version(*drawn: str) -> str:
    """Changes when the picture does, so that the address may be kept for a year."""
    return f"{zlib.crc32('|'.join(drawn).encode('utf-8', 'replace')):08x}"
