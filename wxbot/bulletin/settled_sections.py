"""Apply fixes to the sections of a reading: rename them, move articles between them, and order both.

The order of what an editor did not name stays as printed. A section that loses all of its articles to others is no
section of the issue; its printed name is dropped with a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from wxbot.bulletin.blocks import Blocks
from wxbot.bulletin.fix_matching import TextIndex, match_key
from wxbot.bulletin.fixes import RENAMED, ArticleFix, Fixes
from wxbot.bulletin.model import Dropped, ParsedArticle, ParsedSection, Problem
from wxbot.bulletin.push_form import item_name

__all__ = ["EMPTIED", "SettledBody", "arrange_sections"]

EMPTIED = "section emptied by an editor"


@dataclass(slots=True)
class SettledBody:
    """Sections with what an editor settled about them; `numbers` are the lines of the names and titles replaced."""

    sections: list[ParsedSection]
    dropped: list[Dropped] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)

    def without_settled(self, problems: Sequence[Problem]) -> list[Problem]:
        """Return the problems of lines about which an editor settled nothing."""
        return [problem for problem in problems if problem.line not in self.numbers]


@dataclass(slots=True)
class _MovableSection:
    """A section while articles move: the positions of its articles, and whether a fix gave it its name."""

    name: str
    lead: Blocks = ()
    line: int = 0
    articles: list[int] = field(default_factory=list)
    is_renamed: bool = False

    @property
    def key(self) -> str:
        """The name by which fixes know the section."""
        return _key(self.name)


def _key(name: str) -> str:
    """Return what is compared of a section's name; the articles without a section have a name there too."""
    return match_key(item_name(name))


def arrange_sections(
    found: SettledBody, articles: Sequence[ParsedArticle], chosen: Mapping[int, ArticleFix], fixes: Fixes
) -> None:
    """Give the sections of a body names, articles and order; `articles` are those of the body, with settled values.

    `chosen` has the fixes of articles by position.
    """
    moved = any(fix.section or fix.place for fix in chosen.values())
    if not (moved or fixes.sections or fixes.order):
        following = iter(articles)
        found.sections = [
            replace(section, articles=tuple(next(following) for _ in section.articles))
            for section in found.sections
        ]
        return
    arrangement = _Arrangement(found, list(articles), fixes)
    arrangement.rename()
    arrangement.move(chosen)
    arrangement.place(chosen)
    arrangement.order()
    arrangement.finish()


class _Arrangement:
    """The sections of one body while fixes change them."""

    def __init__(self, found: SettledBody, articles: list[ParsedArticle], fixes: Fixes) -> None:
        self._found = found
        self._articles = articles
        self._fixes = fixes
        self._places: list[_MovableSection] = []
        for section in found.sections:
            first = sum(len(place.articles) for place in self._places)
            of_section = list(range(first, first + len(section.articles)))
            self._places.append(_MovableSection(section.name, section.lead, section.line, of_section))
        self._printed = [item_name(section.name) for section in found.sections]
        self._by_name = {place.key: place for place in self._places}

    def rename(self) -> None:
        """Give sections their new names; those that have the same name then are one."""
        index = TextIndex(self._printed)
        for fix in self._fixes.sections:
            positions = index.find(fix.name)
            if not positions and not index.find(fix.to):
                self._report(fix.line, f"栏目“{fix.name.strip()[:20]}”在这一期里找不到了")
            for position in positions:
                self._rename(self._places[position], fix.to.strip())
        kept: dict[str, _MovableSection] = {}
        joined: list[_MovableSection] = []
        for place in self._places:
            first = kept.setdefault(place.key, place)
            if first is not place and (first.is_renamed or place.is_renamed):
                first.articles += place.articles
                first.lead += place.lead
            else:
                joined.append(place)
        by_printed = {_key(name): place for name, place in zip(self._printed, self._places, strict=True)}
        self._by_name = {key: kept[place.key] for key, place in by_printed.items()}
        self._by_name |= {place.key: place for place in joined}
        for fix in self._fixes.sections:
            # The source was corrected meanwhile: other fixes still know the section by its old name.
            if renamed := self._by_name.get(_key(fix.to)):
                self._by_name.setdefault(_key(fix.name), renamed)
        self._places = joined

    def _rename(self, place: _MovableSection, name: str) -> None:
        """Give a section another name, and its running text that has its name as the title too."""
        if place.name == name:
            return
        if place.name:
            self._drop(place, RENAMED)
        for position in place.articles:
            article = self._articles[position]
            if article.title == place.name and article.line == place.line:
                self._articles[position] = replace(article, title=name)
        place.name, place.is_renamed = name, True

    def move(self, chosen: Mapping[int, ArticleFix]) -> None:
        """Move articles to the end of other sections, and drop the sections that lose all of theirs."""
        wanted = {_key(fix.section) for fix in chosen.values() if fix.section}
        for name in self._fixes.order:
            if _key(name) in wanted and _key(name) not in self._by_name:
                added = _MovableSection(name.strip(), is_renamed=True)
                self._places.append(added)
                self._by_name[added.key] = added
        filled = [place for place in self._places if place.articles]
        sections = {position: place for place in self._places for position in place.articles}
        for position, fix in sorted(chosen.items(), key=lambda pair: pair[0]):
            here, target = sections[position], self._by_name.get(_key(fix.section))
            if not fix.section or (target is not None and target.key == here.key):
                continue
            if target is None:
                says = (
                    f"这一期没有栏目“{fix.section.strip()[:20]}”；要新开这个栏目，请把它写进最前面的 sections"
                )
                self._report(fix.line, says)
                continue
            here.articles.remove(position)
            target.articles.append(position)
        for place in filled:
            if not place.articles and not place.lead:
                self._places.remove(place)
                if place.name and not place.is_renamed:
                    self._drop(place, EMPTIED)

    def place(self, chosen: Mapping[int, ArticleFix]) -> None:
        """Put articles at their places in their sections; the others keep their order around them."""
        for section in self._places:
            at: dict[int, int] = {}
            for position in section.articles:
                fix = chosen.get(position)
                if fix is None or fix.place is None:
                    continue
                if fix.place > len(section.articles):
                    says = f"“{item_name(section.name)[:20]}”有 {len(section.articles)} 篇，没有第 {fix.place} 个位置"
                    self._report(fix.line, says)
                elif fix.place in at:
                    says = f"“{item_name(section.name)[:20]}”的第 {fix.place} 个位置已经给了另一篇"
                    self._report(fix.line, says)
                else:
                    at[fix.place] = position
            others = [position for position in section.articles if position not in at.values()]
            for place, position in sorted(at.items()):
                others.insert(place - 1, position)
            section.articles = others

    def order(self) -> None:
        """Put the sections that an editor named first, in the order given."""
        ranks: dict[str, int] = {}
        present = {id(place) for place in self._places}
        for rank, name in enumerate(self._fixes.order):
            place = self._by_name.get(_key(name))
            if place is None or id(place) not in present:
                says = f"sections 里的“{name.strip()[:20]}”不是这一期的栏目"
                self._report(self._fixes.order_line, says)
            else:
                ranks.setdefault(place.key, rank)
        self._places.sort(key=lambda place: ranks.get(place.key, len(ranks) + len(self._fixes.order)))

    def finish(self) -> None:
        """Put the sections into the result."""
        self._found.sections = [
            ParsedSection(
                place.name, tuple(self._articles[at] for at in place.articles), place.lead, place.line
            )
            for place in self._places
        ]

    def _drop(self, place: _MovableSection, why: str) -> None:
        """Keep a printed name among what was left out."""
        self._found.dropped.append(Dropped(max(1, place.line), place.name, why))
        self._found.numbers.add(place.line)

    def _report(self, line: int, says: str) -> None:
        """Add a problem at a line of the fix file."""
        self._found.problems.append(self._fixes.problem(line, says))
