"""Publish, withdraw and restore what followers may read, together with what follows for the plans to push it.

An issue that is withdrawn is not sent: its unsent campaigns are cancelled in the same transaction, and one that is
being sent is paused. What has gone out already can be recalled and corrected by an editor. What a change of content
does is in `push.content_changes`.

`seen` is the token of what an editor has looked at (`library.issue_list.seen_token`): an order is refused when the
issue has changed since. None carries it out as the issue is.
"""

import datetime as dt
from collections.abc import Callable

from wxbot import audit, library
from wxbot.db import Database, Session
from wxbot.library.issue_list import require_seen
from wxbot.push.content_changes import (
    CampaignEffect,
    apply_content_change,
    preview_content_change,
    stop_campaigns,
)
from wxbot.push.decisions import skip_open_deliveries
from wxbot.push.push_settings import PushContext

__all__ = [
    "CampaignEffect",
    "change_article",
    "follow_ingest",
    "issue_subject",
    "publish",
    "restore",
    "withdraw",
]


def issue_subject(key: str) -> str:
    """Return the subject under which the audit log stores an issue's entries."""
    return f"issue {key}"


def follow_ingest(
    context: PushContext, by: str, session: Session, key: str, *, dry_run: bool
) -> list[CampaignEffect]:
    """Return what content that was ingested means for the campaigns of its issue; apply it unless in a dry run."""
    if dry_run:
        return preview_content_change(session, key)
    return apply_content_change(context.settings, session, key, by, context.clock())


def publish(
    context: PushContext, key: str, *, by: str, now: dt.datetime, seen: str | None = None
) -> tuple[bool, list[CampaignEffect]]:
    """Make an issue public, with the revision that waits; return whether anything changed, and for which campaigns.

    Raises NotFound.
    """
    with context.db.begin() as session:
        require_seen(session, key, seen)
        changed = library.publish_issue(session, key, now)
        if not changed:
            return False, []
        audit.note(session, who=by, what="publish", subject=issue_subject(key), now=now)
        return True, apply_content_change(context.settings, session, key, by, now)


def withdraw(
    db: Database, key: str, reason: str, *, by: str, now: dt.datetime, seen: str | None = None
) -> tuple[bool, list[CampaignEffect]]:
    """Take an issue back and stop its campaigns; return whether it was public or held, and what became of them."""
    with db.begin() as session:
        require_seen(session, key, seen)
        changed = library.withdraw_issue(session, key, reason)
        effects = stop_campaigns(session, key, by, now)
        if changed:
            audit.note(session, who=by, what="withdraw", subject=issue_subject(key), now=now, reason=reason)
    for effect in effects:
        if effect.event == "cancel":
            skip_open_deliveries(db, effect.campaign_id, now)
    return changed, effects


def change_article(
    context: PushContext,
    key: str,
    n: int,
    change: Callable[[Session], tuple[library.Article, bool]],
    *,
    what: str,
    by: str,
    now: dt.datetime,
    reason: str = "",
    seen: str | None = None,
) -> tuple[library.Article, bool, list[CampaignEffect]]:
    """Withdraw, show or pin one article by `change`, and record it.

    Return it, False if nothing was to be done, and what follows for campaigns.
    """
    with context.db.begin() as session:
        require_seen(session, key, seen)
        article, changed = change(session)
        if not changed:
            return article, False, []
        subject = issue_subject(key)
        audit.note(session, who=by, what=f"{what} article", subject=subject, now=now, n=n, reason=reason)
        return article, True, apply_content_change(context.settings, session, key, by, now)


def restore(
    context: PushContext, key: str, revision: int, *, by: str, now: dt.datetime, seen: str | None = None
) -> tuple[int | None, list[CampaignEffect]]:
    """Make an earlier revision the content of an issue again.

    Return the number of the new revision, None if the content is equal, and what follows for campaigns.
    """
    with context.db.begin() as session:
        require_seen(session, key, seen)
        number = library.restore_revision(session, key, revision, by, now)
        if number is None:
            return None, []
        subject = issue_subject(key)
        audit.note(session, who=by, what="restore", subject=subject, now=now, revision=revision, to=number)
        return number, apply_content_change(context.settings, session, key, by, now)
