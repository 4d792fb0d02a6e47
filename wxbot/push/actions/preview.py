"""Around a campaign: a look for its editors before it goes out, and taking it back afterwards."""

import contextlib
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Select, select

from wxbot import audit, rendering
from wxbot.db import Database
from wxbot.errors import Forbidden, OutcomeUnknown, WeChatError
from wxbot.push.ledger.queries import get_campaign
from wxbot.push.ledger.states import audit_subject
from wxbot.push.ledger.tables import Delivery, Route
from wxbot.push.planning.content import compose_draft
from wxbot.push.push_settings import EditorChoice, PushSettings
from wxbot.wechat import WeChat

__all__ = ["preview", "recall"]


def preview(
    db: Database,
    wechat: WeChat,
    campaign_id: int,
    openids: Sequence[str],
    *,
    by: str,
    settings: PushSettings,
    now: dt.datetime,
) -> dict[str, str]:
    """Show the campaign's content to editors in their own WeChat; gives for each why it failed ("" when it did not).

    The draft for it is made and taken away again: the campaign's own comes when it is due. Raises what the platform
    raises while the draft is made. 100 previews a day (reference, F1).
    """
    with db.begin() as session:
        campaign = get_campaign(session, campaign_id)
        articles = compose_draft(session, campaign.number, settings, EditorChoice.from_campaign(campaign))
        audit.note(
            session, who=by, what="preview", subject=audit_subject(campaign_id), now=now, to=list(openids)
        )
    pictures = {p.key: wechat.upload_image(p.draw(), p.filename) for p in rendering.pictures_of(articles)}
    covers = [wechat.add_picture(a.draw_cover(), f"preview-{k}.jpg")[0] for k, a in enumerate(articles, 1)]
    draft = wechat.add_draft([a.as_platform(c, pictures) for a, c in zip(articles, covers, strict=True)])
    seen: dict[str, str] = {}
    for openid in openids:
        try:
            wechat.preview(draft, openid)
            seen[openid] = ""
        except (WeChatError, OutcomeUnknown) as no:
            seen[openid] = f"{no.message} {no.remedy}".strip()
    # Who saw it saw it, though the draft stays: an editor who was told of a failure would send it to them once more.
    with contextlib.suppress(WeChatError, OutcomeUnknown):
        wechat.delete_draft(draft)
    return seen


def recall(
    db: Database, wechat: WeChat, campaign_id: int, article: int, *, by: str, now: dt.datetime
) -> None:
    """Take a mass message back, or one article of it (1 to 8; 0 is all): its cards open to nothing from then on.

    What was read stays read, and the cards stay in the chats (reference, F3). The audit log tells the asking and what
    came of it. Raises Forbidden when there is nothing to take back, and what the platform answers.
    """

    def note(what: str, **details: object) -> None:
        with db.begin() as session:
            about = audit_subject(campaign_id)
            audit.note(session, who=by, what=what, subject=about, now=now, article=article, **details)

    with db.read() as session:
        get_campaign(session, campaign_id)
        jobs = list(session.scalars(_jobs(campaign_id)))
    if not jobs:
        raise Forbidden(
            f"计划 {campaign_id} 没有可以撤回的群发", remedy=f"wxbot push show {campaign_id} 查看。"
        )
    note("recall")
    for done, job in enumerate(jobs):
        try:
            wechat.delete_mass(str(job), article)
        except (WeChatError, OutcomeUnknown) as no:
            note("recall failed", reason=no.message, done=done, of=len(jobs))
            raise
    note("recalled")


def _jobs(campaign_id: int) -> Select[str | None]:
    """The mass messages of a campaign: of a list's lines many belong to one."""
    mine = (Delivery.campaign_id == campaign_id) & Delivery.msg_id.is_not(None)
    return select(Delivery.msg_id).where(mine, Delivery.route.in_([Route.MASS, Route.LIST])).distinct()
