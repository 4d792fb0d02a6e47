"""Query understanding: from the text that a member typed to the words to search.

Stopwords and phrases of asking are removed, known synonyms are kept whole, the rest is cut into dictionary words, and
numbers get the notation that the library uses.
"""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

from wxbot.numbers import chinese_numeral, parse_number
from wxbot.search import tokenizer
from wxbot.search.lexicon import RelatedWords, Relative
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

__all__ = ["QUERY_CHARS", "ParsedQuery", "QueryWord", "as_written", "parse_query"]

QUERY_CHARS = 200  # a longer message says at its beginning what it is about
MAX_WORDS = 12
PARTICLES = frozenset("的了着过吗呢吧啊呀")
MODALS = frozenset("要能会")
PREPOSITIONS = frozenset("在到给")
_CHINESE_DIGITS = "一二三四五六七八九"
_NUMBER = re.compile(rf"(?<![a-z\d.-])\d{{1,2}}(?![a-z\d.-])|[〇零两十百千{_CHINESE_DIGITS}]+")


@dataclass(frozen=True)
class QueryWord:
    """One word of a query with its synonyms (`others`), words `related` to it, and the parts of a compound.

    A `light` word is a single Chinese character beside longer words: it affects the ranking but need not match.
    """

    units: Units
    others: tuple[Units, ...] = ()
    parts: tuple[Units, ...] = ()
    light: bool = False
    related: tuple[Relative, ...] = ()

    @property
    def alternatives(self) -> tuple[Units, ...]:
        """The word, its synonyms and its related words, any of which an article may contain."""
        return (self.units, *self.others, *(each.units for each in self.related))


@dataclass(frozen=True)
class ParsedQuery:
    """A query as words in order, and as segments (`phrases`) for matching whole phrases.

    `key` is the query without white space and punctuation, to compare with the key of a title. `asking` is True for a
    question in a whole sentence, as opposed to keywords.
    """

    words: tuple[QueryWord, ...]
    phrases: tuple[Units, ...]
    key: str
    asking: bool = False


Contains = Callable[[Units], bool]
Spans = list[tuple[int, int]]  # where words begin and end


def parse_query(
    text: str,
    synonyms: Synonyms,
    contains: Contains,
    *,
    alone: bool = True,
    related: RelatedWords | None = None,
) -> ParsedQuery:
    """Parse a folded text (`tokenizer.fold`); no character in it has a syntactic meaning.

    `contains` tells whether the library contains a word or phrase. `alone` is True for a query without filters: then
    新闻 is a word to search, whereas 第2期的新闻 asks for the issue. With `related` the words get their related words.
    """
    bare = strip_request_phrases(text)
    segments, asking = tokenizer.segments(bare), is_question(bare)
    cut = tokenizer.segments(strip_question_words(bare)) if asking else segments
    context = _Context(synonyms, contains, asking, related)
    words = [word for segment in cut for word in _words(segment, context)]
    asked = [word for word in words if "".join(word) not in STOPWORDS]
    if asking and all(
        map(tokenizer.is_single_han, asked)
    ):  # 人呢 and 你会干什么 ask for nothing that an article could contain
        asked = [word for word in asked if word[0] not in VAGUE and tokenizer.is_noun(word[0])]
    if not asked and alone:
        asked = [word for word in words if "".join(word) in WRITTEN]
    unique = list(dict.fromkeys(asked))[:MAX_WORDS]
    only_slight = all(map(tokenizer.is_single_han, unique))
    return ParsedQuery(
        words=tuple(
            _word(word, context, light=tokenizer.is_single_han(word) and not only_slight) for word in unique
        ),
        phrases=tuple(tuple(segment) for segment in segments),
        key="".join(unit for segment in segments for unit in segment),
        asking=asking,
    )


@dataclass(frozen=True)
class _Context:
    """The knowledge that cutting a query needs."""

    synonyms: Synonyms
    contains: Contains
    asking: bool
    related: RelatedWords | None = None

    def longest_at(self, segment: tokenizer.Segment, start: int) -> int:
        """Return the length of the longest word at a position that has synonyms or related words; 0 without one."""
        longest = self.synonyms.longest_at(segment, start)
        return max(longest, self.related.longest_at(segment, start)) if self.related else longest

    def is_completed(self, segment: tokenizer.Segment, start: int, stop: int, spans: Spans) -> bool:
        """Return whether a word is a part of a longer one: 海豚 in 海豚音, 手机 in 手机壳.

        Words to which editors gave synonyms are always taken.
        """
        if self.synonyms.longest_at(segment, start) == stop - start:
            return False
        if any(begin <= start and stop <= end and end - begin > stop - start for begin, end in spans):
            return True
        unit = next((segment[begin] for begin, end in spans if begin == stop == end - 1), "")
        return bool(unit) and _is_compound(tuple(segment[start:stop]), (unit,), asking=True)


def _word(units: Units, context: _Context, *, light: bool) -> QueryWord:
    others = context.synonyms.others(units)
    related = context.related.of(units) if context.related else ()
    parts = tuple(map(tuple, tokenizer.compound_parts(units)))
    return QueryWord(units, others, parts, light, tuple(each for each in related if each.units not in others))


def _words(segment: tokenizer.Segment, context: _Context) -> list[Units]:
    """Cut a segment into words: words with synonyms stay whole, the dictionary cuts the rest."""
    words: list[Units] = []
    spans = _spans(segment)
    start = at = 0
    while at < len(segment):
        length = context.longest_at(segment, at)
        if (
            not length
            or _cuts_a_word(at, at + length, spans)
            or context.is_completed(segment, at, at + length, spans)
        ):
            at += 1
            continue
        words += [
            *_join(_cut(segment[start:at], context), asking=context.asking),
            tuple(segment[at : at + length]),
        ]
        start = at = at + length
    return [*words, *_join(_cut(segment[start:], context), asking=context.asking)]


def _spans(segment: tokenizer.Segment) -> Spans:
    """Return the positions (begin, end) of the dictionary's words in a segment."""
    ends = list(itertools.accumulate(map(len, tokenizer.cut(segment, guess=False))))
    return list(zip([0, *ends], ends, strict=False))


def _cuts_a_word(start: int, end: int, spans: Spans) -> bool:
    """Return whether a dictionary word crosses an end of a stretch.

    基建 and 行业 cross the ends of 建行; 上市公司 contains 上市 as a whole.
    """
    return any(begin < start < stop < end or start < begin < end < stop for begin, stop in spans)


def _cut(segment: tokenizer.Segment, context: _Context) -> list[tokenizer.Segment]:
    """Cut a stretch into words, and remove stopwords that guessing attached: 融了 is 融, 可以挖 is 挖, 要种 is 种."""
    words: list[tokenizer.Segment] = []
    for word in tokenizer.cut(segment, guess=True):
        pieces = (
            [word]
            if len(word) == 1 or tokenizer.in_dictionary("".join(word))
            else tokenizer.cut(word, guess=False)
        )
        words += pieces if _has_stopword_at_edge(pieces, asking=context.asking and bool(words)) else [word]
    return _repair_cuts(words, context.contains) if context.asking else words


def _repair_cuts(words: list[tokenizer.Segment], contains: Contains) -> list[tokenizer.Segment]:
    """Move a wrong cut in front of a verb to where the library has a word: 校友|卡在 becomes 校友卡|在."""
    for at, word in enumerate(words):
        if len(word) == 1 or tokenizer.in_dictionary("".join(word)) or contains(tuple(word)):
            continue
        for size, back in itertools.product(range(len(word) - 1, 0, -1), range(min(at, 2), -1, -1)):
            name = [unit for before in words[at - back : at] for unit in before] + word[:size]
            rest = word[size:]
            if len(name) > 1 and contains(tuple(name)) and not any(map(tokenizer.is_noun, rest)):
                return [
                    *words[: at - back],
                    name,
                    *([unit] for unit in rest),
                    *_repair_cuts(words[at + 1 :], contains),
                ]
    return words


def _has_stopword_at_edge(pieces: list[tokenizer.Segment], *, asking: bool) -> bool:
    """Return whether a guessed word has a stopword at an edge; a name may begin with 能 or 会."""
    if len(pieces) == 1:
        return False
    edges = {"".join(pieces[0]), "".join(pieces[-1])}
    return (
        pieces[-1][0] in PARTICLES
        or (asking and len(pieces[-1]) == 1 and pieces[-1][0] in PREPOSITIONS | MODALS)
        or any(len(edge) > 1 and edge in STOPWORDS for edge in edges)
        or (asking and pieces[0][0] in MODALS and len(pieces[0]) == 1)
    )


def _join(words: list[tokenizer.Segment], *, asking: bool) -> list[Units]:
    """Join words that the dictionary leaves in pieces: C2轮, A股, K歌, and names such as 孚能."""
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
    if len(joined) > 1 and _is_compound(joined[-2], joined[-1], asking=asking):
        joined[-2:] = [joined[-2] + joined[-1]]  # 手机壳 is not a 手机
    return joined


def _is_compound(word: Units, last: Units, *, asking: bool) -> bool:
    """Return whether a single character completes the word before it; in a question it may be a verb: 垃圾扔."""
    if len(word) == 1 or not tokenizer.is_single_han(last) or {"".join(word), last[0]} & STOPWORDS:
        return False
    return not asking or tokenizer.is_noun(last[0])


def _go_together(before: Units, unit: str) -> bool:
    """Return whether a unit continues a word of single units: Chinese after Chinese, or after one Latin run."""
    if all(map(is_han, before)):
        return is_han(unit) or len(before) == 1
    return is_han(unit) and len(before) == 1


def as_written(text: str, contains: Contains) -> str:
    """Return a folded text with its numbers in the notation of the library: 五号线 becomes 5号线.

    A number changes if the library contains it beside its neighbours in the other notation only, which `contains`
    tells: 三亚 stays, unless the library contains 3亚 and not 三亚.
    """

    def rewrite(match: re.Match[str]) -> str:
        typed, other = match[0], _other_notation(match[0])
        if other is None:
            return typed
        before, after = text[: match.start()].rstrip(), text[match.end() :].lstrip()
        pairs = zip(
            _with_neighbours(typed, before, after), _with_neighbours(other, before, after), strict=True
        )
        found = ((contains(as_typed), contains(as_other)) for as_typed, as_other in pairs)
        return other if next(filter(any, found), None) == (False, True) else typed

    return _NUMBER.sub(rewrite, text)


def _with_neighbours(number: str, before: str, after: str) -> list[Units]:
    """Return a number with its neighbours, the most specific first.

    For example 第九个, 九个文, 九个; at the end of a text 晨曦七, 曦七.
    """
    if after:
        together = [before[-1:] + number + after[:1], number + after[:2], number + after[:1]]
    else:
        together = [before[-2:] + number, before[-1:] + number]
    return [tuple(unit for segment in tokenizer.segments(each) for unit in segment) for each in together]


def _other_notation(typed: str) -> str | None:
    """Return a number in the other notation: 九 for 9, 500 for 五百; None if it has only one."""
    value = parse_number(typed)
    if not value:
        return None
    return chinese_numeral(value) if typed.isdigit() else str(value)
