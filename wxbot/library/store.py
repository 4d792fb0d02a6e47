"""Store issues and archived articles in the library.

Parsed content is compared, not bytes: a file with one more blank line is the same issue. Every change increases the
library's version; the row lock on the version serialises concurrent writers.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from enum import StrEnum
from pathlib import PurePath
from typing import Any

from sqlalchemy import select, update

from wxbot.bulletin import ArchivedArticle, ParsedIssue
from wxbot.bulletin.blocks import Blocks, Heading, Note, Picture, Table, blocks_to_json, paragraphs
from wxbot.bulletin.issue_pictures import shown_pictures
from wxbot.bulletin.marked_text import parse_marked_text
from wxbot.db import Session
from wxbot.errors import BulletinError
from wxbot.library.identity import Conflict, IncomingFile, KnownIssue, find_conflict
from wxbot.library.order import number_columns, place_issues
from wxbot.library.pictures import (
    PicturesToStore,
    convert_pictures,
    known_pictures,
    link_pictures,
)
from wxbot.library.tables import Article, Issue, LibraryVersion, Revision
from wxbot.text import cut_width, one_line

__all__ = ["Outcome", "decide", "predict_issue", "save_archive", "save_issue"]

SUMMARY_WIDTH = (
    108  # columns: 54 汉字, the length of the digest that WeChat takes itself (platform reference, G1)
)
_NOT_IN_DIGEST = {"identity", "problems", "dropped", "masthead", "pictures", "lead", "sections"}


class Outcome(StrEnum):
    """Outcome of storing a file."""

    NEW = "new"
    SAME = "same"
    REVISED = "revised"
    HELD = "held"
    REFUSED = "refused"
    DRY_RUN = "dry-run"


_UNWRITTEN = {Outcome.SAME, Outcome.HELD}


def decide(
    session: Session,
    parsed: ParsedIssue,
    incoming: IncomingFile,
    predicted: Mapping[str, KnownIssue] | None = None,
) -> tuple[Outcome, Conflict | None]:
    """Return what `save_issue` would do: NEW, SAME, REVISED, or HELD with the reason.

    `predicted` are issues by number as files before this one would have left them.
    Raises BulletinError for an issue without a number.
    """
    number = _number(parsed)
    known = (predicted or {}).get(number) or _stored_issue(session, number)
    if known is None:
        return Outcome.NEW, None
    if known.digest == _digest(parsed):
        return Outcome.SAME, None
    conflict = find_conflict(known, parsed, incoming)
    return (Outcome.HELD if conflict else Outcome.REVISED), conflict


def _stored_issue(session: Session, number: str) -> KnownIssue | None:
    """Return the issue that the library has under a number."""
    statement = select(Issue).where(Issue.number == number)
    found = session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        return None
    titles = session.scalars(select(Article.title).where(Article.issue_id == found.id))
    return KnownIssue(number, found.title, found.source, found.digest, set(titles))


def predict_issue(parsed: ParsedIssue, incoming: IncomingFile) -> KnownIssue:
    """Return an issue as the library would have it once it is stored, for the files after it in a dry run."""
    titles = {article.title for article in parsed.articles}
    where = "前面一个文件里的"
    return KnownIssue(_number(parsed), parsed.title or "", incoming.source, _digest(parsed), titles, where)


def save_issue(
    session: Session,
    issue: ParsedIssue | PicturesToStore,
    source: str | IncomingFile,
    now: dt.datetime,
    *,
    to_plan: bool = False,
) -> Outcome:
    """Store one issue; unchanged content writes nothing. `to_plan` marks a new issue for the worker's planning.

    An issue with pictures is given as `convert_pictures` returns it; otherwise they are converted here, while other
    processes wait. `source` is the file that brings it, by its bare name or as found in a folder; nothing is written
    of an issue that is held because another file brought its number. Articles keep their ids; those beyond the last
    one are withdrawn. Raises BulletinError for an issue without a number.
    """
    if isinstance(issue, ParsedIssue):
        to_store = convert_pictures(issue, known_pictures(session, shown_pictures(issue)))
    else:
        to_store = issue
    parsed = to_store.parsed
    incoming = source if isinstance(source, IncomingFile) else IncomingFile(source)
    outcome, _ = decide(session, parsed, incoming)
    if outcome in _UNWRITTEN:
        return outcome
    version = _next_version(session)
    # Decided again behind the version's row lock: of two processes with the same new file, the second finds it stored.
    outcome, _ = decide(session, parsed, incoming)
    if outcome in _UNWRITTEN:
        return outcome
    row = _write_issue(session, parsed, incoming.source, now)
    if outcome is Outcome.NEW:
        row.to_plan = to_plan
    _write_articles(session, row, parsed, version)
    link_pictures(session, row.id, to_store)
    return outcome


def save_archive(
    session: Session, articles: Iterable[ArchivedArticle], batch: int = 500
) -> dict[Outcome, int]:
    """Store archived articles under their own ids, `batch` at a time; return how many were new, same and revised."""
    counts = {Outcome.NEW: 0, Outcome.SAME: 0, Outcome.REVISED: 0}
    version: int | None = None
    pending: list[ArchivedArticle] = []
    for article in articles:
        pending.append(article)
        if len(pending) == batch:
            version = _write_archive(session, pending, version, counts)
            pending = []
    if pending:
        _write_archive(session, pending, version, counts)
    return counts


def _write_archive(
    session: Session, articles: list[ArchivedArticle], version: int | None, counts: dict[Outcome, int]
) -> int | None:
    """Store one batch; return the library's version once something has changed, else None."""
    latest = {a.id: _archive_values(a) for a in articles}  # the last line of a repeated id counts
    changes = _archive_changes(session, latest)
    if version is None and changes:
        version = _next_version(session)
        # As in `save_issue`: rows of another process are visible only behind the version's row lock.
        changes = _archive_changes(session, latest)
    counts[Outcome.SAME] += len(latest) - len(changes)
    for public_id, row in changes.items():
        counts[Outcome.NEW if row is None else Outcome.REVISED] += 1
        if row is None:
            session.add(Article(public_id=public_id, changed=version, **latest[public_id]))
        else:
            _assign(row, latest[public_id] | {"changed": version})
    session.flush()
    session.expunge_all()  # keeps memory bounded: an archive may be larger than memory
    return version


def _archive_changes(session: Session, given: dict[str, dict[str, Any]]) -> dict[str, Article | None]:
    """Return the ids of new or changed articles, each with its stored row; None for a new one."""
    rows = select(Article).where(Article.public_id.in_(given)).execution_options(populate_existing=True)
    known = {row.public_id: row for row in session.scalars(rows)}
    return {
        public_id: known.get(public_id)
        for public_id, values in given.items()
        if public_id not in known
        or any(getattr(known[public_id], name) != value for name, value in values.items())
    }


def _archive_values(given: ArchivedArticle) -> dict[str, Any]:
    """Return the column values of an archived article."""
    blocks = parse_marked_text(given.body.splitlines())
    return {
        "title": given.title,
        "section": given.section or "",
        "blocks": blocks,
        "summary": _summary(blocks),
        "date": given.date,
        "url": given.url,
        "number": given.issue,
        "withdrawn": False,
    }


def _write_issue(session: Session, parsed: ParsedIssue, source: str, now: dt.datetime) -> Issue:
    """Insert or update the row of an issue, and add a revision with its content."""
    number = _number(parsed)
    issue = session.scalar(select(Issue).where(Issue.number == number))
    values: dict[str, Any] = {
        **number_columns(number, parsed.year),
        "total": parsed.total,
        "date": parsed.date,
        "title": parsed.title or "",
        "editor": parsed.editor or "",
        "sections": list(dict.fromkeys(s.name for s in parsed.sections)),
        "lead": parsed.lead,
        "section_leads": _section_leads(parsed),
        "source": source,
        "digest": _digest(parsed),
        "shelved_at": now,
    }
    if issue is None:
        issue = Issue(number=number, revision=1, **values)
        session.add(issue)
    else:
        # The place in the folder stays known, where the file itself was named this time.
        kept = issue.source if PurePath(issue.source).name == source else source
        _assign(issue, values | {"revision": issue.revision + 1, "source": kept})
    session.flush()
    place_issues(session, issue)
    session.add(
        Revision(
            issue_id=issue.id,
            revision=issue.revision,
            digest=issue.digest,
            source=source,
            parsed=json.loads(_canonical(parsed)),
            shelved_at=now,
        )
    )
    return issue


def _write_articles(session: Session, issue: Issue, parsed: ParsedIssue, version: int) -> None:
    """Insert or update the articles of an issue by position, and withdraw rows beyond the last one."""
    known = {row.n: row for row in session.scalars(select(Article).where(Article.issue_id == issue.id))}
    in_order = ((section.name, article) for section in parsed.sections for article in section.articles)
    count = 0
    for count, (section, article) in enumerate(in_order, start=1):
        values: dict[str, Any] = {
            "title": article.title,
            "section": section,
            "blocks": article.blocks,
            "url": article.url or None,
            "summary": _summary(article.blocks),
            "date": parsed.date,
            "withdrawn": False,
            "changed": version,
        }
        if count in known:
            _assign(known[count], values)
            continue
        public_id = f"{issue.number}/{count}"
        session.add(Article(public_id=public_id, issue_id=issue.id, number=issue.number, n=count, **values))
    for n, row in known.items():
        if n is not None and n > count and not row.withdrawn:
            _assign(row, {"withdrawn": True, "changed": version})


def _next_version(session: Session) -> int:
    """Increase the library's version and return it; the row stays locked until the transaction ends."""
    increased = (
        update(LibraryVersion).where(LibraryVersion.id == 1).values(version=LibraryVersion.version + 1)
    )
    return int(session.execute(increased.returning(LibraryVersion.version)).scalar_one())


def _assign(row: Issue | Article, values: dict[str, Any]) -> None:
    """Set several columns of a row."""
    for name, value in values.items():
        setattr(row, name, value)


def _section_leads(parsed: ParsedIssue) -> dict[str, Blocks]:
    """Return the leads by section; a section that stands twice in the issue has both."""
    leads: dict[str, Blocks] = {}
    for section in parsed.sections:
        if section.lead:
            leads[section.name] = leads.get(section.name, ()) + section.lead
    return leads


def _summary(blocks: Blocks) -> str:
    """Return the beginning of the text for cards: of text without headings, pictures and tables if there is any."""
    prose = [block for block in blocks if not isinstance(block, Heading | Picture | Table | Note)]
    shown = (text.lstrip("#>-* ") for text in paragraphs(prose) or paragraphs(blocks))
    return cut_width(one_line(" ".join(shown)), SUMMARY_WIDTH)


def _number(parsed: ParsedIssue) -> str:
    """Return the number of an issue; raise BulletinError if it has none."""
    if parsed.number is None:
        raise BulletinError(
            "没有期号，也没有日期或时段", remedy="在刊头补上期号或日期后重新上架，或用 --number 写明。"
        )
    return parsed.number


def _canonical(parsed: ParsedIssue) -> str:
    """Return the content of an issue as canonical JSON, without what does not belong to the content."""
    content = {
        each.name: getattr(parsed, each.name) for each in fields(parsed) if each.name not in _NOT_IN_DIGEST
    }
    content["lead"] = blocks_to_json(parsed.lead)
    content["sections"] = [
        {
            "name": section.name,
            "lead": blocks_to_json(section.lead),
            "articles": [
                {"title": article.title, "url": article.url, "blocks": blocks_to_json(article.blocks)}
                for article in section.articles
            ],
        }
        for section in parsed.sections
    ]
    return json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)


def _digest(parsed: ParsedIssue) -> str:
    """Return the SHA-256 of an issue's content."""
    return hashlib.sha256(_canonical(parsed).encode()).hexdigest()
