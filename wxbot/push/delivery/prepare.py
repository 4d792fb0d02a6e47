"""What must exist at the platform before an issue can be sent: pictures, covers, the draft.

Each is written down before its call, like a delivery, so that a worker which takes over knows what may exist already.
A picture that was perhaps uploaded is uploaded again: a copy too many in the material library harms nobody. A draft is
looked for first, since editors see the draft box (reference, M: "look up by batchget before repeating").
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import or_, select

from wxbot import rendering
from wxbot.db import Database, Session
from wxbot.push.ledger.lease import Lease, LeaseLost, renew_lease
from wxbot.push.ledger.tables import Preparation, PreparationState
from wxbot.wechat import WeChat

__all__ = ["DRAFT", "draft_media_id", "draft_name", "prepare_draft"]

DRAFT = "draft"
Clock = Callable[[], dt.datetime]


def draft_name(segment: int | None) -> str:
    """What the draft of a campaign, or of one call of its list, is called among the preparations."""
    return DRAFT if segment is None else f"{DRAFT}:{segment}"


def draft_media_id(session: Session, campaign_id: int, segment: int | None = None) -> str | None:
    """The draft of a campaign, or of one call of its list, once it exists."""
    done = select(Preparation.result).where(
        Preparation.campaign_id == campaign_id,
        Preparation.name == draft_name(segment),
        Preparation.state == PreparationState.DONE,
    )
    result = session.scalar(done)
    return None if result is None else str(result["media_id"])


def prepare_draft(
    db: Database,
    wechat: WeChat,
    lease: Lease,
    articles: Sequence[rendering.DraftArticle],
    clock: Clock,
    segment: int | None = None,
) -> str:
    """Make whatever does not exist yet; gives the draft's media_id.

    Each `segment` of a list has a draft of its own, since sending spends it; pictures and covers are made once.
    Raises LeaseLost, and whatever the platform raises (the step can be made again later).
    """
    with db.read() as session:
        found = draft_media_id(session, lease.campaign_id, segment)
    if found is not None:
        return found
    pictures = {
        picture.key: _made(db, lease, f"picture:{picture.key}", clock, _upload(wechat, picture))["url"]
        for picture in rendering.pictures_of(articles)
    }
    covers = [
        _made(db, lease, f"cover:{k}", clock, _add_cover(wechat, article, k))["media_id"]
        for k, article in enumerate(articles, start=1)
    ]
    body = [a.as_platform(cover, pictures) for a, cover in zip(articles, covers, strict=True)]
    draft = _made(
        db,
        lease,
        draft_name(segment),
        clock,
        lambda: {"media_id": wechat.add_draft(body)},
        _look_up(db, wechat, body),
    )
    return str(draft["media_id"])


def _upload(wechat: WeChat, picture: rendering.DraftPicture) -> Callable[[], dict[str, Any]]:
    return lambda: {"url": wechat.upload_image(picture.draw(), picture.filename)}


def _add_cover(wechat: WeChat, article: rendering.DraftArticle, k: int) -> Callable[[], dict[str, Any]]:
    def add() -> dict[str, Any]:
        media_id, url = wechat.add_picture(article.draw_cover(), f"cover-{k}.jpg")
        return {"media_id": media_id, "url": url}

    return add


def _look_up(
    db: Database, wechat: WeChat, body: Sequence[dict[str, Any]]
) -> Callable[[dt.datetime], dict[str, Any] | None]:
    """Find a draft with just these titles, not older than our asking for it, and of no other campaign or call."""
    titles = [article["title"] for article in body]

    def look(asked_at: dt.datetime) -> dict[str, Any] | None:
        with db.read() as session:
            drafts = or_(Preparation.name == DRAFT, Preparation.name.startswith(f"{DRAFT}:"))
            done = session.scalars(select(Preparation.result).where(drafts))
            taken = {result.get("media_id") for result in done}
        for draft in wechat.fetch_drafts(0, 20):
            ours = draft.titles == titles and draft.media_id not in taken
            # A minute of grace: the platform's clock is not ours.
            if ours and draft.updated_at >= asked_at - dt.timedelta(minutes=1):
                return {"media_id": draft.media_id}
        return None

    return look


def _made(
    db: Database,
    lease: Lease,
    name: str,
    clock: Clock,
    make: Callable[[], dict[str, Any]],
    look_up: Callable[[dt.datetime], dict[str, Any] | None] | None = None,
) -> dict[str, Any]:
    """The result of one step: from the ledger, found at the platform, or made now."""
    with db.begin() as session:
        if not renew_lease(session, lease, clock()):
            raise LeaseLost
        row = _row(session, lease.campaign_id, name, clock())
        if row.state == PreparationState.DONE:
            return dict(row.result)
        asked_at = row.claimed_at
        row.state, row.claimed_at, row.moved_at = PreparationState.CLAIMED, clock(), clock()
        row_id = row.id
    result = look_up(asked_at) if look_up is not None and asked_at is not None else None
    if result is None:
        result = make()
    with db.begin() as session:
        kept = session.get_one(Preparation, row_id)
        kept.state, kept.result, kept.moved_at = PreparationState.DONE, result, clock()
    return result


def _row(session: Session, campaign_id: int, name: str, now: dt.datetime) -> Preparation:
    found = session.scalar(
        select(Preparation).where(Preparation.campaign_id == campaign_id, Preparation.name == name)
    )
    if found is None:
        found = Preparation(
            campaign_id=campaign_id, name=name, state=PreparationState.PLANNED, result={}, moved_at=now
        )
        session.add(found)
        session.flush()
    return found
