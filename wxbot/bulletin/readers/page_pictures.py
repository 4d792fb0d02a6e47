"""Find the pictures that a page or a Markdown text names: inside its text, in a file beside it, or on the web.

Nothing is fetched from the web. A file is read only from the folder of the source or a folder below it, also where a
symbolic link or `..` in the address leads out of it. A picture that is not where its address says may lie in the folder
of the source's own pictures (`wxbot.bulletin.readers.local_pictures`).
"""

import base64
import binascii
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, unquote_to_bytes

from wxbot.bulletin.blocks import Picture
from wxbot.bulletin.model import Source
from wxbot.bulletin.readers.local_pictures import address_path, bare_name, pictures_folder
from wxbot.bulletin.readers.pictures import MAX_PICTURE_BYTES, PictureCollector

__all__ = ["FoundPicture", "PagePictures"]

_SCHEME = re.compile(r"(?!file:)[a-z][a-z0-9+.-]+:", re.IGNORECASE)  # a single letter is a drive
_MAX_ADDRESS = 2000
"""Characters of an address of a file or of the web, at most."""

_DAMAGED = "图片打不开，文件可能已损坏"


class FoundPicture(NamedTuple):
    """A picture, None where it is left out, and the reason in Chinese for what an editor misses; "" for none."""

    picture: Picture | None
    reason: str = ""


class PagePictures:
    """Pictures of one page; `pictures` holds the bytes of those inside the page and beside it, by digest."""

    def __init__(self, source: Source) -> None:
        self._folder = source.folder.resolve() if source.folder is not None else None
        self._own = pictures_folder(Path(Path(source.file).name)).name
        self._collector = PictureCollector()

    @property
    def pictures(self) -> dict[str, bytes]:
        """Bytes of the collected pictures by digest."""
        return self._collector.pictures

    def find(self, addresses: Iterable[str], alt: str = "") -> FoundPicture:
        """Return the picture at the best of its addresses: bytes in the text or beside it, then an address of the web.

        A picture whose file is missing is returned with its path alone; the parser reports it.
        """
        known = [address.strip() for address in addresses if address.strip()]
        web, found = "", FoundPicture(None)
        for address in known:
            if address.lower().startswith("data:"):
                found = self._take(_data_bytes(address), alt, "") if not _is_placeholder(address) else found
            elif address.startswith("//") or address.lower().startswith(("http://", "https://")):
                web = web or (f"https:{address}" if address.startswith("//") else address)[:_MAX_ADDRESS]
            elif not _SCHEME.match(address) and (data := self._read(address)) is not None:
                found = self._take(data, alt, address)
            if found.picture is not None:
                return found
        if web:
            return FoundPicture(Picture(url=web, alt=alt))
        if found.reason:
            return found
        local = next((a for a in known if not _SCHEME.match(a)), "")
        return FoundPicture(Picture(url=local[:_MAX_ADDRESS], alt=alt)) if local else found

    def _take(self, data: bytes | None, alt: str, address: str) -> FoundPicture:
        """Hand bytes to the collector."""
        taken = self._collector.add(data, alt=alt, url=address) if data is not None else _DAMAGED
        return FoundPicture(None, taken) if isinstance(taken, str) else FoundPicture(taken)

    def _read(self, address: str) -> bytes | None:
        """Return the bytes of a file beside the source; None where there is none or where it lies elsewhere."""
        if self._folder is None or len(address) > _MAX_ADDRESS:
            return None
        name = address_path(address)
        found = self._read_file(self._folder, name)
        return found if found is not None else self._read_file(self._folder, f"{self._own}/{bare_name(name)}")

    @staticmethod
    def _read_file(folder: Path, name: str) -> bytes | None:
        """Return the bytes of a file in a folder or below it."""
        try:
            path = (folder / name).resolve()
            if not path.is_relative_to(folder) or not path.is_file():
                return None
            with path.open("rb") as opened:
                return opened.read(MAX_PICTURE_BYTES + 1)
        except (OSError, ValueError):
            return None


def _is_placeholder(address: str) -> bool:
    """Tell if an address is the drawing that lazy loading shows in place of the picture."""
    return address[:40].lower().startswith("data:image/svg")


def _data_bytes(address: str) -> bytes | None:
    """Return the content of a data: address; None where it is damaged."""
    head, separator, content = address.partition(",")
    if not separator:
        return None
    if not head.lower().rstrip().endswith(";base64"):
        return unquote_to_bytes(content)
    try:
        return base64.b64decode(unquote(content) if "%" in content else content)
    except (binascii.Error, ValueError):
        return None
