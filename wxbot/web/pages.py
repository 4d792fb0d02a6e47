"""The public pages that cards link: from the library, cacheable, the same for every reader."""

import logging
import re
from collections.abc import Callable, Sequence

from flask import Flask, Response, abort, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import library, rendering
from wxbot.brand import Brand
from wxbot.bulletin.habits import Habits, PublicationHabits
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.db import Database, Session
from wxbot.errors import Busy
from wxbot.library import Article, Issue, IssueState
from wxbot.log_format import request_id
from wxbot.rendering import CLICK_FIELD, PublicationLook
from wxbot.search import Index
from wxbot.web.background import ClickCounter
from wxbot.web.cacheable import page_response
from wxbot.web.pictures import find_archived

__all__ = ["PublicPages"]

log = logging.getLogger(__name__)

# Words in the user agents of robots whose user agent begins with Mozilla.
_ROBOTS = re.compile(r"bot|spider|crawl|slurp|preview|headless|monitor", re.IGNORECASE)

_RELATED = 4
_BUSY_SECONDS = 60


class PublicPages:
    """The views; `public_url` and `account_name` as in the settings. `clicks` counts pages opened from answers.

    `index` finds related articles, `habits` returns what editors give of publications, such as their colours, `brand`
    the brand. `share_sdk` is the address of WeChat's JS-SDK, "" without shared cards.
    """

    def __init__(
        self,
        db: Database,
        clicks: ClickCounter,
        *,
        public_url: str,
        account_name: str,
        index: Index,
        habits: Callable[[], Habits] = Habits,
        brand: Callable[[], Brand] = Brand,
        share_sdk: str = "",
    ) -> None:
        self._db = db
        self._index = index
        self._clicks = clicks
        self._public_url = public_url
        self._account_name = account_name
        self._habits = habits
        self._brand = brand
        self._share_sdk = share_sdk
        self._root = rendering.site_root(public_url)

    def register(self, app: Flask) -> None:
        """Add the views and the pages of errors to the application."""
        app.add_url_rule("/i/<path:key>", "issue", self.issue)
        app.add_url_rule("/a/<path:key>/<int:n>", "article", self.article)
        app.add_url_rule("/a/archive/<path:public_id>", "archived_article", self.archived_article)
        app.register_error_handler(404, self.not_found)
        app.register_error_handler(Busy, self.failure)
        app.register_error_handler(500, self.failure)

    def issue(self, key: str) -> AnyResponse:
        """Return an issue's page: its sections and articles."""
        with self._db.read() as session:
            issue = library.issue(session, key) or _find_by_name(session, key)
            if issue is None:
                return self._gone_page(session, library.any_issue(session, key))
            if issue.key != key:  # one count of a combined issue, or the newest one of a publication
                return redirect(rendering.issue_address(issue, self._public_url))
            older, newer = library.neighbours(session, issue)
            look = self._look(session, issue)
            page = rendering.issue_page(
                issue,
                library.articles(session, key),
                older=older,
                newer=newer,
                public_url=self._public_url,
                account_name=self._account_name,
                picture_url=self._links(look.brand).issue_picture(issue),
                look=look,
            )
        linked = (issue, older, newer, *(newest for _, newest in look.others))
        return page_response(
            page, max(each.shelved_at for each in linked if each is not None), look, root=self._root
        )

    def article(self, key: str, n: int) -> Response:
        """Return the page of an issue's article."""
        with self._db.read() as session:
            issue, article = library.issue(session, key), library.article(session, key, n)
            if issue is None or article is None:
                return self._gone_page(
                    session, library.any_issue(session, key), library.any_article(session, key, n)
                )
            in_order = library.articles(session, key)
            look = self._look(session, issue)
            at = next(i for i, each in enumerate(in_order) if each.n == n)
            page = rendering.article_page(
                article,
                issue,
                before=in_order[at - 1] if at else None,
                after=in_order[at + 1] if at + 1 < len(in_order) else None,
                related=self._find_related(session, article, in_order[max(at - 1, 0) : at + 2]),
                public_url=self._public_url,
                account_name=self._account_name,
                picture_url=self._shared_picture(article, look.brand),
                look=look,
            )
        return self._count_click(page_response(page, issue.shelved_at, look, root=self._root), article)

    def _find_related(
        self, session: Session, article: Article, shown: Sequence[Article] = ()
    ) -> list[Article]:
        """Return public articles that are about the same, without those that the page links as neighbours."""
        known = {each.public_id for each in shown}
        found = self._index.similar(article, _RELATED + len(known))
        return library.by_ids(session, [hit.id for hit in found if hit.id not in known])[:_RELATED]

    def _look(self, session: Session, issue: Issue) -> PublicationLook:
        """Return how pages show an issue's publication; others are named where members can read them."""
        publications = library.publications(session)
        mine = next((each for each in publications if each.id == issue.publication_id), None)
        if mine is None:
            return PublicationLook(brand=self._brand(), share_sdk=self._share_sdk)
        newest = ((each.name, library.latest(session, each.id)) for each in publications if each is not mine)
        others = [(name or found.title, found) for name, found in newest if found is not None]
        habits = self._habits().of_publication(mine.slug, library.publication_names(mine))
        habits = habits or PublicationHabits(mine.name)
        present = {each: habits.present_name(each) for each in issue.sections}
        renamed = {each: name for each, name in present.items() if name != each}
        return PublicationLook(
            mine.name if others else "", habits.colour, renamed, others, self._brand(), self._share_sdk
        )

    def _gone_page(self, session: Session, issue: Issue | None, article: Article | None = None) -> Response:
        """Return 410 for what was withdrawn or removed, with the way to the issue; 404 for what nobody may know of."""
        if issue is None or issue.state == IssueState.HELD or (issue.is_public and article is None):
            abort(404)
        look = PublicationLook(brand=self._brand())
        page = rendering.gone_page(
            issue if issue.is_public else None,
            account_name=self._account_name,
            latest=library.latest(session, issue.publication_id) or library.latest(session),
            public_url=self._public_url,
            look=look,
        )
        response = make_response(page, 410)
        response.headers["Content-Security-Policy"] = rendering.page_policy(look)
        return response

    def archived_article(self, public_id: str) -> Response:
        """Return the page of an article that belongs to no issue."""
        with self._db.read() as session:
            article = find_archived(session, public_id)
            related = self._find_related(session, article)
        look = PublicationLook(brand=self._brand())
        page = rendering.archive_page(
            article,
            related=related,
            public_url=self._public_url,
            account_name=self._account_name,
            look=look,
        )
        return self._count_click(page_response(page, look=look), article)

    def not_found(self, error: Exception) -> Response:  # noqa: ARG002  the library's signature
        """Return the 404 page, with a link to the newest issue."""
        with self._db.read() as session:
            latest = library.latest(session)
        look = PublicationLook(brand=self._brand())
        page = rendering.not_found_page(
            account_name=self._account_name, latest=latest, public_url=self._public_url, look=look
        )
        response = make_response(page, 404)
        response.headers["Content-Security-Policy"] = rendering.page_policy(look)
        return response

    def failure(self, error: Exception) -> Response:
        """Return 503 while the database cannot answer, else 500; nothing is read for either page."""
        is_busy = isinstance(error, Busy)
        if is_busy:
            log.warning("a page is not shown for now: %s", error)
        look = PublicationLook(brand=self._brand())
        page = rendering.failure_page(
            is_busy=is_busy,
            number=request_id(),
            account_name=self._account_name,
            public_url=self._public_url,
            look=look,
        )
        response = make_response(page, 503 if is_busy else 500)
        response.headers["Content-Security-Policy"] = rendering.page_policy(look)
        response.headers["Cache-Control"] = "no-store"
        if is_busy:
            response.headers["Retry-After"] = str(_BUSY_SECONDS)
        return response

    def _links(self, brand: Brand) -> rendering.SiteLinks:
        """Return the addresses of pages and of pictures in this brand."""
        return rendering.SiteLinks(self._public_url, rendering.picture_look(brand))

    def _shared_picture(self, article: Article, brand: Brand) -> str:
        """Return the address of the picture beside a shared link: the first of the article, else the drawn one."""
        digest, links = rendering.first_cover_picture([article]), self._links(brand)
        return links.content_picture(digest) if digest else links.picture(rendering.article_summary(article))

    def _count_click(self, response: Response, article: Article) -> Response:
        """Count a page that a person opened from an answer; return the response, which the mark never changes."""
        mark = request.args.get(CLICK_FIELD, "")
        if mark and response.status_code == 200 and request.method == "GET" and _is_person():
            self._clicks.add(mark, article.public_id)
        return response


def _find_by_name(session: Session, key: str) -> Issue | None:
    """Return the public issue that an address names otherwise; a bare number is the default publication's."""
    found = library.issue_by_name(session, key)
    return None if found is not None and "/" in found.key and IssueNumber.parse(key) else found


def _is_person() -> bool:
    """Return whether the request is a person's, not a robot's or a prefetch."""
    agent = request.headers.get("User-Agent", "")
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return agent.startswith("Mozilla/") and not _ROBOTS.search(agent) and "prefetch" not in purpose
