"""Publishing without notifying followers: freepublish (reference, section G2)."""

__all__ = ["batchget", "delete", "get", "get_article", "submit"]

from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, Call, text, whole
from wechat_simulator.api.drafts import without_body
from wechat_simulator.errcodes import Refusal
from wechat_simulator.jobs import Publication
from wechat_simulator.mass import address
from wechat_simulator.publishing import PUBLISHING, SUCCESS, withdraw


def submit(account: Account, call: Call) -> Answer:
    """Hand a draft in; how it ends is told by PUBLISHJOBFINISH and by freepublish/get."""
    draft = account.shelf.draft(text(call.body, "media_id", 40007))
    if any(
        one.media_id == draft.media_id and one.status == PUBLISHING for one in account.publications.values()
    ):
        raise Refusal(53501)
    call.admit()
    publish_id = str(account.next("publication", 2_247_503_001))
    data_id = account.next("msg data", 2_206_227_001)
    account.publications[publish_id] = Publication(publish_id, draft.media_id, call.now, msg_data_id=data_id)
    call.world.later(account, account.identity.publish_delay, "published", publish_id=publish_id)
    call.world.bus.tell("job")
    return OK | {"publish_id": publish_id, "msg_data_id": str(data_id)}


def get(account: Account, call: Call) -> Answer:
    publish_id = call.body.get("publish_id")
    if isinstance(publish_id, bool) or not isinstance(publish_id, str | int):
        raise Refusal(40002)
    found = account.publications.get(str(publish_id))
    if found is None:
        raise Refusal(53502)
    answer: dict[str, Any] = {
        "publish_id": found.publish_id,
        "publish_status": found.status,
        "fail_idx": found.fail_idx,
    }
    if found.article_id:
        items = [{"idx": at, "article_url": address(page)} for at, page in enumerate(found.pages, start=1)]
        answer |= {"article_id": found.article_id, "article_detail": {"count": len(items), "item": items}}
    return answer


def _published(account: Account, call: Call) -> Publication:
    article_id = text(call.body, "article_id", 53600)
    for publication in account.publications.values():
        if publication.article_id == article_id:
            return publication
    raise Refusal(53600)


def get_article(account: Account, call: Call) -> Answer:
    publication = _published(account, call)
    return {"news_item": _items(account, publication)}


def _items(account: Account, publication: Publication) -> list[dict[str, Any]]:
    pages = [account.shelf.pages[page] for page in publication.pages]
    return [page.article | {"url": address(page.id), "is_deleted": page.deleted} for page in pages]


def batchget(account: Account, call: Call) -> Answer:
    """A page of what was published this way, newest first; mass messages are not among it."""
    offset = whole(call.body, "offset", 40035, 0, 10**9)
    many = whole(call.body, "count", 40035, 1, 20)
    bare = whole(call.body, "no_content", 40035, 0, 1, 0)
    found = [one for one in account.publications.values() if one.status == SUCCESS][::-1]
    page = found[offset : offset + many]
    items = []
    for publication in page:
        articles = _items(account, publication)
        shown = [without_body(one) for one in articles] if bare else articles
        items.append(
            {
                "article_id": publication.article_id,
                "content": {"news_item": shown},
                "update_time": int(publication.updated),
            }
        )
    return {"total_count": len(found), "item_count": len(items), "item": items}


def delete(account: Account, call: Call) -> Answer:
    """Delete one article (`index` from 1) or, with 0 or none, the whole publication; for good."""
    publication = _published(account, call)
    index = whole(call.body, "index", 40060, 0, len(publication.pages), 0)
    call.admit()
    withdraw(call.world, account, publication, index)
    return OK
