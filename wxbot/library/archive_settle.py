"""Publish the issues of an archive when all of them are read, or hold those that are doubtful beside their neighbours.

An issue is compared with those before and after it by number, so that the order of the files does not matter.
"""

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import select, update

from wxbot.bulletin import Problem
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.db import Session
from wxbot.library.archive_batch import LOCK_SECONDS
from wxbot.library.archive_files import settle_file, waiting_issues
from wxbot.library.archive_record import ArchiveOrder, held_words
from wxbot.library.decision import Outcome, PublishPolicy, hold_reason
from wxbot.library.identity import NumberedIssue, doubt_number, numbers_of_year, same_running_number
from wxbot.library.library_version import next_version
from wxbot.library.tables import Article, ArticleStatus, HoldReason, Issue, IssueState, Publication, Revision

__all__ = ["hold_for", "neighbour_doubts", "settle_batch", "settled_values"]

_AHEAD = dt.timedelta(days=60)
"""Time by which an issue may be dated ahead."""


def settle_batch(session: Session, order: ArchiveOrder, limit: int) -> int:
    """Publish or hold some of the issues that wait for the end of the import; return their number."""
    if not waiting_issues(session, order.import_id, 1):
        return 0
    version = next_version(session)
    issues = waiting_issues(session, order.import_id, limit)
    years = {(issue.publication_id or 0, issue.year) for issue in issues}
    numbers = {year: numbers_of_year(session, *year) for year in years}
    shown = list[int]()
    until = time.monotonic() + LOCK_SECONDS
    for count, issue in enumerate(issues):
        if count and time.monotonic() > until:
            issues = issues[:count]
            break
        of_year = numbers[issue.publication_id or 0, issue.year]
        doubts = neighbour_doubts(issue.key, issue.date, of_year, order.now.date())
        publication = session.get(Publication, issue.publication_id) if issue.publication_id else None
        if publication is not None:
            doubts = (*same_running_number(session, publication, issue.key, issue.total), *doubts)
        if not _settle(session, order, issue, doubts):
            shown.append(issue.id)
    session.flush()
    current = Article.issue_id.in_(shown), Article.status == ArticleStatus.CURRENT
    session.execute(
        update(Article).where(*current).values(hidden=False, changed=version),
        execution_options={"synchronize_session": False},
    )
    return len(issues)


def _settle(session: Session, order: ArchiveOrder, issue: Issue, doubts: Sequence[Problem]) -> HoldReason:
    """Publish one issue or hold it; return why it is held."""
    mine = Revision.issue_id == issue.id, Revision.revision == issue.revision
    problems = list(session.scalars(select(Revision.problems).where(*mine)).one())
    if doubts:
        problems += [asdict(each) | {"of_library": True} for each in doubts]
        session.execute(update(Revision).where(*mine).values(problems=problems))
    issue.hold_reason = hold_for(order.policy, problems)
    if not issue.hold_reason:
        issue.state = IssueState.PUBLIC
    settle_file(session, order.import_id, issue.key, settled_values(issue.key, issue.hold_reason, problems))
    return issue.hold_reason


def hold_for(policy: PublishPolicy, problems: Sequence[dict[str, object]]) -> HoldReason:
    """Return why an issue with these problems is held."""
    return hold_reason(policy, [Problem(0, str(each["says"])) for each in problems])


def settled_values(key: str, holds: HoldReason, problems: list[dict[str, object]]) -> dict[str, object]:
    """Return what is recorded about the file of an issue that was settled."""
    if not holds:
        return {"outcome": Outcome.NEW, "says": "", "remedy": "", "problems": []}
    says, remedy = held_words(key, holds, len(problems))
    listed = [{"line": each["line"], "says": each["says"]} for each in problems]
    return {"outcome": Outcome.HELD, "says": says, "remedy": remedy, "problems": listed}


def neighbour_doubts(
    key: str, date: dt.date | None, of_year: Sequence[NumberedIssue], today: dt.date
) -> tuple[Problem, ...]:
    """Return what is doubtful about the number and the date of an issue of an archive."""
    parsed = IssueNumber.parse(key.rpartition("/")[2])
    if parsed is None:
        return ()
    ahead = [Problem(1, f"日期 {date} 还没有到，请核对")] if date and date > today + _AHEAD else []
    if not ahead and parsed.year is not None and parsed.year > today.year + 1:
        ahead = [Problem(1, f"{parsed.year} 年还没有到，请核对期号")]
    return (*doubt_number(key, date, of_year), *ahead)
