"""Record what was decided about each file of an archive.

Two files of one archive that bring one issue are never a correction: the first one stays, whatever they are called.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from wxbot.bulletin import ParsedIssue
from wxbot.bulletin.habits import Habits
from wxbot.bulletin.issue_number import IssueNumber
from wxbot.errors import BulletinError
from wxbot.library.archive_files import ArchiveFile
from wxbot.library.content import content_digest
from wxbot.library.decision import Decision, IncomingIssue, Outcome, PublishPolicy
from wxbot.library.identity import Conflict, KnownIssue
from wxbot.library.ingest import refusal
from wxbot.library.ingest_result import DROPPED_NOTE, Consequence, FollowContent, follow_nothing
from wxbot.library.reading import FileReading
from wxbot.library.tables import HoldReason

__all__ = [
    "ArchiveOrder",
    "ReadFile",
    "held_words",
    "record_consequences",
    "record_decision",
    "record_refusal",
]


@dataclass
class ArchiveOrder:
    """One import: what is to be done with its issues, and the file that brought each of them.

    `follow` applies a revision to the campaigns of its issue, in the transaction that stores it. `taken` are those
    files by the keys of their issues; `predicted` the issues that a dry run would have stored.
    """

    import_id: str
    now: dt.datetime
    policy: PublishPolicy
    by: str
    configured: Habits
    follow: FollowContent = follow_nothing
    taken: dict[str, str] = field(default_factory=dict)
    predicted: dict[str, KnownIssue] = field(default_factory=dict)


@dataclass(frozen=True)
class ReadFile:
    """A file that was read, what is recorded about it, and its issue; without one for a file that was refused."""

    reading: FileReading
    row: ArchiveFile
    incoming: IncomingIssue | None = None


def record_decision(order: ArchiveOrder, row: ArchiveFile, parsed: ParsedIssue, decision: Decision) -> bool:
    """Record a decision about a file; return False if nothing of the file is stored because of another one."""
    number = IssueNumber.parse(parsed.number or "")
    row.outcome, row.key = decision.outcome, decision.key
    row.publication, row.date = parsed.title or "", parsed.date
    row.year = (number.year if number else None) or parsed.year or (parsed.date.year if parsed.date else None)
    conflict = decision.conflict or _clash(order, row, decision)
    if conflict is not None:
        row.outcome, row.says, row.remedy = Outcome.HELD, conflict.says, conflict.remedy
        return False
    is_first = order.taken.setdefault(decision.key, row.file) == row.file
    row.content = content_digest(parsed)
    if decision.outcome is Outcome.SAME and decision.holds and is_first:
        row.outcome = Outcome.HELD
    if row.outcome == Outcome.HELD:
        row.problems = [asdict(problem) for problem in (*parsed.problems, *decision.doubts)]
        row.says, row.remedy = held_words(row.key, decision.holds, len(row.problems))
    return True


def record_consequences(row: ArchiveFile, consequences: Iterable[Consequence]) -> None:
    """Add what a revision means for the campaigns of its issue to what is recorded about the file."""
    says = (" ".join(filter(None, (each.says, each.remedy))) for each in consequences)
    row.problems = [*row.problems, *({"line": 0, "says": each} for each in says)]


def held_words(key: str, holds: HoldReason, doubts: int) -> tuple[str, str]:
    """Return in Chinese why an issue is held, and what to do."""
    if holds is HoldReason.ARCHIVE:
        return f"{key} 等这次导入做完", "再运行一次同样的命令，从停下的地方接着做。"
    why = f"有 {doubts} 处疑问" if holds is HoldReason.DOUBT else "您要求先看一看"
    return (
        f"{key} {why}，先不公开",
        f"核对：wxbot show {key}；没有问题就公开：wxbot publish {key}",
    )


def _clash(order: ArchiveOrder, row: ArchiveFile, decision: Decision) -> Conflict | None:
    """Return the conflict with another file of this import that brought the same issue."""
    other = order.taken.get(decision.key, row.file)
    if other == row.file or not decision.writes:
        return None
    return Conflict(
        f"与 {other} 是同一期 {decision.key}，内容不同：没有覆盖",
        "请核对这两个文件：期号印错的，改正后再导入一次；重复的，移出文件夹。",
    )


def record_refusal(each: ReadFile, error: BulletinError | None = None) -> None:
    """Record why a file was refused, or that an editor dropped it."""
    if error is None and each.reading.is_skipped:
        each.row.outcome, each.row.says = Outcome.SAME, DROPPED_NOTE
        return
    wrong = (
        error
        or each.reading.error
        or BulletinError("读不了", remedy="请在原来的程序里打开它，另存一份后再试。")
    )
    result = refusal(each.reading.found.path, wrong)
    row = each.row
    row.outcome, row.says, row.remedy, row.content = Outcome.REFUSED, result.says, result.remedy, ""
