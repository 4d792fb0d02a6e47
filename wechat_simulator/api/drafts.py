"""The draft box (reference, section G1)."""

__all__ = ["add", "batchget", "count", "delete", "get", "stored", "switch", "update"]

import re
import secrets
from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, Call, listing, text, whole
from wechat_simulator.errcodes import Refusal
from wechat_simulator.html import filtered, plain_text
from wechat_simulator.rights import may
from wechat_simulator.shelf import Draft, Material

MOST_ARTICLES = 8
MOST_BYTES = 1 << 20
# The longest title, author, digest and content in characters: as measured on the live API, and as documented.
MEASURED = (64, 16, 128, MOST_BYTES)
DOCUMENTED = (32, 16, 128, 19_999)
FRACTION = r"(?:0(?:\.\d{1,6})?|1(?:\.0{1,6})?)"  # 0 to 1, six decimals at most
CROP = re.compile(rf"(?:{FRACTION}_){{3}}{FRACTION}")

Article = dict[str, Any]


def add(account: Account, call: Call) -> Answer:
    """A new draft of one to eight articles, given as an array."""
    articles = call.body.get("articles")
    if not isinstance(articles, list) or not articles:
        raise Refusal(44003)
    if len(articles) > MOST_ARTICLES:
        raise Refusal(45008)
    kept = [stored(account, article) for article in articles]
    call.admit()
    draft = Draft(_new_id(), kept, call.now, call.now)
    account.shelf.drafts[draft.media_id] = draft
    _address(draft, account)
    call.world.bus.tell("draft")
    return {"media_id": draft.media_id}


def _new_id() -> str:
    return secrets.token_urlsafe(48)[:64].replace("-", "a")


def update(account: Account, call: Call) -> Answer:
    """Put one article, given as an object, in the place of another."""
    draft = account.shelf.draft(text(call.body, "media_id", 40007))
    article = call.body.get("articles")
    if not isinstance(article, dict):
        raise Refusal(47001)
    index = whole(call.body, "index", 40114, 0, len(draft.articles) - 1)
    kept = stored(account, article)
    call.admit()
    draft.articles[index] = kept
    draft.updated = call.now
    _address(draft, account)
    call.world.bus.tell("draft")
    return OK


def get(account: Account, call: Call) -> Answer:
    draft = account.shelf.draft(text(call.body, "media_id", 40007))
    return {"news_item": draft.articles}


def batchget(account: Account, call: Call) -> Answer:
    """A page of the box, newest first; `no_content` leaves the bodies out."""
    offset = whole(call.body, "offset", 40035, 0, 10**9)
    many = whole(call.body, "count", 40035, 1, 20)
    bare = whole(call.body, "no_content", 40035, 0, 1, 0)
    found = sorted(account.shelf.drafts.values(), key=lambda draft: draft.updated, reverse=True)
    page = found[offset : offset + many]
    items = [
        {
            "media_id": draft.media_id,
            "content": {
                "news_item": [without_body(article) if bare else article for article in draft.articles]
            },
            "update_time": int(draft.updated),
        }
        for draft in page
    ]
    return {"total_count": len(found), "item_count": len(items), "item": items}


def without_body(article: Article) -> Article:
    return {**article, "content": ""}


def count(account: Account, _call: Call) -> Answer:
    return {"total_count": len(account.shelf.drafts)}


def delete(account: Account, call: Call) -> Answer:
    """Delete a draft for good; there is no way back."""
    draft = account.shelf.draft(text(call.body, "media_id", 40007))
    call.admit()
    del account.shelf.drafts[draft.media_id]
    call.world.bus.tell("draft")
    return OK


def switch(_account: Account, _call: Call) -> Answer:
    """Obsolete: the draft box is open to everyone."""
    return OK | {"is_open": 1}


def _address(draft: Draft, account: Account) -> None:
    """Give each article its temporary preview link and the address of its cover."""
    for index, article in enumerate(draft.articles):
        cover = account.shelf.materials.get(article["thumb_media_id"])
        article["thumb_url"] = cover.url if cover else ""
        article["url"] = f"http://mp.weixin.qq.com/s/{draft.media_id}.{index}"


def stored(account: Account, given: object) -> Article:
    """An article as the platform keeps it, or the refusal that its first wrong field deserves."""
    if not isinstance(given, dict):
        raise Refusal(47001)
    kind = given.get("article_type", "news") or "news"
    if kind not in ("news", "newspic"):
        raise Refusal(40035, "article_type")
    title, author, digest, content = _words(account, given)
    article: Article = {
        "article_type": kind,
        "title": title,
        "author": author,
        "digest": digest or plain_text(content)[:54],
        "content": content,
        "content_source_url": _source(given),
        "thumb_media_id": "",
        "show_cover_pic": 0,
        **_comment_flags(account, given),
    }
    if kind == "newspic":
        pictures = _picture_list(account, given.get("image_info"))
        article["image_info"] = {"image_list": pictures}
        article["thumb_media_id"] = pictures[0]["image_media_id"]
    else:
        article["thumb_media_id"] = _cover(account, given.get("thumb_media_id")).media_id
    return article | _extras(given)


def _string(given: Article, key: str) -> str:
    value = given.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refusal(47001)
    return value


def _words(account: Account, given: Article) -> tuple[str, str, str, str]:
    """Title, author, digest and filtered content, each within its limit."""
    limits = DOCUMENTED if account.identity.official_limits else MEASURED
    title, author, digest, content = (_string(given, key) for key in ("title", "author", "digest", "content"))
    if not title.strip():
        raise Refusal(40035, "title")
    for value, most, code in (
        (title, limits[0], 45003),
        (author, limits[1], 45110),
        (digest, limits[2], 45004),
    ):
        if len(value) > most:
            raise Refusal(code)
    if len(content) > limits[3] or len(content.encode("utf-8", "replace")) >= MOST_BYTES:
        raise Refusal(45002)
    if given.get("article_type") == "newspic":
        return title, author, digest, plain_text(content)
    if not content.strip():
        raise Refusal(44004)
    return title, author, digest, filtered(content, account.shelf.picture_key)


def _source(given: Article) -> str:
    url = _string(given, "content_source_url")
    if url and (len(url.encode("utf-8", "replace")) > 1024 or not url.startswith(("http://", "https://"))):
        raise Refusal(41039)
    return url


def _comment_flags(account: Account, given: Article) -> dict[str, int]:
    flags = {key: whole(given, key, 40035, 0, 1, 0) for key in ("need_open_comment", "only_fans_can_comment")}
    if any(flags.values()) and not may(account.identity.kind, "comments"):
        raise Refusal(88000)
    return flags


def _cover(account: Account, media_id: object) -> Material:
    """A cover must be a permanent picture of this account: anything else is 40007."""
    found = account.shelf.materials.get(media_id) if isinstance(media_id, str) else None
    if found is None or found.type not in ("image", "thumb"):
        raise Refusal(40007)
    return found


def _picture_list(account: Account, info: object) -> list[dict[str, str]]:
    if not isinstance(info, dict):
        raise Refusal(40035, "image_info")
    pictures = listing(info, "image_list", 40035)
    if not 1 <= len(pictures) <= 20 or not all(isinstance(one, dict) for one in pictures):
        raise Refusal(40035, "image_list")
    return [{"image_media_id": _cover(account, one.get("image_media_id")).media_id} for one in pictures]


def _extras(given: Article) -> Article:
    """Crops, cover and product: looked at where a rule is known, else kept as they came."""
    kept = {key: given[key] for key in ("cover_info", "product_info") if isinstance(given.get(key), dict)}
    for key in ("pic_crop_235_1", "pic_crop_1_1"):
        crop = _string(given, key)
        if crop and not CROP.fullmatch(crop):
            raise Refusal(40035, key)
        kept |= {key: crop} if crop else {}
    return kept
