"""Prepare what must exist at the platform before an issue can be sent: pictures, covers, the draft; send previews.

Each step is recorded before its call, like a delivery, so that a worker that takes over knows what may exist already.
A picture whose upload got no answer is uploaded again: a second copy in the material library does no harm. A draft is
looked up first, because editors see the draft box (wechat-platform.md, M: "look up by batchget before repeating").

A preview has a draft of its own, which is deleted after the preview was sent.
"""

import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select

from wxbot import audit, library, rendering
from wxbot.db import Session
from wxbot.errors import OutcomeUnknown, Refused, WeChatError
from wxbot.push.ledger.lease import Lease, LeaseLost, renew_lease
from wxbot.push.ledger.queries import get_campaign
from wxbot.push.ledger.states import audit_subject, move_preparation
from wxbot.push.ledger.tables import POSSIBLY_SENT, Delivery, EditorChoice, Preparation, PreparationState
from wxbot.push.planning.compose import compose_draft
from wxbot.push.push_settings import PushContext
from wxbot.push.rate_limit import error_text
from wxbot.wechat import WeChat

__all__ = ["discard_drafts", "discard_unsent_drafts", "draft_media_id", "prepare_draft", "send_preview"]

log = logging.getLogger(__name__)

DRAFT = "draft"
CLOCK_TOLERANCE = dt.timedelta(minutes=1)  # by how much the platform's clock may be behind ours
LOOKED_UP = 20  # newest drafts that are compared

Result = dict[str, Any]


def _draft_name(segment: int | None) -> str:
    """Return the preparation's name for the draft of a campaign, or of one batch of its list."""
    return DRAFT if segment is None else f"{DRAFT}:{segment}"


def draft_media_id(session: Session, campaign_id: int, segment: int | None = None) -> str | None:
    """Return the media_id of a campaign's draft, or of one batch's; None until the draft exists."""
    done = select(Preparation.result).where(
        Preparation.campaign_id == campaign_id,
        Preparation.name == _draft_name(segment),
        Preparation.state == PreparationState.DONE,
    )
    result = session.scalar(done)
    return None if result is None else str(result["media_id"])


def prepare_draft(
    context: PushContext,
    lease: Lease,
    articles: Sequence[rendering.DraftArticle],
    segment: int | None = None,
) -> str:
    """Upload what is missing and add the draft, unless it exists already; return the draft's media_id.

    Each batch (`segment`) of a list has a draft of its own, because sending consumes the draft; pictures and covers are
    uploaded once a campaign. Raises LeaseLost, and what the platform raises; either way it can be called again later.
    """
    with context.db.read() as session:
        found = draft_media_id(session, lease.campaign_id, segment)
    return found or _DraftPreparation(context, lease).run(articles, segment)


def discard_drafts(session: Session, campaign_id: int) -> None:
    """Delete the record of the campaign's draft, except those of a list's other batches.

    A new message needs a new draft, because a failed or sent job may have consumed the old one.
    """
    numbered = Delivery.campaign_id == campaign_id, Delivery.segment.is_not(None)
    _discard_drafts_but(session, campaign_id, numbered)


def discard_unsent_drafts(session: Session, campaign_id: int) -> None:
    """Delete the records of drafts that no call may have used, because the content of the issue is another now."""
    used = Delivery.campaign_id == campaign_id, Delivery.state.in_(POSSIBLY_SENT)
    _discard_drafts_but(session, campaign_id, used)


def _discard_drafts_but(session: Session, campaign_id: int, used: Sequence[ColumnElement[bool]]) -> None:
    """Delete the records of a campaign's drafts, except those of the deliveries `used`."""
    kept = [
        _draft_name(segment) for segment in session.scalars(select(Delivery.segment).where(*used).distinct())
    ]
    drafts = or_(Preparation.name == DRAFT, Preparation.name.startswith(f"{DRAFT}:"))
    discarded = Preparation.campaign_id == campaign_id, drafts, Preparation.name.not_in(kept)
    session.execute(delete(Preparation).where(*discarded))


def send_preview(
    context: PushContext, campaign_id: int, openids: Sequence[str], *, by: str
) -> dict[str, str]:
    """Send the campaign's content to editors' own WeChat; return for each openid why it failed ("" on success).

    The draft for the preview is deleted afterwards; the campaign's own draft is made when it is due. Raises what the
    platform raises while the draft is made. The platform allows 100 previews a day (wechat-platform.md, F1).
    """
    wechat, now = context.wechat, context.clock()
    with context.db.begin() as session:
        campaign = get_campaign(session, campaign_id)
        choice = EditorChoice.from_campaign(campaign)
        articles = compose_draft(session, campaign.number, context.settings, choice)
        about = audit_subject(campaign_id)
        audit.note(session, who=by, what="preview", subject=about, now=now, to=list(openids))
    read = _picture_reader(context)
    pictures = {
        picture.key: _upload_picture(wechat, picture, read) for picture in rendering.pictures_of(articles)
    }
    covers = [
        wechat.add_picture(a.draw_cover(read), f"preview-{k}.jpg")[0] for k, a in enumerate(articles, 1)
    ]
    draft = wechat.add_draft([a.as_platform(c, pictures) for a, c in zip(articles, covers, strict=True)])
    failures: dict[str, str] = {}
    for openid in openids:
        try:
            wechat.preview(draft, openid)
            failures[openid] = ""
        except (WeChatError, OutcomeUnknown) as error:
            failures[openid] = error_text(error)
    # A draft that could not be deleted is no failure: an editor who read of one would preview a second time.
    with contextlib.suppress(WeChatError, OutcomeUnknown):
        wechat.delete_draft(draft)
    return failures


@dataclass(frozen=True)
class _DraftPreparation:
    """The steps that lead to one campaign's draft, each recorded before and after its call."""

    context: PushContext
    lease: Lease

    def run(self, articles: Sequence[rendering.DraftArticle], segment: int | None) -> str:
        pictures = {
            picture.key: self._run_step(f"picture:{picture.key}", self._upload(picture))["url"]
            for picture in rendering.pictures_of(articles)
        }
        covers = [
            self._run_step(f"cover:{k}", self._add_cover(article, k))["media_id"]
            for k, article in enumerate(articles, start=1)
        ]
        body = [a.as_platform(cover, pictures) for a, cover in zip(articles, covers, strict=True)]
        titles = [article["title"] for article in body]
        draft = self._run_step(
            _draft_name(segment),
            lambda: {"media_id": self.context.wechat.add_draft(body)},
            lambda claimed_at: self._find_draft(titles, claimed_at),
        )
        return str(draft["media_id"])

    def _upload(self, picture: rendering.DraftPicture) -> Callable[[], Result]:
        read = _picture_reader(self.context)
        return lambda: {"url": _upload_picture(self.context.wechat, picture, read)}

    def _add_cover(self, article: rendering.DraftArticle, k: int) -> Callable[[], Result]:
        def add() -> Result:
            media_id, url = self.context.wechat.add_picture(
                article.draw_cover(_picture_reader(self.context)), f"cover-{k}.jpg"
            )
            return {"media_id": media_id, "url": url}

        return add

    def _find_draft(self, titles: Sequence[str], claimed_at: dt.datetime) -> Result | None:
        """Find a draft with exactly these titles, not older than our call, and used by no other campaign or batch."""
        with self.context.db.read() as session:
            drafts = or_(Preparation.name == DRAFT, Preparation.name.startswith(f"{DRAFT}:"))
            used = {
                result.get("media_id") for result in session.scalars(select(Preparation.result).where(drafts))
            }
        for draft in self.context.wechat.fetch_drafts(0, LOOKED_UP):
            is_ours = draft.titles == list(titles) and draft.media_id not in used
            if is_ours and draft.updated_at >= claimed_at - CLOCK_TOLERANCE:
                return {"media_id": draft.media_id}
        return None

    def _run_step(
        self,
        name: str,
        call: Callable[[], Result],
        look_up: Callable[[dt.datetime], Result | None] | None = None,
    ) -> Result:
        """Return the result of one step: as recorded, found at the platform by `look_up`, or from `call`."""
        clock = self.context.clock
        with self.context.db.begin() as session:
            if not renew_lease(session, self.lease, clock()):
                raise LeaseLost
            step = _find_or_add(session, self.lease.campaign_id, name, clock())
            if step.state == PreparationState.DONE:
                return dict(step.result)
            step_id, claimed_at = step.id, step.claimed_at
            move_preparation(session, step_id, "claim", clock(), claimed_at=clock())
        result = look_up(claimed_at) if look_up is not None and claimed_at is not None else None
        if result is None:
            result = call()
        with self.context.db.begin() as session:
            move_preparation(session, step_id, "finish", clock(), result=result)
        return result


def _upload_picture(wechat: WeChat, picture: rendering.DraftPicture, read: rendering.ReadPicture) -> str:
    """Upload a picture and return its address; "" if the draft is shown without it.

    That is so for a picture of the bulletin that the library has no more, or that the platform refuses for good: one
    picture stops no issue.
    """
    drawn = picture.draw(read)
    if drawn is None:
        return ""
    try:
        return wechat.upload_image(drawn.data, drawn.filename)
    except Refused as error:
        if not picture.is_of_bulletin:
            raise
        log.warning("the platform refuses picture %s: %s", picture.key, error.message)
        return ""


def _picture_reader(context: PushContext) -> rendering.ReadPicture:
    """Return a function that reads a picture of the library, in a transaction of its own."""

    def read(digest: str) -> bytes | None:
        with context.db.read() as session:
            found = library.picture_web_form(session, digest)
        return found.data if found is not None else None

    return read


def _find_or_add(session: Session, campaign_id: int, name: str, now: dt.datetime) -> Preparation:
    mine = Preparation.campaign_id == campaign_id, Preparation.name == name
    found = session.scalar(select(Preparation).where(*mine))
    if found is None:
        found = Preparation(
            campaign_id=campaign_id, name=name, state=PreparationState.PLANNED, result={}, moved_at=now
        )
        session.add(found)
        session.flush()
    return found
