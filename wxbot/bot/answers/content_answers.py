"""Answer a content command or an editors' rule: choose among reply texts, library, search index and last list."""

import datetime as dt

from wxbot import library
from wxbot.bot import lists
from wxbot.bot.answer import Answer, Composer, quote_words
from wxbot.bot.answers.cached_answers import LibraryAnswers, SearchAnswers
from wxbot.bot.intent.commands import (
    Acknowledge,
    ContentCommand,
    Help,
    LatestIssue,
    NextPage,
    OnlySection,
    PickNumber,
    PreviousPage,
    PublicationIssue,
    Question,
    Section,
    TextCommand,
    Thanks,
    Welcome,
)
from wxbot.bot.intent.meaning import LibrarySnapshot, RuleMatch
from wxbot.bot.last_list import ListPager
from wxbot.bot.rules.rulebook import ArticleCard, NewestOf, RuleText
from wxbot.db import Database
from wxbot.rendering.links import article_summary
from wxbot.search import Index
from wxbot.wechat import ImageReply, Text

__all__ = ["ContentAnswers"]


class ContentAnswers:
    """Answers content commands; threads may share it."""

    def __init__(
        self,
        db: Database,
        index: Index,
        composer: Composer,
        *,
        tz: dt.tzinfo,
        list_minutes: int,
        account_name: str,
    ) -> None:
        self._db = db
        self._composer = composer
        self._library = LibraryAnswers(db, composer)
        self._search = SearchAnswers(index, composer, tz)
        self._pager = ListPager(db, composer, list_minutes)
        self._account_name = account_name

    def answer(
        self, command: ContentCommand, openid: str, now: dt.datetime, names: LibrarySnapshot
    ) -> Answer:
        """Return the answer of `openid`'s command."""
        match command:
            case Question():
                return self._question(command, command.text, now, names)
            case Help() | Welcome() | Thanks() | Acknowledge():
                return self._text_answer(command, names)
            case OnlySection(name):
                narrowed = self._pager.narrow(name, openid, now, names.library)
                return narrowed or self._library.answer(Section(name), names)
            case NextPage() | PreviousPage() | PickNumber():
                return self._pager.answer(command, openid, now, names.library)
        return self._library.answer(command, names)

    def is_quick(self, command: ContentCommand, now: dt.datetime, names: LibrarySnapshot) -> bool:
        """Tell if `answer` needs neither the database nor the index."""
        match command:
            case Question():
                return self._search.is_cached(command, now, names)
            case Help() | Welcome() | Thanks() | Acknowledge():
                return True
            case OnlySection() | NextPage() | PreviousPage() | PickNumber():
                return False
        return self._library.is_cached(command, names)

    def titles(self, command: ContentCommand, now: dt.datetime, names: LibrarySnapshot) -> Answer | None:
        """Return a shorter answer from the index alone, for when the library cannot be read in time; or None."""
        return self._search.titles(command, now, names)

    def help(self, names: LibrarySnapshot) -> Answer:
        """Return the help text."""
        return self._composer.answer(
            "help",
            公众号=self._account(names),
            栏目=lists.menu_links(names.sections),
            刊物=lists.menu_links(names.library.short_names.values()),
        )

    def rule_answer(
        self, match: RuleMatch, openid: str, now: dt.datetime, names: LibrarySnapshot
    ) -> Answer | None:
        """Return the answer of an editors' rule; None when it shows what the library does not have."""
        rule_answer = match.rule.answer
        match rule_answer:
            case RuleText(template):
                return Answer(Text(template.fill(self._placeholders(match.text, names))))
            case ImageReply():
                return Answer(rule_answer)
            case ArticleCard(id_):
                return self._article_card(id_)
            case Question():
                return self._question(rule_answer, match.text, now, names)
            case NewestOf() | PublicationIssue():
                return self._publication_answer(rule_answer, names)
        return self.answer(rule_answer, openid, now, names)

    def _publication_answer(
        self, wanted: NewestOf | PublicationIssue, names: LibrarySnapshot
    ) -> Answer | None:
        """Return the card of an issue of a publication; None for a publication without public issues."""
        if isinstance(wanted, PublicationIssue):
            known = names.library.of_slug(wanted.publication) is not None
            return self._library.answer(wanted, names) if known else None
        found = names.library.configured_publication(wanted.name)
        return self._library.answer(LatestIssue(found.slug), names) if found else None

    def _article_card(self, public_id: str) -> Answer | None:
        with self._db.read() as session:
            article = library.by_id(session, public_id)
        if article is None:
            return None
        return Answer(self._composer.links.card(article_summary(article)), shown_ids=(public_id,))

    def _text_answer(self, command: TextCommand, names: LibrarySnapshot) -> Answer:
        match command:
            case Help():
                return self.help(names)
            case Welcome():
                return self._composer.answer("welcome", 公众号=self._account(names) or "本公众号")
            case Thanks():
                return self._composer.answer("thanks")
            case Acknowledge(text):
                return self._composer.answer(text)

    def _question(self, question: Question, asked: str, now: dt.datetime, names: LibrarySnapshot) -> Answer:
        if not question.text:
            return self.help(names)
        resolved = names.resolve(question)
        if not isinstance(resolved, Question):
            return self._library.answer(resolved, names)
        return self._search.answer(question, asked, now, names)

    def _account(self, names: LibrarySnapshot) -> str:
        return self._account_name or names.title

    def _placeholders(self, words: str, names: LibrarySnapshot) -> dict[str, str]:
        return {
            "公众号": self._account(names) or "本公众号",
            "问题": quote_words(words),
            "期号": names.newest,
        }
