"""Answers that are the same for every member, so they are cached: from the library, and from the search index.

LibraryAnswers   an issue, its contents, a section; cached while neither the library nor the composer changes
SearchAnswers    a question's hits as a card or a list, and titles when the library is too slow; cached while index,
                 composer, library and day stay the same: after a push many members ask the same
"""

import datetime as dt
from collections.abc import Hashable
from typing import NamedTuple

from wxbot.bot import lists
from wxbot.bot.answer import Answer, Composer, quote_words
from wxbot.bot.answers.library_reader import LibraryCommand, LibraryReader
from wxbot.bot.intent.commands import (
    ContentCommand,
    Contents,
    IssueReference,
    LatestIssue,
    PublicationIssue,
    Question,
    Section,
    reference_label,
)
from wxbot.bot.intent.snapshot import LibrarySnapshot
from wxbot.bot.intent.typed_words import EXACT_WORDS
from wxbot.bot.lists import Listing
from wxbot.db import Database
from wxbot.search import Index, SearchResult
from wxbot.search.tokenizer import key as title_key
from wxbot.wechat import Text, menu_link

__all__ = ["LibraryAnswers", "LibraryCommand", "SearchAnswers"]

_CACHED = 1000


class _CachedAnswer(NamedTuple):
    """An answer, and the library's names and the composer's version for which it holds."""

    names: LibrarySnapshot
    texts: Hashable
    answer: Answer


class LibraryAnswers:
    """Answers commands about the library; threads may share it."""

    def __init__(self, db: Database, composer: Composer) -> None:
        self._db = db
        self._composer = composer
        self._cache: dict[LibraryCommand, _CachedAnswer] = {}

    def is_cached(self, command: LibraryCommand, names: LibrarySnapshot) -> bool:
        """Tell if `answer` needs no database query."""
        return self._cached_answer(command, names, self._composer.version) is not None

    def answer(self, command: LibraryCommand, names: LibrarySnapshot) -> Answer:
        """Return the answer, from the cache where it still holds."""
        # Read the version before the library: a concurrent change then costs one recomputation, never a stale answer.
        texts = self._composer.version
        answer = self._cached_answer(command, names, texts)
        if answer is None:
            answer = self._compose(command, names)
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            self._cache[command] = _CachedAnswer(names, texts, answer)
        return answer

    def _cached_answer(
        self, command: LibraryCommand, names: LibrarySnapshot, texts: Hashable
    ) -> Answer | None:
        cached = self._cache.get(command)
        return cached.answer if cached and (cached.names, cached.texts) == (names, texts) else None

    def _compose(self, command: LibraryCommand, names: LibrarySnapshot) -> Answer:
        with self._db.read() as session:
            return LibraryReader(session, self._composer, names.library).answer(command)


def _issue_label(command: ContentCommand, names: LibrarySnapshot) -> str:
    """Return the words that find the issue of a command in the index; "" where it asks for none."""
    match command:
        case LatestIssue(None) | Contents(None, None):
            return names.newest
        case LatestIssue(publication) | Contents(None, publication):
            of = "最新一期"
        case IssueReference():
            return reference_label(command)
        case PublicationIssue(number, publication) | Contents(IssueReference() as number, publication):
            of = reference_label(number)
        case _:
            return ""
    found = names.library.of_slug(publication)
    return f"{found.short_name if found else ''}{of}"


class _CachedQuestion(NamedTuple):
    """An answer, and the cache key for which it holds."""

    key: Hashable
    answer: Answer


class SearchAnswers:
    """Answers questions from the index; threads may share it. `tz` is the association's zone, for 去年."""

    def __init__(self, index: Index, composer: Composer, tz: dt.tzinfo) -> None:
        self._index = index
        self._composer = composer
        self._tz = tz
        self._cache: dict[tuple[Question, str], _CachedQuestion] = {}

    def is_cached(self, question: Question, now: dt.datetime, names: LibrarySnapshot) -> bool:
        """Tell if `answer` needs no search."""
        cached = self._cache.get((question, question.text))
        return cached is not None and cached.key == self._cache_key(now, names)

    def answer(self, question: Question, asked: str, now: dt.datetime, names: LibrarySnapshot) -> Answer:
        """Return the answer to a question; `asked` is what the member typed where a rule replaced it."""
        # Read the key before searching: a concurrent change then costs one recomputation, never a stale answer.
        key = self._cache_key(now, names)
        cached = self._cache.get((question, asked))
        if cached is None or cached.key != key:
            text, found = question.text, self._search(question.text, now, names, exact=question.exact)
            if not found.hits and question.core:
                # A greeting or a word of asking that the search does not know must not hide what is asked.
                text, found = question.core, self._search(question.core, now, names)
            answer = self._compose(text if found.hits else question.text, asked, found, names)
            cached = _CachedQuestion(key, answer)
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            self._cache[question, asked] = cached
        return cached.answer

    def titled_card(self, title: str, now: dt.datetime, names: LibrarySnapshot) -> Answer | None:
        """Return the card of the article with this title; None where there is none."""
        found = self._search(title, now, names)
        hit = next((hit for hit in found.hits if title_key(hit.title) == title_key(title)), None)
        return Answer(self._composer.links.card(hit), shown_ids=(hit.id,)) if hit else None

    def titles(self, command: ContentCommand, now: dt.datetime, names: LibrarySnapshot) -> Answer | None:
        """Return a shorter answer without reading the library; None where the index has none.

        A question is answered in full, of a section or an issue the titles.
        """
        match command:
            case Question():
                return self.answer(command, command.text, now, names)
            case Section(name):
                found = self._index.search("", lists.KEPT, section=name, names=names.library)
                return self._titles(name, found)
        label = _issue_label(command, names)
        return self._titles(label, self._search(label, now, names)) if label else None

    def _search(
        self, text: str, now: dt.datetime, names: LibrarySnapshot, *, exact: bool = False
    ) -> SearchResult:
        local = now.astimezone(self._tz)
        return self._index.search(text, lists.KEPT, now=local, names=names.library, exact=exact)

    def _titles(self, label: str, found: SearchResult) -> Answer | None:
        if not found.hits:
            return None
        page = list(enumerate(found.hits[: lists.PAGE], start=1))
        more = lists.next_page_link(len(found.hits) - len(page))
        text = self._composer.text("titles", 名称=label, 列表=lists.plain_titles(page), 更多=more)
        return Answer(Text(text), listing=Listing(label, tuple(hit.id for hit in found.hits), len(page)))

    def _cache_key(self, now: dt.datetime, names: LibrarySnapshot) -> Hashable:
        day = now.astimezone(self._tz).date()  # 去年 in a question means another year tomorrow
        return self._index.edition, self._composer.version, day, names

    def _compose(self, text: str, asked: str, found: SearchResult, names: LibrarySnapshot) -> Answer:
        if not found.hits and found.near:
            return self._composer.first_page(
                "near", text, found.related, 0, names=names.library, 问题=quote_words(text)
            )
        if not found.hits:
            sections = lists.menu_links(names.sections)
            nothing = self._composer.answer("nothing", 问题=quote_words(text), 栏目=sections)
            return Answer(nothing.reply, hits=0)
        click_token, correction = names.click_tokens.token_for(asked), ""
        if found.corrected is not None:
            correction = self._correction(text, found.corrected, refusable=found.typed > 0)
            text = found.corrected
        # A card has no place for the tap that refuses a correction.
        if (found.clear or found.total <= lists.FEW) and not found.typed:
            return self._best_hit(text, found, click_token, correction)
        return self._composer.first_page(
            "list",
            text,
            found.hits,
            found.total,
            click_token=click_token,
            names=names.library,
            问题=quote_words(text),
            更正=correction,
        )

    def _correction(self, typed: str, corrected: str, *, refusable: bool) -> str:
        """Return the hint that says what was searched instead; with a tap if the typed words find articles."""
        words = {"问题": quote_words(typed), "更正": quote_words(corrected)}
        if not refusable:
            return self._composer.text("corrected", **words)
        tap = menu_link(EXACT_WORDS.format(words["问题"]), EXACT_WORDS.format(typed), "exact")
        return self._composer.text("corrected_refusable", **words, 原字=tap)

    def _best_hit(self, text: str, found: SearchResult, click_token: str, correction: str) -> Answer:
        """Return the card of the best hit; 更多 leads to the others."""
        hits = found.hits
        others = self._composer.text("others", 其余=len(hits) - 1) if len(hits) > 1 else ""
        listing = (
            Listing(text, tuple(hit.id for hit in hits), 1, click_token=click_token)
            if len(hits) > 1
            else None
        )
        # A phone shows the first lines of a card only: the hint stands before the digest.
        hint = "\n".join(filter(None, (correction, others)))
        card = self._composer.links.card(hits[0], hint, click_token=click_token)
        return Answer(card, found.total, listing, shown_ids=(hits[0].id,))
