"""Foresee in a dry run what the import of an archive would do, and write nothing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, replace

from wxbot.bulletin.issue_number import IssueNumber, NumberKind
from wxbot.db import Session
from wxbot.errors import BulletinError
from wxbot.library.archive_files import ArchiveFile
from wxbot.library.archive_record import (
    ArchiveOrder,
    ReadFile,
    record_consequences,
    record_decision,
    record_refusal,
)
from wxbot.library.archive_settle import hold_for, neighbour_doubts, settled_values
from wxbot.library.decision import Outcome, decide, predict_issue
from wxbot.library.habits import foresee_default
from wxbot.library.identity import NumberedIssue, numbers_of_year
from wxbot.library.publications import publications

__all__ = ["foresee_batch", "foresee_settling"]


def foresee_batch(session: Session, order: ArchiveOrder, files: Iterable[ReadFile]) -> None:
    """Record what storing the files would do, and write nothing."""
    for each in files:
        if each.incoming is None:
            record_refusal(each)
            continue
        order.configured = foresee_default(session, order.configured, each.incoming.content.title)
        incoming = replace(each.incoming, configured=order.configured)
        try:
            decision = decide(session, incoming, order.predicted)
        except BulletinError as error:
            record_refusal(each, error)
            continue
        if record_decision(order, each.row, incoming.content, decision) and decision.writes:
            order.predicted[decision.key] = predict_issue(decision.key, incoming)
            record_consequences(each.row, order.follow(session, decision.key, dry_run=True))


def foresee_settling(session: Session, order: ArchiveOrder, rows: Iterable[ArchiveFile]) -> None:
    """Record in a dry run which of the issues that would be stored would be published."""
    waiting = [
        row for row in rows if row.outcome == Outcome.HELD and row.key in order.predicted and row.content
    ]
    ids = {each.slug: each.id for each in publications(session)}
    numbers = defaultdict[tuple[str, int | None], list[NumberedIssue]](list)
    for row in waiting:
        slug, number = _split_key(row.key)
        if number is None or number.kind is not NumberKind.COUNT:
            continue
        if not numbers[slug, number.year] and slug in ids:
            numbers[slug, number.year] += numbers_of_year(session, ids[slug], number.year)
        numbers[slug, number.year].append(
            NumberedIssue(row.key, number.counts[0], number.counts[-1], row.date)
        )
    for row in waiting:
        slug, number = _split_key(row.key)
        of_year = numbers[slug, number.year if number else None]
        doubts = neighbour_doubts(row.key, row.date, of_year, order.now.date())
        problems = [*row.problems, *map(asdict, doubts)]
        fate = settled_values(row.key, hold_for(order.policy, problems), problems)
        for name, value in fate.items():
            setattr(row, name, value)


def _split_key(key: str) -> tuple[str, IssueNumber | None]:
    """Return the slug and the number of a key."""
    slug, _, number = key.rpartition("/")
    return slug, IssueNumber.parse(number)
