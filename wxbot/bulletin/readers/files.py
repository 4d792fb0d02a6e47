"""Choosing the reader: what kind of document a file is, and which files a folder holds."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wxbot.bulletin.model import Line
from wxbot.bulletin.readers import md, txt
from wxbot.bulletin.readers.bounds import bounded
from wxbot.errors import BulletinError
from wxbot.lazy import LazyModule

if TYPE_CHECKING:
    from wxbot.bulletin.readers import docx, html, pdf
else:
    # Each brings a library of its own, which is loaded when such a file is read.
    docx = LazyModule("wxbot.bulletin.readers.docx")
    html = LazyModule("wxbot.bulletin.readers.html")
    pdf = LazyModule("wxbot.bulletin.readers.pdf")

__all__ = ["ARCHIVE", "find_files", "kind", "read"]

ARCHIVE = ".jsonl"
"""The suffix of an archive of articles, which is no bulletin: `read_archive` reads it."""

_LARGEST = 64 * 2**20
"""Bytes; no bulletin comes near, and reading is done in memory."""

_READERS: dict[str, Callable[[bytes, str], tuple[Line, ...]]] = {
    ".txt": lambda data, file: txt.lines(txt.decode(data, file)),
    ".md": lambda data, file: md.lines(txt.decode(data, file)),
    ".markdown": lambda data, file: md.lines(txt.decode(data, file)),
    ".docx": lambda data, file: docx.lines(data, file),  # noqa: PLW0108  asked of the module when it is called
    ".html": lambda data, file: html.lines(txt.decode(data, file), file),
    ".htm": lambda data, file: html.lines(txt.decode(data, file), file),
    ".pdf": lambda data, file: pdf.lines(data, file),  # noqa: PLW0108  the same
}
_SIGNATURES = (
    (b"%PDF", "PDF", ".pdf"),
    (b"PK\x03\x04", "Word 或压缩", ".docx"),
    (b"\xd0\xcf\x11\xe0", "旧版 Word", ".doc"),
    (b"{\\rtf", "RTF", ".rtf"),
)


def kind(path: Path) -> str | None:
    """The suffix by which a file is read; None when no reader takes it."""
    suffix = path.suffix.lower()
    return suffix if suffix in _READERS or suffix == ARCHIVE else None


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that paths name: a file as it is, a folder as its readable files, sorted by name.

    Hidden files and what lies in sub-folders is left out. BulletinError for a path that is not there.
    """
    for path in paths:
        if path.is_dir():
            inside = (one for one in path.iterdir() if one.is_file() and not one.name.startswith((".", "~$")))
            yield from sorted(one for one in inside if kind(one))
        elif path.exists():
            yield path
        else:
            raise BulletinError(f"找不到 {path}", file=str(path), remedy="请检查文件名和所在的文件夹。")


def read(path: Path) -> tuple[Line, ...]:
    """The lines of a bulletin's document.

    BulletinError for a file that is missing, empty, binary, too large or too long, or of a kind nobody here reads.
    """
    file = str(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = "、".join(sorted(_READERS))
        raise BulletinError(f"不认识 {path.name} 这种文件", file=file, remedy=f"请另存为 {known} 中的一种。")
    try:
        with path.open("rb") as opened:
            data = opened.read(_LARGEST + 1)
    except OSError as error:
        raise BulletinError(
            f"打不开 {file}：{error.strerror}", file=file, remedy="请检查文件是否存在、是否有权读取。"
        ) from error
    if len(data) > _LARGEST:
        raise BulletinError(f"{file} 超过 64 MB", file=file, remedy="这不像一份简报；请检查是否放错了文件。")
    for signature, name, suffix in _SIGNATURES:
        if data.startswith(signature) and path.suffix.lower() != suffix:
            raise BulletinError(
                f"{file} 其实是{name}文件", file=file, remedy=f"请把内容另存为真正的 {path.suffix} 文件。"
            )
    return bounded(reader(data, file), file)
