"""What the bot knows of the shelf by heart: names of sections, bulletin and newest issue, at one version."""

from dataclasses import dataclass

from wxbot import library
from wxbot.bot.commands import OfIssue, issue_name
from wxbot.db import Session
from wxbot.text import normalise

__all__ = ["Catalogue", "read"]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The names at one version of the library; `names` finds a section by its name in normal form.

    `title` is that of the newest bulletin, `newest` how that issue is called; both are empty where there is none.
    `secret` is what the marks of questions are made with.
    """

    version: int
    secret: str
    title: str
    newest: str
    sections: tuple[str, ...]
    names: dict[str, str]

    def section(self, words: str) -> str | None:
        """The section that is called so, brackets and blanks aside; None when none is."""
        return self.names.get(_key(words))


def read(session: Session) -> Catalogue:
    """Learn the names."""
    newest, sections = library.latest(session), tuple(filter(None, library.sections(session)))
    return Catalogue(
        version=library.version(session),
        secret=library.identity(session),
        title=newest.title if newest else "",
        newest=issue_name(OfIssue(newest.issue, newest.year)) if newest else "",
        sections=sections,
        names={_key(name): name for name in reversed(sections)},
    )


def _key(words: str) -> str:
    return normalise(words).replace(" ", "").strip("【】[]「」《》")
