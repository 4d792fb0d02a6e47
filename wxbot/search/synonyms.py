"""Synonyms: words with the same meaning, in a text file that editors maintain; changes take effect at once.

Each line is a group of words, separated by spaces or commas; `#` begins a comment. Synonyms extend the query and not
the index, so that a change needs no reindexing.

    工信部 工业和信息化部
    网约车, 滴滴
"""

import logging
import re
from collections.abc import Sequence
from pathlib import Path

from wxbot.errors import UsageError
from wxbot.search import tokenizer

__all__ = ["Synonyms", "Units", "add"]

log = logging.getLogger(__name__)

_SEPARATORS = re.compile(r"[\s,，、;；=|]+")

Units = tuple[str, ...]


class Synonyms:
    """The synonym groups of a file; while the file cannot be read, the groups read last remain.

    `edition` increases with every change of the groups.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._others: dict[Units, tuple[Units, ...]] = {}
        self._longest = 0
        self.edition = 0

    def refresh(self) -> None:
        """Read the file again if it has changed; costs one stat call if not."""
        if self._path is None:
            return
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp != self._stamp:
                self._stamp = stamp
                self._set_groups(self._path.read_text("utf-8-sig"))
        except FileNotFoundError:
            if self._others:
                self._stamp = None
                self._set_groups("")
        except (OSError, ValueError) as wrong:
            log.warning("cannot read synonyms %s, keeping the previous ones: %s", self._path, wrong)

    def others(self, units: Units) -> tuple[Units, ...]:
        """Return the synonyms of a word."""
        return self._others.get(units, ())

    def longest_at(self, segment: tokenizer.Segment, start: int) -> int:
        """Return the length in units of the longest word with synonyms that begins at `start`; 0 if there is none."""
        end = min(len(segment), start + self._longest)
        return next(
            (stop - start for stop in range(end, start, -1) if tuple(segment[start:stop]) in self._others), 0
        )

    def _set_groups(self, text: str) -> None:
        others: dict[Units, list[Units]] = {}
        for group in filter(None, map(_group, text.splitlines())):
            for word in group:
                others.setdefault(word, []).extend(other for other in group if other != word)
        self._longest = max(map(len, others), default=0)
        self._others = {word: tuple(dict.fromkeys(same)) for word, same in others.items()}
        self.edition += 1


def _group(line: str) -> list[Units]:
    """Return the words of a line; words that are not a single segment are left out."""
    words = (tokenizer.segments(tokenizer.fold(word)) for word in _SEPARATORS.split(line.partition("#")[0]))
    return list(dict.fromkeys(tuple(segments[0]) for segments in words if len(segments) == 1))


def add(path: Path, words: Sequence[str]) -> None:
    """Append a group of synonyms to a file, and create the file if it is missing.

    Every process uses the group at its next search. Raises UsageError for fewer than two different words.
    """
    line = " ".join("".join(word.split()) for word in words)
    if len(_group(line)) < 2:
        raise UsageError("至少要两个不同的词才是同义词", remedy="例如 wxbot synonyms add 网约车 滴滴")
    before = path.read_bytes() if path.exists() else b""
    gap = b"" if not before or before.endswith(b"\n") else b"\n"
    with path.open("ab") as file:
        file.write(gap + line.encode() + b"\n")
