"""What a member means by a query: the words to look for, and how much each of them matters."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from wxbot.search import tokenizer
from wxbot.search.stopwords import (
    STOPWORDS,
    VAGUE,
    WRITTEN,
    is_question,
    strip_question_words,
    strip_request_phrases,
)
from wxbot.search.synonyms import Synonyms, Units
from wxbot.text import is_han

__all__ = ["QUERY_CHARS", "ParsedQuery", "QueryWord", "parse_query"]

QUERY_CHARS = 200  # of a longer message the front says what it is about
MAX_WORDS = 12
PARTICLES = frozenset("的了着过吗呢吧啊呀")
MODALS = frozenset("要能会")
LINKS = frozenset("在到给")


@dataclass(frozen=True)
class QueryWord:
    """One word of a query, as units, with its synonyms, and its parts where it is a compound.

    `light` when it helps to rank but says nothing alone.
    """

    units: Units
    others: tuple[Units, ...] = ()
    parts: tuple[Units, ...] = ()
    light: bool = False


@dataclass(frozen=True)
class ParsedQuery:
    """A query understood: its words in order, and its segments for the match of whole phrases.

    `key` is the query without white space and punctuation, to be compared with a title's. `asking` when it is told as
    a whole sentence.
    """

    words: tuple[QueryWord, ...]
    phrases: tuple[Units, ...]
    key: str
    asking: bool = False


Held = Callable[[Units], bool]


def parse_query(text: str, synonyms: Synonyms, held: Held, *, alone: bool = True) -> ParsedQuery:
    """Take a `tokenizer.fold` text as typed; nothing in it is syntax.

    `held` says whether the library has a word or a phrase. `alone` when no filter stands beside it: then 新闻 is
    asked for, where 第2期的新闻 asks for the issue.
    """
    bare = strip_request_phrases(text)
    segments, asking = tokenizer.segments(bare), is_question(bare)
    cut = tokenizer.segments(strip_question_words(bare)) if asking else segments
    reading = _Reading(synonyms, held, asking)
    words = [word for segment in cut for word in _words(segment, reading)]
    asked = [word for word in words if "".join(word) not in STOPWORDS]
    if asking and all(
        map(tokenizer.is_single_han, asked)
    ):  # 人呢 and 你会干什么 ask for nothing that is written
        asked = [word for word in asked if word[0] not in VAGUE and tokenizer.is_noun(word[0])]
    if not asked and alone:
        asked = [word for word in words if "".join(word) in WRITTEN]
    unique = list(dict.fromkeys(asked))[:MAX_WORDS]
    only_slight = all(map(tokenizer.is_single_han, unique))
    return ParsedQuery(
        words=tuple(
            _word(word, synonyms, light=tokenizer.is_single_han(word) and not only_slight) for word in unique
        ),
        phrases=tuple(tuple(segment) for segment in segments),
        key="".join(unit for segment in segments for unit in segment),
        asking=asking,
    )


def _word(units: Units, synonyms: Synonyms, *, light: bool) -> QueryWord:
    return QueryWord(units, synonyms.others(units), tuple(map(tuple, tokenizer.compound_parts(units))), light)


@dataclass(frozen=True)
class _Reading:
    """What a query is read by."""

    synonyms: Synonyms
    held: Held
    asking: bool


def _words(segment: tokenizer.Segment, by: _Reading) -> list[Units]:
    """Cut a segment: first out come the words that have synonyms, the dictionary cuts what is between them."""
    words: list[Units] = []
    spans = _spans(segment)
    start = at = 0
    while at < len(segment):
        length = by.synonyms.longest_at(segment, at)
        if not length or _cuts_a_word(at, at + length, spans):
            at += 1
            continue
        words += [*_join(_cut(segment[start:at], by), asking=by.asking), tuple(segment[at : at + length])]
        start = at = at + length
    return [*words, *_join(_cut(segment[start:], by), asking=by.asking)]


def _spans(segment: tokenizer.Segment) -> list[tuple[int, int]]:
    """Where the dictionary's words of a segment begin and end."""
    ends = list(itertools.accumulate(map(len, tokenizer.cut(segment, guess=False))))
    return list(zip([0, *ends], ends, strict=False))


def _cuts_a_word(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    """Whether a word reaches over one end of a stretch, as 基建 and 行业 do over 建行; 上市公司 holds 上市 whole."""
    return any(begin < start < stop < end or start < begin < end < stop for begin, stop in spans)


def _cut(segment: tokenizer.Segment, by: _Reading) -> list[tokenizer.Segment]:
    """Cut into words; what guessing has glued to a word comes off: 融了 is 融, 可以挖 is 挖, 要种 in a question 种."""
    words: list[tokenizer.Segment] = []
    for word in tokenizer.cut(segment, guess=True):
        pieces = (
            [word]
            if len(word) == 1 or tokenizer.in_dictionary("".join(word))
            else tokenizer.cut(word, guess=False)
        )
        words += pieces if _glued(pieces, asking=by.asking and bool(words)) else [word]
    return _parted(words, by.held) if by.asking else words


def _parted(words: list[tokenizer.Segment], held: Held) -> list[tokenizer.Segment]:
    """Give back to a word of the library what guessing took for what is done with it: 校友|卡在 is 校友卡|在."""
    for at, word in enumerate(words):
        if len(word) == 1 or tokenizer.in_dictionary("".join(word)) or held(tuple(word)):
            continue
        for size, back in itertools.product(range(len(word) - 1, 0, -1), range(min(at, 2), -1, -1)):
            name = [unit for before in words[at - back : at] for unit in before] + word[:size]
            done = word[size:]
            if len(name) > 1 and held(tuple(name)) and not any(map(tokenizer.is_noun, done)):
                return [
                    *words[: at - back],
                    name,
                    *([unit] for unit in done),
                    *_parted(words[at + 1 :], held),
                ]
    return words


def _glued(pieces: list[tokenizer.Segment], *, asking: bool) -> bool:
    """Whether a guessed word is a word with a filler at its edge; a name may well begin with 能 or 会."""
    if len(pieces) == 1:
        return False
    edges = {"".join(pieces[0]), "".join(pieces[-1])}
    return (
        pieces[-1][0] in PARTICLES
        or (asking and len(pieces[-1]) == 1 and pieces[-1][0] in LINKS | MODALS)
        or any(len(edge) > 1 and edge in STOPWORDS for edge in edges)
        or (asking and pieces[0][0] in MODALS and len(pieces[0]) == 1)
    )


def _join(words: list[tokenizer.Segment], *, asking: bool) -> list[Units]:
    """Put together what the dictionary leaves in pieces: C2轮, A股, K歌, and names of single characters, 孚能."""
    joined: list[Units] = []
    loose = False
    for word in words:
        short = len(word) == 1 and word[0] not in STOPWORDS
        if (
            short
            and loose
            and _go_together(joined[-1], word[0])
            and (not asking or tokenizer.is_noun(word[0]))
        ):
            joined[-1] = (*joined[-1], word[0])
        else:
            joined.append(tuple(word))
        loose = short
    if len(joined) > 1 and _compound(joined[-2], joined[-1], asking=asking):
        joined[-2:] = [joined[-2] + joined[-1]]  # 手机壳 is no 手机
    return joined


def _compound(word: Units, last: Units, *, asking: bool) -> bool:
    """Whether a character ends the word before it; in a sentence it may well be what is done: 垃圾扔."""
    if len(word) == 1 or not tokenizer.is_single_han(last) or {"".join(word), last[0]} & STOPWORDS:
        return False
    return not asking or tokenizer.is_noun(last[0])


def _go_together(before: Units, unit: str) -> bool:
    if all(map(is_han, before)):
        return is_han(unit) or len(before) == 1
    return is_han(unit) and len(before) == 1
