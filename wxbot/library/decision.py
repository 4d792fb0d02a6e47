"""Decide what becomes of an issue that was read: new, the same, a revision, held for a look, or a conflict.

Parsed content is compared, not bytes: a file with one more blank line is the same issue.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select

from wxbot.bulletin import ParsedIssue, Problem
from wxbot.bulletin.habits import Habits
from wxbot.db import Session
from wxbot.errors import BulletinError
from wxbot.library.article_matching import GivenArticle, KnownArticle, Matching, match_articles
from wxbot.library.content import content_digest, issue_number
from wxbot.library.identity import (
    Conflict,
    IncomingFile,
    KnownIssue,
    find_conflict,
    former_issues,
    is_same_source,
    suspicious_numbers,
    unknown_publication,
)
from wxbot.library.pictures import PicturesToStore
from wxbot.library.publications import issue_key, resolve_publication
from wxbot.library.tables import Article, ArticleStatus, HoldReason, Issue, IssueState, Publication, Revision

__all__ = [
    "Decision",
    "IncomingIssue",
    "Outcome",
    "PublishPolicy",
    "decide",
    "find_issue_publication",
    "hold_reason",
    "match_articles_of",
    "predict_issue",
    "stored_issue",
]


class Outcome(StrEnum):
    """Outcome of storing a file."""

    NEW = "new"
    SAME = "same"
    REVISED = "revised"
    HELD = "held"
    REFUSED = "refused"
    DRY_RUN = "dry-run"


class PublishPolicy(StrEnum):
    """Setting: which issues are published without a look."""

    ALWAYS = "always"
    CLEAN = "clean"  # those that were read without any doubt
    NEVER = "never"


@dataclass(frozen=True)
class IncomingIssue:
    """An issue that was read, with the file that brings it and what is to be done with it.

    `policy` decides whether it is published, `to_plan` marks it for the worker's planning, `by` is who brings it, and
    `configured` are the publications in `bulletins.toml`. A new issue `of_archive` is not published before the end of
    the import: only then are the numbers and dates of its neighbours known.
    """

    to_store: PicturesToStore
    file: IncomingFile
    policy: PublishPolicy = PublishPolicy.ALWAYS
    to_plan: bool = False
    by: str = ""
    configured: Habits = field(default_factory=Habits)
    of_archive: bool = False

    @property
    def content(self) -> ParsedIssue:
        """The issue as it was read."""
        return self.to_store.parsed


@dataclass(frozen=True)
class Decision:
    """Decision about an incoming issue.

    `key` names the issue, "" while its publication is unknown; `conflict` says why nothing of it is stored; `doubts`
    are what only the library can doubt; `holds` is why the content is not shown yet, and `publishes` says that content
    which is stored already is shown at last. `note` says what else an editor should know; `replaces` are the keys of
    held issues that the same file brought under other numbers, which the new issue replaces.
    """

    outcome: Outcome
    key: str = ""
    conflict: Conflict | None = None
    doubts: tuple[Problem, ...] = ()
    holds: HoldReason = HoldReason.NONE
    publishes: bool = False
    note: str = ""
    replaces: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        """True if something is to be stored."""
        return self.conflict is None and (self.outcome is not Outcome.SAME or self.publishes)


def decide(
    session: Session, incoming: IncomingIssue, predicted: Mapping[str, KnownIssue] | None = None
) -> Decision:
    """Return what `save_issue` would do with an incoming issue, and write nothing.

    `predicted` are issues by key as files before this one would have left them.
    Raises BulletinError for an issue without a number, and for the correction of one that is not there.
    """
    parsed = incoming.content
    number = issue_number(parsed)
    publication = find_issue_publication(session, incoming)
    if publication is None:
        return Decision(
            Outcome.HELD, conflict=unknown_publication(session, parsed, incoming.file, incoming.configured)
        )
    key = issue_key(publication, number)
    row = stored_issue(session, key)
    known = (predicted or {}).get(key) or (_known_issue(session, row) if row else None)
    if known is not None and known.digest == content_digest(parsed):
        return _decide_unchanged(session, incoming, key, row)
    if known is None and incoming.file.corrects:
        raise BulletinError(
            f"书架上没有 {key}，没有可以更正的",
            file=incoming.file.path,
            remedy=f"去掉 --as-correction 再上架：wxbot ingest {incoming.file.argument}",
        )
    if known is not None and (conflict := find_conflict(known, incoming.file)):
        if row is not None and (revision := _earlier_revision(session, row, parsed)):
            note = f"是 {key} 第 {revision} 次修订的内容，现在的出自 {row.source}"
            return Decision(Outcome.SAME, key, note=note)
        return Decision(Outcome.HELD, key, conflict)
    former: list[Issue] = []
    if row is None:
        former = [] if incoming.of_archive else former_issues(session, incoming.file, parsed, key)
        doubts = (
            () if incoming.of_archive else suspicious_numbers(session, parsed, publication, key, predicted)
        )
        doubts += tuple(_doubt_second_number(each) for each in former if each.state == IssueState.PUBLIC)
    else:
        doubts = match_articles_of(session, row, parsed)[1]
    holds = hold_reason(incoming.policy, [*parsed.problems, *doubts])
    if row is not None and row.hold_reason == HoldReason.CHOICE:
        holds = HoldReason.CHOICE
    if incoming.of_archive and (row is None or row.hold_reason == HoldReason.ARCHIVE):
        holds = HoldReason.ARCHIVE
    changed = Outcome.NEW if known is None else Outcome.REVISED
    replaced = tuple(each.key for each in former if each.state == IssueState.HELD)
    note = f"这个文件原来的期号 {'、'.join(replaced)} 没有公开过，不再用了" if replaced else ""
    return Decision(
        Outcome.HELD if holds else changed, key, doubts=doubts, holds=holds, note=note, replaces=replaced
    )


def _doubt_second_number(former: Issue) -> Problem:
    """Return the doubt about a file that had another number when its issue was published."""
    return Problem(
        1,
        f"这个文件原来的期号是 {former.key}，已经公开；改了期号的，先撤下原来的："
        f"wxbot withdraw {former.key} --reason 改了期号",
    )


def _earlier_revision(session: Session, row: Issue, parsed: ParsedIssue) -> int | None:
    """Return the number of the last revision that had this content; None if the issue never had it."""
    same = select(Revision.revision).where(
        Revision.issue_id == row.id, Revision.digest == content_digest(parsed)
    )
    return session.scalar(same.order_by(Revision.revision.desc()).limit(1))


def _decide_unchanged(session: Session, incoming: IncomingIssue, key: str, row: Issue | None) -> Decision:
    """Return what becomes of content that is stored already: it is published if the doubts that held it are gone."""
    if row is None or (row.state != IssueState.HELD and row.pending is None):
        return Decision(Outcome.SAME, key)
    if row.pending is None and row.digest != content_digest(incoming.content):
        return Decision(
            Outcome.SAME, key, holds=HoldReason(row.hold_reason)
        )  # an editor restored other content
    number = row.pending or row.revision
    doubts = tuple(
        Problem(each["line"], each["says"])
        for each in session.scalars(
            select(Revision.problems).where(Revision.issue_id == row.id, Revision.revision == number)
        ).one()
        if each.get("of_library")
    )
    holds = hold_reason(incoming.policy, [*incoming.content.problems, *doubts])
    waits = HoldReason.DOUBT, HoldReason.DOUBT if incoming.of_archive else HoldReason.ARCHIVE
    if row.hold_reason in waits and not holds:
        return Decision(Outcome.REVISED if row.pending else Outcome.NEW, key, publishes=True)
    return Decision(Outcome.SAME, key, doubts=doubts, holds=holds or HoldReason(row.hold_reason))


def hold_reason(policy: PublishPolicy, problems: list[Problem]) -> HoldReason:
    """Return why content with these problems is held; NONE if it is published."""
    if policy is PublishPolicy.NEVER:
        return HoldReason.CHOICE
    return HoldReason.DOUBT if problems and policy is PublishPolicy.CLEAN else HoldReason.NONE


def find_issue_publication(session: Session, incoming: IncomingIssue) -> Publication | None:
    """Return the publication of an issue; a file that brought one keeps it under a misprinted name."""
    found = resolve_publication(session, incoming.content.title, incoming.configured)
    if found is not None:
        return found
    titles = {article.title for article in incoming.content.articles}
    for row in session.scalars(
        select(Issue).where(Issue.key.endswith(incoming.content.number or "", autoescape=True))
    ):
        if row.number != incoming.content.number or not is_same_source(row.source, incoming.file):
            continue
        kept = select(Article.id).where(Article.issue_id == row.id, Article.title.in_(titles)).limit(1)
        if session.scalar(kept) is not None and row.publication_id is not None:
            return session.get(Publication, row.publication_id)
    return None


def stored_issue(session: Session, key: str) -> Issue | None:
    """Return the row of an issue as it is in the database at this moment."""
    statement = select(Issue).where(Issue.key == key)
    return session.scalar(statement.execution_options(populate_existing=True))


def _known_issue(session: Session, row: Issue) -> KnownIssue:
    """Return a stored issue, with the digest of the content that its source brought last."""
    from_source = select(Revision.digest).where(Revision.issue_id == row.id, Revision.restores.is_(None))
    digest = session.scalar(from_source.order_by(Revision.revision.desc()).limit(1))
    return KnownIssue(row.key, row.title, row.source, digest or row.digest)


def predict_issue(key: str, incoming: IncomingIssue) -> KnownIssue:
    """Return an issue as the library would have it once it is stored, for the files after it in a dry run."""
    parsed = incoming.content
    where = "前面一个文件里的"
    return KnownIssue(
        key,
        parsed.title or "",
        incoming.file.source,
        content_digest(parsed),
        where,
        date=parsed.date,
        total=parsed.total,
    )


def match_articles_of(
    session: Session, row: Issue, parsed: ParsedIssue
) -> tuple[Matching, tuple[Problem, ...]]:
    """Match the articles of new content with those that the issue has or had; return what is uncertain as problems."""
    known = [
        KnownArticle(
            article.n or 0,
            article.title,
            "\n".join(article.paragraphs),
            article.place,
            article.status != ArticleStatus.REMOVED,
        )
        for article in session.scalars(select(Article).where(Article.issue_id == row.id).order_by(Article.n))
    ]
    given = [GivenArticle(each.title, "\n".join(each.paragraphs), each.n) for each in parsed.articles]
    matching = match_articles(known, given)
    problems = tuple(
        Problem(parsed.articles[question.index].line, question.says) for question in matching.questions
    )
    return matching, problems
