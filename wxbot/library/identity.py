"""Tell a new version of an issue from a different file that claims the number of an issue in the library."""

import re
import shlex
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath

from sqlalchemy import or_, select

from wxbot.bulletin import ParsedIssue, Problem
from wxbot.bulletin.issue_number import IssueNumber, NumberKind
from wxbot.db import Session
from wxbot.library.publications import issue_key, publications
from wxbot.library.tables import Issue, Publication

__all__ = [
    "Conflict",
    "IncomingFile",
    "KnownIssue",
    "find_conflict",
    "is_same_source",
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
    """

    key: str
    title: str
    source: str
    digest: str
    where: str = "书架上的"


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


def unknown_publication(session: Session, parsed: ParsedIssue, incoming: IncomingFile) -> Conflict:
    """Return why an issue is held whose publication nobody knows."""
    known = "、".join(f"《{each.name}》" for each in publications(session) if each.name)
    return Conflict(
        f"{incoming.source} 是《{parsed.title}》，书架上的刊物是{known}：不知道它属于哪一份，没有上架",
        f"若是新的刊物：wxbot publications add {parsed.title} --slug 短名（如 kuaixun），再上架一次；"
        "若是同一份刊物换了写法，上架时写明刊名：--publication 刊名。",
    )


def suspicious_numbers(
    session: Session, parsed: ParsedIssue, publication: Publication, key: str
) -> tuple[Problem, ...]:
    """Return what is doubtful about the number and the date of a new issue beside the other issues of its publication.

    Doubtful are a running number that another issue has, a count that a double issue has, a jump over many numbers, a
    date that contradicts the order of the numbers, and a year that differs from the date.
    """
    number = IssueNumber.parse(key.rpartition("/")[2])
    if number is None or publication.id is None:
        return ()
    says = _same_running_number(session, parsed, publication, number)
    if number.kind is not NumberKind.COUNT:
        return tuple(Problem(1, each) for each in says)
    if parsed.date is not None and number.year is not None and abs(parsed.date.year - number.year) > 1:
        says.append(f"期号是 {number.year} 年，日期却是 {parsed.date}")
    columns = select(Issue.key, Issue.issue, Issue.issue_last, Issue.date)
    of_year = session.execute(
        columns.where(
            Issue.publication_id == publication.id, Issue.year == number.year, Issue.issue.is_not(None)
        )
    ).all()
    says += [
        f"与 {row.key} 有同一个期号，请核对期号"
        for row in of_year
        if row.issue <= number.counts[-1] and row.issue_last >= number.counts[0]
    ]
    before = [row for row in of_year if row.issue_last < number.counts[0]]
    after = [row for row in of_year if row.issue > number.counts[-1]]
    if before and not after:
        last = max(before, key=lambda row: row.issue_last)
        if number.counts[0] - last.issue_last > _LARGEST_STEP:
            says.append(
                f"上一期是第{last.issue_last}期，这一期是第{number.counts[0]}期，中间缺得太多，请核对期号"
            )
    dated = (
        sorted(
            [(row.issue_last, row.date) for row in of_year if row.date] + [(number.counts[-1], parsed.date)]
        )
        if parsed.date
        else []
    )
    for (first, earlier), (second, later) in pairwise(dated):
        if number.counts[-1] in {first, second} and later < earlier:
            says.append(f"第{second}期的日期 {later} 早于第{first}期的 {earlier}，请核对期号和日期")
    return tuple(Problem(1, each) for each in says)


def _same_running_number(
    session: Session, parsed: ParsedIssue, publication: Publication, number: IssueNumber
) -> list[str]:
    """Return the doubt that an issue under another number has the running number (总第几期) of this one."""
    running = number.counts[0] if number.kind is NumberKind.RUNNING else parsed.total
    if running is None:
        return []
    same = select(Issue.key).where(
        Issue.publication_id == publication.id,
        or_(Issue.total == running, Issue.key == issue_key(publication, f"no{running}")),
    )
    return [
        f"总第{running}期与 {key} 的相同，请核对期号"
        for key in session.scalars(same.order_by(Issue.place))
        if key != issue_key(publication, str(number))
    ]


def is_same_source(known: str, incoming: IncomingFile) -> bool:
    """Tell if a file is the one that brought the issue; a file that is named itself is known by its bare name."""
    return known == incoming.source or (not incoming.in_folder and PurePath(known).name == incoming.source)
