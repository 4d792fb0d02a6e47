"""Names in the texts of members: publications by parts of their names, and sections by former names.

read_names        read them from the library and the editors' habits
LibraryNames      look up what a member wrote
NameInText        a publication named somewhere in a longer text
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from wxbot import library
from wxbot.bulletin.habits import Habits, PublicationHabits
from wxbot.bulletin.issue_number import number_label
from wxbot.db import Session
from wxbot.library import Issue, Publication
from wxbot.search.tokenizer import fold

__all__ = ["NO_NAMES", "LibraryNames", "NameInText", "NamedPublication", "name_key", "read_names"]

_SHORTEST = 2  # characters of a part of a name
_SHORTEST_IN_TEXT = 4
_NO_HABITS = PublicationHabits("")


@lru_cache(4096)  # the names of the library are compared with each message
def name_key(words: str) -> str:
    """Return the letters and figures of a name in simplified characters, for comparison."""
    return "".join(char for char in fold(words) if char.isalnum())


@dataclass(frozen=True, slots=True)
class NamedPublication:
    """A publication with public issues.

    short_name : the part of the name that is enough to name it, as answers print it
    keys : all its names as `name_key`
    sections : the present names of its sections
    """

    id: int
    slug: str
    name: str
    short_name: str
    keys: tuple[str, ...]
    sections: tuple[str, ...]

    def is_named(self, key: str) -> bool:
        """Tell if a key is a whole name or the slug."""
        return key in self.keys or (bool(self.slug) and key == name_key(self.slug))


@dataclass(frozen=True, slots=True)
class NameInText:
    """A publication that a text names, and the text without the name."""

    slug: str
    rest: str


@dataclass(frozen=True, slots=True)
class LibraryNames:
    """Names of the library; hashable, so that it is part of the key of a cached answer.

    public : the publications with public issues, the default one first
    sections : the present names of the sections, in the editors' order
    renamed : for each section that had other names all its names, the present one first
    """

    public: tuple[NamedPublication, ...] = ()
    sections: tuple[str, ...] = ()
    renamed: tuple[tuple[str, ...], ...] = ()

    @property
    def publications(self) -> tuple[NamedPublication, ...]:
        """The publications between which members choose: empty unless there are several."""
        return self.public if len(self.public) > 1 else ()

    def of_slug(self, slug: str | None) -> NamedPublication | None:
        """Return the publication with this slug; None without one."""
        return next((each for each in self.public if each.slug == slug), None)

    def named_publication(self, words: str) -> NamedPublication | None:
        """Return the publication with exactly this name or slug."""
        key = name_key(words)
        return next((each for each in self.publications if each.is_named(key)), None)

    def publication(self, words: str) -> NamedPublication | None:
        """Return the publication with this name or slug, or the only one whose name ends so: 政策快讯."""
        key = name_key(words)
        if not self.publications or not library.is_telling_ending(key):
            return self.named_publication(words)
        return self.named_publication(words) or _only(
            each for each in self.publications if any(name.endswith(key) for name in each.keys)
        )

    def nearest_publication(self, words: str) -> NamedPublication | None:
        """Return the publication with this name, or the only one with these words anywhere in its name.

        For words that can only mean a publication or a section, as after 订阅: elsewhere 政策 is a word to search.
        """
        return self.publication(words) or _only(_having(self.publications, name_key(words)))

    def configured_publication(self, words: str) -> NamedPublication | None:
        """Return the publication that editors name in a rule or a menu key, even if it is the only one."""
        key = name_key(words)
        exact = (each for each in self.public if each.is_named(key))
        return next(exact, None) or _only(_having(self.public, key))

    def find_publication(self, text: str) -> NameInText | None:
        """Find the name of a publication in a folded text, the longest first."""
        for form, slug in _forms_in_text(self):
            at = text.find(form)
            if at >= 0 and not (form.isascii() and _is_inside_word(text, at, at + len(form))):
                return NameInText(slug, f"{text[:at]} {text[at + len(form) :]}")
        return None

    def spellings(self, section: str) -> tuple[str, ...]:
        """Return all names of a section, the present one first; also for a former name."""
        key = name_key(section)
        groups = [group for group in self.renamed if key in map(name_key, group)]
        return tuple(dict.fromkeys(name for group in groups for name in group)) or (section,)

    def present_section(self, section: str) -> str:
        """Return the present name of a section that may be given by a former one."""
        return self.spellings(section)[0] if self.renamed else section

    def issue_label(self, issue: Issue) -> str:
        """Return an issue's number as a member can write it: 政策快讯2021年第3期 unless of the default publication."""
        found = next((each for each in self.publications if each.id == issue.publication_id), None)
        return f"{found.short_name if found and found.slug else ''}{number_label(issue.number)}"

    @property
    def short_names(self) -> dict[str, str]:
        """Short names by slug."""
        return {each.slug: each.short_name for each in self.publications}


NO_NAMES = LibraryNames()


def read_names(session: Session, configured: Habits) -> LibraryNames:
    """Read the names of what members can see; `configured` are the habits that editors give."""
    known = [
        (each, configured.of_publication(each.slug, library.publication_names(each)) or _NO_HABITS)
        for each in library.publications(session)
    ]
    sections = {each.id: library.sections(session, each.id) for each, _ in known}
    in_order = [
        _in_order(habits, map(habits.present_name, filter(None, sections[each.id]))) for each, habits in known
    ]
    public = [
        (each, habits, names)
        for (each, habits), names in zip(known, in_order, strict=True)
        if library.latest(session, each.id) is not None
    ]
    groups = (
        habits.spellings(name)
        for habits in configured.publications
        for name in dict.fromkeys(map(habits.present_name, habits.section_names))
    )
    return LibraryNames(
        public=_name_publications(public),
        sections=tuple(dict.fromkeys(name for names in in_order for name in names)),
        renamed=tuple(dict.fromkeys(groups)),
    )


def _in_order(habits: PublicationHabits, sections: Iterable[str]) -> tuple[str, ...]:
    """Return the names of sections in the order that the editors give, the others after them."""
    names = list(dict.fromkeys(sections))
    given = {name_key(habits.present_name(name)): at for at, name in enumerate(habits.sections)}
    return tuple(sorted(names, key=lambda name: given.get(name_key(name), len(given))))


def _name_publications(
    public: Sequence[tuple[Publication, PublicationHabits, tuple[str, ...]]],
) -> tuple[NamedPublication, ...]:
    names = [each.name for each, _, _ in public]
    found = []
    for publication, habits, sections in public:
        short = _short_name(publication.name, [name for name in names if name != publication.name])
        written = (*library.publication_names(publication), short, habits.name, *habits.other_names)
        keys = tuple(dict.fromkeys(filter(None, map(name_key, written))))
        found.append(
            NamedPublication(publication.id, publication.slug, publication.name, short, keys, sections)
        )
    return tuple(found)


def _short_name(name: str, others: Iterable[str]) -> str:
    """Return a name without the beginning that it shares with another one: the association's own name."""
    # The shortest beginning that is shared: with a third publication it may share a word of their subject as well.
    shared = min(filter(None, (_count_shared(name, other) for other in others)), default=0)
    rest = name[shared:]
    is_enough = min(shared, len(rest)) >= _SHORTEST and rest not in library.GENERAL_PAPERS
    return rest if is_enough and not any(other.endswith(rest) for other in others) else name


def _count_shared(first: str, second: str) -> int:
    """Return how many characters at their beginnings are the same."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


@lru_cache(16)
def _forms_in_text(names: LibraryNames) -> tuple[tuple[str, str], ...]:
    """Return the names that are recognised within a longer text, folded, with their slugs; the longest first.

    An ending counts unless it is short or a section's name: 快讯 among other words is a word to search.
    """
    forms: dict[str, str] = {}
    sections = {name_key(name) for group in (names.sections, *names.renamed) for name in group}
    for each in names.publications:
        for name in each.keys:
            for at in range(len(name) - _SHORTEST + 1):
                ending = name[at:]
                is_short = len(ending) < len(name)
                if is_short and (ending in sections or len(ending) < _SHORTEST_IN_TEXT):
                    continue
                if names.publication(ending) == each:
                    forms[ending] = each.slug
        if each.slug:
            forms[fold(each.slug)] = each.slug
    return tuple(sorted(forms.items(), key=lambda form: -len(form[0])))


def _is_inside_word(text: str, start: int, stop: int) -> bool:
    """Tell if a Latin word goes on beyond an end of a part of it."""
    around = text[max(start - 1, 0) : start] + text[stop : stop + 1]
    return any(char.isascii() and char.isalnum() for char in around)


def _having(publications: Iterable[NamedPublication], key: str) -> Iterable[NamedPublication]:
    """Return the publications that have this key anywhere in a name."""
    return (each for each in publications if len(key) >= _SHORTEST and any(key in name for name in each.keys))


def _only(found: Iterable[NamedPublication]) -> NamedPublication | None:
    """Return the single one of several; None where there is none or more than one."""
    matches = list(found)
    return matches[0] if len(matches) == 1 else None
