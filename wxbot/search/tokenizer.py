"""What the index is made of: units, pairs and words of a Chinese text.

A *unit* is one 汉字, or one run of Latin letters and digits kept whole (5g, dm-i, c2, 3.6).
A *segment* is a run of units with nothing between them that parts meaning.
A *pair* is two neighbouring units: a phrase of any length is a chain of pairs, wherever a dictionary would cut it.
A *word* is what one may search alone: a unit, a part of a Latin run, or a pair that does not cut a dictionary word
in two. Only by the last is 和服 not found in 产品和服务, while 刀片 is found in 功率型刀片电池.

Query and document go through the same functions, so that they meet.
"""

import itertools
import re
from collections.abc import Iterator, Sequence

import opencc
import rjieba

from wxbot.text import is_han, normalise

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
]

Segment = list[str]

UNIT_CHARS = 40  # longer Latin runs are addresses and noise; the front of them identifies as well

_FUNCTION_CHARS = frozenset(
    "的地得了着过之所们和与及跟同或而且在于对从到由向给为让被把将以按用就都也还又再才只很最更太不没中里上下其是有要会可这那此该"
)
_SIMPLIFIED = opencc.OpenCC("t2s")
_MAINLAND = opencc.OpenCC("tw2sp")
_HAN = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_LATIN = rf"[^\W_{_HAN}]+(?:[-.+&/'_][^\W_{_HAN}]+)*(?:\+\+|#|\+(?=\s*轮|[^\w{_HAN}]|$))?"
# Quotation marks and brackets do not part what they surround: “曼孚科技”获 is found as 曼孚科技获.
_SCAN = re.compile(
    rf"(?P<unit>[{_HAN}]|{_LATIN})|(?P<space>\s+)|(?P<quote>[\"'“”‘’「」『』《》〈〉()（）【】\[\]·]+)|."
)
_ALL_HAN = re.compile(f"[{_HAN}]+")
_PARTS = re.compile(r"[^\W\d]+|\d+")
_JOINERS = re.compile(r"[-.+&/'_#]+")


def fold(text: str) -> str:
    """Fold a text into the form that is compared: width, case, white space, and traditional to simplified."""
    folded: str = _SIMPLIFIED.convert(normalise(text))
    return folded


def key(text: str) -> str:
    """Only the units of any text, without what stands between them: two titles with the same key are the same."""
    return "".join(unit for segment in segments(fold(text)) for unit in segment)


def from_taiwanese(text: str) -> str:
    """A text in traditional characters with the words of the mainland for those of Taiwan: 影片 is 视频, 專案 is 项目.

    A text in simplified characters comes back as it is: there 影片 means a film.
    """
    folded = normalise(text)
    if _SIMPLIFIED.convert(folded) == folded:
        return folded
    converted: str = _MAINLAND.convert(folded)
    return converted


def segments(text: str) -> list[Segment]:
    """Cut a `fold` text into segments of units; punctuation ends one, and so does a space between two 汉字."""
    found: list[Segment] = [[]]
    spaced = False
    for match in _SCAN.finditer(text):
        unit = match["unit"]
        if unit is not None:
            if spaced and found[-1] and is_han(found[-1][-1]) and is_han(unit):
                found.append([])
            found[-1].append(unit[:UNIT_CHARS])
        elif match["space"] is None and match["quote"] is None and found[-1]:
            found.append([])
        spaced = match["space"] is not None
    return [segment for segment in found if segment]


def cut(segment: Segment, *, guess: bool) -> list[Segment]:
    """Cut a segment into dictionary words, each a list of units; `guess` lets unknown neighbours be one word."""
    text = "".join(segment)
    if _ALL_HAN.fullmatch(text):
        return [list(word) for word in rjieba.cut(text, guess)]
    words: list[Segment] = []
    for han, run in _runs(segment):
        words += cut(run, guess=guess) if han else [[unit] for unit in run]
    return words


def _runs(segment: Segment) -> Iterator[tuple[bool, Segment]]:
    """Part a segment into stretches of 汉字 and stretches of Latin runs."""
    start = 0
    for at in range(1, len(segment) + 1):
        if at == len(segment) or is_han(segment[at]) != is_han(segment[start]):
            yield is_han(segment[start]), segment[start:at]
            start = at


def in_dictionary(word: str) -> bool:
    """Whether a word stands in the dictionary."""
    return bool(rjieba.has_word(word))


def tag(text: str) -> list[tuple[str, str]]:
    """A text as words with their kind, n for a noun, v for a verb and so on."""
    return [(str(word), str(kind)) for word, kind in rjieba.tag(text)]


def is_noun(word: str) -> bool:
    """Whether the dictionary has a word as a noun of any kind, or does not know it."""
    return tag(word)[0][1].startswith(("n", "j", "x", "eng"))


def is_single_han(word: Sequence[str]) -> bool:
    """Whether a word is one 汉字, which says little beside longer words."""
    return len(word) == 1 and is_han(word[0])


def compound_parts(word: Sequence[str]) -> list[Segment]:
    """What a compound is made of, where that is words: 汽车, 销量 for 汽车销量, 手机, 壳 for 手机壳; else nothing.

    A Latin run with 汉字 beside it parts into the two.
    """
    runs = [run for _, run in _runs(list(word))]
    if len(runs) > 1:
        return runs
    found: list[Segment] = []
    inner = rjieba.tokenize("".join(word), "search", False)
    while (at := sum(map(len, found))) < len(word):
        lengths = [end - start for _, start, end in inner if start == at and end - start < len(word)]
        if not lengths or (max(lengths) == 1 and (not found or at + 1 < len(word))):
            return []
        found.append(list(word[at : at + max(lengths)]))
    return found


def bigram(left: str, right: str) -> str:
    """Two units as one token; Latin neighbours keep a sign between them."""
    return left + right if is_han(left) or is_han(right) else f"{left}_{right}"


def bigram_chain(segment: Segment) -> list[str]:
    """The chain of pairs of a segment, marked so that it cannot be mistaken for words."""
    return ["~" + bigram(left, right) for left, right in itertools.pairwise(segment)]


def join_units(units: Sequence[str]) -> str:
    """Units as a person would write them: a space between two Latin runs only."""
    text = "".join(units[:1])
    for left, right in itertools.pairwise(units):
        text += right if is_han(left) or is_han(right) else " " + right
    return text


def field_tokens(found: Sequence[Segment]) -> str:
    """All tokens of one field of a document, parted by spaces: the chains of pairs first, then the words."""
    chains: list[str] = []
    words: list[str] = []
    for segment in found:
        chains += [*bigram_chain(segment), "~"]  # the lone sign keeps a phrase from running over the gap
        words += _word_tokens(segment)
    return " ".join(chains + words)


def _word_tokens(segment: Segment) -> Iterator[str]:
    """What of a segment may be searched alone: units, parts of Latin runs, and pairs that cut no word in two."""
    cuts = cut(segment, guess=False)
    owner = [at for at, word in enumerate(cuts) for _ in word]
    for at, unit in enumerate(segment):
        yield unit
        if not is_han(unit):
            yield from _latin_parts(unit)
        if at + 1 < len(segment):
            left, right = owner[at], owner[at + 1]
            if left == right or _may_share_word(cuts[left], cuts[right]):
                yield bigram(unit, segment[at + 1])


def _may_share_word(left: Segment, right: Segment) -> bool:
    """Whether two neighbouring words may share a word: 市|律|协会 has 律协, 成品油|轮 has 油轮; 和|服务 has no 和服."""
    single = [word[0] for word in (left, right) if len(word) == 1]
    return len(single) == 2 or any(is_han(unit) and unit not in _FUNCTION_CHARS for unit in single)


def letter_digit_runs(unit: str) -> list[str]:
    """The letters and the digits of a Latin run apart: iphone and 15 for iphone15."""
    return _PARTS.findall(unit)


def _latin_parts(unit: str) -> set[str]:
    """What of a Latin run is also found alone: dm of dm-i, office of office8, and dmi."""
    pieces = set(_JOINERS.split(unit)) | set(letter_digit_runs(unit)) | {_JOINERS.sub("", unit)}
    return {piece for piece in pieces if len(piece) > 1 and piece != unit}
