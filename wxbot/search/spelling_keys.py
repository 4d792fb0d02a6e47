"""Spelling keys: under which keys the index stores a word, so that a misspelt query still finds it; pinyin and shapes.

A word is stored by its pinyin, because members type pinyin, or an input method offers a homophone (百渡 for 百度); by
the initials of its pinyin (cflm for 长风联盟); and with each of its characters left out, so that a word with one wrong
character shares a key (独脚兽 for 独角兽, kepp for Keep). The keys are ordinary terms of the index: all processes
share them through the memory map, and they always match the indexed articles. `spelling` looks words up by them.

The only module that imports pypinyin. `visual_similarity` compares characters, because people confuse those that look
alike.
"""

import itertools
import math
import operator
import os
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

import pylopdf_fonts_zh_cn

from wxbot.lazy import LazyModule
from wxbot.text import is_han

__all__ = [
    "DELETION",
    "INITIALS",
    "SOUND",
    "TITLE_SOUND",
    "deletions",
    "fold",
    "is_initial",
    "key_slips",
    "mixed_syllables",
    "name_terms",
    "readings",
    "readings_with_tone",
    "sounds",
    "visual_similarity",
    "word_terms",
]

if TYPE_CHECKING:
    import pypinyin
    from PIL import Image, ImageDraw, ImageFilter, ImageFont
else:
    # The dictionary of phrases would take 50 MB and 0.2 s in every process; only single characters are looked up.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    pypinyin = LazyModule("pypinyin")  # loading takes 45 ms; only indexing and spelling correction need it
    Image, ImageDraw = LazyModule("PIL.Image"), LazyModule("PIL.ImageDraw")
    ImageFilter, ImageFont = LazyModule("PIL.ImageFilter"), LazyModule("PIL.ImageFont")


IMAGE_SIZE = 32  # pixels
IMAGE_MARGIN = 2
BLUR = 1.5  # strokes that are slightly shifted between two characters still overlap


@lru_cache(maxsize=30_000)
def readings(char: str) -> tuple[str, ...]:
    """Return the pinyin readings of a Chinese character without tones, the most likely first.

    Any other character is its own reading.
    """
    return tuple(pypinyin.pinyin(char, style=pypinyin.Style.NORMAL, heteronym=True)[0])


@lru_cache(maxsize=30_000)
def readings_with_tone(char: str) -> frozenset[str]:
    """Return the pinyin readings of a Chinese character with tone numbers, such as `lian2`."""
    return frozenset(pypinyin.pinyin(char, style=pypinyin.Style.TONE3, heteronym=True)[0])


def visual_similarity(one: str, other: str) -> float:
    """Return the visual similarity of two characters, from 0 to 1: the cosine of their blurred pixels.

    治 and 冶 have 0.94, 己 and 已 0.97; of random pairs 3 in 100 have 0.90 or more.
    """
    first, second = _pixels(one), _pixels(other)
    size = math.sqrt(_square(first) * _square(second))
    return sum(map(operator.mul, first, second)) / size if size else 0.0


@lru_cache(maxsize=2_000)
def _square(pixels: bytes) -> int:
    return sum(map(operator.mul, pixels, pixels))


@cache
def _font() -> "ImageFont.FreeTypeFont":
    return ImageFont.truetype(pylopdf_fonts_zh_cn.sans_path(), IMAGE_SIZE)


@lru_cache(maxsize=2_000)
def _pixels(char: str) -> bytes:
    """Return a character, drawn small and blurred, as grey values row by row."""
    side = IMAGE_SIZE + 2 * IMAGE_MARGIN
    image = Image.new("L", (side, side))
    ImageDraw.Draw(image).text((IMAGE_MARGIN, -IMAGE_MARGIN), char, font=_font(), fill=255)
    return image.filter(ImageFilter.GaussianBlur(BLUR)).resize((side // 2, side // 2)).tobytes()


# Kinds of keys. A term of the index is: kind, key, "|", word.
SOUND: Final = "s"
TITLE_SOUND: Final = "t"
INITIALS: Final = "i"
DELETION: Final = "o"

LONGEST_NAME = 8  # units
SHORTEST_LATIN = 4  # characters; in a shorter run another letter makes another word
READINGS = 4  # of one word, if its characters have several readings
LONGEST_MIXED = 14  # letters
SHORTEST_MISTYPED = 6  # letters
LONGEST_MISTYPED = 24
MIXTURES = 60  # ways to split one run of letters into syllables

_SYLLABLE = re.compile(
    "(?:[zcs]h?|[bpmfdtnlgkhjqxryw])?(?:i?ao|i?an|i?ang|[iu]?ai|[iu]a|[iu]?e|i?ong|u?an|u?ang|ei|eng?|er|ou|iu|in|ing|ui|un|uo|ue|[aoeiuv])"
)
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_DOUBLE = frozenset(("zh", "ch", "sh"))
# Spellings that sound alike or are typed either way: zh and z, ng and n, ü and u and v.
_FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("ü", "u"), ("v", "u"))


def name_terms(name: str) -> list[str]:
    """Return all terms of the index for a name in a title; it has more kinds of keys than a word of a text."""
    return [*_keys(name, TITLE_SOUND), *_terms(INITIALS, _initials(name), name)]


def word_terms(word: str) -> list[str]:
    """Return all terms of the index for a word of a text."""
    return _keys(word, SOUND)


def _keys(word: str, kind: str) -> list[str]:
    """Return the sound keys of a word, and its keys with one character left out."""
    found = _terms(kind, sounds(word), word)
    if kind == SOUND and len(word) == 2:  # one of two characters is too little to identify a word of a text
        return found
    shorter = deletions(word)
    if shorter and not is_han(word[0]):
        shorter.append(word)  # a query with one letter too many shares this key
    return found + _terms(DELETION, shorter, word)


def sounds(word: str) -> list[str]:
    """Return the folded pinyin of a word of two or more Chinese characters, one for each way to read it."""
    if len(word) < 2 or not all(map(is_han, word)):
        return []
    choices = [*map(_main_readings, word)]
    ways = math.prod(map(len, choices))
    if ways == 1:
        return [fold("".join(one for (one,) in choices))]
    pronunciations = itertools.islice(itertools.product(*choices), READINGS)
    return list(dict.fromkeys(fold(" ".join(map("".join, pronunciations))).split(" ")))


@lru_cache(maxsize=10_000)
def _main_readings(char: str) -> tuple[str, ...]:
    """Return the two most likely readings of a character."""
    return readings(char)[:2]


def fold(pinyin: str) -> str:
    """Return pinyin without the differences that members do not hear or do not type."""
    for written, folded in _FOLDS:
        pinyin = pinyin.replace(written, folded)
    return pinyin


def key_slips(letters: str) -> list[str]:
    """Return the spellings that someone may have meant who hit a neighbouring key or two keys in the wrong order.

    Return [] for a short run of letters, where another letter makes another word.
    """
    if not SHORTEST_MISTYPED <= len(letters) <= LONGEST_MISTYPED or not (
        letters.isascii() and letters.isalpha()
    ):
        return []
    found = [
        letters[:at] + key + letters[at + 1 :]
        for at, letter in enumerate(letters)
        for key in _keys_beside(letter)
    ]
    found += [
        letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :] for at in range(len(letters) - 1)
    ]
    return list(dict.fromkeys(each for each in found if each != letters))


@cache
def _keys_beside(letter: str) -> str:
    """Return the letters whose keys touch the key of a letter; each row of keys is shifted half a key to the right."""
    row, column = next((at, keys.index(letter)) for at, keys in enumerate(_KEYBOARD) if letter in keys)
    around = ((row, -1), (row, 1), (row - 1, 0), (row - 1, 1), (row + 1, -1), (row + 1, 0))
    return "".join(
        _KEYBOARD[at][column + step]
        for at, step in around
        if 0 <= at < len(_KEYBOARD) and 0 <= column + step < len(_KEYBOARD[at])
    )


def mixed_syllables(letters: str) -> list[tuple[str, ...]]:
    """Split letters into syllables, some in full and some as an initial, in every way: c-h-xian."""
    if len(letters) > LONGEST_MIXED:
        return []
    ways = itertools.islice(_split_syllables(letters), MIXTURES)
    return [way for way in ways if {is_initial(part) for part in way} == {True, False}]


def _split_syllables(letters: str, parts: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield splits into three or more syllables, those with long first syllables first."""
    if not letters and len(parts) > 2:
        yield parts
    if letters and len(parts) < LONGEST_NAME:
        for length in range(min(len(letters), 6), 0, -1):
            part = letters[:length]
            if is_initial(part) or _SYLLABLE.fullmatch(part):
                yield from _split_syllables(letters[length:], (*parts, part))


def is_initial(part: str) -> bool:
    """Return whether letters are only the initial of a syllable."""
    return part in _DOUBLE or (len(part) == 1 and part not in "iuv")


def deletions(word: str) -> list[str]:
    """Return a word with each character left out in turn.

    Return [] for a single Chinese character, a short Latin word, a number, and a mixed word.
    """
    han = [is_han(char) for char in word]
    shortest = 2 if all(han) else SHORTEST_LATIN
    if len(word) < shortest or word.isdigit() or any(han) != all(han):
        return []
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


def _initials(word: str) -> list[str]:
    """Return the initials of the pinyin of a word of three or more Chinese characters."""
    if len(word) < 3 or not all(map(is_han, word)):
        return []
    pronunciations = itertools.product(*map(_main_initials, word))
    return ["".join(one) for one in itertools.islice(pronunciations, READINGS)]


@lru_cache(maxsize=10_000)
def _main_initials(char: str) -> tuple[str, ...]:
    """Return the initials of the two most likely readings of a character."""
    return tuple(dict.fromkeys(reading[0] for reading in _main_readings(char)))


def _terms(kind: str, keys_of_word: Iterable[str], word: str) -> list[str]:
    return [f"{kind}{key}|{word}" for key in keys_of_word]
