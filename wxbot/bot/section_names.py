"""What the bot knows of the shelf by heart: names of sections, bulletin and newest issue, at one version."""

from dataclasses import dataclass
from functools import lru_cache

from wxbot import library
from wxbot.bot.intent.commands import OfIssue, issue_name
from wxbot.db import Session
from wxbot.search.tokenizer import fold

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
        """The section that is called so, brackets, blanks and traditional characters aside; None when none is."""
        return self.names.get(_key(words))

    def nearest(self, words: str) -> str | None:
        """The section that is called so, or the only one whose name begins so; None when none is, or several are."""
        begun = _key(words)
        found = {name for key, name in self.names.items() if len(begun) > 1 and key.startswith(begun)}
        return self.names.get(begun) or (found.pop() if len(found) == 1 else None)


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


@lru_cache(1024)  # asked several times for every message
def _key(words: str) -> str:
    name = fold(words).replace(" ", "").strip("【】[]「」《》")
    return name.removesuffix("栏目") or name
