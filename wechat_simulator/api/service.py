"""Customer-service messages (reference, section E)."""

__all__ = ["list_records", "send", "typing"]

from collections.abc import Callable
from typing import Any

from wechat_simulator import inbox
from wechat_simulator.account import Account
from wechat_simulator.allowances import usable
from wechat_simulator.api.call import OK, Answer, Call, listing, text, whole
from wechat_simulator.api.messages import Fields, branch, card_of, content, draft_cards
from wechat_simulator.errcodes import Refusal
from wechat_simulator.followers import Follower
from wechat_simulator.inbox import article
from wechat_simulator.shelf import localised

Reader = Callable[[Account, Fields, float], Fields]


def send(account: Account, call: Call) -> Answer:
    """One message to one follower, as far as the follower's last action allows."""
    openid = text(call.body, "touser", 40003)
    kind = call.body.get("msgtype")
    reader = READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise Refusal(40008)
    entry = reader(account, call.body, call.now)
    follower = _reachable(account, openid)
    allowance = usable(follower, call.now)
    call.admit()
    allowance.used += 1
    follower.typing = False
    inbox.note(call.world, account, follower, "customer", entry)
    return OK


def _reachable(account: Account, openid: str) -> Follower:
    """A reader who may be written to: one who follows, or wrote without following."""
    follower = account.followers.find(openid)
    if follower is None:
        raise Refusal(40003)
    for barred, code in (
        (follower.blacklisted, 43019),
        (follower.refuses_messages, 48002),
        (follower.minor, 70000),
    ):
        if barred:
            raise Refusal(code)
    if not follower.subscribed and "message" not in follower.allowances:
        raise Refusal(43004)
    return follower


def _text(account: Account, body: Fields, now: float) -> Fields:
    return content(account, body, "text", now)


def _image(account: Account, body: Fields, now: float) -> Fields:
    return content(account, body, "image", now)


def _voice(account: Account, body: Fields, now: float) -> Fields:
    return content(account, body, "voice", now)


def _video(account: Account, body: Fields, now: float) -> Fields:
    entry = content(account, body, "video", now)
    if account.shelf.medium(text(body["video"], "thumb_media_id", 40007), now) is None:
        raise Refusal(40007)
    return entry


def _music(account: Account, body: Fields, now: float) -> Fields:
    inside = branch(body, "music")
    thumb = text(inside, "thumb_media_id", 40007)
    if account.shelf.medium(thumb, now) is None:
        raise Refusal(40007)
    keys = ("title", "description", "musicurl", "hqmusicurl")
    return {"type": "music", "picture": f"/_sim/media/{thumb}"} | {
        key: str(inside.get(key) or "") for key in keys
    }


def _news(_account: Account, body: Fields, _now: float) -> Fields:
    articles = listing(branch(body, "news"), "articles", 44003)
    if not articles:
        raise Refusal(44003)
    if len(articles) > 1:
        raise Refusal(45008)
    return {"type": "news", "articles": [card_of(articles[0])]}


def _mpnews(account: Account, body: Fields, _now: float) -> Fields:
    draft = account.shelf.draft(text(branch(body, "mpnews"), "media_id", 40007))
    return {"type": "mpnews", "articles": draft_cards(draft)}


def _published(account: Account, body: Fields, _now: float) -> Fields:
    article_id = text(branch(body, "mpnewsarticle"), "article_id", 53600)
    for publication in account.publications.values():
        if publication.article_id == article_id and publication.status == 0:
            pages = [account.shelf.pages[page] for page in publication.pages]
            return {"type": "mpnewsarticle", "articles": [_card(page.id, page.article) for page in pages]}
    raise Refusal(53600)


def _card(page_id: str, one: dict[str, Any]) -> Fields:
    return article(
        one["title"], one["digest"], f"http://mp.weixin.qq.com/s/{page_id}", one.get("thumb_url", "")
    )


def _menu(_account: Account, body: Fields, _now: float) -> Fields:
    inside = branch(body, "msgmenu")
    choices = listing(inside, "list", 40035)
    if not choices or not all(isinstance(one, dict) for one in choices):
        raise Refusal(40035, "list")
    shown = [{"id": str(one.get("id", "")), "content": text(one, "content", 40035)} for one in choices]
    heads = {name: str(inside.get(f"{name}_content") or "") for name in ("head", "tail")}
    return {"type": "msgmenu", "list": shown} | heads


def _mini_program(account: Account, body: Fields, now: float) -> Fields:
    inside = branch(body, "miniprogrampage")
    thumb = text(inside, "thumb_media_id", 40007)
    if account.shelf.medium(thumb, now) is None:
        raise Refusal(40007)
    shown = {key: text(inside, key) for key in ("title", "appid", "pagepath")}
    return {"type": "miniprogrampage", "picture": localised(f"/_sim/media/{thumb}")} | shown


def _card_coupon(_account: Account, body: Fields, _now: float) -> Fields:
    return {"type": "wxcard", "card_id": text(branch(body, "wxcard"), "card_id")}


READERS: dict[str, Reader] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "music": _music,
    "news": _news,
    "mpnews": _mpnews,
    "mpnewsarticle": _published,
    "msgmenu": _menu,
    "miniprogrampage": _mini_program,
    "wxcard": _card_coupon,
}


def typing(account: Account, call: Call) -> Answer:
    """The line "the other side is typing", within 30 seconds of something the follower did."""
    follower = _reachable(account, text(call.body, "touser", 40003))
    command = call.body.get("command")
    if command not in ("Typing", "CancelTyping"):
        raise Refusal(45072)
    if not any(call.now - allowance.at < 30 for allowance in follower.allowances.values()):
        raise Refusal(45080)
    if command == "Typing" and follower.typing:
        raise Refusal(45081)
    call.admit()
    follower.typing = command == "Typing"
    return OK


def list_records(account: Account, call: Call) -> Answer:
    """What was said in both directions within at most a day."""
    start = whole(call.body, "starttime", 40035, 0, 1 << 40)
    end = whole(call.body, "endtime", 40035, start, start + 86400)
    msgid = whole(call.body, "msgid", 40035, 0, 1 << 60, 1)
    number = whole(call.body, "number", 40035, 1, 10_000)
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
