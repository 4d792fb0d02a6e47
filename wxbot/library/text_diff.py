"""Compare two versions of a text by paragraph and by word, as an editor reads changes.

A change is a tuple of runs: ("=", text) is in both versions, ("-", text) in the old one, ("+", text) in the new one.
"=" and "-" together give the old paragraph, "=" and "+" the new one. Latin words and figures change as a whole. Single
characters that both versions happen to share inside a change belong to the change.

The work is bounded: items that stand once in either version (paragraphs, then sentences) divide a text, and only small
parts between them are compared item by item.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import chain

from wxbot.library.article_likeness import likeness

__all__ = ["Runs", "diff_paragraphs", "diff_words", "longest_increasing"]

Runs = tuple[tuple[str, str], ...]
"""One paragraph's change."""

_Change = tuple[str, str, str]
"""Equal text, then what was deleted and what was added after it."""

_Block = tuple[bool, int, int, int, int]
"""Equal or not, and the bounds in either sequence: a[start:end] and b[start:end]."""

_COMPARED_ITEMS = 50_000
"""Pairs of equal items up to which a part is compared item by item (some 2,500 汉字); a larger one is replaced."""

_COMPARED_PARAGRAPHS = 400
"""Pairs of changed paragraphs up to which each is compared with each; of more, those in the same order are."""

_CHANCE = 4
"""Characters up to which text may be equal by chance between two changes."""

_SAME_PARAGRAPH = 0.35
"""Share of common characters from which a paragraph is an edited one."""

_WORD = re.compile(r"[A-Za-z0-9]+(?:[.,:/'_-][A-Za-z0-9]+)*[%％]?|\s+|.", re.DOTALL)
_SENTENCE = re.compile(r".+?(?:[。！？；!?;\n]+|$)", re.DOTALL)
_PAUSES = frozenset("，。！？；：、,.!?;: \n")


def diff_paragraphs(before: Sequence[str], after: Sequence[str]) -> tuple[Runs, ...]:
    """Return the changed paragraphs in the order of the text; an unchanged paragraph is left out."""
    changes: list[Runs] = []
    for is_equal, i, i_end, j, j_end in _blocks(before, after):
        if not is_equal:
            changes += _diff_block(before[i:i_end], after[j:j_end])
    return tuple(runs for runs in changes if any(kind != "=" for kind, _ in runs))


def diff_words(before: str, after: str) -> Runs:
    """Return the runs that lead from one text to the other."""
    runs: list[tuple[str, str]] = []
    first, second = _SENTENCE.findall(before), _SENTENCE.findall(after)
    for is_equal, i, i_end, j, j_end in _blocks(first, second):
        old, new = "".join(first[i:i_end]), "".join(second[j:j_end])
        if is_equal:
            runs.append(("=", old))
        elif (i_end - i) * (j_end - j) > 1 and _is_large(old, new):
            runs += chain.from_iterable(_diff_block(first[i:i_end], second[j:j_end]))
        else:
            runs += _word_runs(old, new)
    return _widen(_join(runs))


def longest_increasing(values: Sequence[int]) -> list[int]:
    """Return the positions of a longest strictly increasing subsequence."""
    lasts: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, value in enumerate(values):
        length = bisect_left(lasts, value)
        lasts[length : length + 1] = [value]
        ends[length : length + 1] = [at]
        before.append(ends[length - 1] if length else -1)
    found, at = [], ends[-1] if ends else -1
    while at >= 0:
        found.append(at)
        at = before[at]
    return found[::-1]


def _diff_block(before: Sequence[str], after: Sequence[str]) -> Iterator[Runs]:
    """Yield the changes of paragraphs between two unchanged ones; like paragraphs are compared by word."""
    pairs = _pair_paragraphs(before, after)
    i = j = 0
    for i_next, j_next in [*pairs, (len(before), len(after))]:
        yield from ((("-", text),) for text in before[i:i_next] if text)
        yield from ((("+", text),) for text in after[j:j_next] if text)
        if (i_next, j_next) in pairs:
            yield diff_words(before[i_next], after[j_next])
        i, j = i_next + 1, j_next + 1


def _pair_paragraphs(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Return the paragraphs that are versions of each other, in an order that both texts have."""
    old, new = list(map(Counter, before)), list(map(Counter, after))
    if len(old) * len(new) > _COMPARED_PARAGRAPHS:
        in_order = range(min(len(old), len(new)))
        return [(i, i) for i in in_order if likeness(old[i], new[i]) >= _SAME_PARAGRAPH]
    likely = sorted(
        (-likeness(of_old, of_new), abs(i - j), i, j)
        for i, of_old in enumerate(old)
        for j, of_new in enumerate(new)
    )
    pairs: list[tuple[int, int]] = []
    for negative, _, i, j in likely:
        if -negative >= _SAME_PARAGRAPH and all((i < k and j < m) or (i > k and j > m) for k, m in pairs):
            pairs.append((i, j))
    return sorted(pairs)


def _blocks(a: Sequence[str], b: Sequence[str]) -> Iterator[_Block]:
    """Yield equal and different blocks of two sequences, in order, divided by the items that stand once in each."""
    once_a, once_b = _positions_of_singles(a), _positions_of_singles(b)
    common = [(i, once_b[item]) for item, i in once_a.items() if item in once_b]
    anchors = [common[at] for at in longest_increasing([j for _, j in common])]
    i = j = 0
    for i_next, j_next in [*anchors, (len(a), len(b))]:
        yield from _small_blocks(a, b, (i, i_next, j, j_next))
        if i_next < len(a):
            yield True, i_next, i_next + 1, j_next, j_next + 1
        i, j = i_next + 1, j_next + 1


def _positions_of_singles(items: Sequence[str]) -> dict[str, int]:
    """Return the position of each item that stands once."""
    counts = Counter(items)
    return {item: at for at, item in enumerate(items) if counts[item] == 1}


def _small_blocks(a: Sequence[str], b: Sequence[str], bounds: tuple[int, int, int, int]) -> Iterator[_Block]:
    """Yield the blocks of the part between two anchors: equal ends, and the middle item by item if it is small."""
    i, i_end, j, j_end = bounds
    head = tail = 0
    most = min(i_end - i, j_end - j)
    while head < most and a[i + head] == b[j + head]:
        head += 1
    while tail < most - head and a[i_end - 1 - tail] == b[j_end - 1 - tail]:
        tail += 1
    if head:
        yield True, i, i + head, j, j + head
    i, i_mid, j, j_mid = i + head, i_end - tail, j + head, j_end - tail
    if _is_large(a[i:i_mid], b[j:j_mid]):
        yield False, i, i_mid, j, j_mid
    elif i_mid > i or j_mid > j:
        for tag, k, k_end, m, m_end in SequenceMatcher(None, a[i:i_mid], b[j:j_mid], False).get_opcodes():
            yield tag == "equal", i + k, i + k_end, j + m, j + m_end
    if tail:
        yield True, i_mid, i_end, j_mid, j_end


def _is_large(a: Sequence[str], b: Sequence[str]) -> bool:
    """Tell if two sequences have too many equal items for a comparison item by item."""
    of_a, of_b = Counter(a), Counter(b)
    return sum(count * of_b[item] for item, count in of_a.items()) > _COMPARED_ITEMS


def _word_runs(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield the runs between two short texts, compared by word."""
    a, b = _WORD.findall(before), _WORD.findall(after)
    for is_equal, i, i_end, j, j_end in _small_blocks(a, b, (0, len(a), 0, len(b))):
        if is_equal:
            yield "=", "".join(a[i:i_end])
        else:
            yield "-", "".join(a[i:i_end])
            yield "+", "".join(b[j:j_end])


def _join(runs: Sequence[tuple[str, str]]) -> list[_Change]:
    """Return the runs as changes; the last one has the equal end and changes nothing."""
    changes = [("", "", "")]
    for kind, text in runs:
        equal, old, new = changes[-1]
        if kind == "-":
            changes[-1] = equal, old + text, new
        elif kind == "+":
            changes[-1] = equal, old, new + text
        elif text and (old or new):
            changes.append((text, "", ""))
        else:
            changes[-1] = equal + text, old, new
    return changes if not any(changes[-1][1:]) else [*changes, ("", "", "")]


def _widen(joined: Sequence[_Change]) -> Runs:
    """Return runs in which changes swallow what is equal between them by chance, and begin where a reader pauses."""
    changes: list[_Change] = []
    for each in joined:
        change = each
        while changes and any(change[1:]) and _is_chance(changes[-1], change):
            equal, old, new = change
            before, old_before, new_before = changes.pop()
            change = before, old_before + equal + old, new_before + equal + new
        changes.append(change)
    for at in range(len(changes) - 1):
        changes[at : at + 2] = _move_to_pause(changes[at], changes[at + 1])
    return tuple(
        (kind, text)
        for equal, old, new in changes
        for kind, text in (("=", equal), ("-", old), ("+", new))
        if text
    )


def _is_chance(before: _Change, change: _Change) -> bool:
    """Tell if the text between two changes is so short beside both that a reader takes all for one change."""
    return len(change[0]) <= min(_CHANCE, max(map(len, before[1:])), max(map(len, change[1:])))


def _move_to_pause(change: _Change, following: _Change) -> tuple[_Change, _Change]:
    """Move an insertion or deletion to the left, where the same change begins after a pause."""
    equal, old, new = change
    shift = 0 if old and new else _shift(equal, old or new)
    if not shift:
        return change, following
    text = equal[-shift:] + (old or new)
    kept, back = text[:-shift], text[-shift:]
    return (
        (equal[:-shift], kept if old else "", kept if new else ""),
        (back + following[0], following[1], following[2]),
    )


def _shift(equal: str, changed: str) -> int:
    """Return how many characters to the left a change can begin after a pause; 0 if nowhere."""
    if not equal or equal[-1] in _PAUSES:
        return 0
    for shift in range(1, min(len(equal), len(changed)) + 1):
        if equal[-shift] != changed[-shift]:
            return 0
        if shift == len(equal) or equal[-shift - 1] in _PAUSES:
            return shift
    return 0
