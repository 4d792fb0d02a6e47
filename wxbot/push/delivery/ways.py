"""The ways to one follower: for each route that writes to them one by one, the call that does it."""

from collections.abc import Callable
from functools import partial

from wxbot.db import Session
from wxbot.push.ledger.tables import Campaign, Route
from wxbot.push.planning.content import compose_card, compose_notice
from wxbot.push.push_settings import EditorChoice, PushSettings
from wxbot.wechat import WeChat

__all__ = ["SendToFollower", "sender_for"]

SendToFollower = Callable[[str], None]  # to one openid; raises what the platform answers


def sender_for(
    session: Session, campaign: Campaign, route: Route, wechat: WeChat, settings: PushSettings
) -> SendToFollower:
    """What sends a campaign's issue to one openid by `route`.

    Made once a pass, with what is alike for everybody; the calls come from many threads. Raises NotFound when the
    issue has gone from the shelf, Forbidden when the form of notices does not fit it any more, and ValueError for a
    route that is none of these.
    """
    choice = EditorChoice.from_campaign(campaign)
    if route is Route.CUSTOMER:
        return partial(wechat.send_card, card=compose_card(session, campaign.number, settings, choice))
    if route is Route.NOTICE:
        notice = compose_notice(session, campaign.number, settings, choice)
        return partial(
            wechat.send_notice, template_id=notice.template, values=notice.values, page=notice.page
        )
    raise ValueError(f"{route} does not write to followers one by one")
