"""Publish drafts without notifying followers: freepublish (reference, section G2)."""

__all__ = [
    "delete_publication",
    "get_publication",
    "get_published_article",
    "list_publications",
    "submit_publication",
]

from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, ApiCall, required_text, whole_number
from wechat_simulator.api.drafts import without_content
from wechat_simulator.api_errors import ApiError
from wechat_simulator.jobs import PublishedDraft
from wechat_simulator.mass_jobs import article_url
from wechat_simulator.publication_jobs import PUBLISHING, SUCCESS, delete_published_articles


def submit_publication(account: Account, call: ApiCall) -> Answer:
    """Submit a draft for publication; PUBLISHJOBFINISH and freepublish/get report the result."""
    draft = account.media.draft(required_text(call.body, "media_id", 40007))
    if any(
        one.media_id == draft.media_id and one.status == PUBLISHING for one in account.publications.values()
    ):
        raise ApiError(53501)
    call.spend_quota()
    publish_id = str(account.next_number("publication", 2_247_503_001))
    data_id = account.next_number("msg data", 2_206_227_001)
    account.publications[publish_id] = PublishedDraft(
        publish_id, draft.media_id, call.now, msg_data_id=data_id
    )
    call.world.schedule_action(account, account.identity.publish_delay, "published", publish_id=publish_id)
    call.world.changes.publish("job")
    return OK | {"publish_id": publish_id, "msg_data_id": str(data_id)}


def get_publication(account: Account, call: ApiCall) -> Answer:
    publish_id = call.body.get("publish_id")
    if isinstance(publish_id, bool) or not isinstance(publish_id, str | int):
        raise ApiError(40002)
    found = account.publications.get(str(publish_id))
    if found is None:
        raise ApiError(53502)
    answer: dict[str, Any] = {
        "publish_id": found.publish_id,
        "publish_status": found.status,
        "fail_idx": found.fail_idx,
    }
    if found.article_id:
        items = [
            {"idx": at, "article_url": article_url(page)} for at, page in enumerate(found.pages, start=1)
        ]
        answer |= {"article_id": found.article_id, "article_detail": {"count": len(items), "item": items}}
    return answer


def _find_publication(account: Account, call: ApiCall) -> PublishedDraft:
    article_id = required_text(call.body, "article_id", 53600)
    for publication in account.publications.values():
        if publication.article_id == article_id:
            return publication
    raise ApiError(53600)


def get_published_article(account: Account, call: ApiCall) -> Answer:
    publication = _find_publication(account, call)
    return {"news_item": _news_items(account, publication)}


def _news_items(account: Account, publication: PublishedDraft) -> list[dict[str, Any]]:
    pages = [account.media.pages[page] for page in publication.pages]
    return [page.article | {"url": article_url(page.id), "is_deleted": page.deleted} for page in pages]


def list_publications(account: Account, call: ApiCall) -> Answer:
    """List a page of publications, newest first; mass messages are not included."""
    offset = whole_number(call.body, "offset", 40035, 0, 10**9)
    many = whole_number(call.body, "count", 40035, 1, 20)
    bare = whole_number(call.body, "no_content", 40035, 0, 1, 0)
    found = [one for one in account.publications.values() if one.status == SUCCESS][::-1]
    page = found[offset : offset + many]
    items = []
    for publication in page:
        articles = _news_items(account, publication)
        shown = [without_content(one) for one in articles] if bare else articles
        items.append(
            {
                "article_id": publication.article_id,
                "content": {"news_item": shown},
                "update_time": int(publication.updated),
            }
        )
    return {"total_count": len(found), "item_count": len(items), "item": items}


def delete_publication(account: Account, call: ApiCall) -> Answer:
    """Delete one article (`index` from 1) or, with 0 or none, the whole publication permanently."""
    publication = _find_publication(account, call)
    index = whole_number(call.body, "index", 40060, 0, len(publication.pages), 0)
    call.spend_quota()
    delete_published_articles(call.world, account, publication, index)
    return OK
