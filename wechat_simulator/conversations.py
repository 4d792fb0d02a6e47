"""A person's phone beyond the account's chat: cards forwarded to friends or to the account, and the list of chats.

A chat of two people is stored once. A service account is in the list itself, one of the subscription kinds in the
folder 订阅号消息. Notices go to the account's chat, or to 服务通知 for a person who does not follow the account.
"""

__all__ = [
    "SERVICES",
    "find_card",
    "forward_to_account",
    "forward_to_friend",
    "list_chats",
    "read_friend_chat",
    "strangers",
]

from collections.abc import Iterable
from concurrent.futures import Future
from itertools import islice
from typing import Any

from wechat_simulator import activity, follower_actions, inbox
from wechat_simulator.account import Account
from wechat_simulator.inbox import Entry
from wechat_simulator.mass_jobs import article_url
from wechat_simulator.traffic import CallbackRecord
from wechat_simulator.world import World

SERVICES = "services"  # `place` of an entry that is shown in 服务通知
FOLDER_KINDS = frozenset({"personal", "org-unverified", "sub"})
LISTED_STRANGERS = 50
WORDS = {
    "image": "[图片]",
    "voice": "[语音]",
    "video": "[视频]",
    "shortvideo": "[小视频]",
    "location": "[位置]",
}

Card = dict[str, Any]


def find_card(account: Account, openid: str, url: str, title: str = "") -> Card:
    """Return the card with which a person forwards an address.

    That of an article is made from the article, that of another page is the card by which the person knows it; a page
    without one has its title alone. Raise ValueError for an article that was deleted.
    """
    page = account.media.pages.get(_page_id(url))
    if page is not None:
        if page.deleted:
            raise ValueError("该内容已被发布者删除，不能转发")
        article = page.article
        found = inbox.article_card(
            article["title"], article["digest"], article_url(page.id), article.get("thumb_url", "")
        )
        return found | {"source": account.identity.name}
    for entry in reversed([*(inbox.read_inbox(account, openid) or []), *_all_shared(account, openid)]):
        for card in entry.get("articles", []):
            if url in {card["open"], card["url"]}:
                known: Card = {"source": account.identity.name} | card
                return known
    return inbox.article_card(title or url, "", url, "") | {"source": ""}


def _page_id(url: str) -> str:
    """Return the id of the article page at an address; "" for any other address."""
    return url.partition("/s/")[2].partition("?")[0].partition("#")[0]


def forward_to_friend(
    world: World, account: Account, openid: str, friend: str, card: Card, words: str
) -> None:
    """Put a card, and the words with it, into the chat of two people; the friend need not follow the account."""
    if friend == openid:
        raise ValueError("不能转发给自己")
    with world.lock:
        sender, receiver = (account.followers.get_or_create(one).openid for one in (openid, friend))
        chat = account.friend_chats.setdefault(_chat_key(sender, receiver), [])
        shown: list[Entry] = [{"type": "share", "articles": [card]}]
        shown += [{"type": "text", "content": words}] if words else []
        for each in shown:
            head = {
                "id": account.next_number("entry"),
                "at": round(world.now(), 3),
                "from": sender,
                "via": "share",
            }
            chat.append(head | each)
        _count_share(world, account, openid, card)
    for one in (sender, receiver):
        world.changes.publish("chat", one)


def forward_to_account(world: World, account: Account, openid: str, card: Card) -> "Future[CallbackRecord]":
    """Send a card to the account: its server receives a link message (section B1), the chat shows the card."""
    fields = {"type": "link", "title": card["title"], "description": card["description"], "url": card["url"]}
    with world.lock:
        sent = follower_actions.send(world, account, openid, fields)
        account.followers.get_or_create(openid).inbox[-1]["articles"] = [card]
        _count_share(world, account, openid, card)
    return sent


def _count_share(world: World, account: Account, openid: str, card: Card) -> None:
    page = _page_id(card["url"])
    if page in account.media.pages:
        activity.record_activity(account, page, "share", openid, world.now())


def _chat_key(one: str, other: str) -> str:
    return " ".join(sorted((one, other)))


def read_friend_chat(account: Account, openid: str, friend: str) -> list[Entry]:
    """Return the chat of two people as one of them sees it, oldest first."""
    entries = account.friend_chats.get(_chat_key(openid, friend), [])
    return [entry | {"from": "me" if entry["from"] == openid else "friend"} for entry in entries]


def _all_shared(account: Account, openid: str) -> Iterable[Entry]:
    for key, entries in account.friend_chats.items():
        if openid in key.split():
            yield from entries


def list_chats(account: Account, openid: str) -> list[dict[str, Any]]:
    """Return the chats on a person's phone, the one with the newest message first.

    `kind` is account, folder (with the account in it), services or friend; `id` is that of the newest message.
    """
    everything = inbox.read_inbox(account, openid) or []
    services = [entry for entry in everything if entry.get("place") == SERVICES]
    own = [entry for entry in everything if entry.get("place") != SERVICES]
    rows = []
    if own or account.followers.follows(openid):
        in_folder = account.identity.kind in FOLDER_KINDS
        rows.append(_row("folder" if in_folder else "account", account.identity.name, own))
    if services:
        rows.append(_row(SERVICES, "服务通知", services))
    for key in account.friend_chats:
        people = key.split()
        if openid in people:
            friend = people[people[0] == openid]
            entries = read_friend_chat(account, openid, friend)
            rows.append(_row("friend", _name(account, friend), entries) | {"friend": friend})
    return sorted(rows, key=lambda row: -row["id"])


def _row(kind: str, name: str, entries: list[Entry]) -> dict[str, Any]:
    """Return a line of the list of chats."""
    if not entries:
        return {"kind": kind, "name": name, "last": "", "at": None, "id": 0, "mine": False}
    last = entries[-1]
    head = {"kind": kind, "name": name, "last": _summary(last), "at": last["at"], "id": last["id"]}
    return head | {"mine": last["from"] == "me"}


def _summary(entry: Entry) -> str:
    """Return a message in one line, as the list of chats shows it."""
    if entry.get("articles"):
        title = str(entry["articles"][0]["title"])
        return f"[链接] {title}" if entry["type"] in {"share", "link"} else title
    if entry["type"] in WORDS:
        return WORDS[entry["type"]]
    said = entry.get("title") or entry.get("content") or entry.get("head") or ""
    return " ".join(str(said).split())[:60]


def _name(account: Account, openid: str) -> str:
    known = account.followers.by_openid.get(openid)
    return known.name if known is not None and known.name else ""


def strangers(account: Account) -> list[str]:
    """Return people who do not follow the account and have something on their phone, the latest to appear last."""
    chatting = {one for key in account.friend_chats for one in key.split()}
    found = (
        one.openid
        for one in account.followers.records()
        if not one.subscribed
        and (one.openid in chatting or any(entry.get("place") == SERVICES for entry in one.inbox))
    )
    return list(islice(found, LISTED_STRANGERS))
