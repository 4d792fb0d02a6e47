"""Pictures to upload before a draft can show them: banners that we draw, and picture files beside a bulletin."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from wxbot.rendering.cover import Artwork, banner
from wxbot.wechat.limits import UPLOADIMG_BYTES

__all__ = ["DraftPicture", "banner_picture", "file_picture"]

_WIDEST = 1080
_TALLEST = 6000  # pixels; far below the size that the platform refuses (40137)


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
