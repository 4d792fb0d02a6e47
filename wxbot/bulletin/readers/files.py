"""Choose the reader for a file by its format."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wxbot.bulletin.model import Document, Source, limit_lines
from wxbot.bulletin.readers import md, txt
from wxbot.bulletin.readers.office import convert_to_docx
from wxbot.bulletin.readers.sources import OFFICE, open_source, source_format
from wxbot.lazy import LazyModule

if TYPE_CHECKING:
    from wxbot.bulletin.readers import docx, html, pdf
else:
    # Each needs a library of its own, which is loaded when such a file is read.
    docx = LazyModule("wxbot.bulletin.readers.docx")
    html = LazyModule("wxbot.bulletin.readers.html")
    pdf = LazyModule("wxbot.bulletin.readers.pdf")

__all__ = ["read", "read_source"]

_CONVERSION_SECONDS = 60

_READERS: dict[str, Callable[[Source], Document]] = {
    ".txt": txt.document,
    ".md": md.document,
    ".docx": lambda source: docx.document(source),  # noqa: PLW0108 — the module is loaded when such a file is read
    ".html": lambda source: html.document(source),  # noqa: PLW0108 — as above
    ".pdf": lambda source: pdf.document(source),  # noqa: PLW0108 — as above
}


def read(path: Path) -> Document:
    """Return the content of one document.

    Raises BulletinError for a file that is missing, empty, binary, too large, too long, or of an unknown format.
    """
    return read_source(open_source(path))


def read_source(source: Source) -> Document:
    """Return the content of a document that is in memory; raise BulletinError as `read` does."""
    suffix = source_format(source)
    if suffix in OFFICE:
        source, suffix = convert_to_docx(source, suffix, _CONVERSION_SECONDS), ".docx"
    document = _READERS[suffix](source)
    return replace(document, lines=limit_lines(document.lines, source.file), file_name=Path(source.file).name)
