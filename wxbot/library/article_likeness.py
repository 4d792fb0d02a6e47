"""Likeness of articles by the pairs of characters that they share, and the pairs of articles worth comparing.

Punctuation, blanks, width and case count for nothing. The work for a long text is bounded: its beginning is compared.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

__all__ = ["ComparedArticle", "find_candidates", "likeness"]

_COMPARED = 20_000
"""Characters of a text that are compared; two texts that agree so far are versions of one."""

_INDEXED = 4_000
"""Characters of a text that are looked up when candidates are searched."""

_PIECE = 4
"""Length of the pieces by which candidates are found; a text edited by a third still has a quarter of them."""

_COMMON = 16
"""Articles from which a piece is too common to tell any apart."""

_CANDIDATES = 4
"""Articles that are compared in full with one, by text and by title each."""

_TELLING = 12
"""Characters from which a text tells a story apart; a shorter one, such as 详见附件, may stand in several."""


class ComparedArticle:
    """Title and text of one article in the form in which they are compared; the parts are computed when needed."""

    def __init__(self, title: str, text: str) -> None:
        self.title = _comparable(title)
        self.text = _comparable(text)

    @property
    def is_telling(self) -> bool:
        """Tell if the text is long enough to tell the story apart from others."""
        return len(self.text) >= _TELLING

    @cached_property
    def title_pairs(self) -> Counter[str]:
        """Pairs of characters of the title."""
        return _pairs(self.title)

    @cached_property
    def text_pairs(self) -> Counter[str]:
        """Pairs of characters of the text."""
        return _pairs(self.text[:_COMPARED])

    def title_likeness(self, other: "ComparedArticle") -> float:
        """Return how like the titles are, from 0 to 1; two missing titles are not alike."""
        if self.title == other.title:
            return 1.0 if self.title else 0.0
        return likeness(self.title_pairs, other.title_pairs)

    def text_likeness(self, other: "ComparedArticle") -> float:
        """Return how like the texts are, from 0 to 1; two missing texts are not alike."""
        if self.text == other.text:
            return 1.0 if self.text else 0.0
        return likeness(self.text_pairs, other.text_pairs)


def likeness(first: Mapping[str, int], second: Mapping[str, int]) -> float:
    """Return the share of common pieces in two collections of pieces, from 0 to 1 (Dice coefficient)."""
    total = sum(first.values()) + sum(second.values())
    if not total:
        return 0.0
    small, large = sorted((first, second), key=len)
    return 2 * sum(min(count, large.get(piece, 0)) for piece, count in small.items()) / total


def find_candidates(
    known: Mapping[int, ComparedArticle], given: Mapping[int, ComparedArticle]
) -> Iterator[tuple[int, int]]:
    """Yield (given, known) pairs that share rare pieces of text or title, a bounded number for each given article."""
    by_text = _index({j: _pieces(one.text) for j, one in known.items()})
    by_title = _index({j: one.title_pairs for j, one in known.items()})
    for i, one in given.items():
        near = [*_most_shared(by_text, _pieces(one.text)), *_most_shared(by_title, one.title_pairs)]
        for j in dict.fromkeys(near):
            yield i, j


def _index(pieces: Mapping[int, Iterable[str]]) -> dict[str, list[int]]:
    """Return the articles that have each piece, without the pieces that many have."""
    found = defaultdict[str, list[int]](list)
    for j, of_one in pieces.items():
        for piece in of_one:
            found[piece].append(j)
    return {piece: having for piece, having in found.items() if len(having) <= _COMMON}


def _most_shared(index: Mapping[str, Sequence[int]], pieces: Iterable[str]) -> list[int]:
    """Return the articles that share most pieces, the earlier one among equals."""
    shared = Counter(j for piece in pieces for j in index.get(piece, ()))
    return sorted(shared, key=lambda j: (-shared[j], j))[:_CANDIDATES]


def _pieces(text: str) -> dict[str, None]:
    """Return the different pieces of a text by which candidates are found; a set would have no fixed order."""
    indexed = text[:_INDEXED]
    return dict.fromkeys(indexed[at : at + _PIECE] for at in range(len(indexed) - _PIECE + 1))


def _pairs(text: str) -> Counter[str]:
    """Count the pairs of neighbouring characters; a single character stands for itself."""
    return Counter(map("".join, pairwise(text))) if len(text) > 1 else Counter(text)


def _comparable(text: str) -> str:
    """Return the letters and figures of a text; all its signs where it has nothing else."""
    normal = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filter(str.isalnum, normal)) or "".join(normal.split())
