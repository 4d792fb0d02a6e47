"""Paging: what is answered to 更多, 上一页, 只看…, and to a number, from the list that a member was shown last."""

import datetime as dt
from dataclasses import replace

from wxbot import library
from wxbot.bot import last_list, lists
from wxbot.bot.addresses import of_article
from wxbot.bot.answer import Answer
from wxbot.bot.intent.commands import Back, More, Pick
from wxbot.bot.last_list import Listing
from wxbot.bot.voice import Voice, shown
from wxbot.db import Database, Session
from wxbot.wechat import Text

__all__ = ["OfList", "Paging"]

OfList = More | Back | Pick


class Paging:
    """Answers from the last list of each member; threads may share it. `list_minutes` is for how long one is kept."""

    def __init__(self, db: Database, voice: Voice, list_minutes: int) -> None:
        self._db = db
        self._voice = voice
        self._list_minutes = list_minutes

    def answer(self, asked: OfList, openid: str, now: dt.datetime) -> Answer:
        """Answer what `openid` asks of the last list."""
        with self._db.read() as session:
            listing = last_list.recall(session, openid, now)
            if listing is None:
                return self._voice.say("no_list", 分钟=self._list_minutes)
            match asked:
                case More():
                    return self._more(session, listing)
                case Back():
                    return self._back(session, listing)
                case Pick(n):
                    return self._pick(session, listing, n)

    def narrowed(self, section: str, openid: str, now: dt.datetime) -> Answer | None:
        """The last list of `openid`, narrowed to one section; None where there is no list."""
        with self._db.read() as session:
            listing = last_list.recall(session, openid, now)
            return None if listing is None else self._narrowed(session, listing, section)

    def _more(self, session: Session, listing: Listing) -> Answer:
        if listing.shown >= len(listing.ids):
            return self._at_the_end("no_more", listing)
        return self._page(session, listing, listing.shown + 1)

    def _back(self, session: Session, listing: Listing) -> Answer:
        if listing.first <= 1:
            return self._at_the_end("no_back", listing)
        return self._page(session, listing, max(1, listing.first - lists.PAGE))

    def _at_the_end(self, name: str, listing: Listing) -> Answer:
        total = len(listing.ids)
        return self._voice.say(name, 问题=shown(listing.query), 总数=total, 可发=lists.numbers(total))

    def _narrowed(self, session: Session, listing: Listing, section: str) -> Answer:
        there = library.by_ids(session, listing.ids)
        ids = tuple(article.public_id for article in there if article.section == section)
        if not ids:
            return self._voice.say("none_of_section", 问题=shown(listing.query), 栏目=shown(section))
        query = listing.query if ids == listing.ids else f"{listing.query} {section}"
        return self._page(session, replace(listing, query=query, ids=ids), 1)

    def _page(self, session: Session, listing: Listing, first: int) -> Answer:
        """The page of a list that begins with its `first`; the only one that is left of a short list is a card."""
        query, ids = listing.query, listing.ids
        last = min(first + lists.PAGE - 1, len(ids))
        there = {article.public_id: of_article(article) for article in library.by_ids(session, ids)}
        page = [
            (at, there[id_]) for at, id_ in enumerate(ids, start=1) if id_ in there and first <= at <= last
        ]
        kept = replace(listing, shown=last, first=first)
        if len(page) == 1 and len(ids) <= lists.FEW:
            return Answer(self._voice.addresses.card(page[0][1], mark=listing.mark), None, kept)
        text = self._voice.text(
            "page",
            问题=shown(query),
            范围=f"第 {first} 篇" if first == last else f"第 {first} 至 {last} 篇",
            起=first,
            止=last,
            总数=len(ids),
            列表=lists.numbered(page, self._voice.addresses, listing.mark),
            更多=lists.turn(
                len(ids) - last, back=first > 1, sections=(story.section for story in there.values())
            ),
        )
        return Answer(Text(text), None, kept)

    def _pick(self, session: Session, listing: Listing, n: int) -> Answer:
        total = len(listing.ids)
        if not 1 <= n <= total:
            return self._voice.say("no_such", 数字=n, 总数=total, 可发=lists.numbers(total))
        article = library.by_id(session, listing.ids[n - 1])
        if article is None:
            return self._voice.say("gone")
        return Answer(self._voice.addresses.card(of_article(article), mark=listing.mark))
