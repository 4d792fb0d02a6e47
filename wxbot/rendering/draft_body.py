"""An article of a draft, its `content` and its pictures, within the platform's limits (wechat-platform.md, G1, H, I).

`DraftPicture` is a picture to upload before a draft can show it: a banner that we draw, or a picture of the bulletin.
Until it is uploaded `{{picture:KEY}}` stands for its address. `with_pictures` then puts in the platform's own address
of the picture, or removes the picture: the platform filters pictures at any other address.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate
from typing import Any

from wxbot.brand import BrandPicture
from wxbot.bulletin.blocks import web_address
from wxbot.bulletin.push_form import WHOLE
from wxbot.bulletin.web_forms import upload_form, web_form
from wxbot.rendering.article_look import PLAIN_ARTICLE_LOOK, ArticleLook
from wxbot.rendering.cover import Artwork, banner, cover
from wxbot.rendering.picture_cover import cover_of_picture
from wxbot.wechat.article_rules import is_platform_picture
from wxbot.wechat.limits import CONTENT_CHARS

__all__ = [
    "Body",
    "DraftArticle",
    "DraftPicture",
    "DraftPiece",
    "PictureFile",
    "ReadPicture",
    "assemble_body",
    "banner_picture",
    "brand_picture",
    "bulletin_picture",
    "count_that_fit",
    "with_pictures",
]

_PLACEHOLDER = re.compile(r'<p[^<>]*><img src="\{\{picture:([\w-]+)\}\}"[^<>]*></p>')
_PNG = b"\x89PNG"
_LONGEST_ADDRESS = 300  # characters
_PICTURE_CHARS = 300  # upper bound for a picture's address
_MOST_CHARS = CONTENT_CHARS - 200  # the platform may count a few characters more than we do


ReadPicture = Callable[[str], bytes | None]
"""Reads a picture of the library by its digest; None if the library does not have it any more."""


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture as the platform takes it."""

    data: bytes
    filename: str


@dataclass(frozen=True, slots=True)
class DraftPicture:
    """One picture for uploadimg; `key` identifies its content and names its placeholder in a draft.

    `source` is the artwork to draw, a picture of the brand, or the digest of a picture of the library.
    """

    key: str
    source: Artwork | BrandPicture | str

    @property
    def is_of_bulletin(self) -> bool:
        """Tell a picture of the bulletin from one that we draw."""
        return isinstance(self.source, str)

    def draw(self, read: ReadPicture) -> PictureFile | None:
        """Return the picture as JPEG or PNG below 1 MB, the limit of uploadimg (wechat-platform.md, section H).

        None if the library does not have the picture any more: the draft is then shown without it.
        """
        if isinstance(self.source, Artwork):
            return PictureFile(banner(self.source), f"{self.key}.jpg")
        stored = self._brand_form() if isinstance(self.source, BrandPicture) else read(self.source)
        data = upload_form(stored) if stored is not None else None
        if data is None:
            return None
        return PictureFile(data, f"{self.key}.{'png' if data.startswith(_PNG) else 'jpg'}")

    def _brand_form(self) -> bytes | None:
        """Return a picture of the brand in the form of pages, which the platform takes as well."""
        assert isinstance(self.source, BrandPicture)  # noqa: S101  the caller asks for no other
        form = web_form(self.source.data)
        return form.data if form is not None else None


def brand_picture(picture: BrandPicture) -> DraftPicture:
    """Return the logo or the QR code of the account."""
    return DraftPicture(f"brand-{picture.digest[:16]}", picture)


def banner_picture(art: Artwork) -> DraftPicture:
    """Return the banner at the top of a draft's text."""
    return DraftPicture(f"banner-{_digest(repr(art).encode('utf-8', 'replace'))}", art)


def bulletin_picture(digest: str) -> DraftPicture:
    """Return a picture of the bulletin, which the library has."""
    return DraftPicture(f"image-{digest[:16]}", digest)


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class DraftPiece:
    """The HTML of one article of the issue, in parts between which it may be cut; `n` is its number in the issue."""

    n: int
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """A draft's content, the numbers of the articles that it holds, and whether articles were cut or left out."""

    html: str
    numbers: tuple[int, ...]
    cut: bool


def assemble_body(
    head: str,
    pieces: Sequence[DraftPiece],
    foot: str,
    cut_note: str,
    look: ArticleLook = PLAIN_ARTICLE_LOOK,
) -> Body:
    """Join head, pieces and foot to a draft's content of less than 20,000 characters (which is far below 1 MB).

    Articles at the end that do not fit are left out as a whole, and `cut_note` takes their place. Only if the first
    article alone is too long, it is cut between its parts.
    """
    closing = look.hint(cut_note)
    room = _MOST_CHARS - _size(look.element("section", head + foot + closing, "frame"))
    whole = count_that_fit(["".join(piece.parts) for piece in pieces], room)
    html_parts = ["".join(piece.parts) for piece in pieces[:whole]]
    if whole == 0 and pieces:
        html_parts = list(pieces[0].parts[: count_that_fit(pieces[0].parts, room)])
    cut = whole < len(pieces)
    html = look.element("section", head + "".join(html_parts) + (closing if cut else "") + foot, "frame")
    return Body(html, tuple(piece.n for piece in pieces[:whole]), cut)


def with_pictures(html: str, pictures: Mapping[str, str]) -> str:
    """Put in the addresses of the pictures, by their keys; a picture without one at the platform is removed."""

    def image(placeholder: re.Match[str]) -> str:
        url = web_address(pictures.get(placeholder[1], ""))
        if not is_platform_picture(url) or len(url) > _LONGEST_ADDRESS:
            return ""
        return placeholder[0].replace(f"{{{{picture:{placeholder[1]}}}}}", escape(url), 1)

    return _PLACEHOLDER.sub(image, html)


def count_that_fit(parts: Iterable[str], room: int) -> int:
    """Return how many parts, counted from the first, fit into `room` characters together."""
    return sum(used <= room for used in accumulate(map(_size, parts)))


def _size(html: str) -> int:
    """Return the number of characters once every placeholder has become a picture."""
    return len(html) + _PICTURE_CHARS * len(_PLACEHOLDER.findall(html))


@dataclass(frozen=True)
class DraftArticle:
    """One article of a WeChat draft.

    `of` is the name of its item, and `item` the item's number in the order of the issue, 1 for the whole issue.
    `content` is HTML with a placeholder for each picture. `articles` are the numbers of the issue's articles that it
    holds (the first draft article, a table of contents, lists them all). `pictures` must be uploaded; `images` are
    addresses of pictures on other sites, which the platform does not show. `cover_picture` is the digest of the picture
    that the cover shows; with "" it is drawn from `art`. `comments` is who may write comments below it: `fans`, `all`,
    or "" for nobody. `warnings` are Chinese sentences about changes made to keep
    within the limits.
    """

    title: str
    digest: str
    content: str
    content_source_url: str
    author: str
    articles: tuple[int, ...]
    art: Artwork
    pictures: tuple[DraftPicture, ...] = ()
    images: tuple[str, ...] = ()
    cover_picture: str = ""
    warnings: tuple[str, ...] = ()
    of: str = WHOLE
    item: int = 1
    comments: str = ""

    def draw_cover(self, read: ReadPicture) -> bytes:
        """Return the cover for add_material: JPEG, 900 × 383."""
        stored = read(self.cover_picture) if self.cover_picture else None
        return (cover_of_picture(stored) if stored is not None else None) or cover(self.art)

    def as_platform(self, thumb_media_id: str, pictures: Mapping[str, str]) -> dict[str, Any]:
        """Return the article object of draft/add.

        `pictures` maps each picture's key to its uploaded address; a picture without an address is left out. Comments
        are named where they are on only, because not every account may have them.
        """
        optional = {
            "author": self.author,
            "digest": self.digest,
            "content_source_url": self.content_source_url,
        }
        return {
            "title": self.title,
            "content": with_pictures(self.content, pictures),
            "thumb_media_id": thumb_media_id,
            **{name: value for name, value in optional.items() if value},
            **(
                {"need_open_comment": 1, "only_fans_can_comment": int(self.comments == "fans")}
                if self.comments
                else {}
            ),
        }
