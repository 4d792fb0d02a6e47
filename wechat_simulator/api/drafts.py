"""Draft box (reference, section G1)."""

__all__ = [
    "add_draft",
    "count_drafts",
    "delete_draft",
    "get_draft",
    "list_drafts",
    "stored_article",
    "switch_draft_box",
    "update_draft",
]

import re
import secrets
from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, ApiCall, required_list, required_text, whole_number
from wechat_simulator.api_errors import ApiError
from wechat_simulator.html_filter import filter_html, plain_text
from wechat_simulator.media_store import Draft, Material
from wechat_simulator.rights import is_allowed

MAX_ARTICLES = 8
MAX_BYTES = 1 << 20
# Maximum length of title, author, digest and content in characters, as measured on the live API and as documented.
MEASURED = (64, 16, 128, MAX_BYTES)
DOCUMENTED = (32, 16, 128, 19_999)
FRACTION = r"(?:0(?:\.\d{1,6})?|1(?:\.0{1,6})?)"  # 0 to 1, six decimals at most
CROP = re.compile(rf"(?:{FRACTION}_){{3}}{FRACTION}")

Article = dict[str, Any]


def add_draft(account: Account, call: ApiCall) -> Answer:
    """Create a draft of one to eight articles."""
    articles = call.body.get("articles")
    if not isinstance(articles, list) or not articles:
        raise ApiError(44003)
    if len(articles) > MAX_ARTICLES:
        raise ApiError(45008)
    kept = [stored_article(account, article) for article in articles]
    call.spend_quota()
    draft = Draft(_new_id(), kept, call.now, call.now)
    account.media.drafts[draft.media_id] = draft
    _set_links(draft, account)
    call.world.changes.publish("draft")
    return {"media_id": draft.media_id}


def _new_id() -> str:
    return secrets.token_urlsafe(48)[:64].replace("-", "a")


def update_draft(account: Account, call: ApiCall) -> Answer:
    """Replace one article of a draft."""
    draft = account.media.draft(required_text(call.body, "media_id", 40007))
    article = call.body.get("articles")
    if not isinstance(article, dict):
        raise ApiError(47001)
    index = whole_number(call.body, "index", 40114, 0, len(draft.articles) - 1)
    kept = stored_article(account, article)
    call.spend_quota()
    draft.articles[index] = kept
    draft.updated = call.now
    _set_links(draft, account)
    call.world.changes.publish("draft")
    return OK


def get_draft(account: Account, call: ApiCall) -> Answer:
    draft = account.media.draft(required_text(call.body, "media_id", 40007))
    return {"news_item": draft.articles}


def list_drafts(account: Account, call: ApiCall) -> Answer:
    """List a page of drafts, newest first; `no_content` omits the bodies."""
    offset = whole_number(call.body, "offset", 40035, 0, 10**9)
    many = whole_number(call.body, "count", 40035, 1, 20)
    bare = whole_number(call.body, "no_content", 40035, 0, 1, 0)
    found = sorted(account.media.drafts.values(), key=lambda draft: draft.updated, reverse=True)
    page = found[offset : offset + many]
    items = [
        {
            "media_id": draft.media_id,
            "content": {
                "news_item": [without_content(article) if bare else article for article in draft.articles]
            },
            "update_time": int(draft.updated),
        }
        for draft in page
    ]
    return {"total_count": len(found), "item_count": len(items), "item": items}


def without_content(article: Article) -> Article:
    return {**article, "content": ""}


def count_drafts(account: Account, _call: ApiCall) -> Answer:
    return {"total_count": len(account.media.drafts)}


def delete_draft(account: Account, call: ApiCall) -> Answer:
    """Delete a draft permanently."""
    draft = account.media.draft(required_text(call.body, "media_id", 40007))
    call.spend_quota()
    del account.media.drafts[draft.media_id]
    call.world.changes.publish("draft")
    return OK


def switch_draft_box(_account: Account, _call: ApiCall) -> Answer:
    """Answer that the draft box is on; the platform has made this endpoint obsolete."""
    return OK | {"is_open": 1}


def _set_links(draft: Draft, account: Account) -> None:
    """Set each article's preview link and cover address."""
    for index, article in enumerate(draft.articles):
        cover = account.media.materials.get(article["thumb_media_id"])
        article["thumb_url"] = cover.url if cover else ""
        article["url"] = f"http://mp.weixin.qq.com/s/{draft.media_id}.{index}"


def stored_article(account: Account, fields: object) -> Article:
    """Return an article as the platform stores it; raise the error of its first invalid field."""
    if not isinstance(fields, dict):
        raise ApiError(47001)
    kind = fields.get("article_type", "news") or "news"
    if kind not in ("news", "newspic"):
        raise ApiError(40035, "article_type")
    title, author, digest, content = _checked_texts(account, fields)
    article: Article = {
        "article_type": kind,
        "title": title,
        "author": author,
        "digest": digest or plain_text(content)[:54],
        "content": content,
        "content_source_url": _source_url(fields),
        "thumb_media_id": "",
        "show_cover_pic": 0,
        **_comment_flags(account, fields),
    }
    if kind == "newspic":
        pictures = _picture_list(account, fields.get("image_info"))
        article["image_info"] = {"image_list": pictures}
        article["thumb_media_id"] = pictures[0]["image_media_id"]
    else:
        article["thumb_media_id"] = _cover_picture(account, fields.get("thumb_media_id")).media_id
    return article | _extras(fields)


def _optional_text(fields: Article, key: str) -> str:
    value = fields.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ApiError(47001)
    return value


def _checked_texts(account: Account, fields: Article) -> tuple[str, str, str, str]:
    """Return title, author, digest and filtered content, each within its limit."""
    limits = DOCUMENTED if account.identity.official_limits else MEASURED
    title, author, digest, content = (
        _optional_text(fields, key) for key in ("title", "author", "digest", "content")
    )
    if not title.strip():
        raise ApiError(40035, "title")
    for value, most, code in (
        (title, limits[0], 45003),
        (author, limits[1], 45110),
        (digest, limits[2], 45004),
    ):
        if len(value) > most:
            raise ApiError(code)
    if len(content) > limits[3] or len(content.encode("utf-8", "replace")) >= MAX_BYTES:
        raise ApiError(45002)
    if fields.get("article_type") == "newspic":
        return title, author, digest, plain_text(content)
    if not content.strip():
        raise ApiError(44004)
    return title, author, digest, filter_html(content, account.media.picture_key)


def _source_url(fields: Article) -> str:
    url = _optional_text(fields, "content_source_url")
    if url and (len(url.encode("utf-8", "replace")) > 1024 or not url.startswith(("http://", "https://"))):
        raise ApiError(41039)
    return url


def _comment_flags(account: Account, fields: Article) -> dict[str, int]:
    flags = {
        key: whole_number(fields, key, 40035, 0, 1, 0)
        for key in ("need_open_comment", "only_fans_can_comment")
    }
    if any(flags.values()) and not is_allowed(account.identity.kind, "comments"):
        raise ApiError(88000)
    return flags


def _cover_picture(account: Account, media_id: object) -> Material:
    """Return the cover, which must be a permanent picture of this account (40007)."""
    found = account.media.materials.get(media_id) if isinstance(media_id, str) else None
    if found is None or found.type not in ("image", "thumb"):
        raise ApiError(40007)
    return found


def _picture_list(account: Account, info: object) -> list[dict[str, str]]:
    if not isinstance(info, dict):
        raise ApiError(40035, "image_info")
    pictures = required_list(info, "image_list", 40035)
    if not 1 <= len(pictures) <= 20 or not all(isinstance(one, dict) for one in pictures):
        raise ApiError(40035, "image_list")
    return [
        {"image_media_id": _cover_picture(account, one.get("image_media_id")).media_id} for one in pictures
    ]


def _extras(fields: Article) -> Article:
    """Return crops, cover info and product info; only crops have a known rule."""
    kept = {key: fields[key] for key in ("cover_info", "product_info") if isinstance(fields.get(key), dict)}
    for key in ("pic_crop_235_1", "pic_crop_1_1"):
        crop = _optional_text(fields, key)
        if crop and not CROP.fullmatch(crop):
            raise ApiError(40035, key)
        kept |= {key: crop} if crop else {}
    return kept
