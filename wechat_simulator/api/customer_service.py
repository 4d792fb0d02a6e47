"""Customer-service messages (reference, section E)."""

__all__ = ["list_records", "send_message", "set_typing"]

from collections.abc import Callable
from typing import Any

from wechat_simulator import inbox
from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, ApiCall, required_list, required_text, whole_number
from wechat_simulator.api.message_content import (
    Fields,
    draft_cards,
    external_card,
    message_content,
    message_part,
)
from wechat_simulator.api_errors import ApiError
from wechat_simulator.follower_registry import FollowerRecord, usable_allowance
from wechat_simulator.inbox import article_card
from wechat_simulator.media_store import local_path

ContentReader = Callable[[Account, Fields, float], Fields]


def send_message(account: Account, call: ApiCall) -> Answer:
    """Send a message to one user, if an action of that user allows it."""
    openid = required_text(call.body, "touser", 40003)
    kind = call.body.get("msgtype")
    reader = CONTENT_READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise ApiError(40008)
    entry = reader(account, call.body, call.now)
    follower = _reachable_user(account, openid)
    allowance = usable_allowance(follower, call.now)
    call.spend_quota()
    allowance.used += 1
    follower.typing = False
    inbox.add_entry(call.world, account, follower, "customer", entry)
    return OK


def _reachable_user(account: Account, openid: str) -> FollowerRecord:
    """Return a user who can be written to: a follower, or someone who has written without following."""
    follower = account.followers.find(openid)
    if follower is None:
        raise ApiError(40003)
    for barred, code in (
        (follower.blacklisted, 43019),
        (follower.refuses_messages, 48002),
        (follower.minor, 70000),
    ):
        if barred:
            raise ApiError(code)
    if not follower.subscribed and "message" not in follower.allowances:
        raise ApiError(43004)
    return follower


def _text(account: Account, body: Fields, now: float) -> Fields:
    return message_content(account, body, "text", now)


def _image(account: Account, body: Fields, now: float) -> Fields:
    return message_content(account, body, "image", now)


def _voice(account: Account, body: Fields, now: float) -> Fields:
    return message_content(account, body, "voice", now)


def _video(account: Account, body: Fields, now: float) -> Fields:
    entry = message_content(account, body, "video", now)
    if account.media.medium(required_text(body["video"], "thumb_media_id", 40007), now) is None:
        raise ApiError(40007)
    return entry


def _music(account: Account, body: Fields, now: float) -> Fields:
    inside = message_part(body, "music")
    thumb = required_text(inside, "thumb_media_id", 40007)
    if account.media.medium(thumb, now) is None:
        raise ApiError(40007)
    keys = ("title", "description", "musicurl", "hqmusicurl")
    return {"type": "music", "picture": f"/_sim/media/{thumb}"} | {
        key: str(inside.get(key) or "") for key in keys
    }


def _news(_account: Account, body: Fields, _now: float) -> Fields:
    articles = required_list(message_part(body, "news"), "articles", 44003)
    if not articles:
        raise ApiError(44003)
    if len(articles) > 1:
        raise ApiError(45008)
    return {"type": "news", "articles": [external_card(articles[0])]}


def _mpnews(account: Account, body: Fields, _now: float) -> Fields:
    draft = account.media.draft(required_text(message_part(body, "mpnews"), "media_id", 40007))
    return {"type": "mpnews", "articles": draft_cards(draft)}


def _published_article(account: Account, body: Fields, _now: float) -> Fields:
    article_id = required_text(message_part(body, "mpnewsarticle"), "article_id", 53600)
    for publication in account.publications.values():
        if publication.article_id == article_id and publication.status == 0:
            pages = [account.media.pages[page] for page in publication.pages]
            return {
                "type": "mpnewsarticle",
                "articles": [_page_card(page.id, page.article) for page in pages],
            }
    raise ApiError(53600)


def _page_card(page_id: str, one: dict[str, Any]) -> Fields:
    return article_card(
        one["title"], one["digest"], f"http://mp.weixin.qq.com/s/{page_id}", one.get("thumb_url", "")
    )


def _choice_menu(_account: Account, body: Fields, _now: float) -> Fields:
    inside = message_part(body, "msgmenu")
    choices = required_list(inside, "list", 40035)
    if not choices or not all(isinstance(one, dict) for one in choices):
        raise ApiError(40035, "list")
    shown = [
        {"id": str(one.get("id", "")), "content": required_text(one, "content", 40035)} for one in choices
    ]
    heads = {name: str(inside.get(f"{name}_content") or "") for name in ("head", "tail")}
    return {"type": "msgmenu", "list": shown} | heads


def _mini_program(account: Account, body: Fields, now: float) -> Fields:
    inside = message_part(body, "miniprogrampage")
    thumb = required_text(inside, "thumb_media_id", 40007)
    if account.media.medium(thumb, now) is None:
        raise ApiError(40007)
    shown = {key: required_text(inside, key) for key in ("title", "appid", "pagepath")}
    return {"type": "miniprogrampage", "picture": local_path(f"/_sim/media/{thumb}")} | shown


def _coupon(_account: Account, body: Fields, _now: float) -> Fields:
    return {"type": "wxcard", "card_id": required_text(message_part(body, "wxcard"), "card_id")}


CONTENT_READERS: dict[str, ContentReader] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "music": _music,
    "news": _news,
    "mpnews": _mpnews,
    "mpnewsarticle": _published_article,
    "msgmenu": _choice_menu,
    "miniprogrampage": _mini_program,
    "wxcard": _coupon,
}


def set_typing(account: Account, call: ApiCall) -> Answer:
    """Show or hide the typing indicator, within 30 seconds of an action of the follower."""
    follower = _reachable_user(account, required_text(call.body, "touser", 40003))
    command = call.body.get("command")
    if command not in ("Typing", "CancelTyping"):
        raise ApiError(45072)
    if not any(call.now - allowance.at < 30 for allowance in follower.allowances.values()):
        raise ApiError(45080)
    if command == "Typing" and follower.typing:
        raise ApiError(45081)
    call.spend_quota()
    follower.typing = command == "Typing"
    return OK


def list_records(account: Account, call: ApiCall) -> Answer:
    """List messages of both directions in a period of at most a day."""
    start = whole_number(call.body, "starttime", 40035, 0, 1 << 40)
    end = whole_number(call.body, "endtime", 40035, start, start + 86400)
    msgid = whole_number(call.body, "msgid", 40035, 0, 1 << 60, 1)
    number = whole_number(call.body, "number", 40035, 1, 10_000)
    found = sorted(
        (entry["id"], follower.openid, entry)
        for follower in account.followers.records()
        for entry in follower.inbox
        if start <= entry["at"] < end and entry["id"] >= msgid and entry["via"] in ("customer", "message")
    )[:number]
    records = [
        {
            "openid": openid,
            "opercode": 2002 if entry["from"] == "account" else 2003,
            "text": str(entry.get("content", "")),
            "time": int(entry["at"]),
            "worker": "",
        }
        for _, openid, entry in found
    ]
    last = found[-1][0] + 1 if found else msgid
    return {"recordlist": records, "number": len(records), "msgid": last}
