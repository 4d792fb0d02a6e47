"""Views that lead through the public site: the first page, all issues, search, feed, sitemap and other files."""

import datetime as dt
from collections.abc import Callable, Sequence
from urllib.parse import parse_qsl

from flask import Flask, Response, abort, make_response, request

from wxbot import library, rendering, search
from wxbot.brand import Brand
from wxbot.bulletin.habits import Habits
from wxbot.bulletin.issue_number import number_label
from wxbot.db import Database, Session
from wxbot.library import Article, public_site
from wxbot.local_time import chinese_date
from wxbot.rendering import FeedIssue, FoundArticle, HomeContent, SearchView, SiteFrame
from wxbot.rendering.home_screen import HOME_ICON_SIZES, home_icon, web_manifest
from wxbot.search import Hit, Index
from wxbot.search.names import LibraryNames, read_names
from wxbot.search.query import QUERY_CHARS
from wxbot.search.searcher import LAST_HIT
from wxbot.text import cut_width
from wxbot.web.cacheable import cacheable, file_response, page_response

__all__ = ["SitePages"]

_RECENT = 12  # issues on the first page
_ARCHIVED = 20
_FEED_ARTICLES = 50  # the newest issue is in the feed whole, however many articles it has
_HITS = 10  # on a page
_EXCERPT_WIDTH = 150
_ICON_SECONDS = 86_400
_PAGE_DIGITS = 9  # of a page number; more of them are beyond the end as well
_NO_PUBLIC_URL = (
    "这里还没有提供：其中的网址要写全，而本站不知道自己的网址。\n"
    "在 config/wxbot.toml 里设置 public_url（或环境变量 WXBOT_PUBLIC_URL），重新启动，就有了。\n"
)


class SitePages:
    """The views.

    `habits` returns what editors give of publications, `brand` the brand, `now` the time in the association's zone.
    """

    def __init__(
        self,
        db: Database,
        index: Index,
        *,
        public_url: str,
        account_name: str,
        habits: Callable[[], Habits],
        brand: Callable[[], Brand] = Brand,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._db = db
        self._index = index
        self._public_url = public_url
        self._account_name = account_name
        self._habits = habits
        self._brand = brand
        self._now = now
        self._links = rendering.SiteLinks(rendering.site_root(public_url))

    def register(self, app: Flask) -> None:
        """Add the views to the application."""
        app.add_url_rule("/", "home", self.home)
        app.add_url_rule("/i/", "issue_list", self.issue_list, strict_slashes=False)
        app.add_url_rule("/search", "search", self.search, strict_slashes=False)
        app.add_url_rule("/feed.atom", "feed", self.feed)
        app.add_url_rule("/sitemap.xml", "sitemap", self.sitemap)
        app.add_url_rule("/sitemap-<int:part>.xml", "sitemap_part", self.sitemap_part)
        app.add_url_rule("/robots.txt", "robots", self.robots)
        app.add_url_rule("/favicon.ico", "icon", self.icon)
        app.add_url_rule("/site.webmanifest", "manifest", self.manifest)
        app.add_url_rule("/icon-<int:size>.png", "home_icon", self.home_icon)

    def home(self) -> Response:
        """Return the first page: the newest issue, the sections and the issues before it."""
        with self._db.read() as session:
            frame = self._frame(session)
            newest = library.latest(session)
            others = [
                found
                for each in library.publications(session)
                if newest and each.id != newest.publication_id and (found := library.latest(session, each.id))
            ]
            shown = {each.id for each in (newest, *others) if each}
            recent = public_site.newest_issues(session, _RECENT + len(shown))
            content = HomeContent(
                newest,
                library.articles(session, newest.key) if newest else (),
                [each for each in recent if each.id not in shown][:_RECENT],
                others,
                read_names(session, self._habits()).sections,
                () if newest else public_site.newest_archived(session, _ARCHIVED),
            )
            return page_response(rendering.home_page(frame, content), look=frame.look, search=True)

    def issue_list(self) -> Response:
        """Return a page of all issues by year and publication."""
        with self._db.read() as session:
            frame = self._frame(session)
            issues = public_site.issues_by_year(session)
            page = rendering.issue_list_page(frame, issues, _read_page(_query_fields()))
        if page is None:
            abort(404)
        return page_response(page, look=frame.look, search=True)

    def search(self) -> Response:
        """Return a page of the articles that a query finds, or the form."""
        fields = _query_fields()
        typed = rendering.clean_line(fields.get("q", ""))
        query, number = typed[:QUERY_CHARS], _read_page(fields)
        with self._db.read() as session:
            frame = self._frame(session)
            names = read_names(session, self._habits())
            view = SearchView(query)
            if query:
                exact = fields.get("exact") == "1"
                at = (number - 1) * _HITS
                result = self._index.search(query, _HITS, at, now=self._now(), names=names, exact=exact)
                view = SearchView(
                    query,
                    self._show(session, result.hits, result.words, names),
                    result.total,
                    number,
                    -(-min(result.total, LAST_HIT) // _HITS),
                    result.corrected or "",
                    self._show(session, result.related, result.words, names),
                    QUERY_CHARS if len(typed) > QUERY_CHARS else 0,
                    exact,
                    result.typed,
                )
            page = rendering.search_page(frame, view, names.sections)
        return page_response(page, look=frame.look, search=True)

    def feed(self) -> Response:
        """Return the Atom feed of the newest articles."""
        if not self._public_url:
            return _needs_public_url()
        with self._db.read() as session:
            frame = self._frame(session)
            content = rendering.atom_feed(
                self._feed_issues(session, frame), public_url=self._public_url, name=frame.name
            )
        return file_response(content, "application/atom+xml")

    def sitemap(self) -> Response:
        """Return the sitemap, or the index of its parts where one would be too large."""
        if not self._public_url:
            return _needs_public_url()
        with self._db.read() as session:
            parts = public_site.article_parts(session)
        if len(parts) < 2:
            return self.sitemap_part(parts[0] if parts else 0, whole=True)
        # The first part has the issues as well, whether it has articles or not.
        return file_response(
            rendering.sitemap_index(sorted({0, *parts}), public_url=self._public_url), "application/xml"
        )

    def sitemap_part(self, part: int, *, whole: bool = False) -> Response:
        """Return one part of the sitemap; a `whole` one has the issues too, as the first part has."""
        if not self._public_url:
            return _needs_public_url()
        first = whole or part == 0
        with self._db.read() as session:
            if not first and part not in public_site.article_parts(session):
                abort(404)
            content = rendering.sitemap(
                public_site.listed_articles(session, part),
                public_site.issues_by_year(session) if first else (),
                public_url=self._public_url,
                first=first,
            )
        return file_response(content, "application/xml")

    def robots(self) -> Response:
        """Return robots.txt."""
        return file_response(rendering.robots_txt(self._public_url), "text/plain")

    def icon(self) -> Response:
        """Return the site's icon."""
        with self._db.read() as session:
            frame = self._frame(session)
        response = make_response(rendering.site_icon(frame.name))
        response.content_type = "image/x-icon"
        return cacheable(response, _ICON_SECONDS)

    def manifest(self) -> Response:
        """Return the web manifest."""
        with self._db.read() as session:
            frame = self._frame(session)
        manifest = web_manifest(self._public_url, frame.name, frame.look)
        return file_response(manifest, "application/manifest+json")

    def home_icon(self, size: int) -> Response:
        """Return the site's icon for the home screen of a phone, in one of the sizes that the manifest names."""
        if size not in HOME_ICON_SIZES:
            abort(404)
        with self._db.read() as session:
            frame = self._frame(session)
        response = make_response(home_icon(frame.name, frame.look, size))
        response.content_type = "image/png"
        return cacheable(response, _ICON_SECONDS)

    def _frame(self, session: Session) -> SiteFrame:
        """Return the name of the site, and the publications where several have public issues."""
        known = library.publications(session)
        public = [each for each in known if library.latest(session, each.id) is not None]
        newest = library.latest(session, public[0].id) if public else None
        habits = (
            self._habits().of_publication(known[0].slug, library.publication_names(known[0]))
            if known
            else None
        )
        name = self._account_name or (newest.title if newest else "") or "简报"
        return SiteFrame(
            self._public_url,
            rendering.clean_line(name),
            {each.id: each.name for each in public} if len(public) > 1 else {},
            habits.colour if habits else "",
            self._brand(),
            rendering.clean_line(self._account_name),
        )

    def _feed_issues(self, session: Session, frame: SiteFrame) -> list[FeedIssue]:
        """Return the newest issue, and those before it as long as the feed has room; archived articles without any."""
        found: list[FeedIssue] = []
        room = _FEED_ARTICLES
        for issue in public_site.newest_issues(session, _FEED_ARTICLES):
            articles = library.articles(session, issue.key)
            if found and len(articles) > room:
                break
            found.append(FeedIssue(issue, articles, frame.publication(issue)))
            room -= len(articles)
        return found or [FeedIssue(None, public_site.newest_archived(session, _FEED_ARTICLES))]

    def _show(
        self, session: Session, hits: Sequence[Hit], words: Sequence[str], names: LibraryNames
    ) -> list[FoundArticle]:
        """Return the hits as the page shows them, without articles that were withdrawn after they were indexed."""
        articles = library.by_ids(session, [hit.id for hit in hits])
        return [self._found_article(article, words, names) for article in articles]

    def _found_article(self, article: Article, words: Sequence[str], names: LibraryNames) -> FoundArticle:
        slug, _, number = (article.issue_key or "").rpartition("/")
        label = f"{names.short_names.get(slug, '') if slug else ''}{number_label(number)}"
        text = search.excerpt(article.paragraphs, words, _EXCERPT_WIDTH) or cut_width(
            article.summary, _EXCERPT_WIDTH
        )
        return FoundArticle(
            self._links.article(rendering.article_summary(article)),
            search.highlight(article.title, words) or (("无题", False),),
            search.highlight(text, words),
            " · ".join(filter(None, (article.section, label, "" if number else chinese_date(article.date)))),
        )


def _query_fields() -> dict[str, str]:
    """Return the fields of the address's query; text that is not UTF-8 is read as GBK, as old links have it."""
    try:
        fields = parse_qsl(request.query_string.decode("latin-1"), encoding="latin-1", max_num_fields=50)
    except ValueError:  # more fields than any page has
        return {}
    return {name: _decode(value.encode("latin-1")) for name, value in reversed(fields)}


def _decode(value: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return value.decode(encoding)
        except UnicodeDecodeError:
            continue
    return value.decode("utf-8", "replace")


def _read_page(fields: dict[str, str]) -> int:
    """Return the wanted page, counted from 1; the first one where the address has no number."""
    text = fields.get("page", "")
    return max(int(text[:_PAGE_DIGITS]), 1) if text.isascii() and text.isdigit() else 1


def _needs_public_url() -> Response:
    """Return 404 for a file that is made of absolute addresses, with the setting that is missing."""
    response = make_response(_NO_PUBLIC_URL, 404)
    response.content_type = "text/plain; charset=utf-8"
    return response
