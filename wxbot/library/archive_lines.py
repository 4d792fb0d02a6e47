"""Import the lines of an `articles.jsonl`, some hundred in a transaction; a later call goes on behind the last one.

A file may have more lines than memory holds: only the ids are kept, to tell repeated ones.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from typing import TypeVar

from wxbot import bulletin
from wxbot.bulletin import ArchivedArticle, FoundFile, Problem
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.db import Database, Session
from wxbot.errors import BulletinError
from wxbot.library.archive import compare_archive, save_archive_batch
from wxbot.library.archive_files import ArchiveFile, save_archive_file
from wxbot.library.decision import Outcome

__all__ = ["batches", "import_lines"]

_T = TypeVar("_T")

_BATCH = 200
"""Lines of a transaction: others wait for it no longer than for a few issues."""

_LISTED = 1000
"""Lines with a problem that the report lists, at most; the others are counted."""


def import_lines(db: Database, found: FoundFile, row: ArchiveFile, *, dry_run: bool) -> Iterator[int]:
    """Store the articles of a file behind those that `row` says are stored; yield the number of lines read.

    Raises BulletinError for a file that cannot be opened.
    """
    first, seen = 0, set[int]()
    for batch in batches(bulletin.read_archive(found.path), _BATCH):
        articles = [each for each in batch if isinstance(each, ArchivedArticle)]
        repeated = _find_repeated(articles, seen)
        if first + len(batch) > row.lines:
            rest = batch[max(0, row.lines - first) :]
            if dry_run:
                with db.read() as session:
                    _count_lines(row, rest, repeated, compare_archive(session, _articles(rest)))
            else:
                with db.begin() as session:
                    _store_lines(session, row, rest, repeated, first + len(batch))
        first += len(batch)
        yield len(batch)
    _conclude(row, first)


def batches(values: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Yield values in lists of `size`, the last one perhaps shorter."""
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch


def _store_lines(
    session: Session,
    row: ArchiveFile,
    lines: Sequence[ArchivedArticle | Problem],
    repeated: set[str],
    end: int,
) -> None:
    """Store some lines, and that they are stored."""
    outcomes, _ = save_archive_batch(session, _articles(lines))
    _count_lines(row, lines, repeated, outcomes)
    row.outcome, row.lines = Outcome.HELD, end
    row.says, row.remedy = "没有做完", "再运行一次同样的命令，从停下的地方接着做。"
    save_archive_file(session, row)


def _articles(lines: Iterable[ArchivedArticle | Problem]) -> list[ArchivedArticle]:
    """Return the articles among some lines."""
    return [each for each in lines if isinstance(each, ArchivedArticle)]


def _find_repeated(articles: Iterable[ArchivedArticle], seen: set[int]) -> set[str]:
    """Return the ids that occurred before, and remember those of these articles."""
    repeated = set()
    for article in articles:
        known = hash(article.id)
        if known in seen:
            repeated.add(article.id)
        seen.add(known)
    return repeated


def _count_lines(
    row: ArchiveFile,
    lines: Iterable[ArchivedArticle | Problem],
    repeated: set[str],
    outcomes: dict[str, Outcome],
) -> None:
    """Add what became of some lines to the counts and problems of their file."""
    counts = {year: dict(each) for year, each in (row.counts or {}).items()}
    problems = list[Problem]()
    for line in lines:
        if isinstance(line, Problem):
            problems.append(line)
            outcome, year = Outcome.REFUSED, ""
        else:
            outcome, year = outcomes[line.id], _year(line)
            if outcome is Outcome.REFUSED:
                problems.append(Problem(0, f"id {line.id} 是书架上某一期的文章，没有收下；请换一个 id"))
            if line.id in repeated:
                problems.append(Problem(0, f"id {line.id} 出现了不止一次，以后面的一行为准"))
        of_year = counts.setdefault(year, {})
        of_year[outcome] = of_year.get(outcome, 0) + 1
    row.counts = counts
    row.problems = [*row.problems, *map(asdict, problems)][:_LISTED]


def _year(article: ArchivedArticle) -> str:
    """Return the year of an article, "" if nothing tells."""
    if article.date is not None:
        return str(article.date.year)
    number = IssueNumber.parse(article.issue or "")
    return str(number.year) if number and number.year else ""


def _conclude(row: ArchiveFile, lines: int) -> None:
    """Record what became of a file whose lines are all read; raise BulletinError if none of them is an article."""
    found = {Outcome(outcome) for each in (row.counts or {}).values() for outcome in each}
    row.outcome = next(
        (o for o in (Outcome.NEW, Outcome.REVISED, Outcome.SAME) if o in found), Outcome.REFUSED
    )
    row.lines, row.says, row.remedy = lines, "", ""
    if row.outcome == Outcome.REFUSED:
        raise BulletinError(
            "没有一行可以收下" if lines else "文件是空的",
            file=row.file,
            remedy="每行一个 JSON 对象：id、title、section、date、body、url。",
        )
