"""Compare two texts paragraph by paragraph, and changed paragraphs word by word; pure.

    diff_paragraphs   the paragraphs that differ between two texts, each with its runs
    diff_words        the runs of two versions of one paragraph
    longest_increasing   the largest part of a sequence that is in order

The work grows about linearly with the texts: paragraphs that stand once in both are found by a look-up, only near
ones are compared with each other, and words only within a paragraph, up to a limit.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, Literal

__all__ = ["ParagraphChange", "Run", "diff_paragraphs", "diff_words", "longest_increasing"]

Run = tuple[Literal["=", "-", "+"], str]
"""A piece of text: "=" is in both versions, "-" only in the one before, "+" only in the one after."""

_MAX_WORDS = 1_000_000
"""Product of the words on both sides up to which they are compared; beyond it the text is replaced as a whole."""

_MAX_EQUAL = 40
"""Pairs of equal words for each word, at most; more has only text that repeats itself, and is slow to compare."""

_SHORT = 2
"""Equal text between two changes is a part of the change if it has fewer characters."""

_ALIKE = 0.3
"""Share of common pairs of characters from which a paragraph is a changed one, and not another one."""

_SAME = 2.0
"""Weight of an equal paragraph beside those that are only alike."""

_COMPARED_START = 2000
"""Characters of a paragraph that tell whether it is like another one."""

_NEAR = 8
"""Paragraphs before and after the expected place among which the changed one is looked for."""

_IN_WORD = "A-Za-z0-9À-ÖØ-öø-ɏ０-９Ａ-Ｚａ-ｚ"
_WORD = re.compile(rf"[{_IN_WORD}]+(?:[.,'’\-][{_IN_WORD}]+)*|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ParagraphChange:
    """A paragraph that was changed, added or removed; `before` and `after` are its numbers from 1, None if absent."""

    before: int | None
    after: int | None
    runs: tuple[Run, ...]


def diff_paragraphs(before: Sequence[str], after: Sequence[str]) -> tuple[ParagraphChange, ...]:
    """Return the paragraphs that differ, in reading order; a removed one before those that follow it."""
    changes = []
    i = j = 0
    for old, new in (*_align(before, after), (len(before), len(after))):
        changes += [ParagraphChange(at + 1, None, (("-", before[at]),)) for at in range(i, old)]
        changes += [ParagraphChange(None, at + 1, (("+", after[at]),)) for at in range(j, new)]
        i, j = old + 1, new + 1
        if old < len(before) and before[old] != after[new]:
            changes.append(ParagraphChange(i, j, diff_words(before[old], after[new])))
    return tuple(changes)


def diff_words(before: str, after: str) -> tuple[Run, ...]:
    """Return the runs that make both versions of a text; Latin words and figures stay whole."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    head, tail = _common_ends(old, new)
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    parts = [("".join(old[:head]), "", "")]
    if _is_comparable(middle_old, middle_new):
        parts += _compare(middle_old, middle_new)
    else:
        parts.append(("", "".join(middle_old), "".join(middle_new)))
    parts.append(("".join(old[len(old) - tail :]), "", ""))
    return tuple(_merge(parts))


_Part = tuple[str, str, str]
"""Text in both versions, or the text before and the text after that replaces it."""


def _is_comparable(old: Sequence[str], new: Sequence[str]) -> bool:
    """Tell if two sequences of words are compared within bearable time."""
    if len(old) * len(new) > _MAX_WORDS:
        return False
    counts = Counter(new)
    return sum(counts[word] for word in old) <= _MAX_EQUAL * (len(old) + len(new))


def _compare(old: Sequence[str], new: Sequence[str]) -> Iterator[_Part]:
    """Yield the parts of two sequences of words."""
    for kind, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        removed, added = "".join(old[i:i_end]), "".join(new[j:j_end])
        yield (removed, "", "") if kind == "equal" else ("", removed, added)


def _merge(parts: Sequence[_Part]) -> Iterator[Run]:
    """Yield the runs of parts, with short equal text between two changes as a part of the change."""
    parts = [part for part in parts if any(part)]
    inner = range(1, len(parts) - 1)
    is_change = [not equal or (at in inner and len(equal) < _SHORT) for at, (equal, _, _) in enumerate(parts)]
    for change, group in groupby(zip(is_change, parts, strict=True), key=itemgetter(0)):
        same = [part for _, part in group]
        removed = "".join(equal + old for equal, old, _ in same)
        added = "".join(equal + new for equal, _, new in same)
        if not change:
            yield "=", removed
            continue
        if removed:
            yield "-", removed
        if added:
            yield "+", added


def _align(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the positions of paragraphs that belong together, equal or changed, in order."""
    anchors = [(-1, -1), *_anchors(before, after), (len(before), len(after))]
    for (i, j), (i_end, j_end) in pairwise(anchors):
        if i >= 0:
            yield i, j
        old, new = before[i + 1 : i_end], after[j + 1 : j_end]
        head, tail = _common_ends(old, new)
        yield from ((i + 1 + at, j + 1 + at) for at in range(head))
        near = _pair_alike(old[head : len(old) - tail], new[head : len(new) - tail])
        yield from ((i + 1 + head + a, j + 1 + head + b) for a, b in near)
        yield from ((i_end - at, j_end - at) for at in range(tail, 0, -1))


def _anchors(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the positions of the paragraphs that stand once in both texts, as far as they are in order."""
    once_before, once_after = _positions_of_single(before), _positions_of_single(after)
    shared = [(i, once_after[text]) for text, i in once_before.items() if text in once_after]
    yield from (shared[at] for at in longest_increasing([j for _, j in shared]))


def _positions_of_single(texts: Sequence[str]) -> dict[str, int]:
    """Return the position of each text that stands once, in order."""
    counts = Counter(texts)
    return {text: at for at, text in enumerate(texts) if counts[text] == 1}


_Chain = tuple[float, tuple[int, int, Any] | None]
"""Total likeness of a chain of pairs, and the chain itself, from its last pair to its first."""


def _pair_alike(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the positions of equal and like texts, in order, with the greatest likeness in total.

    Each text is compared only with those near its expected place, so the work does not grow with the square.
    """
    if not old or not new:
        return []
    old_pairs, new_pairs = list(map(_character_pairs, old)), list(map(_character_pairs, new))
    reach = max(_NEAR, len(new) // len(old))
    best: list[_Chain] = [(0.0, None)] * (
        len(new) + 1
    )  # best[j]: of the old texts so far and the first j new ones
    for i, text in enumerate(old):
        expected = i * len(new) // len(old)
        low, high = max(0, expected - reach), min(len(new), expected + reach + 1)
        diagonal = best[low]
        for j in range(low, high):
            without = max(best[j], best[j + 1], diagonal, key=itemgetter(0))
            weight = _SAME if text == new[j] else _likeness(old_pairs[i], new_pairs[j])
            taken = (diagonal[0] + weight, (i, j, diagonal[1]))
            diagonal = max(diagonal, best[j + 1], key=itemgetter(0))
            best[j + 1] = taken if weight >= _ALIKE and taken[0] > without[0] else without
    chain, pairs = max(best, key=itemgetter(0))[1], []
    while chain:
        i, j, chain = chain
        pairs.append((i, j))
    return pairs[::-1]


def _character_pairs(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters at the beginning of a text, by which texts are compared."""
    start = text[:_COMPARED_START]
    return frozenset(map("".join, pairwise(start))) or frozenset(start)


def _likeness(first: frozenset[str], second: frozenset[str]) -> float:
    """Return the share of common pairs of characters, from 0 to 1."""
    total = len(first) + len(second)
    return 2 * len(first & second) / total if total else 0.0


def _common_ends(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    """Return how many entries are equal at the beginning, and at the end of the rest."""
    limit = min(len(before), len(after))
    head = next((at for at in range(limit) if before[at] != after[at]), limit)
    tail = next((at for at in range(limit - head) if before[-1 - at] != after[-1 - at]), limit - head)
    return head, tail


def longest_increasing(values: Sequence[int]) -> list[int]:
    """Return the positions of the longest strictly increasing part of a sequence."""
    lasts: list[int] = []  # the smallest value with which an increasing part of each length ends
    positions: list[int] = []
    previous: list[int] = []
    for at, value in enumerate(values):
        length = bisect_left(lasts, value)
        previous.append(positions[length - 1] if length else -1)
        lasts[length : length + 1], positions[length : length + 1] = [value], [at]
    chosen = []
    at = positions[-1] if positions else -1
    while at >= 0:
        chosen.append(at)
        at = previous[at]
    return chosen[::-1]
