"""What the bot knows of the shelf by heart: the names of the sections and of the bulletin, at one version."""

from dataclasses import dataclass

from wxbot import library
from wxbot.db import Session
from wxbot.text import normalise

__all__ = ["Catalogue", "read"]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The names at one version of the library; `names` finds a section by its name in normal form."""

    version: int
    title: str
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
        title=newest.title if newest else "",
        sections=sections,
        names={_key(name): name for name in reversed(sections)},
    )


def _key(words: str) -> str:
    return normalise(words).replace(" ", "").strip("【】[]「」《》")
