"""Tell a new version of an issue from a different file that claims the number of an issue in the library."""

import datetime as dt
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath

from sqlalchemy import and_, func, or_, select

from wxbot.bulletin import ParsedIssue, Problem
from wxbot.bulletin.habits import Habits
from wxbot.bulletin.issue_number import IssueNumber, NumberKind
from wxbot.db import Session
from wxbot.library.publications import issue_key, publications
from wxbot.library.tables import Article, Issue, IssueState, Publication

__all__ = [
    "Conflict",
    "IncomingFile",
    "KnownIssue",
    "NumberedIssue",
    "doubt_number",
    "find_conflict",
    "former_issues",
    "is_same_source",
    "numbers_of_year",
    "same_running_number",
    "suspicious_numbers",
    "unknown_publication",
]

_PLAIN_WORD = re.compile(r"[\w@%+=:,./~][\w@%+=:,./~-]*")
"""File names that a shell takes as they are; `shlex.quote` would quote every Chinese one."""

_LARGEST_STEP = 6
"""Missing numbers between an issue and the one before it that are taken without a question."""


@dataclass(frozen=True)
class IncomingFile:
    """The file that brings an issue.

    `source` is its name, below the folder in which it was found if `in_folder`, and `path` how commands name it. With
    `corrects` an editor says that it is a new version of the issue that another file brought.
    """

    source: str
    in_folder: bool = False
    path: str = ""
    corrects: bool = False

    @property
    def argument(self) -> str:
        """The file as an argument of a command."""
        path = self.path or self.source
        return path if _PLAIN_WORD.fullmatch(path) else shlex.quote(path)


@dataclass(frozen=True)
class KnownIssue:
    """The issue that has a number: stored in the library, or of a file that a dry run read before.

    `source` is the file that brought it, `digest` that of its content, and `where` says in messages where it is.
    `date` and `total`, its running number, are those of the file; of a stored issue they are not filled in.
    """

    key: str
    title: str
    source: str
    digest: str
    where: str = "书架上的"
    date: dt.date | None = None
    total: int | None = None


@dataclass(frozen=True)
class NumberedIssue:
    """The counts of an issue, the first and the last of a combined one, and its date."""

    key: str
    first: int
    last: int
    date: dt.date | None


@dataclass(frozen=True)
class Conflict:
    """The reason why an issue is held, and what an editor can do."""

    says: str
    remedy: str


def find_conflict(issue: KnownIssue, incoming: IncomingFile) -> Conflict | None:
    """Return why a file must not replace the known issue of its number; None if it is a new version of it.

    Only the file that brought an issue brings new versions of it, unless an editor says that another one corrects it.
    """
    if incoming.corrects or is_same_source(issue.source, incoming):
        return None
    file = incoming.argument
    first = f"《{issue.title}》（{issue.source}）" if issue.title else issue.source
    return Conflict(
        f"{incoming.source} 与{issue.where} {issue.key}{first} 是同一期，内容不同：没有覆盖",
        f"若是更正，以它为准：wxbot ingest {file} --as-correction；若是另一期：wxbot ingest {file} --number 期号；"
        f"若是多余的：wxbot issues drop {file}",
    )


def unknown_publication(
    session: Session, parsed: ParsedIssue, incoming: IncomingFile, configured: Habits
) -> Conflict:
    """Return why an issue is held whose publication is neither in the library nor `configured`."""
    stored = [each.name for each in publications(session)]
    names = dict.fromkeys([*stored, *(each.name for each in configured.publications)])
    known = "、".join(f"《{name}》" for name in names if name)
    title = parsed.title or ""
    name = title if _PLAIN_WORD.fullmatch(title) else shlex.quote(title)
    return Conflict(
        f"{incoming.source} 是《{parsed.title}》，书架上的刊物是{known}：不知道它属于哪一份，没有上架",
        f"若是新的刊物：wxbot publications add {name} --slug 短名（如 kuaixun），再上架一次；"
        f"若是同一份刊物换了写法，上架时写明刊名：wxbot ingest {incoming.argument} --publication 刊名。",
    )


def suspicious_numbers(
    session: Session,
    parsed: ParsedIssue,
    publication: Publication,
    key: str,
    predicted: Mapping[str, KnownIssue] | None = None,
) -> tuple[Problem, ...]:
    """Return what is doubtful about the number and the date of a new issue beside the others of its publication.

    `predicted` are the issues of files that a dry run read before.
    """
    slug, _, printed = key.rpartition("/")
    number = IssueNumber.parse(printed)
    if number is None:
        return ()
    others = [each for each in (predicted or {}).values() if each.key.rpartition("/")[0] == slug]
    publication_id: int | None = publication.id  # None of one that a dry run would add
    of_year = numbers_of_year(session, publication_id, number.year) if publication_id is not None else []
    stored = {each.key for each in of_year}
    of_year += [each for each in _counted_issues_of_year(others, number.year) if each.key not in stored]
    return (
        *same_running_number(session, publication, key, parsed.total, others),
        *doubt_number(key, parsed.date, of_year),
    )


def _counted_issues_of_year(issues: Iterable[KnownIssue], year: int | None) -> Iterator[NumberedIssue]:
    """Yield the counted issues of one year among those that a dry run foresees."""
    for each in issues:
        number = IssueNumber.parse(each.key.rpartition("/")[2])
        if number and number.kind is NumberKind.COUNT and number.year == year:
            yield NumberedIssue(each.key, number.counts[0], number.counts[-1], each.date)


def numbers_of_year(session: Session, publication_id: int, year: int | None) -> list[NumberedIssue]:
    """Return the counted issues of one publication and year, in whatever state."""
    columns = select(Issue.key, Issue.issue, Issue.issue_last, Issue.date)
    of_year = columns.where(
        Issue.publication_id == publication_id, Issue.year == year, Issue.issue.is_not(None)
    )
    return [
        NumberedIssue(key, first, last if last is not None else first, date)
        for key, first, last, date in session.execute(of_year)
        if first is not None
    ]


def doubt_number(key: str, date: dt.date | None, of_year: Sequence[NumberedIssue]) -> tuple[Problem, ...]:
    """Return what is doubtful about a number and its date beside the issues of its year, itself among them or not.

    Doubtful are a count that a double issue has, a jump over many numbers, and a date that contradicts the order of the
    numbers. The parser reports a year that differs from the date.
    """
    number = IssueNumber.parse(key.rpartition("/")[2])
    if number is None or number.kind is not NumberKind.COUNT:
        return ()
    says = [
        f"与 {each.key} 有同一个期号，请核对期号"
        for each in of_year
        if each.key != key and each.first <= number.counts[-1] and each.last >= number.counts[0]
    ]
    before = [each.last for each in of_year if each.last < number.counts[0]]
    after = [each for each in of_year if each.first > number.counts[-1]]
    if before and not after and number.counts[0] - max(before) > _LARGEST_STEP:
        says.append(f"上一期是第{max(before)}期，这一期是第{number.counts[0]}期，中间缺得太多，请核对期号")
    dated = [(each.last, each.date) for each in of_year if each.date]
    ordered = sorted([*dated, (number.counts[-1], date)]) if date else []
    for (first, earlier), (second, later) in pairwise(ordered):
        if number.counts[-1] in {first, second} and later < earlier:
            says.append(f"第{second}期的日期 {later} 早于第{first}期的 {earlier}，请核对期号和日期")
    return tuple(Problem(1, each) for each in says)


def same_running_number(
    session: Session,
    publication: Publication,
    key: str,
    total: int | None,
    predicted: Iterable[KnownIssue] = (),
) -> tuple[Problem, ...]:
    """Return the doubt that an issue under another number has the running number (总第几期) of this one."""
    running = _running_number(key, total)
    if running is None:
        return ()
    # A publication that is not stored yet has no id, and no issues.
    same = select(Issue.key).where(
        Issue.publication_id == publication.id,
        or_(
            and_(Issue.total <= running, func.coalesce(Issue.total_last, Issue.total) >= running),
            Issue.key == issue_key(publication, f"no{running}"),
        ),
    )
    others = [
        *session.scalars(same.order_by(Issue.place)),
        *(each.key for each in predicted if _running_number(each.key, each.total) == running),
    ]
    return tuple(
        Problem(1, f"总第{running}期与 {other} 的相同，请核对期号")
        for other in dict.fromkeys(others)
        if other != key
    )


def _running_number(key: str, total: int | None) -> int | None:
    """Return the running number of an issue: its number, or the one beside it."""
    number = IssueNumber.parse(key.rpartition("/")[2])
    return number.counts[0] if number and number.kind is NumberKind.RUNNING else total


def former_issues(session: Session, incoming: IncomingFile, parsed: ParsedIssue, key: str) -> list[Issue]:
    """Return the issues that a file brought before its number was changed to that of `key`.

    One file name may carry one issue after the other: only a file that still has an article of the issue is meant.
    Withdrawn issues are left out.
    """
    titles = {article.title for article in parsed.articles}
    rows = session.scalars(select(Issue).where(Issue.state != IssueState.WITHDRAWN, Issue.source != ""))
    mine = [each for each in rows if is_same_source(each.source, incoming)]
    found = select(Article.issue_id).where(
        Article.issue_id.in_([each.id for each in mine]), Article.title.in_(titles)
    )
    shared = set(session.scalars(found)) if mine else set()
    return [each for each in mine if each.id in shared and each.key != key]


def is_same_source(known: str, incoming: IncomingFile) -> bool:
    """Tell if a file is the one that brought the issue; a file that is named itself is known by its bare name."""
    return known == incoming.source or (not incoming.in_folder and PurePath(known).name == incoming.source)
