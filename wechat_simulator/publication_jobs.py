"""Processing of a publication after it was submitted: its result and the event (reference, section G2)."""

__all__ = ["delete_published_articles", "finish_publication"]

import secrets
from typing import Any

from wechat_simulator import callbacks
from wechat_simulator.account import Account
from wechat_simulator.callback_messages import job_event
from wechat_simulator.jobs import PublishedDraft
from wechat_simulator.mass_jobs import article_url
from wechat_simulator.world import World

SUCCESS, PUBLISHING, UNORIGINAL, FAILED, REFUSED, DELETED, BANNED = range(7)
STATES_WITH_FAIL_IDX = (UNORIGINAL, REFUSED)


def finish_publication(world: World, account: Account, arguments: dict[str, Any]) -> None:
    """Finish a publication that is due: publish and delete the draft, or fail in the state that the account is set to.

    A banned publication first succeeds and reports success; the platform sends no event for the ban.
    """
    publication = account.publications[arguments["publish_id"]]
    draft = account.media.drafts.get(publication.media_id)
    publication.updated = world.now()
    ends = account.identity.publish_fails if draft is not None else FAILED
    publication.status = SUCCESS if ends == BANNED else ends
    if draft is not None and publication.status == SUCCESS:
        publication.article_id = secrets.token_urlsafe(33).replace("-", "b")
        pages = account.media.publish_articles(draft.articles, world.now(), f"p{publication.publish_id}")
        publication.pages = [page.id for page in pages]
        del account.media.drafts[draft.media_id]
    elif draft is not None and publication.status in STATES_WITH_FAIL_IDX:
        publication.fail_idx = list(range(1, len(draft.articles) + 1))
    fields = {"PublishEventInfo": _event_fields(publication)}
    message = job_event(
        account, world.now(), "PUBLISHJOBFINISH", fields, account.followers.prefix + "mphelper"
    )
    callbacks.push(world, account, message)
    if ends == BANNED:
        delete_published_articles(world, account, publication, 0)
        publication.status = BANNED
    world.changes.publish("job")
    world.changes.publish("draft")


def _event_fields(publication: PublishedDraft) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "publish_id": int(publication.publish_id),
        "publish_status": publication.status,
    }
    if publication.status == SUCCESS:
        items = [
            {"idx": at, "article_url": article_url(page)}
            for at, page in enumerate(publication.pages, start=1)
        ]
        fields["article_id"] = publication.article_id
        fields["article_detail"] = {"count": len(items), "item": items}
    elif publication.fail_idx:
        fields["fail_idx"] = publication.fail_idx
    return fields


def delete_published_articles(
    world: World, account: Account, publication: PublishedDraft, index: int
) -> None:
    """Delete one article of a publication (1-based), or all with index 0."""
    chosen = publication.pages if index == 0 else publication.pages[index - 1 : index]
    for page_id in chosen:
        account.media.pages[page_id].deleted = True
    if all(account.media.pages[page_id].deleted for page_id in publication.pages):
        publication.status = DELETED
    world.changes.publish("job")
