"""The `content` of a draft and its pictures, within the platform's limits (wechat-platform.md, G1, H and I).

`DraftPicture` is a picture to upload before a draft can show it: a banner that we draw, or a picture file beside a
bulletin. Until it is uploaded a placeholder `{{picture:KEY}}` stands for it. `with_pictures` then puts in the
platform's own address of the picture, or removes the placeholder: the platform filters pictures at any other address.
"""

import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate
from pathlib import Path

from PIL import Image, ImageOps

from wxbot.rendering.blocks import web_address
from wxbot.rendering.cover import Artwork, banner
from wxbot.rendering.wechat_html import ACCENT, FRAME, note, tag
from wxbot.wechat.limits import CONTENT_CHARS, UPLOADIMG_BYTES

__all__ = [
    "Body",
    "DraftPicture",
    "DraftPiece",
    "assemble_body",
    "banner_picture",
    "file_picture",
    "with_pictures",
]

_WIDEST = 1080
_TALLEST = 6000  # pixels; far below the size that the platform refuses (40137)
_PLACEHOLDER = re.compile(r"\{\{picture:([\w-]+)\}\}")
_IMAGE = "display:block;width:100%;height:auto;border-radius:4px"
_LONGEST_ADDRESS = 300  # characters
_PICTURE_CHARS = 500  # upper bound for a picture's address and the element around it
_MOST_CHARS = CONTENT_CHARS - 200  # the platform may count a few characters more than we do


@dataclass(frozen=True, slots=True)
class DraftPicture:
    """One picture for uploadimg; `key` identifies its content and names its placeholder in a draft."""

    key: str
    filename: str
    source: Artwork | Path

    def draw(self) -> bytes:
        """Return the picture as JPEG below 1 MB, the limit of uploadimg (wechat-platform.md, section H)."""
        return banner(self.source) if isinstance(self.source, Artwork) else _upload_jpeg(self.source)


def banner_picture(art: Artwork) -> DraftPicture:
    """Return the banner at the top of a draft's text."""
    key = f"banner-{_digest(repr(art).encode('utf-8', 'replace'))}"
    return DraftPicture(key, f"{key}.jpg", art)


def file_picture(name: str, folder: Path) -> DraftPicture | None:
    """Return the picture at a path below `folder`; None if there is no readable picture file inside `folder`."""
    try:
        file = (folder / name).resolve()
        if not file.is_relative_to(folder.resolve()) or not file.is_file():
            return None
        with Image.open(file) as image:
            image.verify()
    # ValueError: a name that this system cannot have. DecompressionBombError: a file made to exhaust the memory.
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    key = f"image-{_digest(file.read_bytes())}"
    return DraftPicture(key, f"{key}.jpg", file)


def _upload_jpeg(file: Path) -> bytes:
    """Convert a picture file for uploading: upright, no wider than a phone needs, without transparency."""
    with Image.open(file) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    upright.thumbnail((_WIDEST, _TALLEST))
    image = Image.new("RGB", upright.size, "white")
    image.paste(upright, mask=upright.getchannel("A"))
    for quality in (88, 75, 60, 40):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() < UPLOADIMG_BYTES:
            break
    return out.getvalue()


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


def assemble_body(head: str, pieces: Sequence[DraftPiece], foot: str, cut_note: str) -> Body:
    """Join head, pieces and foot to a draft's content of less than 20,000 characters (which is far below 1 MB).

    Articles at the end that do not fit are left out as a whole, and `cut_note` takes their place. Only if the first
    article alone is too long, it is cut between its parts.
    """
    closing = note(cut_note, ACCENT)
    room = _MOST_CHARS - _size(tag("section", head + foot + closing, FRAME))
    whole = _count_that_fit(["".join(piece.parts) for piece in pieces], room)
    html_parts = ["".join(piece.parts) for piece in pieces[:whole]]
    if whole == 0 and pieces:
        html_parts = list(pieces[0].parts[: _count_that_fit(pieces[0].parts, room)])
    cut = whole < len(pieces)
    html = tag("section", head + "".join(html_parts) + (closing if cut else "") + foot, FRAME)
    return Body(html, tuple(piece.n for piece in pieces[:whole]), cut)


def with_pictures(html: str, pictures: Mapping[str, str]) -> str:
    """Replace each placeholder by its picture; `pictures` maps keys to addresses, others are removed."""

    def image(placeholder: re.Match[str]) -> str:
        url = web_address(pictures.get(placeholder[1], ""))
        if not url or len(url) > _LONGEST_ADDRESS:
            return ""
        return tag("p", f'<img src="{escape(url)}" alt="" style="{_IMAGE}">', "margin:0 0 16px")

    return _PLACEHOLDER.sub(image, html)


def _count_that_fit(parts: Iterable[str], room: int) -> int:
    """Return how many parts, counted from the first, fit into `room` characters together."""
    return sum(used <= room for used in accumulate(map(_size, parts)))


def _size(html: str) -> int:
    """Return the number of characters once every placeholder has become a picture."""
    return len(html) + _PICTURE_CHARS * len(_PLACEHOLDER.findall(html))
