"""Around a campaign: a look for its editors before it goes out, and taking it back afterwards."""

import datetime as dt
from collections.abc import Sequence

from wxbot import audit, cards
from wxbot.db import Database
from wxbot.errors import Forbidden, Unheard, WeChatError
from wxbot.push.campaigns import find, ledger
from wxbot.push.plan import draft_of
from wxbot.push.states import subject
from wxbot.push.terms import Choice, Terms
from wxbot.wechat import WeChat

__all__ = ["preview", "recall"]


def preview(
    db: Database,
    wechat: WeChat,
    campaign_id: int,
    openids: Sequence[str],
    *,
    by: str,
    terms: Terms,
    now: dt.datetime,
) -> dict[str, str]:
    """Show the campaign's content to editors in their own WeChat; gives for each why it failed ("" when it did not).

    The draft for it is made and taken away again: the campaign's own comes when it is due. Raises what the platform
    raises while the draft is made. 100 previews a day (reference, F1).
    """
    with db.begin() as session:
        campaign = find(session, campaign_id)
        articles = draft_of(session, campaign.number, terms, Choice.of(campaign))
        audit.note(session, who=by, what="preview", subject=subject(campaign_id), now=now, to=list(openids))
    pictures = {p.key: wechat.upload_image(p.draw(), p.filename) for p in cards.pictures_of(articles)}
    covers = [wechat.add_picture(a.draw_cover(), f"preview-{k}.jpg")[0] for k, a in enumerate(articles, 1)]
    draft = wechat.add_draft([a.as_platform(c, pictures) for a, c in zip(articles, covers, strict=True)])
    seen: dict[str, str] = {}
    for openid in openids:
        try:
            wechat.preview(draft, openid)
            seen[openid] = ""
        except (WeChatError, Unheard) as no:
            seen[openid] = f"{no.message} {no.remedy}".strip()
    wechat.delete_draft(draft)
    return seen


def recall(
    db: Database, wechat: WeChat, campaign_id: int, article: int, *, by: str, now: dt.datetime
) -> None:
    """Take a mass message back, or one article of it (1 to 8; 0 is all): its cards open to nothing from then on.

    What was read stays read, and the cards stay in the chats (reference, F3). Raises Forbidden when there is nothing
    to take back.
    """
    with db.begin() as session:
        find(session, campaign_id)
        jobs = [line.msg_id for line in ledger(session, campaign_id) if line.msg_id]
        if not jobs:
            raise Forbidden(
                f"计划 {campaign_id} 没有可以撤回的群发", remedy=f"wxbot push show {campaign_id} 查看。"
            )
        audit.note(session, who=by, what="recall", subject=subject(campaign_id), now=now, article=article)
    for job in jobs:
        wechat.delete_mass(job, article)
