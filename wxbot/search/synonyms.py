"""Synonyms: words with the same meaning, in a text file that editors maintain; changes take effect at once.

Each line is a group of words, separated by spaces or commas; `#` begins a comment. Synonyms extend the query and not
the index, so that a change needs no reindexing.

    工信部 工业和信息化部
    网约车, 滴滴

A line with `≠` parts words that the shipped lexicon or a definition in an article would relate: 电瓶车 ≠ 电动车.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from wxbot.errors import UsageError
from wxbot.samples import SYNONYMS
from wxbot.search import tokenizer

__all__ = ["Synonyms", "Units", "append_group", "contains", "require_group", "split_words", "text_or_shipped"]

log = logging.getLogger(__name__)

EXCLUDES = "≠"
_SEPARATORS = re.compile(r"[\s,，、;；=|]+")

Units = tuple[str, ...]


class Synonyms:
    """The synonym groups of a file; while the file cannot be read, the groups read last remain.

    Without the file, as before the first change of an association, the shipped groups count.

    `edition` increases with every change of the groups.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._stamp: tuple[str, int, int] | None = None
        self._others: dict[Units, tuple[Units, ...]] = {}
        self._exclusions: dict[Units, frozenset[Units]] = {}
        self._longest = 0
        self.edition = 0

    def refresh(self) -> None:
        """Read the file again if it has changed; costs one stat call if not."""
        if self._path is None:
            return
        try:
            self._read(self._path if self._path.exists() else SYNONYMS)
        except FileNotFoundError:
            return  # deleted while it was read: the next call finds the shipped ones
        except (OSError, ValueError) as wrong:
            log.warning("cannot read synonyms %s, keeping the previous ones: %s", self._path, wrong)

    def _read(self, path: Path) -> None:
        status = path.stat()
        stamp = (str(path), status.st_mtime_ns, status.st_size)
        if stamp != self._stamp:
            self._stamp = stamp
            self._set_groups(path.read_text("utf-8-sig"))

    def others(self, units: Units) -> tuple[Units, ...]:
        """Return the synonyms of a word."""
        return self._others.get(units, ())

    def exclusions(self, units: Units) -> frozenset[Units]:
        """Return the words that editors do not want to be related to a word."""
        return self._exclusions.get(units, frozenset())

    def longest_at(self, segment: tokenizer.Segment, start: int) -> int:
        """Return the length in units of the longest word with synonyms that begins at `start`; 0 if there is none."""
        end = min(len(segment), start + self._longest)
        return next(
            (stop - start for stop in range(end, start, -1) if tuple(segment[start:stop]) in self._others), 0
        )

    def with_group(self, words: Sequence[str]) -> "Synonyms":
        """Return these synonyms and one more group, in memory only: to see what it would change."""
        tried = Synonyms()
        others = {word: list(same) for word, same in self._others.items()}
        group = _group(_line(words))
        for word in group:
            others[word] = [*others.get(word, []), *(other for other in group if other != word)]
        tried._longest = max([self._longest, *map(len, group)])
        tried._exclusions = self._exclusions
        tried._others = {word: tuple(dict.fromkeys(same)) for word, same in others.items()}
        return tried

    def _set_groups(self, text: str) -> None:
        lines = text.splitlines()
        self._others = _relate(lines)
        exclusions = _relate(line.replace(EXCLUDES, " ") for line in lines if EXCLUDES in line)
        self._exclusions = {word: frozenset(others) for word, others in exclusions.items()}
        self._longest = max(map(len, self._others), default=0)
        self.edition += 1


def _relate(lines: Iterable[str]) -> dict[Units, tuple[Units, ...]]:
    """Return for each word the other words of its lines."""
    others: dict[Units, list[Units]] = {}
    for group in filter(None, map(_group, lines)):
        for word in group:
            others.setdefault(word, []).extend(other for other in group if other != word)
    return {word: tuple(dict.fromkeys(same)) for word, same in others.items()}


def split_words(line: str) -> list[str]:
    """Return the words of a line as they are written, without its comment."""
    return [word for word in _SEPARATORS.split(line.partition("#")[0]) if word]


def _group(line: str) -> list[Units]:
    """Return the words of a line that relates them; words that are not a single segment are left out."""
    if EXCLUDES in line:
        return []
    words = (tokenizer.segments(tokenizer.fold(word)) for word in split_words(line))
    return list(dict.fromkeys(tuple(segments[0]) for segments in words if len(segments) == 1))


def _line(words: Sequence[str]) -> str:
    """Return the line of a group; blanks inside a word are left out, since they separate words."""
    return " ".join("".join(word.split()) for word in words)


def append_group(text: str | None, words: Sequence[str]) -> str:
    """Return the text of a synonym file with one more group; None, where there is no file, has the shipped groups.

    Raises UsageError for fewer than two different words.
    """
    require_group(words)
    before = text_or_shipped(text)  # the shipped groups counted until then, and go on counting
    gap = "" if not before or before.endswith("\n") else "\n"
    return f"{before}{gap}{_line(words)}\n"


def require_group(words: Sequence[str]) -> None:
    """Raise UsageError for fewer than two different words."""
    if len(_group(_line(words))) < 2:
        raise UsageError(
            "至少要两个不同的词才是同义词", remedy="例如 wxbot synonyms add 网约车 滴滴", field="words"
        )


def contains(text: str | None, words: Sequence[str]) -> bool:
    """Return whether these words are a group of a synonym file, alone or with others."""
    wanted = set(_group(_line(words)))
    return any(wanted <= set(_group(line)) for line in text_or_shipped(text).splitlines())


def text_or_shipped(text: str | None) -> str:
    """Return the text of a synonym file; where there is none, that of the shipped groups."""
    return SYNONYMS.read_text("utf-8") if text is None else text
