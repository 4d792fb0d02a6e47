"""Snapshot of the library's names: sections, bulletin title and newest issue, read once per library version."""

from dataclasses import dataclass, field

from wxbot import library
from wxbot.bot.intent.commands import IssueReference, Question, Section, issue_label
from wxbot.clicks import ClickTokens
from wxbot.db import Session
from wxbot.search.tokenizer import fold

__all__ = ["LibrarySnapshot", "read_snapshot"]


@dataclass(frozen=True, slots=True)
class LibrarySnapshot:
    """The library's names at one `version`; with these a message is understood without a database query.

    `title` is the newest bulletin's title and `newest` the label of that issue; both are "" in an empty library.
    `sections` are the section names in the library's order. `marks` signs the questions in links to articles.
    """

    version: int
    title: str
    newest: str
    sections: tuple[str, ...]
    marks: ClickTokens = field(compare=False)
    _by_key: dict[str, str]

    def section(self, words: str) -> str | None:
        """Return the section with this name, ignoring brackets, blanks and traditional characters; else None."""
        return self._by_key.get(_section_key(words))

    def nearest_section(self, words: str) -> str | None:
        """Return the section with this name, or the only one whose name starts with it; else None."""
        key = _section_key(words)
        matches = {name for start, name in self._by_key.items() if len(key) > 1 and start.startswith(key)}
        return self._by_key.get(key) or (matches.pop() if len(matches) == 1 else None)

    def resolve(self, question: Question) -> Section | Question:
        """Return the section that the question names, else the question."""
        section = self.section(question.text)
        return question if section is None else Section(section)


def read_snapshot(session: Session) -> LibrarySnapshot:
    """Read the names at the library's present version."""
    newest, sections = library.latest(session), tuple(filter(None, library.sections(session)))
    return LibrarySnapshot(
        version=library.version(session),
        title=newest.title if newest else "",
        newest=issue_label(IssueReference(newest.issue, newest.year)) if newest else "",
        sections=sections,
        marks=ClickTokens(library.identity(session)),
        _by_key={_section_key(name): name for name in reversed(sections)},
    )


def _section_key(words: str) -> str:
    name = fold(words).replace(" ", "").strip("【】[]「」《》")
    return name.removesuffix("栏目") or name
