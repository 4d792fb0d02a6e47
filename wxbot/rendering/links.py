"""Addresses of our pages and pictures, and the cards that link to them.

The only module that writes page addresses. `wxbot.web.pages` and `wxbot.web.pictures` serve them:

    /i/<number>              an issue                 /p/i/<number>.jpg            its card picture
    /a/<number>/<n>          an article of an issue   /p/a/<number>/<n>.jpg        its card picture
    /a/archive/<public id>   an archived article      /p/a/archive/<public id>.jpg its card picture
    /p/<digest>              a picture of a bulletin

and `wxbot.web.site_pages` what leads to them: `/`, `/i/`, `/search`, `/feed.atom`, `/sitemap.xml`, `/sitemap-<n>.xml`.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import quote, urlencode, urlsplit

from wxbot.brand import Brand
from wxbot.bulletin.blocks import web_address
from wxbot.library import Article, Issue
from wxbot.local_time import chinese_date
from wxbot.rendering.issue_texts import issue_label
from wxbot.wechat import Card, News, Reply, Text

__all__ = [
    "CLICK_FIELD",
    "ArticleSummary",
    "LinkedArticle",
    "SiteLinks",
    "anchor",
    "article_address",
    "article_path",
    "article_summary",
    "content_picture_path",
    "feed_address",
    "home_address",
    "icon_address",
    "issue_address",
    "issue_list_address",
    "issue_path",
    "picture_look",
    "search_address",
    "section_address",
    "site_root",
    "sitemap_address",
    "strip_click_tokens",
]

CLICK_FIELD = "q"  # query field of an article's address; see wxbot.clicks.ClickTokens
_CLICK_TOKEN = re.compile(rf"\?{CLICK_FIELD}=[a-z2-7]+")
_CARD_TITLES = 4  # titles named on an issue's card


class LinkedArticle(Protocol):
    """The fields of an article that a link or a card needs; a search hit has them too."""

    @property
    def id(self) -> str:
        """The public id, such as `2021-02/5`."""

    @property
    def title(self) -> str:
        """The article's title."""

    @property
    def section(self) -> str:
        """The name of its section; "" if it has none."""

    @property
    def number(self) -> str | None:
        """The key of its issue; None for an archived article without an issue."""

    @property
    def n(self) -> int | None:
        """Its number in the issue, which never changes."""

    @property
    def digest(self) -> str:
        """The short text on its card."""

    @property
    def url(self) -> str | None:
        """The page of an archived article on another site."""


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """A `LinkedArticle` made from an article of the library."""

    id: str
    title: str
    section: str
    number: str | None
    n: int | None
    digest: str
    url: str | None


def article_summary(article: Article) -> ArticleSummary:
    """Return the fields of a library article that links and cards need."""
    return ArticleSummary(
        article.public_id,
        article.title,
        article.section,
        article.issue_key,
        article.n,
        article.summary,
        article.url,
    )


def issue_path(key: str) -> str:
    """Return the path of an issue's page."""
    return f"/i/{quote(key)}"


def article_path(key: str | None, n: int | None, public_id: str = "") -> str:
    """Return the path of an article's page; an article without an issue is addressed by its public id."""
    if key is None or n is None:
        return f"/a/archive/{quote(public_id)}"
    return f"/a/{quote(key)}/{n}"


def content_picture_path(digest: str) -> str:
    """Return the path of a picture of a bulletin, which never changes: the digest is that of its content."""
    return f"/p/{digest}"


def site_root(public_url: str) -> str:
    """Return the path below which the site is served: "" or a folder such as `/news`."""
    return urlsplit(public_url).path.rstrip("/")


def issue_address(issue: Issue, root: str = "") -> str:
    """Return the address of an issue's page below `root`, a public URL or a path."""
    return root.rstrip("/") + issue_path(issue.key)


def section_address(issue: Issue, section: str, root: str = "") -> str:
    """Return the address of a section on its issue's page."""
    return f"{issue_address(issue, root)}#{quote(anchor(section))}"


def article_address(article: Article, root: str = "") -> str:
    """Return the address of an article's page on this site, below `root`, a public URL or a path."""
    return root.rstrip("/") + article_path(article.issue_key, article.n, article.public_id)


def home_address(root: str = "") -> str:
    """Return the address of the site's first page below `root`, a public URL or a path."""
    return root.rstrip("/") + "/"


def icon_address(root: str, size: int) -> str:
    """Return the address of the site's icon for a home screen, `size` pixels wide."""
    return f"{root}/icon-{size}.png"


def issue_list_address(root: str = "", page: int = 1) -> str:
    """Return the address of a page of the list of all issues, counted from 1."""
    return root.rstrip("/") + "/i/" + (f"?page={page}" if page > 1 else "")


def search_address(root: str = "", query: str = "", page: int = 1, *, exact: bool = False) -> str:
    """Return the address of a page of the articles that a query finds; without a query that of the form."""
    fields = ({"q": query} if query else {}) | ({"page": str(page)} if page > 1 else {})
    fields |= {"exact": "1"} if exact and query else {}
    return root.rstrip("/") + "/search" + (f"?{urlencode(fields)}" if fields else "")


def feed_address(root: str = "") -> str:
    """Return the address of the Atom feed."""
    return root.rstrip("/") + "/feed.atom"


def sitemap_address(root: str = "", part: int | None = None) -> str:
    """Return the address of the sitemap, or of one part of a large one."""
    return root.rstrip("/") + ("/sitemap.xml" if part is None else f"/sitemap-{part}.xml")


def anchor(section: str) -> str:
    """Return the HTML id of a section on its issue's page: never empty, without white space."""
    return "-".join(section.split()) or "other"


class SiteLinks:
    """Addresses and cards below one public URL, such as `https://news.example.org`.

    `look` is that of the card pictures, see `picture_look`: their addresses change with it.
    """

    def __init__(self, public_url: str, look: str = "") -> None:
        self._root = public_url.rstrip("/")
        self.look = look

    def issue(self, key: str) -> str:
        """Return the address of an issue's page."""
        return self._root + issue_path(key)

    def issue_list(self) -> str:
        """Return the address of the list of all issues."""
        return issue_list_address(self._root)

    def article(self, article: LinkedArticle, click_token: str = "") -> str:
        """Return the address to open for an article.

        That is our page, except for an archived article that has a page on another site. `click_token` makes our page
        count the click for the question that the token stands for.
        """
        in_issue = article.number is not None and article.n is not None
        if not in_issue and (elsewhere := web_address(article.url or "")):
            return elsewhere
        query = f"?{CLICK_FIELD}={click_token}" if click_token else ""
        return self._root + article_path(article.number, article.n, article.id) + query

    def picture(self, article: LinkedArticle) -> str:
        """Return the address of an article's card picture."""
        path = article_path(article.number, article.n, article.id)
        return self._picture(path, article.title, article.section)

    def issue_picture(self, issue: Issue) -> str:
        """Return the address of an issue's card picture."""
        return self._picture(issue_path(issue.key), issue.title, issue.digest)

    def content_picture(self, digest: str) -> str:
        """Return the address of a picture of a bulletin."""
        return self._root + content_picture_path(digest)

    def card(self, article: LinkedArticle, before: str = "", click_token: str = "") -> Card:
        """Return an article's card, with the lines `before` its digest."""
        description = "\n".join(filter(None, (before, article.digest)))
        return Card(article.title, description, self.picture(article), self.article(article, click_token))

    def issue_card(self, issue: Issue, titles: Sequence[str], before: str = "") -> Card:
        """Return an issue's card: a line `before`, its date, the number of its articles, and the first titles."""
        date = f"{chinese_date(issue.date)}，" if issue.date else ""
        description = f"{date}共 {len(titles)} 篇：{'；'.join(titles[:_CARD_TITLES])}"
        return Card(
            f"{issue.title} {issue_label(issue)}".strip(),
            "\n".join(filter(None, (before, description))),
            self.issue_picture(issue),
            self.issue(issue.key),
        )

    def _picture(self, page_path: str, *content: str) -> str:
        # Browsers and WeChat keep a picture for a year, so its address changes with what is drawn on it.
        version = zlib.crc32("|".join((*content, self.look)).encode("utf-8", "replace"))
        return f"{self._root}/p{page_path}.jpg?v={version:08x}"


def picture_look(brand: Brand) -> str:
    """Return what card pictures take from a brand, as a short text to compare."""
    return " ".join((brand.colour, brand.theme, brand.sheet_digest, brand.logo.digest if brand.logo else ""))


def strip_click_tokens(reply: Reply) -> Reply:
    """Return the reply without the click tokens in its links, to compare or print it."""
    match reply:
        case Text(content):
            return Text(_CLICK_TOKEN.sub("", content))
        case Card():
            return replace(reply, url=_CLICK_TOKEN.sub("", reply.url))
        case News(cards):
            return News(tuple(replace(card, url=_CLICK_TOKEN.sub("", card.url)) for card in cards))
    return reply
