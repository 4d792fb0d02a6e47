"""Pictures of issues: complete their web forms, store each once, read them for pages and drafts."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from wxbot.bulletin import ParsedIssue
from wxbot.bulletin.issue_pictures import convert_shown_pictures, shown_pictures
from wxbot.bulletin.model import WebForm
from wxbot.bulletin.web_forms import web_form
from wxbot.db import Session
from wxbot.errors import BulletinError
from wxbot.library.tables import Issue, IssuePicture, IssueState, StoredPicture

__all__ = [
    "PicturesToStore",
    "convert_pictures",
    "count_pictures",
    "is_public_picture",
    "link_pictures",
    "picture_web_form",
    "stored_pictures",
]


@dataclass(frozen=True, slots=True)
class PicturesToStore:
    """An issue whose pictures can all be shown, and the web forms of those that the library does not have yet."""

    parsed: ParsedIssue
    forms: Mapping[str, WebForm]


def stored_pictures(session: Session, parsed: ParsedIssue) -> set[str]:
    """Return the digests of those pictures of an issue that the library has."""
    digests = set(shown_pictures(parsed))
    return set(session.scalars(select(StoredPicture.digest).where(StoredPicture.digest.in_(digests))))


def convert_pictures(parsed: ParsedIssue, known: set[str]) -> PicturesToStore:
    """Return an issue with web forms of its pictures, but of the `known` ones; of a damaged one only the caption stays.

    A reading process has converted those of a file from outside; only what it did not do is done here, before the
    transaction that stores the issue.
    """
    complete = convert_shown_pictures(parsed, known)
    return PicturesToStore(complete, complete.web_forms)


def link_pictures(session: Session, issue_id: int, to_store: PicturesToStore) -> None:
    """Store the new pictures of an issue and record which it shows, or showed in a revision that can be restored."""
    shown = set(shown_pictures(to_store.parsed))
    mine = IssuePicture.issue_id == issue_id
    before = set(session.scalars(select(IssuePicture.digest).where(mine)))
    for digest in sorted(shown - stored_pictures(session, to_store.parsed)):
        _store_picture(session, digest, to_store)
    session.flush()
    session.add_all(IssuePicture(issue_id=issue_id, digest=digest) for digest in sorted(shown - before))
    session.flush()


def _store_picture(session: Session, digest: str, to_store: PicturesToStore) -> None:
    """Add the row of a new picture."""
    original = to_store.parsed.pictures[digest]
    # A picture that the library had when the issue was converted may have been deleted since.
    form = to_store.forms.get(digest) or web_form(original)
    if form is None:
        raise BulletinError("有一张图片打不开", remedy="请检查原文件里的图片后重新上架。")
    changed = None if form.data == original else form.data
    size = {"width": form.width, "height": form.height, "web_type": form.media_type}
    session.add(StoredPicture(digest=digest, original=original, web_form=changed, **size))


def picture_web_form(session: Session, digest: str) -> WebForm | None:
    """Return a picture as pages show it; None for one that the library does not have."""
    found = session.get(StoredPicture, digest, options=[undefer(StoredPicture.web_form)])
    if found is None:
        return None
    return WebForm(found.web_form or found.original, found.web_type, found.width, found.height)


def is_public_picture(session: Session, digest: str) -> bool:
    """Tell if a public issue shows a picture, or showed it."""
    shown = select(IssuePicture.digest).join(Issue, Issue.id == IssuePicture.issue_id)
    public = IssuePicture.digest == digest, Issue.state == IssueState.PUBLIC
    return session.scalar(shown.where(*public).limit(1)) is not None


def count_pictures(session: Session) -> int:
    """Return the number of different pictures."""
    return session.scalar(select(func.count()).select_from(StoredPicture)) or 0
