"""Highlight the words of a query in the texts of its hits, and choose the part of an article that has most of them.

Texts are compared folded (width, case, traditional characters) and shown as they are written.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from wxbot.search import tokenizer
from wxbot.search.query import ParsedQuery
from wxbot.text import cut_width, one_line, strip_controls

__all__ = ["excerpt", "highlight", "words_in_hits"]

_SCANNED = 10_000  # characters of an article in which an excerpt is looked for
_NEAR = 90  # characters of an excerpt in which words count together
_BEFORE = 24  # characters before the first of them, at most
_SENTENCE_ENDS = "。！？；\n"
_ASCII_WORD = "[a-z0-9]"

Pieces = tuple[tuple[str, bool], ...]


def words_in_hits(parsed: ParsedQuery) -> tuple[str, ...]:
    """Return the words that hits of a query may contain: its words, their alternatives, and the parts of compounds.

    A single character beside longer words, and one that is a part of a compound, would be highlighted everywhere.
    """
    words: dict[str, None] = {}
    for word in parsed.words:
        if not word.light:
            longer_parts = [part for part in word.parts if not tokenizer.is_single_han(part)]
            words.update(dict.fromkeys(map(tokenizer.join_units, (*word.alternatives, *longer_parts))))
    return tuple(filter(None, words))


def highlight(text: str, words: Sequence[str]) -> Pieces:
    """Split a line of text into pairs of a piece and True if the piece is one of the words."""
    text = one_line(strip_controls(text))
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in _find(text, tuple(words)):
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    return tuple(piece for piece in (*pieces, (text[at:], False)) if piece[0])


def excerpt(paragraphs: Sequence[str], words: Sequence[str], width: int) -> str:
    """Return the part of a text that has most of the words, at most `width` columns; "" where it has none.

    It begins with a sentence where one begins just before the words.
    """
    text = one_line(strip_controls("\n".join(paragraphs)[:_SCANNED]))
    found = _find(text, tuple(words))
    if not found:
        return ""

    def count_near(start: int) -> int:
        return len({tokenizer.fold(text[a:b]) for a, b in found if start <= a < start + _NEAR})

    start = max((start for start, _ in found), key=lambda start: (count_near(start), -start))
    begin = _sentence_start(text, start)
    return ("…" if begin and text[begin - 1] not in _SENTENCE_ENDS else "") + cut_width(text[begin:], width)


def _sentence_start(text: str, at: int) -> int:
    """Return where an excerpt begins that shows position `at`: with the sentence, a clause of it, or shortly before."""
    first = max(at - _BEFORE, 0)
    if first == 0:
        return 0
    for ends in (_SENTENCE_ENDS, "，、：,"):
        last = max(text.rfind(end, first - 1, at) for end in ends)
        if last >= 0:
            return last + 1
    return first


def _find(text: str, words: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return the positions (begin, end) of the words in a text, from left to right without overlaps."""
    pattern = _pattern(words)
    if pattern is None:
        return []
    folded, origin = _fold_with_origin(text)
    return [(origin[match.start()], origin[match.end() - 1] + 1) for match in pattern.finditer(folded)]


@lru_cache(256)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return the pattern of any of the words, the longest first; a Latin word is not found inside another."""
    forms = []
    for word in sorted(words, key=len, reverse=True):
        before = f"(?<!{_ASCII_WORD})" if re.match(_ASCII_WORD, word) else ""
        after = f"(?!{_ASCII_WORD})" if re.match(_ASCII_WORD, word[-1:]) else ""
        forms.append(before + r"\s?".join(map(re.escape, word.split())) + after)
    return re.compile("|".join(forms)) if forms else None


def _fold_with_origin(text: str) -> tuple[str, list[int]]:
    """Return the folded text, and for each of its characters the position in the text from which it comes."""
    folded, origin = [], []
    for at, char in enumerate(text):
        for each in _fold_char(char):
            folded.append(each)
            origin.append(at)
    return "".join(folded), origin


@lru_cache(20_000)
def _fold_char(char: str) -> str:
    return " " if char.isspace() else tokenizer.fold(char)
