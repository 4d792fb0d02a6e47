"""Read [brand] from the settings file again whenever it or a file that it names has changed."""

import logging
import threading
from pathlib import Path

from wxbot.brand.brand_table import parse_brand
from wxbot.brand.values import BRAND_FOLDER, PLAIN_BRAND, Brand
from wxbot.errors import SettingsError

__all__ = ["BrandFile"]

log = logging.getLogger(__name__)

_Stamp = tuple[tuple[str, int, int], ...]


class BrandFile:
    """The settings file with [brand], and the content folder with the files that it names."""

    def __init__(self, path: Path, content: Path) -> None:
        self._path = path
        self._content = content
        self._stamp: _Stamp | None = None
        self._brand: Brand | None = None
        self._lock = threading.Lock()

    def read(self) -> Brand:
        """Return the brand; the plain one where there is no file. Raises SettingsError with every mistake."""
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return PLAIN_BRAND
        except (OSError, UnicodeDecodeError) as wrong:
            raise SettingsError(f"读不了 {self._path}：{wrong}") from None
        return parse_brand(text, str(self._path), self._content)

    def current(self) -> Brand:
        """Return the brand of the last good version; the log names the mistakes of a broken one once.

        Raises SettingsError if no version was good since the process began: nothing goes out in a look that nobody
        chose.
        """
        with self._lock:
            stamp = self._read_stamp()
            if self._brand is None or stamp != self._stamp:
                try:
                    self._brand = self.read()
                except SettingsError as wrong:
                    if self._brand is None:
                        raise
                    log.warning(
                        "the last good version of the brand stays: %s %s", wrong.message, wrong.remedy
                    )
                self._stamp = stamp
            return self._brand

    def _read_stamp(self) -> _Stamp:
        """Return what changes with the files: names, times and sizes."""
        folder = self._content / BRAND_FOLDER
        paths = [self._path, *(sorted(folder.iterdir()) if folder.is_dir() else ())]
        found = []
        for path in paths:
            try:
                state = path.stat()
            except OSError:
                continue
            found.append((path.name, state.st_mtime_ns, state.st_size))
        return tuple(found)
