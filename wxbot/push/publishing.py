"""Publish and withdraw what followers may read, together with what follows for the plans to push it.

An issue that is withdrawn is not sent: its unsent campaigns are cancelled in the same transaction, and one that is
being sent is paused. What has gone out already can be recalled and corrected by an editor.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from wxbot import audit, library
from wxbot.db import Database, Session
from wxbot.push.decisions import skip_open_deliveries
from wxbot.push.ledger.queries import any_delivery, issue_campaigns
from wxbot.push.ledger.states import CAMPAIGN_MOVES, move_campaign
from wxbot.push.ledger.tables import POSSIBLY_SENT, Campaign, CampaignState, EditorChoice

__all__ = ["CampaignEffect", "change_article", "issue_subject", "publish", "restore", "withdraw"]


@dataclass(frozen=True)
class CampaignEffect:
    """Effect of a change of an issue on one of its campaigns.

    `event` is the move that was made: "cancel", "pause", or "" for a campaign that went out already.
    """

    campaign_id: int
    state: str
    event: str


def issue_subject(key: str) -> str:
    """Return the subject under which the audit log stores an issue's entries."""
    return f"issue {key}"


def publish(db: Database, key: str, *, by: str, now: dt.datetime) -> bool:
    """Make an issue public, with the revision that waits; False if nothing was to be done. Raises NotFound."""
    with db.begin() as session:
        changed = library.publish_issue(session, key, now)
        if changed:
            audit.note(session, who=by, what="publish", subject=issue_subject(key), now=now)
        return changed


def withdraw(
    db: Database, key: str, reason: str, *, by: str, now: dt.datetime
) -> tuple[bool, list[CampaignEffect]]:
    """Take an issue back and stop its campaigns; return whether it was public or held, and what became of them."""
    with db.begin() as session:
        changed = library.withdraw_issue(session, key, reason)
        effects = [_stop(session, each, by, now) for each in issue_campaigns(session, key)]
        if changed:
            audit.note(session, who=by, what="withdraw", subject=issue_subject(key), now=now, reason=reason)
    for effect in effects:
        if effect.event == "cancel":
            skip_open_deliveries(db, effect.campaign_id, now)
    return changed, effects


def change_article(
    db: Database,
    key: str,
    n: int,
    change: Callable[[Session], library.Article],
    *,
    what: str,
    by: str,
    now: dt.datetime,
    reason: str = "",
) -> library.Article:
    """Withdraw, show or pin one article by `change`, and record it. An approval of other content falls by itself."""
    with db.begin() as session:
        article = change(session)
        subject = issue_subject(key)
        audit.note(session, who=by, what=f"{what} article", subject=subject, now=now, n=n, reason=reason)
        return article


def restore(db: Database, key: str, revision: int, *, by: str, now: dt.datetime) -> int | None:
    """Make an earlier revision the content of an issue again; return the number of the new revision, None if equal."""
    with db.begin() as session:
        number = library.restore_revision(session, key, revision, by, now)
        if number is not None:
            subject = issue_subject(key)
            audit.note(
                session, who=by, what="restore", subject=subject, now=now, revision=revision, to=number
            )
        return number


def _stop(session: Session, campaign: Campaign, by: str, now: dt.datetime) -> CampaignEffect:
    """Cancel a campaign of which nothing went out, pause one that is going out, and leave one that is over."""
    state = CampaignState(campaign.state)
    went_out = any_delivery(session, campaign.id, POSSIBLY_SENT)
    event = "pause" if went_out else "cancel"
    if (event, state) not in CAMPAIGN_MOVES:
        return CampaignEffect(campaign.id, state, "")
    # An unsent correction keeps blocking a second push, because the message that it corrects was sent.
    blocks = went_out or EditorChoice.from_campaign(campaign).correction is not None
    values = {} if blocks else {"claims": None}
    moved = move_campaign(session, campaign.id, event, now, by=by, reason="这一期已经撤下", **values)
    return CampaignEffect(campaign.id, moved or state, event if moved else "")
