"""Count what an import of an archive did, by publication and year, and find the numbers that are missing."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePath

from sqlalchemy import select

from wxbot.bulletin.issue_number import IssueNumber, NumberKind
from wxbot.db import Session
from wxbot.library.archive_files import ArchiveFile
from wxbot.library.publications import publications
from wxbot.library.tables import Issue

__all__ = ["ArchiveSummary", "ImportedYear", "summarise_import"]

_COUNTED = {NumberKind.COUNT, NumberKind.RUNNING}


@dataclass
class ImportedYear:
    """Fate of the files of one publication and year, or of the articles of a `.jsonl` file.

    `publication` is "" and `year` None where a file could not be read so far; `missing` are the numbers of the year
    that are not in the library afterwards.
    """

    publication: str
    year: int | None
    counts: Counter[str] = field(default_factory=Counter)
    missing: list[int] = field(default_factory=list)
    articles: bool = False


@dataclass
class ArchiveSummary:
    """Totals of an import: of files, and of the articles of `.jsonl` files, by outcome; and the years."""

    files: Counter[str] = field(default_factory=Counter)
    articles: Counter[str] = field(default_factory=Counter)
    years: list[ImportedYear] = field(default_factory=list)
    has_problems: bool = False


def summarise_import(session: Session, rows: Iterable[ArchiveFile]) -> ArchiveSummary:
    """Return the summary of the files of an import, in the library as it is now or as a dry run foresees it."""
    summary = ArchiveSummary()
    names = {each.slug: each.name for each in publications(session)}
    years: dict[tuple[str, int | None], ImportedYear] = {}
    slugs: dict[str, str] = {}
    brought = defaultdict[str, set[IssueNumber]](set)
    for row in rows:
        summary.files[row.outcome] += 1
        summary.has_problems |= bool(row.problems)
        if row.counts is not None:
            _add_articles(summary, years, row)
            continue
        slug, _, number = row.key.rpartition("/")
        name = (names.get(slug) if row.key else None) or row.publication
        year = years.setdefault((name, row.year), ImportedYear(name, row.year))
        year.counts[row.outcome] += 1
        if row.key:
            slugs[name] = slug
            if row.content and (parsed := IssueNumber.parse(number)):
                brought[slug].add(parsed)
    missing = {name: _missing(session, slug, brought[slug]) for name, slug in slugs.items()}
    for (name, of), year in years.items():
        year.missing = missing.get(name, {}).get(of, [])
    in_order = sorted(years.values(), key=lambda each: (each.articles, each.publication, each.year or 0))
    summary.years = in_order
    return summary


def _add_articles(
    summary: ArchiveSummary, years: dict[tuple[str, int | None], ImportedYear], row: ArchiveFile
) -> None:
    """Add the articles of a `.jsonl` file."""
    name = PurePath(row.file).name
    for text, counts in (row.counts or {}).items():
        of = int(text) if text else None
        year = years.setdefault((name, of), ImportedYear(name, of, articles=True))
        year.counts.update(counts)
        summary.articles.update(counts)


def _missing(session: Session, slug: str, brought: Iterable[IssueNumber]) -> dict[int | None, list[int]]:
    """Return by year the numbers that a publication lacks between others; in later years those before the first too."""
    present = defaultdict[int | None, set[int]](set)
    # The default publication's keys have no slash.
    of_slug = Issue.key.startswith(f"{slug}/", autoescape=True) if slug else Issue.key.not_like("%/%")
    stored = (
        IssueNumber.parse(key.rpartition("/")[2]) for key in session.scalars(select(Issue.key).where(of_slug))
    )
    for number in (*stored, *brought):
        if number is not None and number.kind in _COUNTED:
            present[number.year].update(range(number.counts[0], number.counts[-1] + 1))
    earliest = min((year for year in present if year is not None), default=None)
    missing = dict[int | None, list[int]]()
    for year, numbers in present.items():
        ordered = sorted(numbers if year in {None, earliest} else {0, *numbers})
        missing[year] = [n for before, after in pairwise(ordered) for n in range(before + 1, after)]
    return missing
