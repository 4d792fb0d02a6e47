"""Choose the reader for a file by its suffix, and list the readable files of a folder."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wxbot.bulletin.model import Document, Source, limit_lines
from wxbot.bulletin.readers import md, txt
from wxbot.errors import BulletinError
from wxbot.lazy import LazyModule

if TYPE_CHECKING:
    from wxbot.bulletin.readers import docx, html, pdf
else:
    # Each needs a library of its own, which is loaded when such a file is read.
    docx = LazyModule("wxbot.bulletin.readers.docx")
    html = LazyModule("wxbot.bulletin.readers.html")
    pdf = LazyModule("wxbot.bulletin.readers.pdf")

__all__ = ["ARCHIVE", "find_files", "read"]

ARCHIVE = ".jsonl"
"""Suffix of an archive of articles, which `read_archive` reads; it is not a bulletin."""

_MAX_BYTES = 64 * 2**20
"""Size of a file, at most: it is read into memory."""

_READERS: dict[str, Callable[[Source], Document]] = {
    ".txt": lambda source: Document(txt.lines(txt.decode(source.data, source.file))),
    ".md": lambda source: Document(md.lines(txt.decode(source.data, source.file))),
    ".markdown": lambda source: Document(md.lines(txt.decode(source.data, source.file))),
    ".docx": lambda source: docx.document(source),  # noqa: PLW0108 — the module is loaded when such a file is read
    ".html": lambda source: Document(html.lines(txt.decode(source.data, source.file), source.file)),
    ".htm": lambda source: Document(html.lines(txt.decode(source.data, source.file), source.file)),
    ".pdf": lambda source: pdf.document(source),  # noqa: PLW0108 — as above
}
_SIGNATURES = (
    (b"%PDF", "PDF", ".pdf"),
    (b"PK\x03\x04", "Word 或压缩", ".docx"),
    (b"\xd0\xcf\x11\xe0", "旧版 Word", ".doc"),
    (b"{\\rtf", "RTF", ".rtf"),
)


def _is_readable(path: Path) -> bool:
    """Tell if a reader exists for the suffix of a file."""
    suffix = path.suffix.lower()
    return suffix in _READERS or suffix == ARCHIVE


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files that paths name: a file itself, a folder's readable files sorted by name.

    Hidden files and sub-folders are ignored. Raises BulletinError for a path that does not exist.
    """
    for path in paths:
        if path.is_dir():
            inside = (one for one in path.iterdir() if one.is_file() and not one.name.startswith((".", "~$")))
            yield from sorted(one for one in inside if _is_readable(one))
        elif path.exists():
            yield path
        else:
            raise BulletinError(f"找不到 {path}", file=str(path), remedy="请检查文件名和所在的文件夹。")


def read(path: Path) -> Document:
    """Return the content of one document.

    Raises BulletinError for a file that is missing, empty, binary, too large, too long, or of an unknown format.
    """
    file = str(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = "、".join(sorted(_READERS))
        raise BulletinError(f"不认识 {path.name} 这种文件", file=file, remedy=f"请另存为 {known} 中的一种。")
    try:
        with path.open("rb") as opened:
            data = opened.read(_MAX_BYTES + 1)
    except OSError as error:
        raise BulletinError(
            f"打不开 {file}：{error.strerror}", file=file, remedy="请检查文件是否存在、是否有权读取。"
        ) from error
    if len(data) > _MAX_BYTES:
        raise BulletinError(f"{file} 超过 64 MB", file=file, remedy="这不像一份简报；请检查是否放错了文件。")
    for signature, name, suffix in _SIGNATURES:
        if data.startswith(signature) and path.suffix.lower() != suffix:
            raise BulletinError(
                f"{file} 其实是{name}文件", file=file, remedy=f"请把内容另存为真正的 {path.suffix} 文件。"
            )
    document = reader(Source(file, data, path.parent))
    return replace(document, lines=limit_lines(document.lines, file), file_name=path.name)
