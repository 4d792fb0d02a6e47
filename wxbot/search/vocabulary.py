"""Vocabulary: the words of indexed articles that spelling correction and definitions look up, beside the articles.

The words of many articles are stored once, in a document of their own, because most words occur in many articles. Such
a document stays when its articles are removed; `IndexReader` counts in the articles how often a word still occurs.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from wxbot.search import spelling_keys, tokenizer
from wxbot.search.abbreviations import definition_terms
from wxbot.search.field_tokens import BREAK, CutText
from wxbot.search.stopwords import STOPWORDS
from wxbot.text import is_han

__all__ = ["ArticleVocabulary", "VocabularyStore", "person_names"]

KNOWN_WORDS: Final = 250_000  # words whose frequency is remembered; bounds the memory of a large index
STORED_TERMS: Final = 100_000  # terms of one document

_STORED_AT = frozenset(4**power for power in range(16))  # batches with a word

NAME_WORDS = 3  # dictionary words in a name: 长风联盟 has two, 软银愿景基金 three
_NOT_LAST_IN_NAME = STOPWORDS - {"会"}  # 健促会 is a name
PERSON_NAME_CHARS = 3  # two characters after a surname are too often not a name
SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余杜叶程魏苏吕丁任卢姚沈"
    "钟姜崔谭陆范汪廖石金韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤康易乔"
    "赖文柳庄葛洪施牛樊兰殷詹鲁翟安裴齐耿涂焦柯倪俞尚温季路岳祝梅柴辛凌霍盛包岑娄卓鲍席阮左邢甘匡聂饶房屈骆"
)


@dataclass
class ArticleVocabulary:
    """Words of some articles under which a misspelt query may find them.

    `names` are in titles, `words` in the text, and `definitions` are terms of the index.
    """

    names: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    definitions: set[str] = field(default_factory=set)

    def add(self, title: CutText, body: CutText, text: str) -> None:
        """Add the words of an article; `text` is its body as written."""
        self.names.update(_title_names(title))
        self.words.update(body.guessed_words, person_names(title), person_names(body))
        self.definitions.update(definition_terms(text))

    def clear(self) -> None:
        """Forget all words."""
        for words in (self.names, self.words, self.definitions):
            words.clear()


class VocabularyStore:
    """The terms to store for the words of a growing number of articles.

    A word is stored when it is first met, and again whenever four times as many batches have it: so the number of
    documents with its terms tells frequent words from rare ones, and few of its terms are written.
    """

    def __init__(self) -> None:
        self._met: dict[int, int] = {}  # number of batches by the hash of a term's first part
        self._terms: list[str] = []

    def add(self, batch: ArticleVocabulary) -> None:
        """Add the words of a batch of articles."""
        for name in self._due(batch.names, "name"):
            self._terms += spelling_keys.name_terms(name)
        for word in self._due(batch.words, "word"):
            if len(word) > 1:
                self._terms += spelling_keys.word_terms(word)
        self._terms += self._due(batch.definitions, "definition")

    def _due(self, words: set[str], kind: str) -> Iterator[str]:
        """Yield the words that are to be stored, and count the batch for all of them."""
        met, first = self._met, hash(kind)
        if len(met) > KNOWN_WORDS:
            met.clear()
        for word in words:
            key = hash(word) ^ first
            count = met[key] = met.get(key, 0) + 1
            if count in _STORED_AT:
                yield word

    def is_full(self) -> bool:
        """Return whether it is time to take the terms."""
        return len(self._terms) >= STORED_TERMS

    def take_terms(self) -> list[str]:
        """Return the terms to store, and forget them."""
        terms, self._terms = self._terms, []
        return terms


def _title_names(title: CutText) -> Iterator[str]:
    """Yield every run of up to NAME_WORDS words of a title that may be a name, cut with and without guessing."""
    yield from _names(title.guessed_words)
    if title.words != title.guessed_words:
        yield from _names(title.words)


def _names(words: list[str]) -> Iterator[str]:
    """Yield the runs of words within a segment that may be names, and the longer parts of compounds."""
    for word in words:
        if len(word) > 2 and is_han(word[0]):
            yield from _parts_of_name(word)
    for start, first in enumerate(words):
        if first in STOPWORDS:
            continue
        name, length = "", 0
        for last in words[start : start + NAME_WORDS]:
            if last == BREAK:
                break
            name += last
            length += len(last) if is_han(last[0]) else 1
            if length <= spelling_keys.LONGEST_NAME and last not in _NOT_LAST_IN_NAME:
                yield name


@lru_cache(maxsize=5_000)
def _parts_of_name(word: str) -> tuple[str, ...]:
    """Return the longer parts of a compound."""
    return tuple("".join(part) for part in tokenizer.compound_parts(word) if len(part) > 1)


def person_names(text: CutText) -> Iterator[str]:
    """Yield possible names of people in a text, which no dictionary has: a surname and two characters.

    The name must end where a dictionary word ends: 顾|明远 and 林海|生.
    """
    words = text.words
    starts = [at for at, word in enumerate(words) if word[0] in SURNAMES and len(word) < PERSON_NAME_CHARS]
    for at in starts:
        following = words[at : at + PERSON_NAME_CHARS]
        name = "".join(following)[:PERSON_NAME_CHARS]
        ends = itertools.accumulate(map(len, following))
        if len(name) == PERSON_NAME_CHARS and all(map(is_han, name)) and PERSON_NAME_CHARS in ends:
            yield name
