"""List the files of the paths that an editor names, and of the folder that is watched.

Nothing outside a folder is reached through it: links are not followed.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wxbot.bulletin.readers.sources import ARCHIVE, FORMATS, OFFICE, unknown_format
from wxbot.errors import BulletinError

__all__ = ["FoundFile", "find_files", "scan_files"]

_MAX_DEPTH = 5
"""Levels of sub-folders that are read."""

_HIDDEN = (".", "~", "__MACOSX")
_TEMPORARY = (".tmp", ".part", ".partial", ".crdownload", ".download", ".swp", ".swx", ".bak", "~")
_SYSTEM = ("thumbs.db", "desktop.ini", "icon\r")

# Files that stand beside a bulletin: pictures of Markdown and HTML, and what a browser saves with a page.
_COMPANIONS = {
    ".avif", ".bmp", ".css", ".eot", ".gif", ".ico", ".jpeg", ".jpg", ".js", ".mp3", ".mp4", ".png", ".svg", ".tif",
    ".tiff", ".ttf", ".webp", ".woff", ".woff2",
}  # fmt: skip
_PAGES = (".html", ".htm")
_PAGE_FOLDERS = ("_files", ".files", "_file", "_文件")


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that was named or found in a folder.

    Attributes
    ----------
    path : the file
    source : its name below the folder that was named; its bare name where the file itself was named
    in_folder : it was found in a folder
    problem, remedy : why it cannot be read, and what to do; "" for a file to read
    """

    path: Path
    source: str
    in_folder: bool = False
    problem: str = ""
    remedy: str = ""


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files to read that `scan_files` finds, without those that have a problem."""
    return (found.path for found in scan_files(paths) if not found.problem)


def scan_files(paths: Iterable[Path]) -> Iterator[FoundFile]:
    """Yield the files that paths name: a file itself, a folder's files and those of its sub-folders, sorted by name.

    Hidden and temporary files are left out, and pictures and the like, which stand beside a bulletin; any other file
    that cannot be read is yielded with its problem. Raises BulletinError for a path that does not exist.
    """
    for path in paths:
        if path.is_dir():
            yield from _walk(path, "", 0)
        elif os.path.lexists(path):
            yield FoundFile(path, path.name)
        else:
            raise BulletinError(f"找不到 {path}", file=str(path), remedy="请检查文件名和所在的文件夹。")


def _walk(folder: Path, prefix: str, depth: int) -> Iterator[FoundFile]:
    """Yield the files of a folder, then those of its sub-folders; `prefix` is the folder's name below the top."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        yield FoundFile(folder, prefix, True, f"打不开文件夹 {folder}：{error.strerror}", "请检查它的权限。")
        return
    entries = [entry for entry in entries if not _is_ignored(entry.name)]
    pages = {Path(entry.name).stem for entry in entries if entry.name.lower().endswith(_PAGES)}
    folders = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
    for entry in entries:
        if entry not in folders and Path(entry.name).suffix.lower() not in _COMPANIONS:
            yield _describe(entry, prefix)
    for entry in folders:
        if any(entry.name == page + ending for page in pages for ending in _PAGE_FOLDERS):
            continue
        below = FoundFile(Path(entry.path), f"{prefix}{entry.name}", True)
        if depth == _MAX_DEPTH:
            yield FoundFile(
                below.path,
                below.source,
                True,
                f"文件夹 {entry.path} 太深，没有读",
                f"只读 {_MAX_DEPTH} 层以内的文件夹，请把里面的文件往上移。",
            )
        else:
            yield from _walk(below.path, f"{below.source}/", depth + 1)


def _is_ignored(name: str) -> bool:
    """Tell if a name is that of a hidden, temporary or system file."""
    lower = name.lower()
    return name.startswith(_HIDDEN) or lower.endswith(_TEMPORARY) or lower in _SYSTEM


def _describe(entry: os.DirEntry[str], prefix: str) -> FoundFile:
    """Return one entry of a folder, with its problem if it cannot be read."""
    path, source = Path(entry.path), f"{prefix}{entry.name}"
    suffix = path.suffix.lower()
    if entry.is_symlink():
        problem, remedy = f"{path} 是一个链接，没有读", "请把文件本身放进来。"
    elif not entry.is_file(follow_symlinks=False):
        problem, remedy = f"{path} 不是普通文件，没有读", "请把它移出文件夹。"
    elif suffix not in FORMATS and suffix not in OFFICE and suffix != ARCHIVE:
        problem, remedy = unknown_format(path)
        remedy = f"{remedy}。不是简报就移出文件夹。"
    else:
        problem, remedy = "", ""
    return FoundFile(path, source, True, problem, remedy)
