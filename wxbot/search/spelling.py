"""Spelling correction: propose words of the library for words of a query that no article contains.

Only a stretch of the query with an unknown word is corrected, and only to a word of the library. A correct word that
the library does not contain is not a misspelling: 咖啡 finds nothing, rather than 卡飞. Therefore a candidate must
sound the same, or be a longer name that differs in one character outside dictionary words.
"""

import itertools
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from wxbot.search import spelling_keys, tokenizer
from wxbot.search.index_reader import IndexReader
from wxbot.search.query import ParsedQuery
from wxbot.search.spelling_keys import fold, readings, readings_with_tone, visual_similarity
from wxbot.search.synonyms import Units
from wxbot.text import is_han

__all__ = ["corrections"]

MOST_CORRECTIONS = 3
LONGEST_STRETCH = spelling_keys.LONGEST_NAME
LONGEST_SEGMENT = 24  # units; longer segments are not corrected
WORDS_PER_KEY = 8
WORDS_PER_DELETION = 50  # many names of two characters share the one character that is left
SIMILAR = 0.9
VERY_SIMILAR = 0.95  # required in a name of two characters, half of which is wrong
LONG_NAME = 4  # units; three right characters suffice to identify such a name


@dataclass(frozen=True)
class _Candidate:
    """A word of the library to replace a stretch of a segment; a higher score means more likely."""

    segment: int
    start: int
    end: int
    word: str
    score: float


def corrections(reader: IndexReader, parsed: ParsedQuery) -> list[str]:
    """Return up to three corrected queries as text, the most likely first; [] without candidates."""
    missing = [word.units for word in parsed.words if not reader.contains_word(word)]
    candidates = [
        _Candidate(at, start, end, word, score)
        for at, segment in enumerate(parsed.phrases)
        if len(segment) <= LONGEST_SEGMENT
        for start, end in _stretches(segment, missing)
        for word, score in _candidate_words(reader, segment, start, end)
    ]
    candidates.sort(key=lambda candidate: (-candidate.score, candidate.word))
    corrected = (_corrected_text(parsed, _with_others(candidates, at)) for at in range(len(candidates)))
    return list(itertools.islice(dict.fromkeys(corrected), MOST_CORRECTIONS))


def _stretches(segment: Units, missing: list[Units]) -> Iterator[tuple[int, int]]:
    """Yield the stretches (start, end) to correct: runs of units that contain an unknown word and cut none."""
    unknown = [
        (start, start + len(word))
        for word in missing
        for start in range(len(segment) - len(word) + 1)
        if segment[start : start + len(word)] == word
    ]
    for start in range(len(segment)):
        for end in range(start + 1, min(len(segment), start + LONGEST_STRETCH) + 1):
            touched = [span for span in unknown if span[0] < end and start < span[1]]
            if touched and all(start <= begins and ends <= end for begins, ends in touched):
                yield start, end


def _candidate_words(
    reader: IndexReader, segment: Units, start: int, end: int
) -> Iterator[tuple[str, float]]:
    """Yield (word, score) for a stretch, by the kinds of misspelling that its characters allow."""
    stretch = segment[start:end]
    if all(map(is_han, stretch)):
        if len(stretch) > 1:
            yield from _homophones(reader, stretch)
            yield from _one_character_different(reader, segment, start, end)
            yield from _transposed_or_missing(reader, stretch)
    elif any(map(is_han, stretch)):
        yield from _mixed_words(reader, stretch)
    else:
        yield from _latin_words(reader, "".join(stretch))
        yield from _split_latin(reader, stretch)


def _homophones(reader: IndexReader, stretch: Units) -> Iterator[tuple[str, float]]:
    """Yield homophones: 百度 for 百渡. Homophones of two characters must be names in titles."""
    typed, long = "".join(stretch), len(stretch) > 2
    for kind in (spelling_keys.TITLE_SOUND, spelling_keys.SOUND):
        for sound in spelling_keys.sounds(typed):
            for word, _ in reader.words_by_key(kind, sound, WORDS_PER_KEY):
                in_title = kind == spelling_keys.TITLE_SOUND
                differs = len(word) == len(stretch) and word != typed
                if differs and (long or (in_title and _is_short_misspelling(stretch, word))):
                    same_characters = _count_equal(stretch, word) / len(stretch)
                    same_tones = _same_sound(stretch, word, readings_with_tone)
                    yield word, len(stretch) + same_characters + same_tones + in_title


def _is_short_misspelling(stretch: Units, word: str) -> bool:
    """Return whether two characters may be a misspelling: one character and the sound agree.

    If they form a dictionary word, the tones must agree too.
    """
    sounds = readings_with_tone if _in_dictionary(stretch) else readings
    return _count_equal(stretch, word) > 0 and _same_sound(stretch, word, sounds)


def _same_sound(stretch: Units, word: str, sounds: Callable[[str], Collection[str]]) -> bool:
    return all(set(sounds(a)) & set(sounds(b)) for a, b in zip(stretch, word, strict=True))


def _one_character_different(
    reader: IndexReader, segment: Units, start: int, end: int
) -> Iterator[tuple[str, float]]:
    """Yield names that differ in one character, if the typed character is not in a dictionary word."""
    stretch, single = segment[start:end], _single_units(segment)
    for key in spelling_keys.deletions("".join(stretch)):
        for word, _ in reader.words_by_key(spelling_keys.DELETION, key, WORDS_PER_DELETION):
            if len(word) == len(stretch) and _count_equal(stretch, word) == len(stretch) - 1:
                at = next(at for at, (a, b) in enumerate(zip(stretch, word, strict=True)) if a != b)
                long = _single_run_length(single, start + at) >= LONG_NAME  # in 极米科技 only 极米 is a name
                if single[start + at] and (long or _easily_confused(stretch, word, at)):
                    yield word, len(stretch)


def _transposed_or_missing(reader: IndexReader, stretch: Units) -> Iterator[tuple[str, float]]:
    """Yield words with two characters transposed, with one character missing, or with one typed twice."""
    typed = "".join(stretch)
    if len(stretch) > 2 and not _in_dictionary(stretch):
        for key in (typed, *spelling_keys.deletions(typed)):
            for word, _ in reader.words_by_key(spelling_keys.DELETION, key, WORDS_PER_DELETION):
                if len(word) == len(stretch) + 1 or _is_transposition(stretch, word):
                    yield word, len(stretch)
    for at in range(1, len(stretch)):
        once = (*stretch[:at], *stretch[at + 1 :])
        if stretch[at] == stretch[at - 1] and len(once) > 1 and reader.count(once):
            yield "".join(once), len(stretch)


def _is_transposition(stretch: Sequence[str], word: str) -> bool:
    """Return whether two words differ only in two neighbouring characters that are transposed."""
    if len(stretch) != len(word) or _count_equal(stretch, word) != len(word) - 2:
        return False
    at = next(at for at, (a, b) in enumerate(zip(stretch, word, strict=True)) if a != b)
    return stretch[at] == word[at + 1] and stretch[at + 1] == word[at]


def _single_run_length(single: list[bool], at: int) -> int:
    """Return the length of the run of single units around a position."""
    before = itertools.takewhile(bool, reversed(single[:at]))
    return sum(1 for _ in before) + sum(1 for _ in itertools.takewhile(bool, single[at:]))


def _easily_confused(stretch: Units, word: str, at: int) -> bool:
    """Return whether the characters at a position look alike, or, in a longer word, sound similar."""
    if len(stretch) == 2:
        return not _in_dictionary(stretch) and visual_similarity(stretch[at], word[at]) >= VERY_SIMILAR
    return visual_similarity(stretch[at], word[at]) >= SIMILAR or any(
        _sound_similar(fold(one), fold(other))
        for one in readings(stretch[at])
        for other in readings(word[at])
    )


def _sound_similar(one: str, other: str) -> bool:
    """Return whether two syllables differ in one letter: jie and jue, ban and pan."""
    if len(one) == len(other) > 2:
        return sum(a != b for a, b in zip(one, other, strict=True)) < 2
    return False


def _latin_words(reader: IndexReader, letters: str) -> Iterator[tuple[str, float]]:
    """Yield words for Latin letters: pinyin in full, by initials or mixed, and misspelt Latin words."""
    size = len(letters) / 2
    for word, worth in itertools.chain(
        _words_by_pinyin(reader, letters),
        _names_by_initials(reader, letters),
        _misspelt_latin(reader, letters),
        _words_by_mistyped_pinyin(reader, letters),
    ):
        yield word, size + worth


def _words_by_pinyin(reader: IndexReader, letters: str) -> Iterator[tuple[str, float]]:
    """Yield words by their full pinyin; those of two characters must be nouns or names in titles.

    Otherwise guangzhou would find the verb 关注.
    """
    for kind, bonus in ((spelling_keys.TITLE_SOUND, 2.0), (spelling_keys.SOUND, 1.0)):
        for word, count in reader.words_by_key(kind, fold(letters), WORDS_PER_KEY):
            if kind == spelling_keys.TITLE_SOUND or len(word) > 2 or tokenizer.is_noun(word):
                yield word, bonus + _frequency_score(count)


def _words_by_mistyped_pinyin(reader: IndexReader, letters: str) -> Iterator[tuple[str, float]]:
    """Yield words of titles whose pinyin differs in a key beside the right one, or in two transposed letters."""
    for variant in spelling_keys.key_slips(letters):
        for word, count in reader.words_by_key(spelling_keys.TITLE_SOUND, fold(variant), WORDS_PER_KEY):
            yield word, _frequency_score(count) - 1.0


def _names_by_initials(reader: IndexReader, letters: str) -> Iterator[tuple[str, float]]:
    """Yield names by the initials of their characters, some of which may be typed in full."""
    splits = [tuple(letters), *spelling_keys.mixed_syllables(letters)] if len(letters) > 2 else []
    for split in splits:
        for word, count in reader.words_by_key(
            spelling_keys.INITIALS, "".join(part[0] for part in split), WORDS_PER_KEY
        ):
            if all(map(_sounds_as, word, split)):
                yield word, _frequency_score(count)


def _misspelt_latin(reader: IndexReader, letters: str) -> Iterator[tuple[str, float]]:
    """Yield Latin words with one letter wrong, missing, doubled or transposed."""
    for key in (letters, *spelling_keys.deletions(letters)):
        for word, count in reader.words_by_key(spelling_keys.DELETION, key, WORDS_PER_KEY):
            if not is_han(word[0]) and _one_letter_different(letters, word):
                yield word, _frequency_score(count)


def _one_letter_different(letters: str, word: str) -> bool:
    """Return whether two Latin words with a common key differ in one letter: noah and nova differ in two."""
    return (
        len(word) != len(letters)
        or _count_equal(letters, word) >= len(letters) - 1
        or _is_transposition(letters, word)
    )


def _split_latin(reader: IndexReader, stretch: Units) -> Iterator[tuple[str, float]]:
    """Yield letters and digits separately, if the library writes them so: iphone 15 for iphone15."""
    parts = tuple(part for unit in stretch for part in tokenizer.letter_digit_runs(unit))
    if len(parts) > len(stretch) and reader.count(parts):
        yield tokenizer.join_units(parts), len(parts)


def _sounds_as(char: str, part: str) -> bool:
    """Return whether a character has a reading that equals a syllable, or begins with an initial."""
    if spelling_keys.is_initial(part):
        return any(reading.startswith(part) for reading in readings(char))
    return any(fold(reading) == fold(part) for reading in readings(char))


def _mixed_words(reader: IndexReader, stretch: Units) -> Iterator[tuple[str, float]]:
    """Yield words typed partly as characters and partly as pinyin or initials: chang风联盟, cf联盟."""
    typed = [unit for unit in stretch if is_han(unit)]
    sound = fold("".join(readings(unit)[0] if is_han(unit) else unit for unit in stretch))
    for kind in (spelling_keys.TITLE_SOUND, spelling_keys.SOUND):
        for word, count in reader.words_by_key(kind, sound, WORDS_PER_KEY):
            if len(word) > len(typed) and all(unit in word for unit in typed):
                yield word, len(word) + _frequency_score(count)
    parts = [part for unit in stretch for part in unit]
    initials = "".join(readings(part)[0][0] for part in parts)
    for word, count in reader.words_by_key(spelling_keys.INITIALS, initials, WORDS_PER_KEY):
        if all(
            char == part if is_han(part) else _sounds_as(char, part)
            for char, part in zip(word, parts, strict=True)
        ):
            yield word, _frequency_score(count)


def _frequency_score(count: int) -> float:
    """Return a score from 0 to 1 that increases with the number of articles."""
    return 1 - 1 / (1 + count)


def _count_equal(stretch: Sequence[str], word: str) -> int:
    """Return the number of positions at which two words of the same length agree."""
    return sum(a == b for a, b in zip(stretch, word, strict=True))


def _in_dictionary(stretch: Units) -> bool:
    return tokenizer.in_dictionary("".join(stretch))


def _single_units(segment: Units) -> list[bool]:
    """Return for each unit whether the dictionary cuts it as a word of its own."""
    return [len(word) == 1 for word in tokenizer.cut(list(segment), guess=False) for _ in word]


def _with_others(candidates: list[_Candidate], first: int) -> list[_Candidate]:
    """Return one candidate together with the most likely ones for the other stretches of the query."""
    chosen = [candidates[first]]
    for candidate in candidates:
        if all(
            candidate.segment != one.segment or candidate.end <= one.start or one.end <= candidate.start
            for one in chosen
        ):
            chosen.append(candidate)
    return chosen


def _corrected_text(parsed: ParsedQuery, candidates: list[_Candidate]) -> str:
    """Return the query with its stretches replaced by the candidates."""
    phrases = list(parsed.phrases)
    for candidate in sorted(
        candidates, key=lambda candidate: -candidate.start
    ):  # from the end, so that earlier positions stay valid
        phrase = phrases[candidate.segment]
        phrases[candidate.segment] = (
            *phrase[: candidate.start],
            *tokenizer.units_of(candidate.word),
            *phrase[candidate.end :],
        )
    return " ".join(map(tokenizer.join_units, phrases))
