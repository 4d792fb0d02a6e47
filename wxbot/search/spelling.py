"""Correcting: what a member may have meant whose words the library does not know.

Only words of the library are offered, and only for a stretch that holds a word it lacks. A proper word that is merely
absent is no slip: whoever asks for 咖啡 gets an honest nothing, not 卡飞. Therefore a stretch gives way only to what
sounds the same, or to a longer name that differs in one character where no dictionary word stands.
"""

import itertools
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from wxbot.search import spelling_keys, tokenizer
from wxbot.search.characters import readings, readings_with_tone, visual_similarity
from wxbot.search.index_reader import IndexReader
from wxbot.search.query import ParsedQuery
from wxbot.search.spelling_keys import fold
from wxbot.search.synonyms import Units
from wxbot.text import is_han

__all__ = ["corrections"]

OFFERS = 3
LONGEST_STRETCH = spelling_keys.LONGEST_NAME
LONGEST_SEGMENT = 24  # units; longer messages are not looked through
PER_KEY = 8
MANY = 50  # names of two characters share their one left over with many others
ALIKE = 0.9
VERY_ALIKE = 0.95  # what a name of two characters needs, half of which is the wrong one
LONG_NAME = 4  # of so many characters three suffice to know it by


@dataclass(frozen=True)
class _Offer:
    """A word of the library for a stretch of a segment; the higher the score, the likelier it was meant."""

    segment: int
    start: int
    end: int
    word: str
    score: float


def corrections(reader: IndexReader, question: ParsedQuery) -> list[str]:
    """The question with its mistyped stretch put right, likeliest first; empty when nothing comes near."""
    missing = [word.units for word in question.words if not reader.contains_word(word)]
    offers = [
        _Offer(at, start, end, word, score)
        for at, segment in enumerate(question.phrases)
        if len(segment) <= LONGEST_SEGMENT
        for start, end in _stretches(segment, missing)
        for word, score in _words_for(reader, segment, start, end)
    ]
    offers.sort(key=lambda offer: (-offer.score, offer.word))
    together = (_put_right(question, _with_others(offers, at)) for at in range(len(offers)))
    return list(itertools.islice(dict.fromkeys(together), OFFERS))


def _stretches(segment: Units, missing: list[Units]) -> Iterator[tuple[int, int]]:
    """Where in a segment a slip may be: each run of units that holds words the library lacks, and none in part."""
    lacks = [
        (start, start + len(word))
        for word in missing
        for start in range(len(segment) - len(word) + 1)
        if segment[start : start + len(word)] == word
    ]
    for start in range(len(segment)):
        for end in range(start + 1, min(len(segment), start + LONGEST_STRETCH) + 1):
            touched = [lack for lack in lacks if lack[0] < end and start < lack[1]]
            if touched and all(start <= begins and ends <= end for begins, ends in touched):
                yield start, end


def _words_for(reader: IndexReader, segment: Units, start: int, end: int) -> Iterator[tuple[str, float]]:
    stretch = segment[start:end]
    if all(map(is_han, stretch)):
        if len(stretch) > 1:
            yield from _homophones(reader, stretch)
            yield from _one_off(reader, segment, start, end)
            yield from _out_of_step(reader, stretch)
    elif any(map(is_han, stretch)):
        yield from _half_spelt(reader, stretch)
    else:
        yield from _spelt(reader, "".join(stretch))
        yield from _parted(reader, stretch)


def _homophones(reader: IndexReader, stretch: Units) -> Iterator[tuple[str, float]]:
    """Words that sound the same: 百渡 for 百度. Of two characters only names in titles are offered."""
    typed, long = "".join(stretch), len(stretch) > 2
    for kind in (spelling_keys.TITLE_SOUND, spelling_keys.SOUND):
        for sound in spelling_keys.sounds(typed):
            for word, _ in reader.words_by_key(kind, sound, PER_KEY):
                other = len(word) == len(stretch) and word != typed
                if other and (long or (kind == spelling_keys.TITLE_SOUND and _short_slip(stretch, word))):
                    tones = _same_sound(stretch, word, readings_with_tone)
                    yield (
                        word,
                        len(stretch)
                        + _shared(stretch, word) / len(stretch)
                        + tones
                        + (kind == spelling_keys.TITLE_SOUND),
                    )


def _short_slip(stretch: Units, word: str) -> bool:
    """Whether two characters may be a slip for two others: one of them, and the sound; for a proper word, the tones."""
    sounds = readings_with_tone if _proper(stretch) else readings
    return _shared(stretch, word) > 0 and _same_sound(stretch, word, sounds)


def _same_sound(stretch: Units, word: str, sounds: Callable[[str], Collection[str]]) -> bool:
    return all(set(sounds(a)) & set(sounds(b)) for a, b in zip(stretch, word, strict=True))


def _one_off(reader: IndexReader, segment: Units, start: int, end: int) -> Iterator[tuple[str, float]]:
    """Names with one other character, where the one typed is part of no dictionary word."""
    stretch, alone = segment[start:end], _alone(segment)
    for key in spelling_keys.deletions("".join(stretch)):
        for word, _ in reader.words_by_key(spelling_keys.LEFT_OUT, key, MANY):
            if len(word) == len(stretch) and _shared(stretch, word) == len(stretch) - 1:
                at = next(at for at, (a, b) in enumerate(zip(stretch, word, strict=True)) if a != b)
                long = _run(alone, start + at) >= LONG_NAME  # in 极米科技 only 极米 is the name
                if alone[start + at] and (long or _easily_taken(stretch, word, at)):
                    yield word, len(stretch)


def _out_of_step(reader: IndexReader, stretch: Units) -> Iterator[tuple[str, float]]:
    """Words with two characters the other way round, with one more inside, or with one typed twice."""
    typed = "".join(stretch)
    if len(stretch) > 2 and not _proper(stretch):
        for key in (typed, *spelling_keys.deletions(typed)):
            for word, _ in reader.words_by_key(spelling_keys.LEFT_OUT, key, MANY):
                if len(word) == len(stretch) + 1 or _swapped(stretch, word):
                    yield word, len(stretch)
    for at in range(1, len(stretch)):
        once = (*stretch[:at], *stretch[at + 1 :])
        if stretch[at] == stretch[at - 1] and len(once) > 1 and reader.count(once):
            yield "".join(once), len(stretch)


def _swapped(stretch: Sequence[str], word: str) -> bool:
    """Whether two neighbours stand the other way round, and all else is the same."""
    if len(stretch) != len(word) or _shared(stretch, word) != len(word) - 2:
        return False
    at = next(at for at, (a, b) in enumerate(zip(stretch, word, strict=True)) if a != b)
    return stretch[at] == word[at + 1] and stretch[at + 1] == word[at]


def _run(alone: list[bool], at: int) -> int:
    """How many neighbours the dictionary knows no word for stand together at one place."""
    before = itertools.takewhile(bool, reversed(alone[:at]))
    return sum(1 for _ in before) + sum(1 for _ in itertools.takewhile(bool, alone[at:]))


def _easily_taken(stretch: Units, word: str, at: int) -> bool:
    """Whether the characters at one place look alike, or in a longer word sound nearly so."""
    if len(stretch) == 2:
        return not _proper(stretch) and visual_similarity(stretch[at], word[at]) >= VERY_ALIKE
    return visual_similarity(stretch[at], word[at]) >= ALIKE or any(
        _nearly(fold(one), fold(other)) for one in readings(stretch[at]) for other in readings(word[at])
    )


def _nearly(one: str, other: str) -> bool:
    """Whether two syllables differ in one letter: jie and jue, ban and pan."""
    if len(one) == len(other) > 2:
        return sum(a != b for a, b in zip(one, other, strict=True)) < 2
    return False


def _spelt(reader: IndexReader, letters: str) -> Iterator[tuple[str, float]]:
    """Pinyin in full, by initials or by both, and Latin words with a slip."""
    size = len(letters) / 2
    for word, worth in itertools.chain(
        _sounding(reader, letters), _begun(reader, letters), _slips(reader, letters)
    ):
        yield word, size + worth


def _sounding(reader: IndexReader, letters: str) -> Iterator[tuple[str, float]]:
    """Words by their whole sound; of two characters names in titles and nouns, for guangzhou is no 关注."""
    for kind, bonus in ((spelling_keys.TITLE_SOUND, 2.0), (spelling_keys.SOUND, 1.0)):
        for word, held in reader.words_by_key(kind, fold(letters), PER_KEY):
            if kind == spelling_keys.TITLE_SOUND or len(word) > 2 or tokenizer.is_noun(word):
                yield word, bonus + _often(held)


def _begun(reader: IndexReader, letters: str) -> Iterator[tuple[str, float]]:
    """Names by the initials of their characters, some of which may be written in full."""
    ways = [tuple(letters), *spelling_keys.mixed_syllables(letters)] if len(letters) > 2 else []
    for way in ways:
        for word, held in reader.words_by_key(
            spelling_keys.INITIALS, "".join(part[0] for part in way), PER_KEY
        ):
            if all(map(_spoken, word, way)):
                yield word, _often(held)


def _slips(reader: IndexReader, letters: str) -> Iterator[tuple[str, float]]:
    """Latin words with a letter wrong, missing, doubled or out of place."""
    for key in (letters, *spelling_keys.deletions(letters)):
        for word, held in reader.words_by_key(spelling_keys.LEFT_OUT, key, PER_KEY):
            if not is_han(word[0]) and _one_letter_off(letters, word):
                yield word, _often(held)


def _one_letter_off(letters: str, word: str) -> bool:
    """Whether two Latin words that share a key differ in one letter only: noah and nova do so in two."""
    return len(word) != len(letters) or _shared(letters, word) >= len(letters) - 1 or _swapped(letters, word)


def _parted(reader: IndexReader, stretch: Units) -> Iterator[tuple[str, float]]:
    """Letters and digits that the library writes apart: iphone 15 for iphone15."""
    parts = tuple(part for unit in stretch for part in tokenizer.letter_digit_runs(unit))
    if len(parts) > len(stretch) and reader.count(parts):
        yield tokenizer.join_units(parts), len(parts)


def _spoken(char: str, part: str) -> bool:
    """Whether a character sounds as a syllable says, or begins as its first letter."""
    if spelling_keys.is_initial(part):
        return any(reading.startswith(part) for reading in readings(char))
    return any(fold(reading) == fold(part) for reading in readings(char))


def _half_spelt(reader: IndexReader, stretch: Units) -> Iterator[tuple[str, float]]:
    """Words of which some characters are typed and some spelt, in full or by their initials: chang风联盟, cf联盟."""
    typed = [unit for unit in stretch if is_han(unit)]
    sound = fold("".join(readings(unit)[0] if is_han(unit) else unit for unit in stretch))
    for kind in (spelling_keys.TITLE_SOUND, spelling_keys.SOUND):
        for word, held in reader.words_by_key(kind, sound, PER_KEY):
            if len(word) > len(typed) and all(unit in word for unit in typed):
                yield word, len(word) + _often(held)
    parts = [part for unit in stretch for part in unit]
    initials = "".join(readings(part)[0][0] for part in parts)
    for word, held in reader.words_by_key(spelling_keys.INITIALS, initials, PER_KEY):
        if all(
            char == part if is_han(part) else _spoken(char, part)
            for char, part in zip(word, parts, strict=True)
        ):
            yield word, _often(held)


def _often(held: int) -> float:
    """A little more for what more articles hold."""
    return 1 - 1 / (1 + held)


def _shared(stretch: Sequence[str], word: str) -> int:
    """At how many places two words of the same length agree."""
    return sum(a == b for a, b in zip(stretch, word, strict=True))


def _proper(stretch: Units) -> bool:
    return tokenizer.in_dictionary("".join(stretch))


def _alone(segment: Units) -> list[bool]:
    """For each unit whether the dictionary, without guessing, sees it as a word of its own."""
    return [len(word) == 1 for word in tokenizer.cut(list(segment), guess=False) for _ in word]


def _with_others(offers: list[_Offer], first: int) -> list[_Offer]:
    """One of the offers, given likeliest first, with the likeliest for the other slips of the question."""
    chosen = [offers[first]]
    for offer in offers:
        if all(
            offer.segment != one.segment or offer.end <= one.start or one.end <= offer.start for one in chosen
        ):
            chosen.append(offer)
    return chosen


def _put_right(question: ParsedQuery, offers: list[_Offer]) -> str:
    phrases = list(question.phrases)
    for offer in sorted(
        offers, key=lambda offer: -offer.start
    ):  # from the end, so that places before stay right
        phrase = phrases[offer.segment]
        phrases[offer.segment] = (*phrase[: offer.start], *_units(offer.word), *phrase[offer.end :])
    return " ".join(map(tokenizer.join_units, phrases))


def _units(word: str) -> Units:
    return tuple(unit for segment in tokenizer.segments(word) for unit in segment)
