"""Tokenizer for Chinese text; queries and documents go through the same functions.

A *unit* is one Chinese character, or one run of Latin letters and digits kept whole (5g, dm-i, c2, 3.6).
A *segment* is a run of units without a separator such as punctuation between them.
A *bigram* is two neighbouring units. A phrase of any length is a chain of bigrams, independent of a dictionary.
A *word* is a token that may be searched alone: a unit, a part of a Latin run, or a bigram that does not cut a
dictionary word in two. That condition keeps 和服 from matching 产品和服务, while 刀片 matches 功率型刀片电池.
"""

import itertools
import operator
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
    "field_tokens",
    "fold",
    "from_taiwanese",
    "in_dictionary",
    "is_noun",
    "is_single_han",
    "join_units",
    "key",
    "letter_digit_runs",
    "segments",
    "tag",
    "units_of",
    "word_texts",
]

Segment = list[str]

UNIT_CHARS = 40  # longer Latin runs are addresses or noise, and their beginning identifies them

_FUNCTION_CHARS = frozenset(
    "的地得了着过之所们和与及跟同或而且在于对从到由向给为让被把将以按用就都也还又再才只很最更太不没中里上下其是有要会可这那此该"
)
_SIMPLIFIED = opencc.OpenCC("t2s")
_MAINLAND = opencc.OpenCC("tw2sp")
_HAN = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_LATIN = rf"[^\W_{_HAN}]+(?:[-.+&/'_][^\W_{_HAN}]+)*(?:\+\+|#|\+(?=\s*轮|[^\w{_HAN}]|$))?"
# Quotation marks and brackets do not end a segment: the query 曼孚科技获 matches “曼孚科技”获.
_SCAN = re.compile(
    rf"(?P<han>[{_HAN}]+)|(?P<latin>{_LATIN})|(?P<space>\s+)|(?P<quote>[\"'“”‘’「」『』《》〈〉()（）【】\[\]·]+)|."
)
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
    found: list[Segment] = [[]]
    spaced = False
    for match in _SCAN.finditer(text):
        kind = match.lastgroup
        if kind == "han":
            if spaced and found[-1] and is_han(found[-1][-1]):
                found.append([])
            found[-1] += match[0]
        elif kind == "latin":
            found[-1].append(match[0][:UNIT_CHARS])
        elif kind is None and found[-1]:
            found.append([])
        spaced = kind == "space"
    return [segment for segment in found if segment]


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
        return list(_cut_han(text, guess))
    words: list[str] = []
    for han, run in _runs(segment):
        words += _cut_han("".join(run), guess) if han else run
    return words


@lru_cache(maxsize=512)  # an article's segments are cut for its words and again for its names
def _cut_han(text: str, guess: bool) -> tuple[str, ...]:
    return tuple(cut_words(text, guess=guess))


def _runs(segment: Segment) -> Iterator[tuple[bool, Segment]]:
    """Yield the stretches of Chinese characters (True) and of Latin runs (False) of a segment."""
    start = 0
    for at in range(1, len(segment) + 1):
        if at == len(segment) or is_han(segment[at]) != is_han(segment[start]):
            yield is_han(segment[start]), segment[start:at]
            start = at


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


def field_tokens(found: Sequence[Segment]) -> str:
    """Return all tokens of a document's field, separated by spaces: the bigram chains first, then the words."""
    chains: list[str] = []
    words: list[str] = []
    for segment in found:
        if len(segment) > 1:
            chains.append(_joined_chain(segment))
        chains.append("~")  # a single ~ keeps phrases from matching across segments
        _append_word_tokens(words, segment)
    return " ".join([*chains, *words])


def _joined_chain(segment: Segment) -> str:
    """Return the bigrams of a segment of at least two units, as `bigram_chain` does, separated by spaces."""
    text = "".join(segment)
    if len(text) != len(segment) or not _ALL_HAN.fullmatch(text):
        return " ".join(bigram_chain(segment))
    return f"~{' ~'.join(map(operator.add, text, text[1:]))}"


# How far words are open to a bigram across their edge; two words share one if their sum reaches _SHARED.
_CLOSED, _FUNCTION, _OPEN = range(3)
_SHARED = 2


def _append_word_tokens(tokens: list[str], segment: Segment) -> None:
    """Append the words of a segment: units, parts of Latin runs, and bigrams that do not cut a dictionary word.

    A bigram across two dictionary words is a word if both are single units, or one is a single character with a
    meaning of its own: 市|律|协会 contains 律协, and 成品油|轮 contains 油轮, but 和|服务 does not contain 和服.
    """
    open_before, last = -_SHARED, ""
    for word in word_texts(segment, guess=False):
        inner, openness, first, end = _tokens_of_word(word)
        if open_before + openness >= _SHARED:
            tokens.append(bigram(last, first))
        tokens.append(inner)
        open_before, last = openness, end


@lru_cache(maxsize=30_000)
def _tokens_of_word(word: str) -> tuple[str, int, str, str]:
    """Return the tokens inside one dictionary word or Latin run, its openness, and its first and last unit."""
    if not is_han(word[0]):
        return " ".join((word, *_latin_parts(word))), _FUNCTION, word, word
    pairs = (token for pair in zip(word, map(operator.add, word, word[1:]), strict=False) for token in pair)
    openness = _CLOSED if len(word) > 1 else _FUNCTION if word in _FUNCTION_CHARS else _OPEN
    return " ".join((*pairs, word[-1])), openness, word[0], word[-1]


def letter_digit_runs(unit: str) -> list[str]:
    """Split a Latin run into letters and digits: iphone and 15 for iphone15."""
    return _PARTS.findall(unit)


def _latin_parts(unit: str) -> set[str]:
    """Return the parts by which a Latin run is also found: dm and dmi for dm-i, office for office8."""
    pieces = set(_JOINERS.split(unit)) | set(letter_digit_runs(unit)) | {_JOINERS.sub("", unit)}
    return {piece for piece in pieces if len(piece) > 1 and piece != unit}
