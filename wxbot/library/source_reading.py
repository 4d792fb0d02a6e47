"""Read files of the bulletin folder for an editor who settles their reading: with lines, fixes and pictures.

The last readings are kept: a page is often asked for again with nothing changed.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from wxbot.bulletin import ReaderPool
from wxbot.bulletin.habits import Habits
from wxbot.bulletin.model import WebForm
from wxbot.bulletin.settle_reading import Reading, read_with_lines
from wxbot.db import Database
from wxbot.errors import BulletinError
from wxbot.library.habits import learn_habits
from wxbot.library.library_version import version
from wxbot.library.pending_fixes import working_fixes
from wxbot.library.source_files import SourceFile

__all__ = ["SourceReader", "SourceReading"]

_KEPT = 4

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class SourceReading:
    """A reading of a file, and the version of the file that was read."""

    reading: Reading
    version: str


class _RecentlyUsed(Generic[Kept]):
    """The values that were used last, by key; threads may share them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, ...], Kept] = OrderedDict()

    def get(self, key: tuple[str, ...], make: Callable[[], Kept]) -> Kept:
        """Return the value of a key, which `make` makes where it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return made


class SourceReader:
    """Read files in processes of their own; `configured` returns the publications in `bulletins.toml`."""

    def __init__(
        self, db: Database, readers: Callable[[], ReaderPool], configured: Callable[[], Habits]
    ) -> None:
        self._db, self._readers, self._configured = db, readers, configured
        self._readings = _RecentlyUsed[SourceReading]()
        self._pictures = _RecentlyUsed[Mapping[str, WebForm]]()

    def read(self, file: SourceFile) -> SourceReading:
        """Read a file with what is settled about it.

        Raises BulletinError for a file or a fix file that cannot be read, ReaderStopped if reading exceeds a limit.
        """
        with self._db.read() as session:
            known = version(session)
        at = file.version()

        def read() -> SourceReading:
            with self._db.read() as session:
                habits = self._configured().merge(learn_habits(session))
            reading = read_with_lines(self._readers(), file.open(), working_fixes(file), habits=habits)
            return SourceReading(reading, at)

        return self._readings.get((str(file.path), at, str(known)), read)

    def picture(self, file: SourceFile, digest: str) -> WebForm | None:
        """Return a picture of a file as pages show it; None for one that it lacks or that cannot be shown."""
        source = file.open()

        def convert() -> Mapping[str, WebForm]:
            try:
                return self._readers().load(source, fixes=working_fixes(file)).web_forms
            except BulletinError:
                return {}

        return self._pictures.get((str(file.path), file.content_digest()), convert).get(digest)
