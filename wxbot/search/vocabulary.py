"""Vocabulary: the words of indexed articles that spelling correction and definitions look up, beside the articles.

The words of many articles are stored once, in a document of their own, because most words occur in many articles. Such
a document stays when its articles are removed; `IndexReader` counts in the articles how often a word still occurs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from wxbot.search import spelling_keys, tokenizer
from wxbot.search.abbreviations import definition_terms

__all__ = ["ArticleVocabulary", "Vocabulary", "article_vocabulary"]

ARTICLES: Final = 2000  # whose words are stored together; also bounds the memory that they take


@dataclass(frozen=True)
class ArticleVocabulary:
    """Words of one article: names in its title, words of its text, and the terms of its definitions."""

    names: list[str]
    words: list[str]
    definitions: list[str]


def article_vocabulary(
    title: list[tokenizer.Segment], body: list[tokenizer.Segment], text: str
) -> ArticleVocabulary:
    """Return the vocabulary of an article from the segments of its title and body, and its body as written."""
    found = spelling_keys.article_words(title, body)
    return ArticleVocabulary(list(found.names), list(found.words), list(definition_terms(text)))


@dataclass
class Vocabulary:
    """Words of some articles, each once."""

    names: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    definitions: set[str] = field(default_factory=set)
    articles: int = 0

    def add(self, article: ArticleVocabulary) -> bool:
        """Add the words of an article; return whether it is time to store them."""
        self.names.update(article.names)
        self.words.update(article.words)
        self.definitions.update(article.definitions)
        self.articles += 1
        return self.articles >= ARTICLES

    def take_terms(self) -> Iterable[str]:
        """Return the terms to store, and forget them."""
        terms = set(self.definitions)
        for name in self.names:
            terms.update(spelling_keys.name_terms(name))
        for word in self.words:
            terms.update(spelling_keys.word_terms(word))
        self.names, self.words, self.definitions, self.articles = set(), set(), set(), 0
        return terms
