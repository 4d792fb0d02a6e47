"""Watch the folder in which editors put bulletin files: report each new or changed file once."""

from collections.abc import Iterator
from pathlib import Path

from wxbot import bulletin

__all__ = ["WatchedFolder"]

_Stamp = tuple[int, int]
"""Modification time in nanoseconds and size in bytes: a file is new or changed if they differ."""


class WatchedFolder:
    """Files of one folder, and the state in which each was last reported; held in memory only.

    After a restart every file is reported again, which is harmless: ingesting an unchanged file writes nothing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reported: dict[Path, _Stamp] = {}
        self._seen: dict[Path, _Stamp] = {}

    def changed_files(self, *, settled: bool) -> Iterator[Path]:
        """Yield the readable files that are new or changed since they were last yielded.

        With `settled`, a file is yielded only if its size and time are those of the previous call: a file that
        is still being copied waits for the next call.
        """
        if not self._folder.is_dir():
            return
        for file in bulletin.find_files([self._folder]):
            found = file.stat()
            stamp = (found.st_mtime_ns, found.st_size)
            if self._reported.get(file) == stamp:
                continue
            if settled and self._seen.get(file) != stamp:
                self._seen[file] = stamp
                continue
            # Recorded before the caller reads the file: a file that breaks its reader is not tried at every call.
            self._reported[file] = stamp
            yield file

    def report_again(self, file: Path) -> None:
        """Yield a file again at the next call, because it could not be ingested yet."""
        self._reported.pop(file, None)
