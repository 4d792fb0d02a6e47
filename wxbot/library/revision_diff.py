"""Compare two revisions (修订) of an issue: head, sections (栏目), articles (文章) and text, for editors.

    diff_issues(before, after)   what changed; false in a condition if nothing did
    IssueDiff.as_json()          the same for programs
    lines(diff)                  the same in Chinese, line by line for a terminal

Articles are the same if their number `n` is. An article counts as moved only if it changed its section, or its order
among those that stayed; a section that was renamed or moved as a whole is told once, not once for each article.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from wxbot.library.text_diff import Runs, diff_paragraphs, longest_increasing
from wxbot.text import one_line, strip_controls

__all__ = [
    "ArticleContent",
    "ArticleMove",
    "ArticleTextChange",
    "HeadChange",
    "IssueContent",
    "IssueDiff",
    "Retitling",
    "SectionChanges",
    "diff_issues",
    "lines",
]

_CONTEXT = 12
"""Unchanged characters that are shown on either side of a change."""


@dataclass(frozen=True, slots=True)
class ArticleContent:
    """One article of a revision; `paragraphs` are plain text, a picture is a paragraph of its own."""

    n: int
    section: str
    title: str
    paragraphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IssueContent:
    """One revision of an issue: head values by their Chinese label, names of sections, and articles in order."""

    head: Mapping[str, str] = field(default_factory=dict)
    sections: tuple[str, ...] = ()
    articles: tuple[ArticleContent, ...] = ()


@dataclass(frozen=True, slots=True)
class HeadChange:
    """A value of the head that changed; empty where it is missing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SectionChanges:
    """Names of sections that were added, removed, moved, and renamed from one name to another."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleMove:
    """An article in another section or order; it follows article `follows` there, None if it is the section's first."""

    n: int
    title: str
    section_before: str
    section: str
    follows: int | None


@dataclass(frozen=True, slots=True)
class Retitling:
    """An article with another title."""

    n: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ArticleTextChange:
    """Changed paragraphs of one article, in order, each as runs of ("=", "-" or "+", text)."""

    n: int
    title: str
    paragraphs: tuple[Runs, ...]


@dataclass(frozen=True, slots=True)
class IssueDiff:
    """Changes from one revision to another."""

    head: tuple[HeadChange, ...] = ()
    sections: SectionChanges = SectionChanges()
    added: tuple[ArticleContent, ...] = ()
    removed: tuple[ArticleContent, ...] = ()
    moved: tuple[ArticleMove, ...] = ()
    retitled: tuple[Retitling, ...] = ()
    texts: tuple[ArticleTextChange, ...] = ()

    def __bool__(self) -> bool:
        """Tell if anything changed."""
        return self != IssueDiff()

    def as_json(self) -> dict[str, Any]:
        """Return the changes as JSON values: the fields by their names, tuples as lists."""
        return {name: _json_value(value) for name, value in asdict(self).items()}


def diff_issues(before: IssueContent, after: IssueContent) -> IssueDiff:
    """Return the changes from one revision to another."""
    old = {article.n: article for article in before.articles}
    new = {article.n: article for article in after.articles}
    kept = [(old[n], article) for n, article in new.items() if n in old]
    sections = _diff_sections(before, after, kept)
    return IssueDiff(
        head=tuple(
            HeadChange(label, before.head.get(label, ""), after.head.get(label, ""))
            for label in {**before.head, **after.head}
            if before.head.get(label, "") != after.head.get(label, "")
        ),
        sections=sections,
        added=tuple(article for n, article in new.items() if n not in old),
        removed=tuple(article for n, article in old.items() if n not in new),
        moved=tuple(_moves(before, after, kept, dict(sections.renamed))),
        retitled=tuple(Retitling(a.n, a.title, b.title) for a, b in kept if a.title != b.title),
        texts=tuple(
            ArticleTextChange(b.n, b.title, changes)
            for a, b in kept
            if (changes := diff_paragraphs(a.paragraphs, b.paragraphs))
        ),
    )


def lines(diff: IssueDiff) -> Iterator[str]:
    """Yield the changes in Chinese; long unchanged text is shortened, changed text never is."""
    for line in _lines(diff):
        yield (
            strip_controls(one_line(line))
            if not line.startswith(" ")
            else "  " + strip_controls(one_line(line))
        )


def _diff_sections(
    before: IssueContent, after: IssueContent, kept: Sequence[tuple[ArticleContent, ArticleContent]]
) -> SectionChanges:
    """Return the changes of sections; one is renamed if all that stayed of its articles stand under a new name."""
    old, new = list(dict.fromkeys(before.sections)), list(dict.fromkeys(after.sections))
    gone, fresh = [name for name in old if name not in new], [name for name in new if name not in old]
    came_from: dict[str, set[str]] = {}
    went_to: dict[str, set[str]] = {}
    for a, b in kept:
        went_to.setdefault(a.section, set()).add(b.section)
        came_from.setdefault(b.section, set()).add(a.section)
    renamed = {
        name: other
        for name in gone
        for other in fresh
        if went_to.get(name) == {other} and came_from.get(other) == {name}
    }
    names = [renamed.get(name, name) for name in old]
    common = [name for name in new if name in names]
    stayed = longest_increasing([names.index(name) for name in common])
    return SectionChanges(
        added=tuple(name for name in fresh if name not in renamed.values()),
        removed=tuple(name for name in gone if name not in renamed),
        moved=tuple(name for at, name in enumerate(common) if at not in stayed),
        renamed=tuple(renamed.items()),
    )


def _moves(
    before: IssueContent,
    after: IssueContent,
    kept: Sequence[tuple[ArticleContent, ArticleContent]],
    renamed: Mapping[str, str],
) -> Iterator[ArticleMove]:
    """Yield the articles that changed their section or their order within it, in the order of the new revision."""
    rank = {article.n: at for at, article in enumerate(before.articles)}
    staying: dict[str, list[int]] = {}
    for a, b in kept:
        if renamed.get(a.section, a.section) == b.section:
            staying.setdefault(b.section, []).append(b.n)
    in_place = {
        of_one[at] for of_one in staying.values() for at in longest_increasing([rank[n] for n in of_one])
    }
    sections = {b.n: a.section for a, b in kept}
    last: dict[str, int] = {}
    for article in after.articles:
        if article.n in sections and article.n not in in_place:
            follows = last.get(article.section)
            yield ArticleMove(article.n, article.title, sections[article.n], article.section, follows)
        last[article.section] = article.n


def _lines(diff: IssueDiff) -> Iterator[str]:
    """Yield the lines as they are, with whatever white space the texts have."""
    for head in diff.head:
        yield f"~ {head.label}：{head.before or '（无）'} → {head.after or '（无）'}"
    for old, new in diff.sections.renamed:
        yield f"~ 栏目改名：【{old}】 → 【{new}】"
    yield from (f"+ 新增栏目【{name}】" for name in diff.sections.added)
    yield from (f"- 去掉栏目【{name}】" for name in diff.sections.removed)
    yield from (f"~ 栏目【{name}】换了位置" for name in diff.sections.moved)
    yield from (f"+ 新增 第 {each.n} 篇《{each.title}》{_in_section(each.section)}" for each in diff.added)
    yield from (f"- 去掉 第 {each.n} 篇《{each.title}》{_in_section(each.section)}" for each in diff.removed)
    for move in diff.moved:
        yield f"~ 第 {move.n} 篇《{move.title}》移到{_destination(move)}"
    yield from (f"~ 第 {each.n} 篇改题：{each.before} → {each.after}" for each in diff.retitled)
    for change in diff.texts:
        yield f"~ 第 {change.n} 篇《{change.title}》改了 {len(change.paragraphs)} 段："
        for runs in change.paragraphs:
            yield from _paragraph_lines(runs)


def _in_section(section: str) -> str:
    """Return the section behind a title; nothing where articles stand in no section."""
    return f"（【{section}】）" if section else ""


def _destination(move: ArticleMove) -> str:
    """Return the place to which an article moved."""
    section = f"【{move.section}】" if move.section != move.section_before and move.section else ""
    return section + (f"第 {move.follows} 篇之后" if move.follows is not None else "最前面")


def _paragraph_lines(runs: Runs) -> Iterator[str]:
    """Yield the old and the new paragraph, each only if something was removed or added in it."""
    for kind, label, mark in (("-", "原", "[-{}-]"), ("+", "今", "{{+{}+}}")):
        if any(run == kind for run, _ in runs):
            shown = (
                _shorten(text, at == 0, at == len(runs) - 1) if run == "=" else mark.format(text)
                for at, (run, text) in enumerate(runs)
                if run in {"=", kind}
            )
            yield f"  {label}：{''.join(shown)}"


def _shorten(text: str, is_first: bool, is_last: bool) -> str:
    """Return unchanged text with its middle, or its far end at either end of a paragraph, left out if it is long."""
    head = "" if is_first else text[:_CONTEXT]
    tail = "" if is_last else text[-_CONTEXT:]
    return text if len(text) <= len(head) + len(tail) + 1 else f"{head}…{tail}"


def _json_value(value: object) -> object:
    """Return a value with its tuples as lists."""
    if isinstance(value, dict):
        return {name: _json_value(each) for name, each in value.items()}
    return [_json_value(each) for each in value] if isinstance(value, tuple | list) else value
