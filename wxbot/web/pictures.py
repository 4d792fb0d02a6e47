"""Card pictures: drawn once, then kept on the disk; who deletes the folder only makes them be drawn again."""

import hashlib
import logging
import tempfile
from pathlib import Path

from wxbot import rendering

__all__ = ["Pictures"]

log = logging.getLogger(__name__)


class Pictures:
    """The pictures in `folder`; processes and threads may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def card(self, art: rendering.Artwork) -> bytes:
        """The card picture of an artwork, JPEG."""
        file = self._folder / f"{hashlib.sha256(repr(art).encode('utf-8', 'replace')).hexdigest()[:40]}.jpg"
        try:
            return file.read_bytes()
        except OSError:
            drawn = rendering.card_picture(art)
        self._keep(file, drawn)
        return drawn

    def _keep(self, file: Path, drawn: bytes) -> None:
        """Put the picture there whole: another process must never read half of it."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as written:
                written.write(drawn)
            Path(written.name).replace(file)
        except OSError as wrong:
            log.warning("a picture could not be kept: %s", wrong)
