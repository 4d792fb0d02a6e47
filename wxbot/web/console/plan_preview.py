"""Show what followers would see of a planned campaign: the cover of its first item, the card of single followers."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from wxbot import library, rendering
from wxbot.bulletin.push_form import PushForm
from wxbot.db import Session
from wxbot.errors import Forbidden
from wxbot.local_time import moment_label
from wxbot.push import EditorChoice, Plan, PushSettings, Route
from wxbot.push.planning.compose import compose_card, compose_draft
from wxbot.wechat import Card
from wxbot.wiring import Services

__all__ = ["MessagePreview", "preview_message", "usual_items"]


@dataclass(frozen=True)
class MessagePreview:
    """Parts of a plan as followers see them.

    `at` is the time in Chinese, "" for at once, `cover` the cover of the first item as a `data:` address, and `card`
    what single followers get; None if the plan sends none.
    """

    at: str
    cover: str
    card: Card | None


def preview_message(services: Services, plan: Plan) -> MessagePreview:
    """Return what followers would see of a plan."""
    cover = (
        plan.articles[0].draw_cover(lambda digest: _read_picture(services, digest)) if plan.articles else b""
    )
    card: Card | None = None
    if {Route.CUSTOMER, Route.NOTICE} & {plan.route, *plan.routes}:
        with services.db.read() as session:
            card = compose_card(session, plan.number, services.pusher.settings, plan.choice, plan.form)
    return MessagePreview(
        moment_label(plan.at, services.settings.tz),
        f"data:image/jpeg;base64,{b64encode(cover).decode()}" if cover else "",
        card,
    )


def usual_items(
    session: Session, number: str, settings: PushSettings, choice: EditorChoice
) -> Sequence[rendering.DraftArticle]:
    """Return the items of a push without any settings; none for an issue of which nothing can be sent."""
    try:
        return compose_draft(session, number, settings, choice, PushForm())
    except Forbidden:
        return ()


def _read_picture(services: Services, digest: str) -> bytes | None:
    """Return a picture of the library; None if the library does not have it any more."""
    with services.db.read() as session:
        found = library.picture_web_form(session, digest)
    return found.data if found is not None else None
