"""What a member means by a query: the words to look for, and how much each of them matters."""

from dataclasses import dataclass

from wxbot.search import tokens
from wxbot.search.fillers import FILLERS, unwrapped
from wxbot.search.synonyms import Synonyms, Units
from wxbot.text import is_han

__all__ = ["QUERY_CHARS", "Question", "Word", "understand"]

QUERY_CHARS = 200  # of a longer message the front says what it is about
MAX_WORDS = 12
PARTICLES = frozenset("的了着过吗呢吧啊呀")


@dataclass(frozen=True)
class Word:
    """One word of a query, as units, with its synonyms, and its parts where it is a compound.

    `light` when it helps to rank but says nothing alone.
    """

    units: Units
    others: tuple[Units, ...] = ()
    parts: tuple[Units, ...] = ()
    light: bool = False


@dataclass(frozen=True)
class Question:
    """A query understood: its words in order, and its segments for the match of whole phrases.

    `key` is the query without white space and punctuation, to be compared with a title's.
    """

    words: tuple[Word, ...]
    phrases: tuple[Units, ...]
    key: str


def understand(text: str, synonyms: Synonyms, *, alone: bool = True) -> Question:
    """Take a `tokens.plain` text as typed; nothing in it is syntax.

    `alone` when no filter stands beside it: then 新闻 is asked for, where 第2期的新闻 asks for the issue.
    """
    segments = tokens.segments(unwrapped(text))
    words = [word for segment in segments for word in _words(segment, synonyms)]
    asked = [word for word in words if "".join(word) not in FILLERS]
    if not asked and alone:
        asked = [word for word in words if len(word) > 1]
    unique = list(dict.fromkeys(asked))[:MAX_WORDS]
    only_slight = all(map(tokens.slight, unique))
    return Question(
        words=tuple(_word(word, synonyms, light=tokens.slight(word) and not only_slight) for word in unique),
        phrases=tuple(tuple(segment) for segment in segments),
        key="".join(unit for segment in segments for unit in segment),
    )


def _word(units: Units, synonyms: Synonyms, *, light: bool) -> Word:
    return Word(units, synonyms.others(units), tuple(map(tuple, tokens.pieces(units))), light)


def _words(segment: tokens.Segment, synonyms: Synonyms) -> list[Units]:
    """Cut a segment: first out come the words that have synonyms, the dictionary cuts what is between them."""
    words: list[Units] = []
    start = at = 0
    while at < len(segment):
        length = synonyms.longest_at(segment, at)
        if not length:
            at += 1
            continue
        words += [*_join(_cut(segment[start:at])), tuple(segment[at : at + length])]
        start = at = at + length
    return [*words, *_join(_cut(segment[start:]))]


def _cut(segment: tokens.Segment) -> list[tokens.Segment]:
    """Cut into words; a particle that guessing has glued to a word comes off: 融了 is 融."""
    words: list[tokens.Segment] = []
    for word in tokens.cut(segment, guess=True):
        glued = len(word) > 1 and word[-1] in PARTICLES and not tokens.known("".join(word))
        words += [word[:-1], word[-1:]] if glued else [word]
    return words


def _join(words: list[tokens.Segment]) -> list[Units]:
    """Put together what the dictionary leaves in pieces: C2轮, A股, K歌, and names of single characters, 孚能."""
    joined: list[Units] = []
    loose = False
    for word in words:
        short = len(word) == 1 and word[0] not in FILLERS
        if short and loose and _go_together(joined[-1], word[0]):
            joined[-1] = (*joined[-1], word[0])
        else:
            joined.append(tuple(word))
        loose = short
    if len(joined) > 1 and tokens.slight(joined[-1]) and joined[-1][0] not in FILLERS and len(joined[-2]) > 1:
        joined[-2:] = [joined[-2] + joined[-1]]  # 手机壳 is no 手机
    return joined


def _go_together(before: Units, unit: str) -> bool:
    if all(map(is_han, before)):
        return is_han(unit) or len(before) == 1
    return is_han(unit) and len(before) == 1
