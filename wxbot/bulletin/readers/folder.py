"""List the files of the paths that an editor names, and of the folder that is watched.

Nothing outside a folder is reached through it: links are not followed.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from wxbot.bulletin.readers.sources import ARCHIVE, FIX_SUFFIX, FORMATS, IMPORT_REPORT, OFFICE, unknown_format
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
    fix : the fix file beside it, with what an editor settled about its reading
    """

    path: Path
    source: str
    in_folder: bool = False
    problem: str = ""
    remedy: str = ""
    fix: Path | None = None

    @property
    def is_closed_folder(self) -> bool:
        """True for a folder that cannot be opened, so that nobody knows what files it has."""
        return bool(self.problem) and self.source.endswith("/")


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files to read that `scan_files` finds, without those that have a problem."""
    return (found.path for found in scan_files(paths) if not found.problem)


def scan_files(paths: Iterable[Path]) -> Iterator[FoundFile]:
    """Yield the files that paths name: a file itself, a folder's files and those of its sub-folders, sorted by name.

    Hidden and temporary files are left out, and pictures and the like, which stand beside a bulletin; any other file
    that cannot be read is yielded with its problem. A fix file belongs to the sources of its name and stands for them
    where it is named itself. Raises BulletinError for a path that does not exist.
    """
    for path in paths:
        if path.is_dir():
            yield from _walk(path, "", 0)
        elif _is_fix_file(path.name):
            yield from _sources_of(path)
        elif os.path.lexists(path):
            yield FoundFile(path, path.name, fix=_fix_beside(path))
        else:
            raise BulletinError(f"找不到 {path}", file=str(path), remedy="请检查文件名和所在的文件夹。")


def _walk(folder: Path, prefix: str, depth: int) -> Iterator[FoundFile]:
    """Yield the files of a folder, then those of its sub-folders; `prefix` is the folder's name below the top."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        yield FoundFile(
            folder, prefix or "./", True, f"打不开文件夹 {folder}：{error.strerror}", "请检查它的权限。"
        )
        return
    entries = [entry for entry in entries if not _is_ignored(entry.name)]
    fixes = {_source_key(entry.name): Path(entry.path) for entry in entries if _is_fix_file(entry.name)}
    pages = {Path(entry.name).stem for entry in entries if entry.name.lower().endswith(_PAGES)}
    folders = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
    for entry in entries:
        if _is_fix_file(entry.name):
            if not any(_is_source_of(entry.name, other.name) for other in entries):
                yield _orphan(Path(entry.path), f"{prefix}{entry.name}", in_folder=True)
        elif entry not in folders and Path(entry.name).suffix.lower() not in _COMPANIONS:
            yield replace(_describe(entry, prefix), fix=fixes.get(_source_key(entry.name)))
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


def _is_fix_file(name: str) -> bool:
    """Tell if a name is that of a fix file."""
    return name.lower().endswith(FIX_SUFFIX)


def _source_key(name: str) -> str:
    """Return what the names of a source and of its fix file have in common; letters of either case are equal."""
    bare = name[: -len(FIX_SUFFIX)] if _is_fix_file(name) else Path(name).stem
    return bare.casefold()


def _is_source_of(fix: str, name: str) -> bool:
    """Tell if a name is that of a bulletin to which a fix file belongs."""
    suffix = Path(name).suffix.lower()
    return (suffix in FORMATS or suffix in OFFICE) and _source_key(name) == _source_key(fix)


def _fix_beside(path: Path) -> Path | None:
    """Return the fix file beside a source that was named itself."""
    found = (path.with_name(path.stem + suffix) for suffix in (FIX_SUFFIX, FIX_SUFFIX.upper()))
    return next((each for each in found if os.path.lexists(each)), None)


def _sources_of(fix: Path) -> Iterator[FoundFile]:
    """Yield the sources of a fix file that was named itself."""
    try:
        names = sorted(file.name for file in fix.parent.iterdir() if _is_source_of(fix.name, file.name))
    except OSError:
        names = []
    for name in names:
        yield FoundFile(fix.with_name(name), name, fix=fix)
    if not names:
        yield _orphan(fix, fix.name, in_folder=False)


def _orphan(fix: Path, source: str, *, in_folder: bool) -> FoundFile:
    """Return a fix file without a source, which has no effect."""
    stem = fix.name[: -len(FIX_SUFFIX)]
    return FoundFile(
        fix,
        source,
        in_folder,
        f"修正文件 {fix.name} 旁边没有它的原文",
        f"修正文件与原文同名：请检查名字，原文应是 {stem}.txt、{stem}.docx 之类。原文不要了，就把它也移出文件夹。",
    )


def _is_ignored(name: str) -> bool:
    """Tell if a name is that of a hidden, temporary or system file, or of the report of an import."""
    lower = name.lower()
    left_out = (*_TEMPORARY, IMPORT_REPORT)
    return name.startswith(_HIDDEN) or lower.endswith(left_out) or lower in _SYSTEM


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
