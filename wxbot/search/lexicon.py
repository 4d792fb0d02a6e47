"""Lexicon: words related in meaning, which the product ships for queries that the typed words do not answer.

The files in `lexicon/` hold one group a line. Words separated by spaces mean the same; a word before `>` is broader
than each of the words after it; `#` begins a comment:

    薪水 工资 薪酬
    半导体 > 芯片 集成电路

A broader word leads to the narrower ones and not back: an article on 半导体 does not answer 光刻机. Relations are not
transitive either. An editor's synonyms rank above all of them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from wxbot.search import tokenizer
from wxbot.search.synonyms import Synonyms, Units

__all__ = [
    "DEFINED",
    "EQUAL",
    "NARROWER",
    "Lexicon",
    "LexiconGroup",
    "RelatedWords",
    "Relative",
    "groups",
    "shipped_lexicon",
]

# Share of a word's own weight that an article with the related word gets.
DEFINED: Final = 0.7  # an abbreviation and its full name, as an article defines them
EQUAL: Final = 0.6
NARROWER: Final = 0.45

BROADER_MARK = ">"


@dataclass(frozen=True)
class LexiconGroup:
    """One line of a file: words that mean the same, and words that are narrower than each of them."""

    file: str
    line: int
    equal: tuple[str, ...]
    narrower: tuple[str, ...]


@dataclass(frozen=True)
class Relative:
    """A related word, and the share of the typed word's weight that it counts."""

    units: Units
    share: float


class Lexicon:
    """Related words by word. The lexicon that is shipped does not change while the program runs."""

    def __init__(self, found: Iterator[LexiconGroup]) -> None:
        related: dict[Units, dict[Units, float]] = {}
        for group in found:
            equal, narrower = (_units(words) for words in (group.equal, group.narrower))
            pairs = [(one, other, EQUAL) for one in equal for other in equal if one != other]
            pairs += [(one, other, NARROWER) for one in equal for other in narrower]
            for word, other, share in pairs:
                shares = related.setdefault(word, {})
                shares[other] = max(share, shares.get(other, 0.0))
        self._related = {
            word: tuple(Relative(other, share) for other, share in shares.items())
            for word, shares in related.items()
        }

    def of(self, units: Units) -> tuple[Relative, ...]:
        """Return the words that are related to a word."""
        return self._related.get(units, ())


@dataclass(frozen=True)
class RelatedWords:
    """Related words that the library has, from the lexicon and from definitions in its articles.

    `contains` tells whether an article has a word. What an editor's file parts is left out.
    """

    lexicon: Lexicon
    definitions: Mapping[Units, tuple[Units, ...]]
    synonyms: Synonyms
    contains: Callable[[Units], bool]

    def of(self, units: Units) -> tuple[Relative, ...]:
        """Return the words that are related to a word, those that an article defines first."""
        excluded = self.synonyms.exclusions(units)
        defined = self.definitions.get(units, ())
        found = (
            *(Relative(other, DEFINED) for other in defined),
            *(each for each in self.lexicon.of(units) if each.units not in defined),
        )
        return tuple(each for each in found if each.units not in excluded and self.contains(each.units))

    def longest_at(self, segment: tokenizer.Segment, start: int) -> int:
        """Return the length in units of the longest word with related words that begins at `start`; 0 without one."""
        stretches = (tuple(segment[start:stop]) for stop in range(len(segment), start, -1))
        return next((len(each) for each in stretches if self.of(each)), 0)


@cache
def shipped_lexicon() -> Lexicon:
    """Return the lexicon of the product; reading it takes some hundredths of a second, once a process."""
    return Lexicon(groups())


def groups() -> Iterator[LexiconGroup]:
    """Yield the groups of all shipped files."""
    folder = resources.files("wxbot.search").joinpath("lexicon")
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        for at, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
            words = tokenizer.fold(line.partition("#")[0])
            equal, _, narrower = words.partition(BROADER_MARK)
            if words:
                yield LexiconGroup(file.name, at, tuple(equal.split()), tuple(narrower.split()))


def _units(words: tuple[str, ...]) -> list[Units]:
    """Return words as units; a word with punctuation is not a single segment and is left out."""
    found = (tokenizer.segments(word) for word in words)
    return [tuple(segments[0]) for segments in found if len(segments) == 1]
