"""Synonyms: words that mean the same, kept by editors in a text file and obeyed as soon as it is saved.

One group a line, its words parted by spaces or commas; `#` starts a remark. They widen the query, never the index, so
that nothing has to be indexed again.

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

_PARTED = re.compile(r"[\s,，、;；=|]+")

Units = tuple[str, ...]


class Synonyms:
    """The groups of a file; without a file, or while it cannot be read, the last that were.

    `edition` goes up whenever other groups are obeyed.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._others: dict[Units, tuple[Units, ...]] = {}
        self._longest = 0
        self.edition = 0

    def refresh(self) -> None:
        """Take up a changed file; costs one stat when it has not changed."""
        if self._path is None:
            return
        try:
            status = self._path.stat()
            seen = (status.st_mtime_ns, status.st_size)
            if seen != self._seen:
                self._seen = seen
                self._take(self._path.read_text("utf-8-sig"))
        except FileNotFoundError:
            if self._others:
                self._seen = None
                self._take("")
        except (OSError, ValueError) as wrong:
            log.warning("同义词表 %s 读不出，沿用上一次的：%s", self._path, wrong)

    def others(self, units: Units) -> tuple[Units, ...]:
        """The other words of the groups that a word is in."""
        return self._others.get(units, ())

    def longest_at(self, segment: tokenizer.Segment, start: int) -> int:
        """How many units the longest known word that begins at `start` has; 0 when there is none."""
        end = min(len(segment), start + self._longest)
        return next(
            (stop - start for stop in range(end, start, -1) if tuple(segment[start:stop]) in self._others), 0
        )

    def _take(self, text: str) -> None:
        others: dict[Units, list[Units]] = {}
        for group in filter(None, map(_group, text.splitlines())):
            for word in group:
                others.setdefault(word, []).extend(other for other in group if other != word)
        self._longest = max(map(len, others), default=0)
        self._others = {word: tuple(dict.fromkeys(same)) for word, same in others.items()}
        self.edition += 1


def _group(line: str) -> list[Units]:
    words = (tokenizer.segments(tokenizer.fold(word)) for word in _PARTED.split(line.partition("#")[0]))
    return list(dict.fromkeys(tuple(segments[0]) for segments in words if len(segments) == 1))


def add(path: Path, words: Sequence[str]) -> None:
    """Write one more group at the end of a table, which is made when missing; obeyed by every process at once.

    Raises UsageError when the words are no group.
    """
    line = " ".join("".join(word.split()) for word in words)
    if len(_group(line)) < 2:
        raise UsageError("至少要两个不同的词才是同义词", remedy="例如 wxbot synonyms add 网约车 滴滴")
    before = path.read_bytes() if path.exists() else b""
    gap = b"" if not before or before.endswith(b"\n") else b"\n"
    with path.open("ab") as file:
        file.write(gap + line.encode() + b"\n")
