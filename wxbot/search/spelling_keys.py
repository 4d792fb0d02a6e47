"""How a word of the library may come mistyped, and the keys under which the index keeps it for that.

A word is kept by its sound, because members type pinyin, or an input method offers them a homophone (百渡 for 百度);
by the initials of its sound (cflm for 长风联盟); and with each of its characters left out, so that one wrong character
still meets it (独脚兽 for 独角兽, kepp for Keep). The keys are terms of the index like any other: every process shares
them through the memory map, and they are never out of step with the articles.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from wxbot.search import tokenizer
from wxbot.search.person_names import person_names
from wxbot.search.pinyin import readings
from wxbot.search.stopwords import STOPWORDS
from wxbot.text import is_han

__all__ = [
    "INITIALS",
    "LEFT_OUT",
    "SOUND",
    "TITLE_SOUND",
    "fold",
    "is_initial",
    "keys",
    "left_out",
    "mixed",
    "sounds",
]

# The kinds of keys; in the index a key stands as its kind, the key, a bar, and the word.
SOUND: Final = "s"
TITLE_SOUND: Final = "t"
INITIALS: Final = "i"
LEFT_OUT: Final = "o"

LONGEST_NAME = 8  # units
NAME_WORDS = 3  # 长风联盟 is two words, 软银愿景基金 three
SHORTEST_LATIN = 4  # of a shorter run another letter makes another word
READINGS = 4  # of a word with several readings
LONGEST_MIXED = 14  # letters
MIXTURES = 60  # of letters that may be taken apart in many ways

_SYLLABLE = re.compile(
    "(?:[zcs]h?|[bpmfdtnlgkhjqxryw])?(?:i?ao|i?an|i?ang|[iu]?ai|[iu]a|[iu]?e|i?ong|u?an|u?ang|ei|eng?|er|ou|iu|in|ing|ui|un|uo|ue|[aoeiuv])"
)
_DOUBLE = frozenset(("zh", "ch", "sh"))
_NO_END = STOPWORDS - {"会"}  # 健促会 is a name
# What is not told apart by ear, or typed either way: zh and z, ng and n, ü and u and v.
_FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("ü", "u"), ("v", "u"))


def keys(title: Sequence[tokenizer.Segment], text: Sequence[tokenizer.Segment]) -> set[str]:
    """All keys of one article, from its segments: the names in its title, and the words of its text."""
    kept: set[str] = set()
    for name in {"".join(name) for segment in title for name in _names(segment)}:
        kept |= _keys(name, TITLE_SOUND) | _keyed(INITIALS, _initials(name), name)
    words = {"".join(word) for segment in text for word in tokenizer.cut(segment, guess=True)}
    words.update(name for segment in (*title, *text) for name in person_names(segment))
    for word in filter(_long_enough, words):
        kept |= _keys(word, SOUND)
    return kept


def _long_enough(word: str) -> bool:
    return len(word) > 1


@lru_cache(maxsize=20_000)
def _keys(word: str, kind: str) -> frozenset[str]:
    shorter = left_out(word)
    if shorter and not is_han(word[0]):
        shorter.append(word)  # a letter too many, left out, is the word itself
    found = _keyed(kind, sounds(word), word)
    if kind == SOUND and len(word) == 2:  # any two characters of a text are too little to know a name by
        return found
    return found | _keyed(LEFT_OUT, shorter, word)


def sounds(word: str) -> list[str]:
    """The folded pinyin of a word of two 汉字 or more, once for each way to read it."""
    if len(word) < 2 or not all(map(is_han, word)):
        return []
    spoken = itertools.product(*(readings(char)[:2] for char in word))
    return list(dict.fromkeys(fold("".join(one)) for one in itertools.islice(spoken, READINGS)))


def fold(pinyin: str) -> str:
    """Pinyin without the differences that are not heard or not typed."""
    for written, folded in _FOLDS:
        pinyin = pinyin.replace(written, folded)
    return pinyin


def mixed(letters: str) -> list[tuple[str, ...]]:
    """The ways to read letters as syllables of which some are written in full, some by their initial: c-h-xian."""
    if len(letters) > LONGEST_MIXED:
        return []
    ways = itertools.islice(_parsed(letters), MIXTURES)
    return [way for way in ways if {is_initial(part) for part in way} == {True, False}]


def _parsed(letters: str, parts: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Three syllables or more, the longest first."""
    if not letters and len(parts) > 2:
        yield parts
    if letters and len(parts) < LONGEST_NAME:
        for length in range(min(len(letters), 6), 0, -1):
            part = letters[:length]
            if is_initial(part) or _SYLLABLE.fullmatch(part):
                yield from _parsed(letters[length:], (*parts, part))


def is_initial(part: str) -> bool:
    """Whether letters are no more than the first sound of a syllable."""
    return part in _DOUBLE or (len(part) == 1 and part not in "iuv")


def left_out(word: str) -> list[str]:
    """A word of two 汉字 or more, or a longer Latin one, with each character left out in turn."""
    han = [is_han(char) for char in word]
    shortest = 2 if all(han) else SHORTEST_LATIN
    if len(word) < shortest or word.isdigit() or any(han) != all(han):
        return []
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


def _initials(word: str) -> list[str]:
    if len(word) < 3 or not all(map(is_han, word)):
        return []
    spoken = itertools.product(*({reading[0]: 0 for reading in readings(char)[:2]} for char in word))
    return ["".join(one) for one in itertools.islice(spoken, READINGS)]


def _names(segment: tokenizer.Segment) -> Iterator[tokenizer.Segment]:
    """Every run of up to NAME_WORDS words of a title that may be a name, as guessing cuts them and as it does not."""
    for guess in (True, False):
        words = tokenizer.cut(segment, guess=guess)
        yield from (
            piece
            for word in words
            if len(word) > 2
            for piece in tokenizer.compound_parts(word)
            if len(piece) > 1
        )
        for start in range(len(words)):
            for end in range(start + 1, min(start + NAME_WORDS, len(words)) + 1):
                name = [unit for word in words[start:end] for unit in word]
                bare = "".join(words[start]) in STOPWORDS or "".join(words[end - 1]) in _NO_END
                if len(name) <= LONGEST_NAME and not bare:
                    yield name


def _keyed(kind: str, found: Iterable[str], word: str) -> frozenset[str]:
    return frozenset(f"{kind}{key}|{word}" for key in found)
