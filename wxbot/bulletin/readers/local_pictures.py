"""Name the folder beside a Markdown text or a page in which its pictures lie, and the pictures in it.

A browser saves the pictures of `NAME.html` in the folder `NAME_files`. Pictures that an editor brings together with a
text are kept in a folder of that name too, under their bare names: what a browser sends has no path.
"""

import html
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

__all__ = [
    "PICTURE_FORMATS",
    "TEXTS_WITH_PICTURES",
    "address_path",
    "bare_name",
    "named_pictures",
    "pictures_folder",
]

PICTURE_FORMATS = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")
"""Suffixes of the pictures that may lie beside a text."""

TEXTS_WITH_PICTURES = (".md", ".markdown", ".html", ".htm")
"""Suffixes of the texts that name their pictures instead of holding them."""

_FOLDER_ENDING = "_files"


def pictures_folder(source: Path) -> Path:
    """Return the folder in which the pictures of a source lie; it need not exist."""
    return source.with_name(f"{source.stem}{_FOLDER_ENDING}")


def address_path(address: str) -> str:
    """Return the path in an address, without its query and with `/` between its parts."""
    return unquote(address.partition("#")[0].partition("?")[0]).replace("\\", "/")


def bare_name(path: str) -> str:
    """Return the last part of a path as the names in a folder of pictures are written."""
    return unicodedata.normalize("NFC", re.split(r"[\\/]", path)[-1])


def named_pictures(text: str, names: Iterable[str]) -> list[str]:
    """Return those names of pictures that a text mentions as a whole, plainly or escaped as in an address."""
    written = unicodedata.normalize("NFC", f"{text}\n{unquote(html.unescape(text))}")
    return [name for name in names if _mentions(written, name)]


def _mentions(text: str, name: str) -> bool:
    """Tell if a name stands in a text, and not as the end of a longer one."""
    begins = r"(?:(?<=[/\\(<\"'=])|(?<=\s)|^)"
    return PurePosixPath(name).suffix != "" and bool(re.search(begins + re.escape(name), text, re.MULTILINE))
