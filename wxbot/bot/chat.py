"""What is answered to a command or a question: reads library, index and the last list; writes nothing."""

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from wxbot import library
from wxbot.bot import catalogue, dialog, lists
from wxbot.bot.addresses import Addresses, Story, of_article
from wxbot.bot.answer import Answer
from wxbot.bot.catalogue import Catalogue
from wxbot.bot.commands import (
    Asked,
    Back,
    Contents,
    Help,
    Latest,
    More,
    OfIssue,
    Only,
    Pick,
    Words,
    issue_name,
)
from wxbot.bot.dialog import Listing
from wxbot.bot.replies import Replies
from wxbot.bot.rules import ArticleCard, Rule, Says
from wxbot.db import Database, Session
from wxbot.library import Issue
from wxbot.opened import Marks
from wxbot.search import Found, Hit, Index
from wxbot.text import cut_width, one_line
from wxbot.wechat import Picture, Text, link

__all__ = ["Chat"]

_SHOWN_COLUMNS = 30  # of a member's own words, when they are repeated
_REMEMBERED = 1000  # questions: after a push many members ask the same
_SHARP = str.maketrans("<>", "＜＞")  # a member's words never become a link in our answer


class _Told(NamedTuple):
    """What a question was answered, and what that answer was made of: it stands as long as all of it does."""

    made_of: Hashable
    answer: Answer


class _Stood(NamedTuple):
    """An answer from the shelf, and at which state of shelf and texts it stands."""

    shelf: Catalogue
    texts: int
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
        self._replies = replies
        self._addresses = addresses
        self._tz = tz
        self._list_minutes = list_minutes
        self._account_name = account_name
        self._known: Catalogue | None = None
        self._marks = Marks("")
        self._told: dict[tuple[str, str], _Told] = {}
        self._stood: dict[Hashable, _Stood] = {}

    def refresh(self, version: int | None = None) -> None:
        """Read changed texts, and learn the names on the shelf unless they are known at the library's `version`."""
        self._replies.refresh()
        if version is None or self._known is None or version != self._known.version:
            self._known = self._learnt()

    @property
    def _catalogue(self) -> Catalogue:
        if self._known is None:
            self._known = self._learnt()
        return self._known

    def _learnt(self) -> Catalogue:
        with self._db.read() as session:
            learnt = catalogue.read(session)
        self._marks = Marks(learnt.secret)
        return learnt

    @property
    def ready(self) -> bool:
        """Whether the names on the shelf are known: what needs no more than them asks no database."""
        return self._known is not None

    def say(self, name: str, **values: object) -> Answer:
        """One of the texts, with its places filled."""
        return Answer(Text(self._replies.text(name, **values)))

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
                answer = self._words(text, now)
            case Help():
                answer = self.help()
            case Latest() | OfIssue() | Contents():
                answer = self._standing(command, partial(self._from_shelf, command))
            case More():
                answer = self._more(openid, now)
            case Back():
                answer = self._back(openid, now)
            case Only(section):
                answer = self._only(section, openid, now)
            case Pick(n):
                answer = self._pick(n, openid, now)
        return answer

    def is_quick(self, command: Asked, now: dt.datetime) -> bool:
        """Whether `command` is answered by heart, asking neither the database nor the index."""
        known = self._known
        match command:
            case Words(text) if known is not None:
                section = known.section(text)
                return self._is_told(text, text, now) if section is None else self._stands(section)
            case Latest() | OfIssue() | Contents():
                return self._stands(command)
        return known is not None and isinstance(command, Help)

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

    def _titles(self, name: str, found: Found) -> Answer | None:
        if not found.hits:
            return None
        page = list(enumerate(found.hits[: lists.PAGE], start=1))
        text = self._replies.text(
            "titles", 名称=name, 列表=lists.bare(page), 更多=lists.more(len(found.hits) - len(page))
        )
        return Answer(Text(text), None, Listing(name, tuple(hit.id for hit in found.hits), len(page)))

    def _stands(self, asked: Hashable) -> bool:
        stood = self._stood.get(asked)
        return stood is not None and (stood.shelf, stood.texts) == (self._known, self._replies.version)

    def _standing(self, asked: Hashable, make: Callable[[], Answer]) -> Answer:
        """An answer that is the same for all members until shelf or texts change."""
        if self._stands(asked):
            return self._stood[asked].answer
        # Noted before the shelf is read: an answer from a newer one is made again, never the other way round.
        shelf, texts = self._catalogue, self._replies.version
        if len(self._stood) >= _REMEMBERED:
            self._stood.clear()
        self._stood[asked] = _Stood(shelf, texts, make())
        return self._stood[asked].answer

    def _from_shelf(self, command: Latest | OfIssue | Contents) -> Answer:
        match command:
            case Latest():
                return self._latest()
            case OfIssue():
                return self._issue(command)
            case Contents(of):
                return self._contents(of)

    def ruled(self, rule: Rule, words: str, openid: str, now: dt.datetime) -> Answer | None:
        """What an editor's rule answers to these words; None when it shows an article that is not on the shelf."""
        match rule.answer:
            case Says(template):
                return Answer(Text(template.fill(self._places(words))))
            case Picture():
                return Answer(rule.answer)
            case ArticleCard(id_):
                with self._db.read() as session:
                    article = library.by_id(session, id_)
                return Answer(self._addresses.card(of_article(article))) if article else None
            case Words(text):
                return self._words(text, now, words)
            case Latest() | OfIssue():
                return self.command(rule.answer, openid, now)

    def _places(self, words: str) -> dict[str, str]:
        return {
            "公众号": self._account_name or self._catalogue.title or "本公众号",
            "问题": _shown(words),
            "期号": self._catalogue.newest,
        }

    @property
    def sections(self) -> tuple[str, ...]:
        """The names of the sections on the shelf."""
        return self._catalogue.sections

    def section(self, words: str) -> str | None:
        """The section that is called so; None when none is."""
        return self._catalogue.section(words)

    def shown(self, words: str) -> str:
        """A member's words as an answer repeats them."""
        return _shown(words)

    def _words(self, text: str, now: dt.datetime, asked: str | None = None) -> Answer:
        """Answer a question; `asked` is what the member typed, where a rule makes another question of it."""
        asked = text if asked is None else asked
        if not text:
            return self.help()
        section = self._catalogue.section(text)
        if section is not None:
            return self._standing(section, partial(self._section, section))
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
        return self._index.edition, self._replies.version, now.astimezone(self._tz).date(), self._catalogue

    def _tell(self, text: str, asked: str, found: Found) -> Answer:
        if not found.hits:
            nothing = self.say("nothing", 问题=_shown(text), 栏目=lists.taps(self._catalogue.sections))
            return Answer(nothing.reply, hits=0)
        mark, corrected = self._marks.of(asked), ""
        if found.corrected is not None:
            corrected = self._replies.text("corrected", 问题=_shown(text), 更正=_shown(found.corrected))
            text = found.corrected
        if found.clear or found.total <= lists.FEW:
            return self._best(text, found, mark, corrected)
        return self._list("list", text, found.hits, found.total, mark=mark, 问题=_shown(text), 更正=corrected)

    def _best(self, text: str, found: Found, mark: str, corrected: str) -> Answer:
        """The card of the best; the others can be had with 更多."""
        hits = found.hits
        others = self._replies.text("others", 其余=len(hits) - 1) if len(hits) > 1 else ""
        listing = Listing(text, tuple(hit.id for hit in hits), 1, mark=mark) if len(hits) > 1 else None
        return Answer(self._addresses.card(hits[0], corrected, others, mark=mark), found.total, listing)

    def _list(
        self,
        name: str,
        query: str,
        stories: Sequence[Story | Hit],
        total: int | None,
        *,
        mark: str = "",
        **values: object,
    ) -> Answer:
        page = list(enumerate(stories[: lists.PAGE], start=1))
        text = self._replies.text(
            name,
            总数=len(stories) if total is None else total,
            列表=lists.numbered(page, self._addresses, mark),
            更多=lists.turn(
                len(stories) - len(page), back=False, sections=(story.section for story in stories)
            ),
            **values,
        )
        listing = Listing(query, tuple(story.id for story in stories), len(page), mark=mark)
        return Answer(Text(text), total, listing)

    def _section(self, section: str) -> Answer:
        with self._db.read() as session:
            stories = [of_article(a) for a in library.newest(session, section=section, limit=lists.KEPT)]
        if not stories:
            return self.say("empty")
        return self._list("section", section, stories, None, 栏目=section)

    def _latest(self) -> Answer:
        with self._db.read() as session:
            issue = library.latest(session)
            if issue is not None:
                return self._issue_card(session, issue)
            stories = [of_article(a) for a in library.newest(session, limit=lists.KEPT)]
        return self._list("newest", "最新", stories, None) if stories else self.say("empty")

    def _issue(self, of: OfIssue) -> Answer:
        with self._db.read() as session:
            issue = _find(session, of)
            return self._no_issue(session, of) if issue is None else self._issue_card(session, issue)

    def _issue_card(self, session: Session, issue: Issue) -> Answer:
        titles = [article.title for article in library.articles(session, issue.number)]
        return Answer(self._addresses.issue_card(issue, titles))

    def _no_issue(self, session: Session, of: OfIssue) -> Answer:
        shelf = library.issues(session, limit=lists.NAMES)
        if not shelf:
            return self.say("empty")
        names = (issue_name(OfIssue(issue.issue, issue.year)) for issue in shelf)
        return self.say("no_issue", 期号=issue_name(of), 已有=lists.taps(names))

    def _contents(self, of: OfIssue | None) -> Answer:
        with self._db.read() as session:
            issue = library.latest(session) if of is None else _find(session, of)
            if issue is None:
                return self.say("empty") if of is None else self._no_issue(session, of)
            stories = [of_article(article) for article in library.articles(session, issue.number)]
        name = f"{issue.title}{issue_name(OfIssue(issue.issue, issue.year))}"
        titles, shown = lists.contents(stories)
        text = self._replies.text(
            "contents",
            期名=name,
            总数=len(stories),
            列表=titles,
            整期=link(self._addresses.issue(issue.number), "看整期"),
            更多=lists.more(len(stories) - shown),
        )
        return Answer(Text(text), None, Listing(name, tuple(story.id for story in stories), shown))

    def _more(self, openid: str, now: dt.datetime) -> Answer:
        with self._db.read() as session:
            listing = dialog.recall(session, openid, now)
            if listing is None:
                return self._no_list()
            if listing.shown >= len(listing.ids):
                return self.say("no_more", 问题=_shown(listing.query), 总数=len(listing.ids))
            return self._page(session, listing, listing.shown + 1)

    def _back(self, openid: str, now: dt.datetime) -> Answer:
        with self._db.read() as session:
            listing = dialog.recall(session, openid, now)
            if listing is None:
                return self._no_list()
            if listing.first <= 1:
                return self.say("no_back", 问题=_shown(listing.query), 总数=len(listing.ids))
            return self._page(session, listing, max(1, listing.first - lists.PAGE))

    def _only(self, section: str, openid: str, now: dt.datetime) -> Answer:
        """The last list, narrowed to one section; the section itself where there is no list."""
        name = self._catalogue.section(section) or section
        with self._db.read() as session:
            listing = dialog.recall(session, openid, now)
            if listing is not None:
                there = library.by_ids(session, listing.ids)
                ids = tuple(article.public_id for article in there if article.section == name)
                if not ids:
                    return self.say("none_of_section", 问题=_shown(listing.query), 栏目=_shown(name))
                query = listing.query if ids == listing.ids else f"{listing.query} {name}"
                return self._page(session, replace(listing, query=query, ids=ids), 1)
        return self._section(name)

    def _no_list(self) -> Answer:
        return self.say("no_list", 分钟=self._list_minutes)

    def _page(self, session: Session, listing: Listing, first: int) -> Answer:
        """The page of a list that begins with its `first`."""
        query, ids = listing.query, listing.ids
        last = min(first + lists.PAGE - 1, len(ids))
        there = {article.public_id: of_article(article) for article in library.by_ids(session, ids)}
        shown = [
            (at, there[id_]) for at, id_ in enumerate(ids, start=1) if id_ in there and first <= at <= last
        ]
        text = self._replies.text(
            "page",
            问题=_shown(query),
            起=first,
            止=last,
            总数=len(ids),
            列表=lists.numbered(shown, self._addresses, listing.mark),
            更多=lists.turn(
                len(ids) - last, back=first > 1, sections=(story.section for story in there.values())
            ),
        )
        return Answer(Text(text), None, replace(listing, shown=last, first=first))

    def _pick(self, n: int, openid: str, now: dt.datetime) -> Answer:
        with self._db.read() as session:
            listing = dialog.recall(session, openid, now)
            if listing is None:
                return self._no_list()
            if not 1 <= n <= len(listing.ids):
                return self.say("no_such", 数字=n, 总数=len(listing.ids))
            article = library.by_id(session, listing.ids[n - 1])
        if article is None:
            return self.say("gone")
        return Answer(self._addresses.card(of_article(article), mark=listing.mark))


def _find(session: Session, of: OfIssue) -> Issue | None:
    if of.year is None:
        return library.latest(session, of.issue)
    return library.issue(session, f"{of.year}-{of.issue:02d}")


def _shown(text: str) -> str:
    """A member's words as we repeat them: on one line, short, and without the signs of a link."""
    return cut_width(one_line(text), _SHOWN_COLUMNS).translate(_SHARP)
