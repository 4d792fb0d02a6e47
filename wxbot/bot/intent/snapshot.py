"""The library's names at one version: with them a message is understood without a database query."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from wxbot import library
from wxbot.bot.intent.commands import LatestIssue, Question, Section
from wxbot.bulletin.habits import Habits
from wxbot.clicks import ClickTokens
from wxbot.db import Session
from wxbot.search.names import LibraryNames, NamedPublication, read_names
from wxbot.search.tokenizer import fold

__all__ = ["LibrarySnapshot", "ReadHabits", "no_habits", "read_snapshot"]

ReadHabits = Callable[[], Habits]
no_habits: ReadHabits = Habits


@dataclass(frozen=True, slots=True)
class LibrarySnapshot:
    """The library's names at one `version`: with them a message is understood without a database query.

    title : the newest bulletin's title, of the default publication if there are several; "" in an empty library
    newest : the label of the newest issue; "" in an empty library
    library : the names of publications and sections
    habits : what editors gave of them
    click_tokens : makes the tokens of questions in links to articles
    """

    version: int
    title: str
    newest: str
    library: LibraryNames
    habits: Habits
    click_tokens: ClickTokens = field(compare=False)
    _by_key: dict[str, str]

    @property
    def sections(self) -> tuple[str, ...]:
        """The present names of the sections, in the editors' order, else in the library's."""
        return self.library.sections

    def section(self, words: str) -> str | None:
        """Return the section with this name, ignoring brackets, blanks and traditional characters; else None.

        A former name leads to the present one.
        """
        return self._by_key.get(_section_key(words))

    def nearest_section(self, words: str) -> str | None:
        """Return the section with this name, or the only one whose name starts with it; else None."""
        key = _section_key(words)
        matches = {name for start, name in self._by_key.items() if len(key) > 1 and start.startswith(key)}
        return self._by_key.get(key) or (matches.pop() if len(matches) == 1 else None)

    def topic(self, words: str) -> str | NamedPublication | None:
        """Return the section or the publication that these words name, after 订阅; a part of its name is enough.

        A whole name comes before a part of one, and of two parts the section's.
        """
        return (
            self.library.named_publication(words)
            or self.section(words)
            or self.library.publication(words)
            or self.nearest_section(words)
            or self.library.nearest_publication(words)
        )

    def resolve(self, question: Question) -> Section | LatestIssue | Question:
        """Return the publication or the section that the question names, else the question.

        Of a section and a publication the one whose whole name it is comes first, then the section.
        """
        section = self.section(question.text)
        found = self.library.named_publication(question.text)
        if found is None and section is None:
            found = self.library.publication(question.text)
        if found is not None:
            return LatestIssue(found.slug)
        return question if section is None else Section(section)


def read_snapshot(session: Session, habits: Habits) -> LibrarySnapshot:
    """Read the names at the library's present version; `habits` are those that editors give."""
    names = read_names(session, habits)
    newest = library.latest(session)
    titled = library.latest(session, names.publications[0].id) if names.publications else newest
    present = {_section_key(name): name for name in reversed(names.sections)}
    former = {_section_key(name): group[0] for group in names.renamed for name in group}
    shown = set(names.sections)
    return LibrarySnapshot(
        version=library.version(session),
        title=titled.title if titled else "",
        newest=names.issue_label(newest) if newest else "",
        library=names,
        habits=habits,
        click_tokens=ClickTokens(library.identity(session)),
        _by_key={key: name for key, name in former.items() if name in shown} | present,
    )


@lru_cache(1024)  # popular questions are looked up among the section names again and again
def _section_key(words: str) -> str:
    name = fold(words).replace(" ", "").strip("【】[]「」《》")
    return name.removesuffix("栏目") or name
