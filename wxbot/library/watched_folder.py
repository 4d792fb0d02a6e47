"""Watch the folder of bulletins: report new and changed files, and keep what an editor settled about one."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from wxbot import bulletin
from wxbot.bulletin import FIX_SUFFIX, FoundFile
from wxbot.bulletin.fix_file import read_fixes
from wxbot.bulletin.fix_writer import save_fixes
from wxbot.bulletin.identity import Settled
from wxbot.errors import UsageError

__all__ = ["WatchedFolder", "keep_settled", "name_in_folder"]

_PATIENCE = 8
"""Scans in which a file must be missing before it counts as gone."""

_Stamp = tuple[int, ...]
"""Sizes in bytes and times in nanoseconds of a file and its fix file: new or changed if they differ.

The time of the last change of status tells a file from another one that took its name with its size and its date.
"""


class WatchedFolder:
    """Files of one folder, and the state in which each was last reported; held in memory only.

    A source is reported again when its fix file appears, changes or goes.

    After a restart every file is reported again, which is harmless: ingesting an unchanged file writes nothing.
    A file that vanishes counts as present for a while: a program that saves may delete and write it again, and one that
    is renamed must settle under its new name first.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reported: dict[Path, _Stamp] = {}
        self._seen: dict[Path, _Stamp] = {}
        self._scans = 0
        self._is_whole = True  # the last scan could open every folder
        self._last_seen: dict[str, int] = {}  # number of the scan that saw each file last

    def changed_files(self, *, settled: bool) -> Iterator[FoundFile]:
        """Yield the files that are new or changed since they were last yielded.

        With `settled`, a file is yielded only if its size and time are those of the previous call: a file that
        is still being copied waits for the next call.
        """
        if not self._folder.is_dir():
            return
        found = list(bulletin.scan_files([self._folder]))
        self._scans += 1
        seen = {source: scan for source, scan in self._last_seen.items() if self._scans - scan < _PATIENCE}
        self._last_seen = seen | dict.fromkeys((file.source for file in found), self._scans)
        self._is_whole = not any(file.is_closed_folder for file in found)
        paths = {file.path for file in found}
        self._reported = {path: stamp for path, stamp in self._reported.items() if path in paths}
        for file in found:
            stamp = _stamp(file)
            if stamp is None or self._reported.get(file.path) == stamp:
                continue
            if settled and self._seen.get(file.path) != stamp:
                self._seen[file.path] = stamp
                continue
            self._reported[file.path] = stamp
            yield file

    def present_files(self, *, settled: bool) -> frozenset[str] | None:
        """Return the names of the files that are in the folder; None while that is not known.

        It is not known while a sub-folder cannot be opened, such as one on another machine.
        With `settled`, a file that vanished counts as present for `_PATIENCE` calls of `changed_files`.
        """
        patience = _PATIENCE if settled else 1
        if self._scans < patience or not self._is_whole:
            return None
        seen = self._last_seen.items()
        return frozenset(source for source, scan in seen if self._scans - scan < patience)

    def report_again(self, file: FoundFile) -> None:
        """Yield a file again at the next call, because it could not be ingested yet."""
        self._reported.pop(file.path, None)


def name_in_folder(path: Path, folder: Path) -> str | None:
    """Return the name of a file below the watched folder; None if it lies elsewhere."""
    place, top = path.parent.resolve() / path.name, folder.resolve()
    return place.relative_to(top).as_posix() if place.is_relative_to(top) else None


def keep_settled(file: FoundFile, settled: Settled, folder: Path, *, dry_run: bool = False) -> Path | None:
    """Write number, date and publication that an editor gave for a file into its fix file, which is returned.

    None if nothing was given, or if the file does not lie in the watched `folder`, where a worker would read it again.
    Raises UsageError if another file has the same fix file, because it would get them as well.
    """
    if settled == Settled() or name_in_folder(file.path, folder) is None:
        return None
    fix = file.fix or file.path.with_name(f"{file.path.stem}{FIX_SUFFIX}")
    others = [
        other.path.name
        for other in bulletin.scan_files([file.path.parent])
        if other.path != file.path
        and other.path.parent == file.path.parent
        and other.path.stem == file.path.stem
    ]
    if others:
        raise UsageError(
            f"{file.path.name} 与 {'、'.join(others)} 合用一个修正文件 {fix.name}，期号、日期、刊名会同时改了它们",
            remedy=f"请先给 {file.path.name} 改个名字，再试一次。",
        )
    fixes = read_fixes(fix if file.fix else None, follow_links=False)
    if not dry_run:
        save_fixes(fix, replace(fixes, settled=fixes.complete(settled)), file.path.name)
    return fix


def _stamp(file: FoundFile) -> _Stamp | None:
    """Return the stamp of a file or folder, and of its fix file; None if it has gone meanwhile."""
    stamp: _Stamp = ()
    for path in filter(None, (file.path, file.fix)):
        try:
            found = path.lstat()
        except OSError:
            return None
        stamp += (found.st_mtime_ns, found.st_ctime_ns, found.st_size)
    return stamp
