"""Store issues in the library: compare what was read with what is there, write a revision, publish or hold it.

Parsed content is compared, not bytes: a file with one more blank line is the same issue. Every change increases the
library's version; the row lock on the version serialises concurrent writers.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import PurePath
from typing import Any

from sqlalchemy import func, select, update

from wxbot.bulletin import ParsedIssue, Problem
from wxbot.bulletin.habits import Habits
from wxbot.bulletin.issue_pictures import shown_pictures
from wxbot.db import Session
from wxbot.library.article_matching import GivenArticle, KnownArticle, Matching, match_articles
from wxbot.library.content import content_digest, content_to_json, issue_number, section_leads, summary
from wxbot.library.identity import (
    Conflict,
    IncomingFile,
    KnownIssue,
    find_conflict,
    is_same_source,
    suspicious_numbers,
    unknown_publication,
)
from wxbot.library.order import number_columns, place_issues
from wxbot.library.pictures import (
    PicturesToStore,
    convert_pictures,
    known_pictures,
    link_pictures,
)
from wxbot.library.publications import issue_key, resolve_publication, store_publication
from wxbot.library.tables import (
    Article,
    ArticleStatus,
    HoldReason,
    Issue,
    IssueState,
    LibraryVersion,
    Publication,
    Revision,
)

__all__ = [
    "Decision",
    "IncomingIssue",
    "Outcome",
    "PublishPolicy",
    "apply_content",
    "decide",
    "hide_and_show",
    "match_articles_of",
    "next_version",
    "predict_issue",
    "save_issue",
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
    `configured` are the publications in `bulletins.toml`.
    """

    to_store: PicturesToStore
    file: IncomingFile
    policy: PublishPolicy = PublishPolicy.ALWAYS
    to_plan: bool = False
    by: str = ""
    configured: Habits = field(default_factory=Habits)

    @property
    def content(self) -> ParsedIssue:
        """The issue as it was read."""
        return self.to_store.parsed


@dataclass(frozen=True)
class Decision:
    """Decision about an incoming issue.

    `key` names the issue, "" while its publication is unknown; `conflict` says why nothing of it is stored; `doubts`
    are what only the library can doubt; `holds` is why the content is not shown yet, and `publishes` says that content
    which is stored already is shown at last.
    """

    outcome: Outcome
    key: str = ""
    conflict: Conflict | None = None
    doubts: tuple[Problem, ...] = ()
    holds: HoldReason = HoldReason.NONE
    publishes: bool = False

    @property
    def writes(self) -> bool:
        """True if something is to be stored."""
        return self.conflict is None and (self.outcome is not Outcome.SAME or self.publishes)


def decide(
    session: Session, incoming: IncomingIssue, predicted: Mapping[str, KnownIssue] | None = None
) -> Decision:
    """Return what `save_issue` would do with an incoming issue, and write nothing.

    `predicted` are issues by key as files before this one would have left them.
    Raises BulletinError for an issue without a number.
    """
    parsed = incoming.content
    number = issue_number(parsed)
    publication = _find_publication(session, incoming)
    if publication is None:
        return Decision(Outcome.HELD, conflict=unknown_publication(session, parsed, incoming.file))
    key = issue_key(publication, number)
    row = _stored_row(session, key)
    known = (predicted or {}).get(key) or (_known_issue(session, row) if row else None)
    if known is not None and known.digest == content_digest(parsed):
        return _decide_unchanged(session, incoming, key, row)
    if known is not None and (conflict := find_conflict(known, incoming.file)):
        return Decision(Outcome.HELD, key, conflict)
    doubts = suspicious_numbers(session, parsed, publication, key) if row is None else ()
    if row is not None:
        doubts = match_articles_of(session, row, parsed)[1]
    holds = _hold_reason(incoming.policy, [*parsed.problems, *doubts])
    if row is not None and row.state == IssueState.HELD and row.hold_reason == HoldReason.CHOICE:
        holds = HoldReason.CHOICE
    changed = Outcome.NEW if known is None else Outcome.REVISED
    return Decision(Outcome.HELD if holds else changed, key, doubts=doubts, holds=holds)


def _decide_unchanged(session: Session, incoming: IncomingIssue, key: str, row: Issue | None) -> Decision:
    """Return what becomes of content that is stored already: it is published if the doubts that held it are gone."""
    if row is None or (row.state != IssueState.HELD and row.pending is None):
        return Decision(Outcome.SAME, key)
    doubted = row.hold_reason == HoldReason.DOUBT or row.pending is not None
    number = row.pending or row.revision
    doubts = tuple(
        Problem(each["line"], each["says"])
        for each in session.scalars(
            select(Revision.problems).where(Revision.issue_id == row.id, Revision.revision == number)
        ).one()
        if each.get("of_library")
    )
    holds = _hold_reason(incoming.policy, [*incoming.content.problems, *doubts])
    if doubted and not holds:
        return Decision(Outcome.REVISED if row.pending else Outcome.NEW, key, publishes=True)
    return Decision(Outcome.SAME, key, doubts=doubts, holds=holds or HoldReason(row.hold_reason))


def _hold_reason(policy: PublishPolicy, problems: list[Problem]) -> HoldReason:
    """Return why content with these problems is held; NONE if it is published."""
    if policy is PublishPolicy.NEVER:
        return HoldReason.CHOICE
    return HoldReason.DOUBT if problems and policy is PublishPolicy.CLEAN else HoldReason.NONE


def _find_publication(session: Session, incoming: IncomingIssue) -> Publication | None:
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


def _stored_row(session: Session, key: str) -> Issue | None:
    """Return the row of an issue as it is in the database at this moment."""
    statement = select(Issue).where(Issue.key == key)
    return session.scalar(statement.execution_options(populate_existing=True))


def _known_issue(session: Session, row: Issue) -> KnownIssue:
    """Return a stored issue, with the digest of the content that its source brought last."""
    from_source = select(Revision.digest).where(Revision.issue_id == row.id, Revision.restores.is_(None))
    digest = session.scalar(from_source.order_by(Revision.revision.desc()).limit(1))
    titles = session.scalars(select(Article.title).where(Article.issue_id == row.id))
    return KnownIssue(row.key, row.title, row.source, digest or row.digest, set(titles))


def predict_issue(key: str, incoming: IncomingIssue) -> KnownIssue:
    """Return an issue as the library would have it once it is stored, for the files after it in a dry run."""
    parsed = incoming.content
    titles = {article.title for article in parsed.articles}
    where = "前面一个文件里的"
    return KnownIssue(key, parsed.title or "", incoming.file.source, content_digest(parsed), titles, where)


def save_issue(
    session: Session,
    issue: ParsedIssue | PicturesToStore | IncomingIssue,
    source: str | IncomingFile = "",
    now: dt.datetime | None = None,
    *,
    to_plan: bool = False,
) -> Outcome:
    """Store one issue, and publish it or hold it by its policy; unchanged content writes nothing.

    An issue with pictures is given as `convert_pictures` returns it; otherwise they are converted here, while other
    processes wait. `source` is the file that brings it, by its bare name or as found in a folder; nothing is written
    of an issue that conflicts with another. Articles keep their numbers `n`; those that are gone are marked removed.
    A doubtful revision of a public issue waits, and the issue stays as it is. Raises BulletinError for an issue
    without a number.
    """
    incoming = _as_incoming(session, issue, source, to_plan=to_plan)
    if now is None:
        raise TypeError("now is required")
    decision = decide(session, incoming)
    if not decision.writes:
        return decision.outcome
    version = next_version(session)
    # Decided again behind the version's row lock: of two processes with the same new file, the second finds it stored.
    decision = decide(session, incoming)
    if decision.writes:
        _write(session, incoming, decision, version, now)
    return decision.outcome


def _as_incoming(
    session: Session,
    issue: ParsedIssue | PicturesToStore | IncomingIssue,
    source: str | IncomingFile,
    *,
    to_plan: bool,
) -> IncomingIssue:
    """Return the arguments of `save_issue` as one value."""
    if isinstance(issue, IncomingIssue):
        return issue
    if isinstance(issue, ParsedIssue):
        issue = convert_pictures(issue, known_pictures(session, shown_pictures(issue)))
    file = source if isinstance(source, IncomingFile) else IncomingFile(source)
    return IncomingIssue(issue, file, to_plan=to_plan)


def _write(
    session: Session, incoming: IncomingIssue, decision: Decision, version: int, now: dt.datetime
) -> None:
    """Write what was decided: a revision, and its content unless it waits beside a public issue."""
    row = _stored_row(session, decision.key)
    if row is not None and decision.publishes:
        _publish_stored(session, row, incoming.content, version, now)
        return
    if row is None:
        row = _insert_issue(session, incoming, decision, now)
    revision = _add_revision(session, row, incoming, decision, now)
    link_pictures(session, row.id, incoming.to_store)
    if decision.holds and row.state == IssueState.PUBLIC and revision > 1:
        row.pending = revision
        return
    if row.state == IssueState.HELD and row.hold_reason != HoldReason.CHOICE:
        row.state = IssueState.HELD if decision.holds else IssueState.PUBLIC
        row.hold_reason = decision.holds
    apply_content(session, row, incoming.content, revision, version, now)


def _publish_stored(
    session: Session, row: Issue, parsed: ParsedIssue, version: int, now: dt.datetime
) -> None:
    """Publish content that is stored already, because what was doubtful about it is settled."""
    if row.pending is not None:
        apply_content(session, row, parsed, row.pending, version, now)
        return
    row.state, row.hold_reason = IssueState.PUBLIC, HoldReason.NONE
    hide_and_show(session, row, version)


def _insert_issue(session: Session, incoming: IncomingIssue, decision: Decision, now: dt.datetime) -> Issue:
    """Insert the row of a new issue, without its content."""
    found = _find_publication(session, incoming)
    if found is None:
        raise LookupError(f"{decision.key} has no publication")
    publication = store_publication(session, found, incoming.content.title, incoming.configured)
    row = Issue(
        key=decision.key,
        publication_id=publication.id,
        state=IssueState.HELD if decision.holds else IssueState.PUBLIC,
        hold_reason=decision.holds,
        source=incoming.file.source,
        to_plan=incoming.to_plan,
        digest="",
        revision=0,
        shelved_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _add_revision(
    session: Session, row: Issue, incoming: IncomingIssue, decision: Decision, now: dt.datetime
) -> int:
    """Add a revision with the content that was read; return its number."""
    last = session.scalar(select(func.max(Revision.revision)).where(Revision.issue_id == row.id)) or 0
    parsed, source = incoming.content, incoming.file.source
    session.add(
        Revision(
            issue_id=row.id,
            revision=last + 1,
            digest=content_digest(parsed),
            source=source,
            parsed=content_to_json(parsed),
            problems=[
                *map(asdict, parsed.problems),
                *(asdict(each) | {"of_library": True} for each in decision.doubts),
            ],
            by=incoming.by,
            shelved_at=now,
        )
    )
    # The place in the folder stays known, where the file itself was named this time.
    row.source = row.source if PurePath(row.source).name == source else source
    return last + 1


def apply_content(
    session: Session, row: Issue, parsed: ParsedIssue, revision: int, version: int, now: dt.datetime
) -> None:
    """Make content that a revision stores that of the issue."""
    values: dict[str, Any] = {
        **number_columns(row.number, parsed.year),
        "total": parsed.total,
        "date": parsed.date,
        "title": parsed.title or "",
        "editor": parsed.editor or "",
        "sections": list(dict.fromkeys(s.name for s in parsed.sections)),
        "lead": parsed.lead,
        "section_leads": section_leads(parsed),
        "digest": content_digest(parsed),
        "revision": revision,
        "pending": None,
        "shelved_at": now,
    }
    _assign(row, values)
    session.flush()
    place_issues(session, row)
    _write_articles(session, row, parsed, version)
    hide_and_show(session, row, version)


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


def _write_articles(session: Session, row: Issue, parsed: ParsedIssue, version: int) -> None:
    """Insert or update the articles of an issue, each under its own `n`; mark those that are gone as removed."""
    matching, _ = match_articles_of(session, row, parsed)
    known = {each.n: each for each in session.scalars(select(Article).where(Article.issue_id == row.id))}
    last = max((n for n in known if n), default=0)
    kept = set[int]()
    in_order = ((section.name, article) for section in parsed.sections for article in section.articles)
    for place, ((section, article), n) in enumerate(zip(in_order, matching.numbers, strict=True), start=1):
        values: dict[str, Any] = {
            "title": article.title,
            "section": section,
            "blocks": article.blocks,
            "url": article.url or None,
            "summary": summary(article.blocks),
            "date": parsed.date,
            "place": place,
        }
        if n is None:
            last += 1
            public_id = f"{row.key}/{last}"
            ids = {"public_id": public_id, "issue_id": row.id, "issue_key": row.key, "n": last}
            session.add(Article(**ids, **values, hidden=not row.is_public, changed=version))
            continue
        kept.add(n)
        found = known[n]
        if found.status == ArticleStatus.REMOVED:
            values["status"] = ArticleStatus.CURRENT
        if any(getattr(found, name) != value for name, value in values.items()):
            _assign(found, values | {"changed": version})
    for n, found in known.items():
        if n not in kept and found.status != ArticleStatus.REMOVED:
            _assign(found, {"status": ArticleStatus.REMOVED, "changed": version})
    session.flush()


def hide_and_show(session: Session, row: Issue, version: int) -> None:
    """Hide the articles of an issue from members, or show them, as the issue's state and their status say."""
    for article in session.scalars(select(Article).where(Article.issue_id == row.id)):
        hidden = not row.is_public or article.status != ArticleStatus.CURRENT
        if article.hidden != hidden:
            _assign(article, {"hidden": hidden, "changed": version})
    session.flush()


def next_version(session: Session) -> int:
    """Increase the library's version and return it; the row stays locked until the transaction ends."""
    increased = (
        update(LibraryVersion).where(LibraryVersion.id == 1).values(version=LibraryVersion.version + 1)
    )
    return int(session.execute(increased.returning(LibraryVersion.version)).scalar_one())


def _assign(row: Issue | Article, values: Mapping[str, Any]) -> None:
    """Set several columns of a row."""
    for name, value in values.items():
        setattr(row, name, value)
