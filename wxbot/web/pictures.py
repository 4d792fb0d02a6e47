"""Pictures of the public site: those of articles and of the brand, and the pictures on cards, cached in files."""

import hashlib
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from flask import Flask, Response, abort, make_response, request

from wxbot import library, rendering
from wxbot.brand import Brand
from wxbot.db import Database, Session
from wxbot.library import Article
from wxbot.rendering.cover import CARD
from wxbot.rendering.picture_cover import cover_of_picture
from wxbot.web.cacheable import PICTURE_SECONDS, cacheable

__all__ = ["PictureCache", "PublicPictures", "find_archived", "found_or_404"]

log = logging.getLogger(__name__)

Row = TypeVar("Row")

_UNVERSIONED_PICTURE_SECONDS = 3600  # requested without the version in the address


class PublicPictures:
    """The views of pictures; `brand` returns the brand, which drawn pictures and its own ones come from."""

    def __init__(self, db: Database, cache: "PictureCache", brand: Callable[[], Brand] = Brand) -> None:
        self._db = db
        self._cache = cache
        self._brand = brand

    def register(self, app: Flask) -> None:
        """Add the views to the application."""
        app.add_url_rule("/p/<digest>", "content_picture", self.content_picture)
        app.add_url_rule("/p/brand/<digest>", "brand_picture", self.brand_picture)
        app.add_url_rule("/p/i/<path:key>.jpg", "issue_picture", self.issue_picture)
        app.add_url_rule("/p/a/<path:key>/<int:n>.jpg", "article_picture", self.article_picture)
        app.add_url_rule("/p/a/archive/<path:public_id>.jpg", "archived_picture", self.archived_picture)

    def brand_picture(self, digest: str) -> Response:
        """Return the logo or the QR code of the account; its address names its content."""
        brand = self._brand()
        found = (each for each in (brand.logo, brand.qr_code) if each is not None and each.digest == digest)
        picture = found_or_404(next(found, None))
        response = make_response(picture.data)
        response.content_type = picture.media_type
        return cacheable(response, PICTURE_SECONDS)

    def content_picture(self, digest: str) -> Response:
        """Return a picture of a public issue; its address names its content, so that it may be kept for ever."""
        with self._db.read() as session:
            shown = library.is_public_picture(session, digest)
            picture = found_or_404(library.picture_web_form(session, digest) if shown else None)
        response = make_response(picture.data)
        response.content_type = picture.media_type
        return cacheable(response, PICTURE_SECONDS)

    def issue_picture(self, key: str) -> Response:
        """Return the picture on an issue's card."""
        with self._db.read() as session:
            issue = found_or_404(library.issue(session, key))
        return self._card_response(rendering.issue_art(issue, self._brand()))

    def article_picture(self, key: str, n: int) -> Response:
        """Return the picture on an article's card."""
        with self._db.read() as session:
            issue = found_or_404(library.issue(session, key))
            article = found_or_404(library.article(session, key, n))
            own = self._own_picture(session, article)
        return self._card_response(rendering.article_art(article, issue, self._brand()), own)

    def archived_picture(self, public_id: str) -> Response:
        """Return the picture on an archived article's card."""
        with self._db.read() as session:
            article = find_archived(session, public_id)
            own = self._own_picture(session, article)
        return self._card_response(rendering.article_art(article, None, self._brand()), own)

    def _own_picture(self, session: Session, article: Article) -> bytes | None:
        """Return the picture of an article that its card shows; None for one without."""
        digest = rendering.first_cover_picture([article])
        found = library.picture_web_form(session, digest) if digest else None
        return found.data if found is not None else None

    def _card_response(self, art: rendering.Artwork, own: bytes | None = None) -> Response:
        """Return the picture on a card: made of the article's own picture, else drawn."""
        response = make_response(self._cache.card(art, own))
        response.content_type = "image/jpeg"
        seconds = PICTURE_SECONDS if "v" in request.args else _UNVERSIONED_PICTURE_SECONDS
        return cacheable(response, seconds)


def found_or_404(row: Row | None) -> Row:
    """Return what the database holds, or answer 404 for None."""
    if row is None:
        abort(404)
    return row


def find_archived(session: Session, public_id: str) -> Article:
    """Return an article of the archive, or answer 404, also for an issue's article: it has another address."""
    article = found_or_404(library.by_id(session, public_id))
    return found_or_404(article if article.issue_id is None else None)


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
