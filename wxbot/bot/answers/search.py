"""What is answered to a command or a question: reads library, index and the last list; writes nothing."""

import datetime as dt
from collections.abc import Hashable
from typing import NamedTuple

from wxbot import library
from wxbot.bot import lists, section_names
from wxbot.bot.addresses import Addresses, of_article
from wxbot.bot.answer import Answer
from wxbot.bot.answers.library import Standing
from wxbot.bot.answers.paging import Paging
from wxbot.bot.intent.commands import (
    Asked,
    Back,
    Contents,
    Help,
    Latest,
    More,
    OfIssue,
    Only,
    Pick,
    Previous,
    Thanks,
    Words,
    issue_name,
)
from wxbot.bot.last_list import Listing
from wxbot.bot.rules.rule import ArticleCard, Rule, Says
from wxbot.bot.section_names import Catalogue
from wxbot.bot.templates import Replies
from wxbot.bot.voice import Voice, shown
from wxbot.clicks import ClickTokens
from wxbot.db import Database
from wxbot.search import Index, SearchResult
from wxbot.wechat import ImageReply, Text

__all__ = ["Chat"]

_REMEMBERED = 1000  # questions: after a push many members ask the same


class _Told(NamedTuple):
    """What a question was answered, and what that answer was made of: it stands as long as all of it does."""

    made_of: Hashable
    answer: Answer


class Chat:
    """Answers commands; threads may share it. `refresh` takes up what changed on the shelf."""

    def __init__(
        self,
        db: Database,
        index: Index,
        replies: Replies,
        addresses: Addresses,
        *,
        tz: dt.tzinfo,
        list_minutes: int,
        account_name: str,
    ) -> None:
        self._db = db
        self._index = index
        self._voice = Voice(replies, addresses)
        self._shelf = Standing(db, self._voice, lambda: self._catalogue)
        self._paging = Paging(db, self._voice, list_minutes)
        self._tz = tz
        self._account_name = account_name
        self._known: Catalogue | None = None
        self._marks = ClickTokens("")
        self._told: dict[tuple[str, str], _Told] = {}

    def refresh(self, version: int | None = None) -> None:
        """Read changed texts, and learn the names on the shelf unless they are known at the library's `version`."""
        self._voice.replies.refresh()
        if version is None or self._known is None or version != self._known.version:
            self._known = self._learnt()

    @property
    def _catalogue(self) -> Catalogue:
        if self._known is None:
            self._known = self._learnt()
        return self._known

    def _learnt(self) -> Catalogue:
        with self._db.read() as session:
            learnt = section_names.read(session)
        self._marks = ClickTokens(learnt.secret)
        return learnt

    @property
    def ready(self) -> bool:
        """Whether the names on the shelf are known: what needs no more than them asks no database."""
        return self._known is not None

    def say(self, name: str, **values: object) -> Answer:
        """One of the texts, with its places filled."""
        return self._voice.say(name, **values)

    def welcome(self) -> Answer:
        """What a new follower reads first."""
        return self.say("welcome", 公众号=self._account_name or self._catalogue.title or "本公众号")

    def help(self) -> Answer:
        """What can be asked here."""
        name = self._account_name or self._catalogue.title
        return self.say("help", 公众号=name, 栏目=lists.taps(self._catalogue.sections))

    def command(self, command: Asked, openid: str, now: dt.datetime) -> Answer:
        """Answer one command or question of `openid`."""
        match command:
            case Words(text):
                return self._words(text, now)
            case Help():
                return self.help()
            case Thanks():
                return self.say("thanks")
            case Only(name):
                section = self.nearest(name) or name
                return self._paging.narrowed(section, openid, now) or self._shelf.answer(section)
            case More() | Back() | Pick():
                return self._paging.answer(command, openid, now)
            case Latest() | Previous() | OfIssue() | Contents():
                return self._shelf.answer(command)

    def is_quick(self, command: Asked, now: dt.datetime) -> bool:
        """Whether `command` is answered by heart, asking neither the database nor the index."""
        known = self._known
        match command:
            case Words(text) if known is not None:
                section = known.section(text)
                return self._is_told(text, text, now) if section is None else self._shelf.is_known(section)
            case Latest() | Previous() | OfIssue() | Contents():
                return self._shelf.is_known(command)
        return known is not None and isinstance(command, Help | Thanks)

    def titles(self, command: Asked, now: dt.datetime) -> Answer | None:
        """What the index says to a command when the shelf cannot be read in time; None where it says nothing.

        A question is answered from the index anyway; of a section or an issue it knows the titles.
        """
        known = self._known
        match command:
            case Words(text) if known is not None:
                section = known.section(text)
                if section is None:
                    return self._words(text, now)
                return self._titles(section, self._index.search("", lists.KEPT, section=section))
            case Latest() | Contents(None) if known is not None and known.newest:
                return self._titles_of(known.newest, now)
            case OfIssue() | Contents(OfIssue()):
                of = command if isinstance(command, OfIssue) else command.of
                return self._titles_of(issue_name(of), now) if of else None
        return None

    def _titles_of(self, name: str, now: dt.datetime) -> Answer | None:
        return self._titles(name, self._index.search(name, lists.KEPT, now=now.astimezone(self._tz)))

    def _titles(self, name: str, found: SearchResult) -> Answer | None:
        if not found.hits:
            return None
        page = list(enumerate(found.hits[: lists.PAGE], start=1))
        text = self._voice.text(
            "titles", 名称=name, 列表=lists.bare(page), 更多=lists.more(len(found.hits) - len(page))
        )
        return Answer(Text(text), None, Listing(name, tuple(hit.id for hit in found.hits), len(page)))

    def ruled(self, rule: Rule, words: str, openid: str, now: dt.datetime) -> Answer | None:
        """What an editor's rule answers to these words; None when it shows an article that is not on the shelf."""
        match rule.answer:
            case Says(template):
                return Answer(Text(template.fill(self._places(words))))
            case ImageReply():
                return Answer(rule.answer)
            case ArticleCard(id_):
                with self._db.read() as session:
                    article = library.by_id(session, id_)
                return Answer(self._voice.addresses.card(of_article(article))) if article else None
            case Words(text):
                return self._words(text, now, words)
            case Latest() | OfIssue():
                return self.command(rule.answer, openid, now)

    def _places(self, words: str) -> dict[str, str]:
        return {
            "公众号": self._account_name or self._catalogue.title or "本公众号",
            "问题": shown(words),
            "期号": self._catalogue.newest,
        }

    @property
    def sections(self) -> tuple[str, ...]:
        """The names of the sections on the shelf."""
        return self._catalogue.sections

    def section(self, words: str) -> str | None:
        """The section that is called so; None when none is."""
        return self._catalogue.section(words)

    def nearest(self, words: str) -> str | None:
        """The section that is called so, or the only one whose name begins so; None when none is."""
        return self._catalogue.nearest(words)

    def _words(self, text: str, now: dt.datetime, asked: str | None = None) -> Answer:
        """Answer a question; `asked` is what the member typed, where a rule makes another question of it."""
        asked = text if asked is None else asked
        if not text:
            return self.help()
        section = self._catalogue.section(text)
        if section is not None:
            return self._shelf.answer(section)
        made_of = self._made_of(now)
        told = self._told.get((text, asked))
        if told is None or told.made_of != made_of:
            if len(self._told) >= _REMEMBERED:
                self._told.clear()
            found = self._index.search(text, limit=lists.KEPT, now=now.astimezone(self._tz))
            told = self._told[text, asked] = _Told(made_of, self._tell(text, asked, found))
        return told.answer

    def _is_told(self, text: str, asked: str, now: dt.datetime) -> bool:
        told = self._told.get((text, asked))
        return told is not None and told.made_of == self._made_of(now)

    def _made_of(self, now: dt.datetime) -> Hashable:
        """What an answer to a question is made of; read first, so that at worst it is made once too often."""
        return (
            self._index.edition,
            self._voice.replies.version,
            now.astimezone(self._tz).date(),
            self._catalogue,
        )

    def _tell(self, text: str, asked: str, found: SearchResult) -> Answer:
        if not found.hits:
            nothing = self.say("nothing", 问题=shown(text), 栏目=lists.taps(self._catalogue.sections))
            return Answer(nothing.reply, hits=0)
        mark, corrected = self._marks.token_for(asked), ""
        if found.corrected is not None:
            corrected = self._voice.text("corrected", 问题=shown(text), 更正=shown(found.corrected))
            text = found.corrected
        if found.clear or found.total <= lists.FEW:
            return self._best(text, found, mark, corrected)
        return self._voice.listed(
            "list", text, found.hits, found.total, mark=mark, 问题=shown(text), 更正=corrected
        )

    def _best(self, text: str, found: SearchResult, mark: str, corrected: str) -> Answer:
        """The card of the best; the others can be had with 更多."""
        hits = found.hits
        others = self._voice.text("others", 其余=len(hits) - 1) if len(hits) > 1 else ""
        listing = Listing(text, tuple(hit.id for hit in hits), 1, mark=mark) if len(hits) > 1 else None
        return Answer(self._voice.addresses.card(hits[0], corrected, others, mark=mark), found.total, listing)
