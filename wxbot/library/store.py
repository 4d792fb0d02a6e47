"""Write issues: a revision of what was read, and its content unless an editor has to look at it first.

Every change increases the library's version; the row lock on the version serialises concurrent writers.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import PurePath
from typing import Any

from sqlalchemy import func, select, update

from wxbot.bulletin import ParsedIssue
from wxbot.db import Session
from wxbot.library.content import content_digest, content_to_json, section_leads, summary
from wxbot.library.decision import (
    Decision,
    IncomingIssue,
    Outcome,
    decide,
    find_issue_publication,
    match_articles_of,
    stored_issue,
)
from wxbot.library.identity import IncomingFile, is_same_source
from wxbot.library.leads import mark_led_articles
from wxbot.library.library_version import next_version
from wxbot.library.order import number_columns, place_issues
from wxbot.library.pictures import PicturesToStore, convert_pictures, link_pictures, stored_pictures
from wxbot.library.publications import store_publication
from wxbot.library.tables import (
    Article,
    ArticleStatus,
    HoldReason,
    Issue,
    IssueState,
    Revision,
)

__all__ = [
    "apply_content",
    "brings_push_form",
    "decide_and_save",
    "hide_and_show",
    "save_incoming",
    "save_issue",
    "write_decision",
]


def save_issue(
    session: Session,
    issue: ParsedIssue | PicturesToStore,
    source: str | IncomingFile,
    now: dt.datetime,
    *,
    to_plan: bool = False,
) -> Outcome:
    """Store and publish one issue in spite of doubts; `source` is the file that brings it.

    Its pictures are converted here, while other processes wait, unless `convert_pictures` has done it.
    """
    if isinstance(issue, ParsedIssue):
        issue = convert_pictures(issue, stored_pictures(session, issue))
    file = source if isinstance(source, IncomingFile) else IncomingFile(source)
    return save_incoming(session, IncomingIssue(issue, file, to_plan=to_plan), now)


def save_incoming(session: Session, incoming: IncomingIssue, now: dt.datetime) -> Outcome:
    """Store one issue as `decide_and_save` does; return the outcome."""
    return decide_and_save(session, incoming, now).outcome


def decide_and_save(session: Session, incoming: IncomingIssue, now: dt.datetime) -> Decision:
    """Store one issue, and publish it or hold it by its policy; unchanged content writes nothing.

    The form of its push is taken over even then. Nothing is written of an issue that conflicts with another. Articles
    keep their numbers `n`; those that are gone are marked removed. A revision that is held waits beside a public issue,
    which stays as it is. Raises BulletinError for an issue without a number.
    """
    decision = decide(session, incoming)
    if not decision.writes:
        if decision.conflict is None:
            _take_push_form(session, decision.key, incoming)
        return decision
    version = next_version(session)
    # Decided again behind the version's row lock: of two processes with the same new file, the second finds it stored.
    decision = decide(session, incoming)
    if decision.writes:
        write_decision(session, incoming, decision, version, now)
    return decision


def write_decision(
    session: Session, incoming: IncomingIssue, decision: Decision, version: int, now: dt.datetime
) -> None:
    """Write what was decided behind the version's row lock: a revision, and its content unless a look is needed."""
    _write(session, incoming, decision, version, now)
    _take_push_form(session, decision.key, incoming)


def _write(
    session: Session, incoming: IncomingIssue, decision: Decision, version: int, now: dt.datetime
) -> None:
    """Write a revision, and its content unless it waits beside a public issue."""
    row = stored_issue(session, decision.key)
    if row is not None and decision.publishes:
        _publish_stored(session, row, incoming.content, version, now)
        return
    if row is None:
        row = _insert_issue(session, incoming, decision, now)
        replaced = update(Issue).where(Issue.key.in_(decision.replaces), Issue.state == IssueState.HELD)
        note = f"改了期号：现在是 {decision.key}"
        session.execute(replaced.values(state=IssueState.WITHDRAWN, state_note=note, to_plan=False))
    revision = _add_revision(session, row, incoming, decision, now)
    link_pictures(session, row.id, incoming.to_store)
    if decision.holds and row.is_public:
        row.pending, row.hold_reason = revision, decision.holds
        return
    if row.state == IssueState.HELD and not decision.holds:
        row.state = IssueState.PUBLIC
    row.hold_reason = decision.holds
    apply_content(session, row, incoming.content, revision, version, now)


def brings_push_form(session: Session, key: str, incoming: IncomingIssue) -> bool:
    """Tell if the issue's own source brings another form of the push than when it was read last."""
    row, form = stored_issue(session, key), incoming.content.push
    if row is None or form is None or not is_same_source(row.source, incoming.file):
        return False
    return form.to_json() != row.push_form_read


def _take_push_form(session: Session, key: str, incoming: IncomingIssue) -> None:
    """Take over the form of the push from the issue's own source, if it changed there since it was read last."""
    row, form = stored_issue(session, key), incoming.content.push
    if row is not None and form is not None and brings_push_form(session, key, incoming):
        row.push_form = row.push_form_read = form.to_json()


def _publish_stored(
    session: Session, row: Issue, parsed: ParsedIssue, version: int, now: dt.datetime
) -> None:
    """Publish content that is stored already, once its doubts are settled."""
    row.hold_reason = HoldReason.NONE
    if row.pending is not None:
        apply_content(session, row, parsed, row.pending, version, now)
        return
    row.state = IssueState.PUBLIC
    hide_and_show(session, row, version)


def _insert_issue(session: Session, incoming: IncomingIssue, decision: Decision, now: dt.datetime) -> Issue:
    """Insert the row of a new issue, without its content."""
    found = find_issue_publication(session, incoming)
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
    """Replace the content of an issue by that of one of its revisions."""
    values: dict[str, Any] = {
        **number_columns(row.number, parsed.year),
        "total": parsed.total,
        "total_last": parsed.total_last,
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
    had_leads = bool(row.lead or row.section_leads)
    _assign(row, values)
    session.flush()
    place_issues(session, row)
    _write_articles(session, row, parsed, version)
    hide_and_show(session, row, version, had_leads=had_leads)


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
            "cover": article.cover,
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
            # It was withdrawn when a revision removed it: the editor's reason is kept, and holds again.
            values["status"] = ArticleStatus.WITHDRAWN if found.status_note else ArticleStatus.CURRENT
        if any(getattr(found, name) != value for name, value in values.items()):
            _assign(found, values | {"changed": version})
    for n, found in known.items():
        if n not in kept and found.status != ArticleStatus.REMOVED:
            _assign(found, {"status": ArticleStatus.REMOVED, "changed": version})
    session.flush()


def hide_and_show(session: Session, row: Issue, version: int, *, had_leads: bool = False) -> None:
    """Hide the articles of an issue from members, or show them, as the issue's state and their status say."""
    for article in session.scalars(select(Article).where(Article.issue_id == row.id)):
        hidden = not row.is_public or article.status != ArticleStatus.CURRENT
        if article.hidden != hidden:
            _assign(article, {"hidden": hidden, "changed": version})
    session.flush()
    mark_led_articles(session, row, version, had_leads=had_leads)


def _assign(row: Issue | Article, values: Mapping[str, Any]) -> None:
    """Set several columns of a row."""
    for name, value in values.items():
        setattr(row, name, value)
