"""Tokens of an article's fields: what the index stores of a text, so that any word or phrase of it is found.

A text is cut once, and all its tokens are made of that. Chinese text is cut in one call, because a call of the
dictionary for each segment costs more than cutting it.
"""

import itertools
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from wxbot.search import tokenizer
from wxbot.text import is_han
from wxbot.words import cut_words

__all__ = ["BREAK", "CutText", "field_tokens"]

BREAK: Final = "\t"  # ends a segment in a text that is cut in one call
_LATIN_RUN = "\n"  # stands for a Latin run there, because the dictionary has words such as T恤

_FUNCTION_CHARS = frozenset(
    "的地得了着过之所们和与及跟同或而且在于对从到由向给为让被把将以按用就都也还又再才只很最更太不没中里上下其是有要会可这那此该"
)
# How far words are open to a bigram across their edge; two words share one if their sum reaches _SHARED.
_CLOSED, _FUNCTION, _LATIN, _OPEN, _SHARED = 0, 4, 5, 8, 8
_END = -_SHARED - _OPEN  # of a segment


@dataclass(frozen=True)
class CutText:
    """A folded text in segments of runs (see `tokenizer.runs`), cut into words when they are first needed."""

    segments: Sequence[list[str]]

    @classmethod
    def of(cls, text: str) -> "CutText":
        """Return a text as written, folded and in segments."""
        return cls(tokenizer.runs(tokenizer.fold(text)))

    @cached_property
    def words(self) -> list[str]:
        """The dictionary words and Latin runs, with `BREAK` between two segments."""
        return self._cut(guess=False)

    @cached_property
    def guessed_words(self) -> list[str]:
        """The words, those that a statistical model forms too, and Latin runs, with `BREAK` between two segments."""
        return self._cut(guess=True)

    def _cut(self, *, guess: bool) -> list[str]:
        text, latin = self._plain
        words = cut_words(text, guess=guess)
        if not latin:
            return words
        rest = iter(latin)
        return [next(rest) if word == _LATIN_RUN else word for word in words]

    @cached_property
    def _plain(self) -> tuple[str, list[str]]:
        """The Chinese characters of the text with a mark for each Latin run, and the Latin runs."""
        latin: list[str] = []
        parts: list[str] = []
        for segment in self.segments:
            for run in segment:
                if is_han(run[0]):
                    parts.append(run)
                else:
                    parts.append(_LATIN_RUN)
                    latin.append(run)
            parts.append(BREAK)
        return "".join(parts[:-1]), latin


def field_tokens(text: CutText) -> str:
    """Return all tokens of a document's field, separated by spaces: the bigram chains first, then the words."""
    return " ".join([*map(_chain, text.segments), *_word_tokens(text.words)])


def _chain(segment: list[str]) -> str:
    """Return the bigrams of a segment, and a single ~ that keeps phrases from matching across segments."""
    if len(segment) == 1 and is_han(segment[0][0]):
        text = segment[0]
        return f"~{' ~'.join(map(operator.add, text, text[1:]))} ~" if len(text) > 1 else "~"
    units = [unit for run in segment for unit in (run if is_han(run[0]) else (run,))]
    return " ".join([*tokenizer.bigram_chain(units), "~"])


def _word_tokens(words: list[str]) -> list[str]:
    """Return the words of a text: units, parts of Latin runs, and bigrams that do not cut a dictionary word.

    A bigram across two dictionary words is a word if both are single units, or one is a single character with a
    meaning of its own: 市|律|协会 contains 律协, and 成品油|轮 contains 油轮, but 和|服务 does not contain 和服.
    """
    found = [*map(_tokens_of_word, words)]
    across = [
        tokenizer.bigram(last, first) if one == other == _LATIN else last + first
        for (_, one, _, last), (_, other, first, _) in itertools.pairwise(found)
        if one + other >= _SHARED
    ]
    return [inner for inner, _, _, _ in found] + across


@lru_cache(maxsize=30_000)
def _tokens_of_word(word: str) -> tuple[str, int, str, str]:
    """Return the tokens inside one dictionary word or Latin run, its openness, and its first and last unit."""
    if word == BREAK:
        return "", _END, "", ""
    if not is_han(word[0]):
        return " ".join((word, *tokenizer.latin_parts(word))), _LATIN, word, word
    pairs = (token for pair in zip(word, map(operator.add, word, word[1:]), strict=False) for token in pair)
    openness = _CLOSED if len(word) > 1 else _FUNCTION if word in _FUNCTION_CHARS else _OPEN
    return " ".join((*pairs, word[-1])), openness, word[0], word[-1]
