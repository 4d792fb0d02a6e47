"""The last numbered list of each member: remember it, and answer 更多, 上一页, 只看… and a number from it.

The list is stored as it was shown, so that a number means the same article in every process and after a restart.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import JSON, String, delete, select
from sqlalchemy import Text as LongText
from sqlalchemy.orm import Mapped, mapped_column

from wxbot import library
from wxbot.bot import lists
from wxbot.bot.answer import Answer, Composer, quote_words
from wxbot.bot.answers.library_reader import LibraryReader
from wxbot.bot.intent.commands import (
    NextPage,
    OnlyPublication,
    OnlySection,
    PickLast,
    PickNumber,
    PickSeveral,
    PreviousPage,
)
from wxbot.bot.issue_lists import ISSUE, is_issue_list, issue_page
from wxbot.bot.issue_lists import PAGE as ISSUES_PAGE
from wxbot.bot.lists import Listing
from wxbot.db import Base, BulkInsert, Database, Moment, Session
from wxbot.rendering.links import article_summary
from wxbot.search.names import LibraryNames
from wxbot.wechat import Text

__all__ = ["Dialog", "ListCommand", "ListPager", "clear", "load", "prune", "save"]


ListCommand = NextPage | PreviousPage | PickNumber | PickLast | PickSeveral


class Dialog(Base):
    """The last list of one member."""

    __tablename__ = "dialog"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    query: Mapped[str] = mapped_column(LongText, default="")
    ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    shown: Mapped[int] = mapped_column(default=0)
    first: Mapped[int] = mapped_column(default=1, server_default="1")
    mark: Mapped[str] = mapped_column(String(16), default="", server_default="")
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)


_CHANGING = ("query", "ids", "shown", "first", "mark", "expires_at")
_UPSERT = BulkInsert(Dialog.__table__, ("openid", *_CHANGING), replaced=_CHANGING)
_OF_MEMBER = select(Dialog.query, Dialog.ids, Dialog.shown, Dialog.first, Dialog.mark)


def load(session: Session, openid: str, now: dt.datetime) -> Listing | None:
    """Return the member's last list; None when there is none or it has expired."""
    row = session.execute(_OF_MEMBER.where(Dialog.openid == openid, Dialog.expires_at > now)).first()
    return Listing(row.query, tuple(row.ids), row.shown, row.first, row.mark) if row else None


def save(session: Session, listings: Mapping[str, tuple[Listing, dt.datetime]]) -> None:
    """Write lists by openid, each with the moment at which it expires; each replaces the member's one before."""
    rows = (
        (openid, listing.query, listing.ids, listing.shown, listing.first, listing.click_token, until)
        for openid, (listing, until) in sorted(listings.items())
    )
    _UPSERT.insert(session, list(rows))


def clear(session: Session, openid: str) -> None:
    """Delete the member's list, for example when the member leaves."""
    session.execute(delete(Dialog).where(Dialog.openid == openid))


def prune(session: Session, now: dt.datetime) -> int:
    """Delete expired lists; return how many."""
    return session.connection().execute(delete(Dialog).where(Dialog.expires_at <= now)).rowcount


class ListPager:
    """Answers commands about the last list of each member; threads may share it.

    `list_minutes` is how long a list is kept.
    """

    def __init__(self, db: Database, composer: Composer, list_minutes: int) -> None:
        self._db = db
        self._composer = composer
        self._list_minutes = list_minutes

    def answer(self, command: ListCommand, openid: str, now: dt.datetime, names: LibraryNames) -> Answer:
        """Return the answer to a command about the last list of `openid`; `names` are the library's."""
        with self._db.read() as session:
            listing = load(session, openid, now)
            if listing is None:
                return self._composer.answer("no_list", 分钟=self._list_minutes)
            match command:
                case NextPage():
                    return self._next(session, listing, names)
                case PreviousPage():
                    return self._previous(session, listing, names)
                case PickNumber(n):
                    return self._pick(session, listing, n, names)
                case PickLast():
                    return self._pick(session, listing, len(listing.ids), names)
                case PickSeveral(several):
                    return self._pick_several(session, listing, several, names)

    def narrow(
        self, command: OnlySection | OnlyPublication, openid: str, now: dt.datetime, names: LibraryNames
    ) -> Answer | None:
        """Return the last list of `openid` narrowed to one section or publication; None if there is no list."""
        with self._db.read() as session:
            listing = load(session, openid, now)
            if listing is None or (is_issue_list(listing) and isinstance(command, OnlySection)):
                return None
            if isinstance(command, OnlyPublication):
                return self._only_publication(session, listing, command.publication, names)
            return self._narrow(session, listing, command.section, names)

    def _next(self, session: Session, listing: Listing, names: LibraryNames) -> Answer:
        if listing.shown >= len(listing.ids):
            return self._no_page("no_more", listing)
        return self._page(session, listing, listing.shown + 1, names)

    def _previous(self, session: Session, listing: Listing, names: LibraryNames) -> Answer:
        if listing.first <= 1:
            return self._no_page("no_back", listing)
        size = ISSUES_PAGE if is_issue_list(listing) else lists.PAGE
        return self._page(session, listing, max(1, listing.first - size), names)

    def _no_page(self, text: str, listing: Listing) -> Answer:
        total = len(listing.ids)
        return self._composer.answer(
            text, 问题=quote_words(listing.query), 总数=total, 可发=lists.number_range(total)
        )

    def _narrow(self, session: Session, listing: Listing, section: str, names: LibraryNames) -> Answer:
        articles, spellings = library.by_ids(session, listing.ids), names.spellings(section)
        ids = tuple(article.public_id for article in articles if article.section in spellings)
        if not ids:
            return self._composer.answer(
                "none_of_section", 问题=quote_words(listing.query), 栏目=quote_words(section)
            )
        query = listing.query if ids == listing.ids else f"{listing.query} {section}"
        return self._page(session, replace(listing, query=query, ids=ids), 1, names)

    def _only_publication(self, session: Session, listing: Listing, slug: str, names: LibraryNames) -> Answer:
        found = names.of_slug(slug)
        name = found.short_name if found else slug
        if is_issue_list(listing):
            ids = tuple(each for each in listing.ids if _slug(each.removeprefix(ISSUE)) == slug)
        else:
            articles = library.by_ids(session, listing.ids)
            ids = tuple(
                each.public_id for each in articles if each.issue_key and _slug(each.issue_key) == slug
            )
        if not ids:
            return self._composer.answer("none_of_section", 问题=quote_words(listing.query), 栏目=name)
        query = listing.query if ids == listing.ids else f"{listing.query} {name}"
        return self._page(session, replace(listing, query=query, ids=ids), 1, names)

    def _page(self, session: Session, listing: Listing, first: int, names: LibraryNames) -> Answer:
        """Return the page that starts with number `first`; if one article of a short list remains, its card."""
        query, ids = listing.query, listing.ids
        if is_issue_list(listing):
            return issue_page(session, self._composer, names, listing, first)
        last = min(first + lists.PAGE - 1, len(ids))
        stories = {article.public_id: article_summary(article) for article in library.by_ids(session, ids)}
        page = [(n, stories[ids[n - 1]]) for n in range(first, last + 1) if ids[n - 1] in stories]
        shown = tuple(story.id for _, story in page)
        remembered = replace(listing, shown=last, first=first)
        if len(page) == 1 and len(ids) <= lists.FEW:
            card = self._composer.links.card(page[0][1], click_token=listing.click_token)
            return Answer(card, listing=remembered, shown_ids=shown)
        text = self._composer.text(
            "page",
            问题=quote_words(query),
            范围=f"第 {first} 篇" if first == last else f"第 {first} 至 {last} 篇",
            起=first,
            止=last,
            总数=len(ids),
            列表=lists.numbered_titles(page, self._composer.links, listing.click_token, names),
            更多=lists.page_links(
                len(ids) - last,
                back=first > 1,
                sections=(names.present_section(story.section) for story in stories.values()),
            ),
        )
        return Answer(Text(text), listing=remembered, shown_ids=shown)

    def _pick(self, session: Session, listing: Listing, n: int, names: LibraryNames) -> Answer:
        total = len(listing.ids)
        if not 1 <= n <= total:
            return self._composer.answer("no_such", 数字=n, 总数=total, 可发=lists.number_range(total))
        if is_issue_list(listing):
            reader = LibraryReader(session, self._composer, names)
            return reader.open_issue(listing.ids[n - 1].removeprefix(ISSUE))
        article = library.by_id(session, listing.ids[n - 1])
        if article is None:
            return self._composer.answer("gone")
        card = self._composer.links.card(article_summary(article), click_token=listing.click_token)
        return Answer(card, shown_ids=(article.public_id,))

    def _pick_several(
        self, session: Session, listing: Listing, several: tuple[int, ...], names: LibraryNames
    ) -> Answer:
        """Return links to several entries, for a message shows one card only; the first where one is to be had."""
        there = [n for n in several if 1 <= n <= len(listing.ids)][: lists.PAGE]
        if len(there) < 2 or is_issue_list(listing):
            return self._pick(session, listing, (there or several)[0], names)
        stories = {each.public_id: article_summary(each) for each in library.by_ids(session, listing.ids)}
        page = [(n, stories[listing.ids[n - 1]]) for n in there if listing.ids[n - 1] in stories]
        text = self._composer.text(
            "picked", 列表=lists.numbered_titles(page, self._composer.links, listing.click_token, names)
        )
        return Answer(Text(text), shown_ids=tuple(story.id for _, story in page))


def _slug(key: str) -> str:
    """Return the slug in the key of an issue; "" for the default publication."""
    return key.rpartition("/")[0]
