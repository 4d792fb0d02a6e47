"""Answer a content command or an editors' rule: choose among reply texts, library, search index and last list."""

import datetime as dt

from wxbot import library
from wxbot.bot import lists
from wxbot.bot.answer import Answer, Composer, quote_words
from wxbot.bot.answers.cached_answers import LibraryAnswers, SearchAnswers
from wxbot.bot.answers.next_issue import next_issue_answer
from wxbot.bot.intent.commands import (
    Acknowledge,
    AskStaff,
    ContentCommand,
    Help,
    IssueReference,
    LatestIssue,
    NextIssueTime,
    NextPage,
    OnlyPublication,
    OnlySection,
    OpenArticle,
    PickLast,
    PickNumber,
    PickSeveral,
    PreviousPage,
    PublicationIssue,
    Question,
    Section,
    SharedTitle,
    TextCommand,
    Thanks,
    Welcome,
)
from wxbot.bot.intent.meaning import LibrarySnapshot, RuleMatch
from wxbot.bot.last_list import ListPager
from wxbot.bot.office_hours import ServiceTimes
from wxbot.bot.rules.rulebook import ArticleCard, NewestOf, RuleText
from wxbot.db import Database, Session
from wxbot.search import Index
from wxbot.wechat import ImageReply, Text, Transfer

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
        times: ServiceTimes,
    ) -> None:
        self._db = db
        self._times = times
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
            case AskStaff() | NextIssueTime() | SharedTitle():
                return self._timely_answer(command, now, names)
            case OnlySection() | OnlyPublication():
                return self._narrow(command, openid, now, names)
            case NextPage() | PreviousPage() | PickNumber() | PickLast() | PickSeveral():
                return self._pager.answer(command, openid, now, names.library)
        return self._library.answer(command, names)

    def is_quick(self, command: ContentCommand, now: dt.datetime, names: LibrarySnapshot) -> bool:
        """Tell if `answer` needs neither the database nor the index."""
        match command:
            case Question():
                return self._search.is_cached(command, now, names)
            case Help() | Welcome() | Thanks() | Acknowledge() | AskStaff():
                return True
            case OnlySection() | OnlyPublication() | NextIssueTime() | SharedTitle():
                return False
            case NextPage() | PreviousPage() | PickNumber() | PickLast() | PickSeveral():
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
                return self._article_card(id_, names)
            case Question():
                return self._question(rule_answer, match.text, now, names)
            case NewestOf() | PublicationIssue():
                return self._publication_answer(rule_answer, names)
        return self.answer(rule_answer, openid, now, names)

    def _timely_answer(
        self, command: AskStaff | NextIssueTime | SharedTitle, now: dt.datetime, names: LibrarySnapshot
    ) -> Answer:
        match command:
            case AskStaff(account):
                return self._staff(now, account)
            case NextIssueTime():
                return self._next_issue(command, now, names)
            case SharedTitle(title):
                return self._search.titled_card(title, now, names) or self._composer.answer("link")

    def _narrow(
        self, command: OnlySection | OnlyPublication, openid: str, now: dt.datetime, names: LibrarySnapshot
    ) -> Answer:
        """Return the member's last list narrowed; without a list the newest of the section or publication."""
        narrowed = self._pager.narrow(command, openid, now, names.library)
        if narrowed is not None:
            return narrowed
        if isinstance(command, OnlySection):
            return self._library.answer(Section(command.section), names)
        return self._library.answer(LatestIssue(command.publication), names)

    def _staff(self, now: dt.datetime, account: str) -> Answer:
        """Hand the conversation over within office hours; say when they are outside them."""
        if self._times.office.include(now):
            return Answer(Transfer(account or self._times.office.account))
        if self._times.office.exist:
            return self._composer.answer("staff_away", 时间=self._times.office.label)
        return self._composer.answer("no_staff")

    def _next_issue(self, wanted: NextIssueTime, now: dt.datetime, names: LibrarySnapshot) -> Answer:
        """Return when the next issue comes; of an issue that is there its card, which tells its date."""
        with self._db.read() as session:
            if wanted.of is not None and self._is_there(session, wanted.of, wanted.publication, names):
                of, slug = wanted.of, wanted.publication
                return self._library.answer(of if slug is None else PublicationIssue(of, slug), names)
            return next_issue_answer(
                session, self._composer, names.library, wanted, self._times.schedule, now
            )

    def _is_there(
        self, session: Session, of: IssueReference, slug: str | None, names: LibrarySnapshot
    ) -> bool:
        """Tell if an issue is there; one without a year is the coming one if the newest has a smaller number."""
        found = names.library.of_slug(slug)
        publication = found.id if found else None
        newest = library.latest(session, publication)
        if (
            of.year is None
            and newest is not None
            and (newest.issue_last or 0) < of.issue <= (newest.issue_last or 0) + 2
        ):
            return False
        return library.find(session, of, publication) is not None

    def _publication_answer(
        self, wanted: NewestOf | PublicationIssue, names: LibrarySnapshot
    ) -> Answer | None:
        """Return the card of an issue of a publication; None for a publication without public issues."""
        if isinstance(wanted, PublicationIssue):
            known = names.library.of_slug(wanted.publication) is not None
            return self._library.answer(wanted, names) if known else None
        found = names.library.configured_publication(wanted.name)
        return self._library.answer(LatestIssue(found.slug), names) if found else None

    def _article_card(self, public_id: str, names: LibrarySnapshot) -> Answer | None:
        with self._db.read() as session:
            if library.by_id(session, public_id) is None:
                return None
        return self._library.answer(OpenArticle(public_id), names)

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
