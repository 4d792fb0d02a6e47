"""The pages and pictures that a card opens: from the library, cacheable, the same for every reader."""

import datetime as dt
import hashlib
import re
from typing import TypeVar

from flask import Flask, Response, abort, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from wxbot import library, rendering
from wxbot.db import Database, Session
from wxbot.library import Article
from wxbot.rendering import CLICK_FIELD
from wxbot.web.openings import Openings
from wxbot.web.pictures import Pictures

__all__ = ["Pages"]

Thing = TypeVar("Thing")

# What robots that call themselves Mozilla say besides.
_PROGRAMS = re.compile(r"bot|spider|crawl|slurp|preview|headless|monitor", re.IGNORECASE)

_PAGE_SECONDS = 300  # an editor's correction is seen soon
_PICTURE_SECONDS = 365 * 86_400  # its address changes when it does
_LOOSE_PICTURE_SECONDS = 3600  # asked for without the version in the address


class Pages:
    """The views; `public_url` and `account_name` as in the settings. `openings` counts what is opened from answers."""

    def __init__(
        self, db: Database, pictures: Pictures, openings: Openings, *, public_url: str, account_name: str
    ) -> None:
        self._db = db
        self._pictures = pictures
        self._openings = openings
        self._public_url = public_url
        self._links = rendering.SiteLinks(public_url)
        self._account_name = account_name

    def register(self, app: Flask) -> None:
        """Put the views at their addresses."""
        app.add_url_rule("/", "home", self.home)
        app.add_url_rule("/i/<number>", "issue", self.issue)
        app.add_url_rule("/a/<number>/<int:n>", "article", self.article)
        app.add_url_rule("/a/archive/<path:public_id>", "archived", self.archived)
        app.add_url_rule("/p/i/<number>.jpg", "issue_picture", self.issue_picture)
        app.add_url_rule("/p/a/<number>/<int:n>.jpg", "article_picture", self.article_picture)
        app.add_url_rule("/p/a/archive/<path:public_id>.jpg", "archived_picture", self.archived_picture)
        app.register_error_handler(404, self.not_found)

    def home(self) -> AnyResponse:
        """The newest issue."""
        with self._db.read() as session:
            newest = library.latest(session)
        if newest is None:
            abort(404)
        return redirect(rendering.issue_address(newest, self._public_url))

    def issue(self, number: str) -> Response:
        """An issue: its sections and articles."""
        with self._db.read() as session:
            issue = _found(library.issue(session, number))
            older, newer = library.neighbours(session, issue)
            page = rendering.issue_page(
                issue,
                library.articles(session, number),
                older=older,
                newer=newer,
                public_url=self._public_url,
                account_name=self._account_name,
                picture_url=self._links.page_picture(rendering.issue_path(number)),
            )
        return _page(page, max(each.shelved_at for each in (issue, older, newer) if each is not None))

    def article(self, number: str, n: int) -> Response:
        """An article of an issue."""
        with self._db.read() as session:
            issue = _found(library.issue(session, number))
            article = _found(library.article(session, number, n))
            page = rendering.article_page(
                article,
                issue,
                before=library.article(session, number, n - 1),
                after=library.article(session, number, n + 1),
                public_url=self._public_url,
                account_name=self._account_name,
                picture_url=self._links.page_picture(rendering.article_path(number, n)),
            )
        return self._counted(_page(page, issue.shelved_at), article)

    def archived(self, public_id: str) -> Response:
        """An article that belongs to no issue."""
        with self._db.read() as session:
            article = _archived(session, public_id)
        names = {"public_url": self._public_url, "account_name": self._account_name}
        return self._counted(_page(rendering.archive_page(article, **names)), article)

    def issue_picture(self, number: str) -> Response:
        """The picture on an issue's card."""
        with self._db.read() as session:
            issue = _found(library.issue(session, number))
        return self._picture(rendering.issue_art(issue))

    def article_picture(self, number: str, n: int) -> Response:
        """The picture on an article's card."""
        with self._db.read() as session:
            issue = _found(library.issue(session, number))
            article = _found(library.article(session, number, n))
        return self._picture(rendering.article_art(article, issue))

    def archived_picture(self, public_id: str) -> Response:
        """The picture on an archived article's card."""
        with self._db.read() as session:
            article = _archived(session, public_id)
        return self._picture(rendering.article_art(article, None))

    def not_found(self, error: Exception) -> Response:  # noqa: ARG002  the library's signature
        """The page for an address that leads nowhere."""
        with self._db.read() as session:
            latest = library.latest(session)
        page = rendering.not_found_page(
            account_name=self._account_name, latest=latest, public_url=self._public_url
        )
        response = make_response(page, 404)
        response.headers["Content-Security-Policy"] = rendering.PAGE_POLICY
        return response

    def _counted(self, response: Response, article: Article) -> Response:
        """Count a page that was opened from an answer. The mark changes nothing on it, nor its ETag."""
        mark = request.args.get(CLICK_FIELD, "")
        if mark and response.status_code == 200 and request.method == "GET" and _by_a_person():
            self._openings.add(mark, article.public_id)
        return response

    def _picture(self, art: rendering.Artwork) -> Response:
        response = make_response(self._pictures.card(art))
        response.content_type = "image/jpeg"
        seconds = _PICTURE_SECONDS if "v" in request.args else _LOOSE_PICTURE_SECONDS
        return _cacheable(response, seconds)


def _page(page: str, modified: dt.datetime | None = None) -> Response:
    response = make_response(page)
    response.headers["Content-Security-Policy"] = rendering.PAGE_POLICY
    response.last_modified = modified
    return _cacheable(response, _PAGE_SECONDS)


def _cacheable(response: Response, seconds: int) -> Response:
    """Let everybody keep it for `seconds`, and then ask whether it changed; 304 when the reader has it already."""
    response.cache_control.public = True
    response.cache_control.max_age = seconds
    response.cache_control.immutable = seconds == _PICTURE_SECONDS
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _by_a_person() -> bool:
    """Whether a person's browser asks, WeChat's or another, and not a program or a browser that looks ahead."""
    agent = request.headers.get("User-Agent", "")
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return agent.startswith("Mozilla/") and not _PROGRAMS.search(agent) and "prefetch" not in purpose


def _found(thing: Thing | None) -> Thing:
    """What was looked for, or the page for what is not there."""
    if thing is None:
        abort(404)
    return thing


def _archived(session: Session, public_id: str) -> Article:
    """An article that is at home in no issue: the others have an address of their own."""
    article = _found(library.by_id(session, public_id))
    return _found(article if article.issue_id is None else None)
