"""Tokenizer for Chinese text; queries and documents go through the same functions.

A *unit* is one Chinese character, or one run of Latin letters and digits kept whole (5g, dm-i, c2, 3.6).
A *segment* is a run of units without a separator such as punctuation between them.
A *bigram* is two neighbouring units. A phrase of any length is a chain of bigrams, independent of a dictionary.
A *word* is a token that may be searched alone: a unit, a part of a Latin run, or a bigram that does not cut a
dictionary word in two. That condition keeps 和服 from matching 产品和服务, while 刀片 matches 功率型刀片电池.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import opencc

from wxbot.text import is_han, normalise
from wxbot.words import cut_words, has_word, split_compound, tag_words

__all__ = [
    "Segment",
    "bigram",
    "bigram_chain",
    "compound_parts",
    "cut",
    "fold",
    "from_taiwanese",
    "in_dictionary",
    "is_noun",
    "is_single_han",
    "join_units",
    "key",
    "latin_parts",
    "letter_digit_runs",
    "runs",
    "segments",
    "tag",
    "units_of",
    "word_texts",
]

Segment = list[str]

UNIT_CHARS = 40  # longer Latin runs are addresses or noise, and their beginning identifies them

_SIMPLIFIED = opencc.OpenCC("t2s")
_MAINLAND = opencc.OpenCC("tw2sp")
_HAN = "\u4e00-\u9fff〇\u3400-\u4dbf\uf900-\ufaff\U00020000-\U000323af"  # the most frequent range first
_LATIN = rf"[^\W_{_HAN}]+(?:[-.+&/'_][^\W_{_HAN}]+)*(?:\+\+|#|\+(?=\s*轮|[^\w{_HAN}]|$))?"
# A word is a run of Chinese characters or a Latin run; what is between two words is white space, quotation marks, or an
# end of the segment. Quotation marks and brackets do not end one: the query 曼孚科技获 matches “曼孚科技”获.
_WORD = re.compile(rf"([{_HAN}]+|{_LATIN})")
_JOINING = re.compile(r"[\s\"'“”‘’「」『』《》〈〉()（）【】\[\]·]+")
_ALL_HAN = re.compile(f"[{_HAN}]+")
_PARTS = re.compile(r"[^\W\d]+|\d+")
_JOINERS = re.compile(r"[-.+&/'_#]+")


def fold(text: str) -> str:
    """Normalise a text for comparison: width, case, white space, and traditional to simplified characters."""
    folded: str = _SIMPLIFIED.convert(normalise(text))
    return folded


def key(text: str) -> str:
    """Return only the units of a text, without separators: titles with the same key are treated as the same."""
    return "".join(unit for segment in segments(fold(text)) for unit in segment)


def from_taiwanese(text: str) -> str:
    """Replace Taiwan's words in traditional characters by the mainland's: 影片 by 视频, 專案 by 项目.

    Text in simplified characters stays unchanged: there 影片 means a film.
    """
    folded = normalise(text)
    if _SIMPLIFIED.convert(folded) == folded:
        return folded
    converted: str = _MAINLAND.convert(folded)
    return converted


def segments(text: str) -> list[Segment]:
    """Split a folded text (see `fold`) into segments; punctuation and a space between Chinese characters end one."""
    return [
        [unit for run in segment for unit in (run if is_han(run[0]) else (run,))] for segment in runs(text)
    ]


def runs(text: str) -> list[list[str]]:
    """Split a folded text as `segments` does; a segment is a list of runs: Chinese characters, or one Latin run."""
    found: list[list[str]] = []
    current: list[str] = []
    pieces = _WORD.split(text)
    after_han = False
    for gap, word in zip(pieces[::2], pieces[1::2], strict=False):
        before_han = is_han(word[0])
        if current and gap and _ends_segment(gap, after_han and before_han):
            found.append(current)
            current = []
        if before_han and after_han and current:
            current[-1] += word
        else:
            current.append(word if before_han else word[:UNIT_CHARS])
        after_han = before_han
    return [*found, current] if current else found


@lru_cache(maxsize=2_000)
def _ends_segment(gap: str, between_han: bool) -> bool:
    """Return whether a segment ends at a gap between two words; white space joins a Latin run to its neighbour."""
    return not _JOINING.fullmatch(gap) or (between_han and gap[-1].isspace())


@lru_cache(maxsize=20_000)
def units_of(word: str) -> tuple[str, ...]:
    """Return the units of a folded word, whatever separates them."""
    return tuple(unit for segment in segments(word) for unit in segment)


def cut(segment: Segment, *, guess: bool) -> list[Segment]:
    """Split a segment into dictionary words, each a list of units.

    With `guess` a statistical model also forms words that are not in the dictionary.
    """
    return [list(word) if is_han(word[0]) else [word] for word in word_texts(segment, guess=guess)]


def word_texts(segment: Segment, *, guess: bool) -> list[str]:
    """Split a segment into dictionary words, as `cut` does, each a text: Chinese characters or one Latin run."""
    text = "".join(segment)
    if _ALL_HAN.fullmatch(text):
        return cut_words(text, guess=guess)
    words: list[str] = []
    for han, run in _runs(segment):
        words += cut_words("".join(run), guess=guess) if han else run
    return words


def _runs(segment: Segment) -> Iterator[tuple[bool, Segment]]:
    """Yield the stretches of Chinese characters (True) and of Latin runs (False) of a segment."""
    for han, run in itertools.groupby(segment, is_han):
        yield han, list(run)


def in_dictionary(word: str) -> bool:
    """Return whether a word is in the dictionary."""
    return has_word(word)


def tag(text: str) -> list[tuple[str, str]]:
    """Return the words of a text with their part-of-speech tags: n for a noun, v for a verb and so on."""
    return tag_words(text)


def is_noun(word: str) -> bool:
    """Return whether a word is a noun of any kind, or not in the dictionary."""
    return tag(word)[0][1].startswith(("n", "j", "x", "eng"))


def is_single_han(word: Sequence[str]) -> bool:
    """Return whether a word is a single Chinese character, which says little beside longer words."""
    return len(word) == 1 and is_han(word[0])


def compound_parts(word: Sequence[str]) -> list[Segment]:
    """Return the words that a compound consists of: 汽车, 销量 for 汽车销量, and 手机, 壳 for 手机壳.

    Return [] for a word that is not a compound. A mixed word is split into its Latin and its Chinese part.
    """
    runs = [run for _, run in _runs(list(word))]
    if len(runs) > 1:
        return runs
    found: list[Segment] = []
    inner = split_compound("".join(word))
    while (at := sum(map(len, found))) < len(word):
        lengths = [end - start for start, end in inner if start == at and end - start < len(word)]
        if not lengths or (max(lengths) == 1 and (not found or at + 1 < len(word))):
            return []
        found.append(list(word[at : at + max(lengths)]))
    return found


def bigram(left: str, right: str) -> str:
    """Return two units as one token; two Latin units are joined by an underscore."""
    return left + right if is_han(left) or is_han(right) else f"{left}_{right}"


def bigram_chain(segment: Segment) -> list[str]:
    """Return the bigrams of a segment, with the prefix `~` that distinguishes them from words."""
    return ["~" + bigram(left, right) for left, right in itertools.pairwise(segment)]


def join_units(units: Sequence[str]) -> str:
    """Return units as text, with spaces only between Latin units."""
    text = "".join(units[:1])
    for left, right in itertools.pairwise(units):
        text += right if is_han(left) or is_han(right) else " " + right
    return text


def letter_digit_runs(unit: str) -> list[str]:
    """Split a Latin run into letters and digits: iphone and 15 for iphone15."""
    return _PARTS.findall(unit)


def latin_parts(unit: str) -> set[str]:
    """Return the parts by which a Latin run is also found: dm and dmi for dm-i, office for office8."""
    pieces = set(_JOINERS.split(unit)) | set(letter_digit_runs(unit)) | {_JOINERS.sub("", unit)}
    return {piece for piece in pieces if len(piece) > 1 and piece != unit}
