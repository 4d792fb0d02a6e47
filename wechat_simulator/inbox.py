"""What a follower sees on the phone: both sides of the chat, oldest first.

A mass message is kept once, in its job, and joined in when somebody's inbox is read: a million followers
who each received it cost nothing.
"""

__all__ = ["FAULT_NOTICE", "article", "note", "read"]

from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.followers import Follower
from wechat_simulator.shelf import localised
from wechat_simulator.world import World

FAULT_NOTICE = "该公众号提供的服务出现故障，请稍后再试"

Entry = dict[str, Any]


def note(
    world: World, account: Account, follower: Follower, via: str, entry: Entry, sender: str = "account"
) -> None:
    """Put one message into a follower's chat; `entry` has a type and its content."""
    follower.inbox.append(
        {"id": account.next("entry"), "at": round(world.now(), 3), "from": sender, "via": via, **entry}
    )
    world.bus.tell("inbox", follower.openid)


def read(account: Account, openid: str) -> list[Entry] | None:
    """The whole chat of one reader; None for somebody the account does not know."""
    number = account.followers.number(openid)
    if number is None:
        return None
    known = account.followers.known.get(openid)
    entries = list(known.inbox) if known is not None else []
    entries += [job.entry for job in account.masses.jobs.values() if job.entry and number in job.audience]
    gone = {f"/s/{page.id}" for page in account.shelf.pages.values() if page.deleted}
    return [_current(entry, gone) for entry in sorted(entries, key=lambda entry: entry["id"])]


def _current(entry: Entry, gone: set[str]) -> Entry:
    """An entry as it looks now: a card stays in the chat when its article was deleted, and says so."""
    if not gone or "articles" not in entry:
        return entry
    articles = [{**one, "deleted": True} if one["open"] in gone else one for one in entry["articles"]]
    return {**entry, "articles": articles}


def article(title: str, description: str, url: str, picurl: str) -> dict[str, Any]:
    """One card; `open` and `picture` are the same addresses as a browser at the simulator can reach them."""
    return {
        "title": title,
        "description": description,
        "url": url,
        "picurl": picurl,
        "open": localised(url),
        "picture": localised(picurl),
    }
