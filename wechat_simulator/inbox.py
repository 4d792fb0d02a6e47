"""Inbox of a follower: both sides of the chat, oldest first.

A mass message is stored once, in its job, and merged in when an inbox is read. Sending one to a million followers
therefore takes no memory per follower.
"""

__all__ = ["FAULT_NOTICE", "add_entry", "article_card", "read_inbox"]

from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.follower_registry import FollowerRecord
from wechat_simulator.media_store import local_path
from wechat_simulator.world import World

FAULT_NOTICE = "该公众号提供的服务出现故障，请稍后再试"

Entry = dict[str, Any]


def add_entry(
    world: World, account: Account, follower: FollowerRecord, via: str, entry: Entry, sender: str = "account"
) -> None:
    """Add a message to a follower's chat; `entry` has a type and its content, `via` names the interface."""
    follower.inbox.append(
        {"id": account.next_number("entry"), "at": round(world.now(), 3), "from": sender, "via": via, **entry}
    )
    world.changes.publish("inbox", follower.openid)


def read_inbox(account: Account, openid: str) -> list[Entry] | None:
    """Return the whole chat of one user; None for a user the account does not know."""
    number = account.followers.number(openid)
    if number is None:
        return None
    known = account.followers.by_openid.get(openid)
    entries = list(known.inbox) if known is not None else []
    entries += [
        job.entry for job in account.mass_messages.jobs.values() if job.entry and number in job.audience
    ]
    gone = {f"/s/{page.id}" for page in account.media.pages.values() if page.deleted}
    return [_mark_deleted(entry, gone) for entry in sorted(entries, key=lambda entry: entry["id"])]


def _mark_deleted(entry: Entry, gone: set[str]) -> Entry:
    """Return an entry with its deleted articles marked; the card itself stays in the chat."""
    if not gone or "articles" not in entry:
        return entry
    articles = [{**one, "deleted": True} if one["open"] in gone else one for one in entry["articles"]]
    return {**entry, "articles": articles}


def article_card(title: str, description: str, url: str, picurl: str) -> dict[str, Any]:
    """Return one card; `open` and `picture` are its addresses as the simulator serves them."""
    return {
        "title": title,
        "description": description,
        "url": url,
        "picurl": picurl,
        "open": local_path(url),
        "picture": local_path(picurl),
    }
