"""The public pages and pictures that cards link: from the library, cacheable, the same for every reader."""

import hashlib
import logging
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from flask import Flask, Response, abort, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import library, rendering
from wxbot.brand import Brand
from wxbot.bulletin.habits import Habits, PublicationHabits
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.db import Database, Session
from wxbot.errors import Busy
from wxbot.library import Article, Issue, IssueState
from wxbot.rendering import CLICK_FIELD, PublicationLook
from wxbot.rendering.cover import CARD
from wxbot.rendering.picture_cover import cover_of_picture
from wxbot.search import Index
from wxbot.web.background import ClickCounter
from wxbot.web.cacheable import PICTURE_SECONDS, cacheable, page_response

__all__ = ["PictureCache", "PublicPages"]

log = logging.getLogger(__name__)

Row = TypeVar("Row")

# Words in the user agents of robots whose user agent begins with Mozilla.
_ROBOTS = re.compile(r"bot|spider|crawl|slurp|preview|headless|monitor", re.IGNORECASE)

_RELATED = 4
_BUSY_SECONDS = 60
_UNVERSIONED_PICTURE_SECONDS = 3600  # requested without the version in the address


class PublicPages:
    """The views; `public_url` and `account_name` as in the settings. `clicks` counts pages opened from answers.

    `index` finds related articles, `habits` returns what editors give of publications, such as their colours, `brand`
    the brand. `share_sdk` is the address of WeChat's JS-SDK, "" without shared cards.
    """

    def __init__(
        self,
        db: Database,
        pictures: "PictureCache",
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
        self._pictures = pictures
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
        app.add_url_rule("/p/<digest>", "content_picture", self.content_picture)
        app.add_url_rule("/p/brand/<digest>", "brand_picture", self.brand_picture)
        app.add_url_rule("/p/i/<path:key>.jpg", "issue_picture", self.issue_picture)
        app.add_url_rule("/p/a/<path:key>/<int:n>.jpg", "article_picture", self.article_picture)
        app.add_url_rule("/p/a/archive/<path:public_id>.jpg", "archived_picture", self.archived_picture)
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
            article = _find_archived(session, public_id)
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

    def brand_picture(self, digest: str) -> Response:
        """Return the logo or the QR code of the account; its address names its content."""
        brand = self._brand()
        found = (each for each in (brand.logo, brand.qr_code) if each is not None and each.digest == digest)
        picture = _require(next(found, None))
        response = make_response(picture.data)
        response.content_type = picture.media_type
        return cacheable(response, PICTURE_SECONDS)

    def content_picture(self, digest: str) -> Response:
        """Return a picture of a public issue; its address names its content, so that it may be kept for ever."""
        with self._db.read() as session:
            shown = library.is_public_picture(session, digest)
            picture = _require(library.picture_web_form(session, digest) if shown else None)
        response = make_response(picture.data)
        response.content_type = picture.media_type
        return cacheable(response, PICTURE_SECONDS)

    def issue_picture(self, key: str) -> Response:
        """Return the picture on an issue's card."""
        with self._db.read() as session:
            issue = _require(library.issue(session, key))
        return self._picture(rendering.issue_art(issue, self._brand()))

    def article_picture(self, key: str, n: int) -> Response:
        """Return the picture on an article's card."""
        with self._db.read() as session:
            issue = _require(library.issue(session, key))
            article = _require(library.article(session, key, n))
            own = self._own_picture(session, article)
        return self._picture(rendering.article_art(article, issue, self._brand()), own)

    def archived_picture(self, public_id: str) -> Response:
        """Return the picture on an archived article's card."""
        with self._db.read() as session:
            article = _find_archived(session, public_id)
            own = self._own_picture(session, article)
        return self._picture(rendering.article_art(article, None, self._brand()), own)

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
            is_busy=is_busy, account_name=self._account_name, public_url=self._public_url, look=look
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

    def _own_picture(self, session: Session, article: Article) -> bytes | None:
        """Return the picture of an article that its card shows; None for one without."""
        digest = rendering.first_cover_picture([article])
        found = library.picture_web_form(session, digest) if digest else None
        return found.data if found is not None else None

    def _count_click(self, response: Response, article: Article) -> Response:
        """Count a page that a person opened from an answer; return the response, which the mark never changes."""
        mark = request.args.get(CLICK_FIELD, "")
        if mark and response.status_code == 200 and request.method == "GET" and _is_person():
            self._clicks.add(mark, article.public_id)
        return response

    def _picture(self, art: rendering.Artwork, own: bytes | None = None) -> Response:
        """Return the picture on a card: made of the article's own picture, else drawn."""
        response = make_response(self._pictures.card(art, own))
        response.content_type = "image/jpeg"
        seconds = PICTURE_SECONDS if "v" in request.args else _UNVERSIONED_PICTURE_SECONDS
        return cacheable(response, seconds)


def _find_by_name(session: Session, key: str) -> Issue | None:
    """Return the public issue that an address names otherwise; a bare number is the default publication's."""
    found = library.issue_by_name(session, key)
    return None if found is not None and "/" in found.key and IssueNumber.parse(key) else found


def _is_person() -> bool:
    """Return whether the request is a person's, not a robot's or a prefetch."""
    agent = request.headers.get("User-Agent", "")
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return agent.startswith("Mozilla/") and not _ROBOTS.search(agent) and "prefetch" not in purpose


def _require(row: Row | None) -> Row:
    """Return what the database holds, or answer 404 for None."""
    if row is None:
        abort(404)
    return row


def _find_archived(session: Session, public_id: str) -> Article:
    """Return an article of the archive, or answer 404, also for an issue's article: it has another address."""
    article = _require(library.by_id(session, public_id))
    return _require(article if article.issue_id is None else None)


class PictureCache:
    """Cache of card pictures in `folder`, which may be deleted; processes and threads may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def card(self, art: rendering.Artwork, own: bytes | None = None) -> bytes:
        """Return a card's picture as JPEG, from the cache or made now: of an article's own picture, else drawn."""
        content = repr(art).encode("utf-8", "replace") + (hashlib.sha256(own).digest() if own else b"")
        file = self._folder / f"{hashlib.sha256(content).hexdigest()[:40]}.jpg"
        try:
            return file.read_bytes()
        except OSError:
            cut = cover_of_picture(own, CARD) if own else None
            picture = cut or rendering.card_picture(art)
        self._store(file, picture)
        return picture

    def _store(self, file: Path, picture: bytes) -> None:
        """Write a picture under a temporary name and rename it, so that no other process reads half of it."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as temporary:
                temporary.write(picture)
            Path(temporary.name).replace(file)
        except OSError as error:
            log.warning("a card picture could not be cached: %s", error)
