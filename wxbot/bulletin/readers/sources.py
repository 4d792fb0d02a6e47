"""Open a file safely, and find out its format from its name and its first bytes."""

import errno
import os
import stat
from pathlib import Path

from wxbot.bulletin.model import Source
from wxbot.errors import BulletinError

__all__ = [
    "ARCHIVE",
    "FIX_SUFFIX",
    "FORMATS",
    "IMPORT_REPORT",
    "OFFICE",
    "READABLE",
    "open_source",
    "source_format",
    "unknown_format",
]

ARCHIVE = ".jsonl"
"""Suffix of an archive of articles, which `read_archive` reads; it is not a bulletin."""

FIX_SUFFIX = ".fix.toml"
"""End of the name of a fix file, which stands beside a source and begins with its name."""

IMPORT_REPORT = ".导入报告.txt"
"""End of the name of the report of an import, which may stand among the files that it reports on."""

FORMATS = {
    ".txt": ".txt",
    ".md": ".md",
    ".markdown": ".md",
    ".docx": ".docx",
    ".docm": ".docx",
    ".dotx": ".docx",
    ".dotm": ".docx",
    ".html": ".html",
    ".htm": ".html",
    ".pdf": ".pdf",
}
"""Format of a file by its suffix."""

OFFICE = (".doc", ".wps", ".rtf", ".odt")
"""Suffixes of formats that LibreOffice converts to docx."""

READABLE = "能读的简报有 .docx、.pdf、.html、.md、.txt；.doc、.wps、.rtf、.odt 由 LibreOffice 转换后也能读"
"""What can be read, in the words of every message that says so."""

_PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".heic", ".svg"}

_MAX_BYTES = 64 * 2**20
"""Size of a file, at most: it is read into memory."""

_OLE = b"\xd0\xcf\x11\xe0"
_SIGNATURES = (
    (b"%PDF", "PDF", ".pdf"),
    (b"PK\x03\x04", "Word 或压缩", ".docx"),
    (_OLE, "旧版 Word", ".doc"),
    (b"{\\rtf", "RTF", ".rtf"),
)
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def open_source(path: Path, *, follow_links: bool = True) -> Source:
    """Read a file into memory, at most 64 MB.

    Raises BulletinError for what is no regular file: opening a pipe or a device could block for ever.
    """
    file = str(path)
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow_links else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb") as opened:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _unreadable(file, "不是普通文件")
            data = opened.read(_MAX_BYTES + 1)
    except OSError as error:
        reason = "是一个链接" if error.errno == errno.ELOOP else str(error.strerror)
        raise _unreadable(file, reason) from error
    except ValueError as error:  # a name with a null character
        raise _unreadable(file, "文件名不对") from error
    if len(data) > _MAX_BYTES:
        raise BulletinError(f"{file} 超过 64 MB", file=file, remedy="这不像一份简报；请检查是否放错了文件。")
    return Source(file, data, path.parent.absolute())


def source_format(source: Source) -> str:
    """Return the format of a file as one of the values of `FORMATS`, or a suffix of `OFFICE`.

    Raises BulletinError for an unknown suffix, for a suffix that the content contradicts, and for an encrypted file.
    """
    path = Path(source.file)
    suffix = path.suffix.lower()
    if suffix not in FORMATS and suffix not in OFFICE:
        message, remedy = unknown_format(path)
        raise BulletinError(message, file=source.file, remedy=f"{remedy}。")
    if source.data.startswith(_OLE) and _ENCRYPTED in source.data:
        raise BulletinError(
            f"{source.file} 有密码，读不了", file=source.file, remedy="请在 Word 里打开它，去掉密码后再保存。"
        )
    found = next((entry for entry in _SIGNATURES if source.data.startswith(entry[0])), None)
    if suffix in OFFICE or FORMATS[suffix] == ".docx":
        return _word_format(source, suffix, found[2] if found else "")
    if found is not None and found[2] != suffix:
        raise BulletinError(
            f"{source.file} 其实是{found[1]}文件",
            file=source.file,
            remedy=f"请把内容另存为真正的 {path.suffix} 文件。",
        )
    return FORMATS[suffix]


def unknown_format(path: Path) -> tuple[str, str]:
    """Return why a file with a suffix of no format is not read, and what can be done, without the last full stop."""
    if path.suffix.lower() in _PICTURES:
        return f"{path.name} 是图片，里面的字读不出来", f"请找排版前的文件来上架。{READABLE}"
    return f"不认识 {path.name} 这种文件", f"若是简报，请用它原来的软件另存为其中一种。{READABLE}"


def _word_format(source: Source, suffix: str, signature: str) -> str:
    """Return the format of a file with a suffix of Word: Word opens all of them by their content, not by their name."""
    if signature == ".docx" and b"word/" in source.data:
        return ".docx"
    if signature in {".doc", ".rtf"}:
        return signature
    if signature == ".pdf":
        raise BulletinError(
            f"{source.file} 其实是PDF文件", file=source.file, remedy="请把文件名的后缀改成 .pdf。"
        )
    beginning = source.data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if suffix in OFFICE and beginning.startswith((b"<html", b"<!doctype html")):
        return ".html"
    return FORMATS.get(suffix, suffix)


def _unreadable(file: str, reason: str) -> BulletinError:
    """Return the error of a file that cannot be opened."""
    return BulletinError(f"打不开 {file}：{reason}", file=file, remedy="请检查文件是否存在、是否有权读取。")
