"""Standing answers: what is on the shelf, the same for every member until shelf or texts change."""

from collections.abc import Callable
from typing import NamedTuple

from wxbot import library
from wxbot.bot import lists
from wxbot.bot.addresses import Story, of_article
from wxbot.bot.answer import Answer
from wxbot.bot.intent.commands import Contents, Latest, OfIssue, Previous, issue_name
from wxbot.bot.last_list import Listing
from wxbot.bot.section_names import Catalogue
from wxbot.bot.voice import Voice
from wxbot.db import Database, Session
from wxbot.library import Issue
from wxbot.wechat import Text, link

__all__ = ["OfShelf", "Standing"]

_REMEMBERED = 1000
OfShelf = Latest | Previous | OfIssue | Contents | str
"""What can be asked of the shelf; a text is the name of a section."""


class _Stood(NamedTuple):
    """An answer from the shelf, and at which state of shelf and texts it stands."""

    shelf: Catalogue
    texts: int
    answer: Answer


class Standing:
    """Answers what is asked of the shelf; threads may share it. `catalogue` gives what is known of the shelf now."""

    def __init__(self, db: Database, voice: Voice, catalogue: Callable[[], Catalogue]) -> None:
        self._db = db
        self._voice = voice
        self._catalogue = catalogue
        self._stood: dict[OfShelf, _Stood] = {}

    def is_known(self, asked: OfShelf) -> bool:
        """Whether the answer stands: it is given without asking the database."""
        stood = self._stood.get(asked)
        return stood is not None and (stood.shelf, stood.texts) == self._state()

    def answer(self, asked: OfShelf) -> Answer:
        """The answer, as it stands."""
        # Noted before the shelf is read: an answer from a newer one is made again, never the other way round.
        state, stood = self._state(), self._stood.get(asked)
        if stood is not None and (stood.shelf, stood.texts) == state:
            return stood.answer
        made = self._made(asked)
        if len(self._stood) >= _REMEMBERED:
            self._stood.clear()
        self._stood[asked] = _Stood(*state, made)
        return made

    def _state(self) -> tuple[Catalogue, int]:
        return self._catalogue(), self._voice.replies.version

    def _made(self, asked: OfShelf) -> Answer:
        with self._db.read() as session:
            match asked:
                case Latest():
                    return self._latest(session)
                case Previous():
                    return self._previous(session)
                case OfIssue():
                    return self._issue(session, asked)
                case Contents(of):
                    return self._contents(session, of)
                case section:
                    return self._section(session, section)

    def _section(self, session: Session, section: str) -> Answer:
        stories = [of_article(a) for a in library.newest_articles(session, section=section, limit=lists.KEPT)]
        if not stories:
            return self._voice.say("empty")
        return self._voice.listed("section", section, stories, 栏目=section)

    def _latest(self, session: Session) -> Answer:
        issue = library.latest(session)
        if issue is not None:
            return self._issue_card(session, issue)
        stories = [of_article(a) for a in library.newest_articles(session, limit=lists.KEPT)]
        return self._voice.listed("newest", "最新", stories) if stories else self._voice.say("empty")

    def _previous(self, session: Session) -> Answer:
        shelf = library.issues(session, limit=2)
        return self._issue_card(session, shelf[1]) if len(shelf) > 1 else self._no_issue(session, "上一期")

    def _issue(self, session: Session, of: OfIssue) -> Answer:
        issue = _find(session, of)
        return self._of_archive(session, of) if issue is None else self._issue_card(session, issue)

    def _issue_card(self, session: Session, issue: Issue) -> Answer:
        titles = [article.title for article in library.articles(session, issue.number)]
        return Answer(self._voice.addresses.issue_card(issue, titles))

    def _of_archive(self, session: Session, of: OfIssue) -> Answer:
        """An issue that has no page of its own, as the list of what an archive has of it."""
        year = of.year or next((y for y, n in library.archived_issues(session) if n == of.issue), None)
        there = library.archived_articles(session, year, of.issue) if year else []
        if not there:
            return self._no_issue(session, issue_name(of))
        return self._listing(
            issue_name(OfIssue(of.issue, year)), [of_article(a) for a in there], "再发要找的词"
        )

    def _no_issue(self, session: Session, name: str) -> Answer:
        shelf = [(issue.year, issue.issue) for issue in library.issues(session, limit=lists.NAMES)]
        shelf = shelf or library.archived_issues(session)[: lists.NAMES]
        if not shelf and not library.count_articles(session):
            return self._voice.say("empty")
        names = (issue_name(OfIssue(issue, year)) for year, issue in shelf)
        return self._voice.say("no_issue", 期号=name, 已有=lists.taps(names))

    def _contents(self, session: Session, of: OfIssue | None) -> Answer:
        issue = library.latest(session) if of is None else _find(session, of)
        if issue is None:
            return self._latest(session) if of is None else self._of_archive(session, of)
        stories = [of_article(article) for article in library.articles(session, issue.number)]
        name = f"{issue.title}{issue_name(OfIssue(issue.issue, issue.year))}"
        return self._listing(name, stories, link(self._voice.addresses.issue(issue.number), "看整期"))

    def _listing(self, name: str, stories: list[Story], whole: str) -> Answer:
        """The titles of an issue; `whole` is what else may be done, such as the link to its page."""
        titles, shown = lists.contents(stories)
        text = self._voice.text(
            "contents",
            期名=name,
            总数=len(stories),
            列表=titles,
            整期=whole,
            更多=lists.more(len(stories) - shown),
        )
        return Answer(Text(text), None, Listing(name, tuple(story.id for story in stories), shown))


def _find(session: Session, of: OfIssue) -> Issue | None:
    if of.year is None:
        return library.latest(session, of.issue)
    return library.issue(session, f"{of.year}-{of.issue:02d}")
