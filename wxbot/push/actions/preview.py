"""Preview a campaign to editors before it is sent, and recall its mass messages afterwards."""

import contextlib
from collections.abc import Sequence
from functools import partial

from sqlalchemy import Select, select

from wxbot import audit, rendering
from wxbot.errors import Forbidden, OutcomeUnknown, WeChatError
from wxbot.push.ledger.queries import get_campaign
from wxbot.push.ledger.states import audit_subject
from wxbot.push.ledger.tables import Delivery, EditorChoice, Route
from wxbot.push.planning.compose import compose_draft
from wxbot.push.push_settings import PushContext
from wxbot.push.timing.rate_limit import error_text

__all__ = ["preview", "recall"]


def preview(context: PushContext, campaign_id: int, openids: Sequence[str], *, by: str) -> dict[str, str]:
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
    pictures = {p.key: wechat.upload_image(p.draw(), p.filename) for p in rendering.pictures_of(articles)}
    covers = [wechat.add_picture(a.draw_cover(), f"preview-{k}.jpg")[0] for k, a in enumerate(articles, 1)]
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


def recall(context: PushContext, campaign_id: int, article: int, *, by: str) -> None:
    """Recall a campaign's mass messages, or one article of them (1 to 8; 0 is all), so that its cards open to nothing.

    What was read stays read, and the cards stay in the chats (wechat-platform.md, F3). The request and its result are
    written to the audit log. Raises Forbidden when there is nothing to recall, and what the platform raises.
    """
    with context.db.read() as session:
        get_campaign(session, campaign_id)
        jobs = list(session.scalars(_mass_message_ids(campaign_id)))
    if not jobs:
        raise Forbidden(
            f"计划 {campaign_id} 没有可以撤回的群发", remedy=f"wxbot push show {campaign_id} 查看。"
        )
    note = partial(_note_recall, context, campaign_id, by, article=article)
    note("recall")
    for done, job in enumerate(jobs):
        try:
            context.wechat.delete_mass(str(job), article)
        except (WeChatError, OutcomeUnknown) as error:
            note("recall failed", reason=error.message, done=done, of=len(jobs))
            raise
    note("recalled")


def _note_recall(context: PushContext, campaign_id: int, by: str, what: str, **details: object) -> None:
    with context.db.begin() as session:
        about, now = audit_subject(campaign_id), context.clock()
        audit.note(session, who=by, what=what, subject=about, now=now, **details)


def _mass_message_ids(campaign_id: int) -> Select[str | None]:
    """Select the ids of a campaign's mass messages; all deliveries of one list batch share one id."""
    mine = (Delivery.campaign_id == campaign_id) & Delivery.msg_id.is_not(None)
    return select(Delivery.msg_id).where(mine, Delivery.route.in_([Route.MASS, Route.LIST])).distinct()
