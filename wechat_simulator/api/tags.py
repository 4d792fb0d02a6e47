"""Tags of followers (reference, section K2)."""

__all__ = ["create", "delete", "ids_of", "list_all", "list_members", "tag", "untag", "update"]

from itertools import islice
from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, Call, openid_list, text, whole
from wechat_simulator.audience import STARRED
from wechat_simulator.errcodes import Refusal
from wechat_simulator.followers import Follower
from wechat_simulator.world import World

FIRST_ID = 100
MOST_TAGS = 100
MOST_OF_ONE = 20
TOO_MANY_TO_DELETE = 100_000
RESERVED = (0, 1, STARRED)
PAGE = 10_000


def _given(call: Call) -> dict[str, Any]:
    found = call.body.get("tag")
    if not isinstance(found, dict):
        raise Refusal(47001)
    return found


def _name(account: Account, given: dict[str, Any]) -> str:
    name = text(given, "name", 45157)
    if len(name) > 30:
        raise Refusal(45158)
    if name in account.tags.values() or name == "星标组":
        raise Refusal(45157)
    return name


def _known(account: Account, given: dict[str, Any], key: str = "id") -> int:
    tag_id = whole(given, key, 45159, 0, 1 << 40)
    if tag_id not in account.tags and tag_id != STARRED:
        raise Refusal(45159)
    return tag_id


def _own(account: Account, given: dict[str, Any]) -> int:
    """A tag that the account made itself: the first three belong to the platform."""
    if whole(given, "id", 45159, 0, 1 << 40) in RESERVED:
        raise Refusal(45058)
    return _known(account, given)


def create(account: Account, call: Call) -> Answer:
    name = _name(account, _given(call))
    if len(account.tags) >= MOST_TAGS:
        raise Refusal(45056)
    call.admit()
    tag_id = account.next("tag", FIRST_ID)
    account.tags[tag_id] = name
    return {"tag": {"id": tag_id, "name": name}}


def list_all(account: Account, _call: Call) -> Answer:
    counts: dict[int, int] = {}
    for follower in account.followers.records():
        for tag_id in follower.tags:
            counts[tag_id] = counts.get(tag_id, 0) + 1
    names = {STARRED: "星标组"} | account.tags
    return {"tags": [{"id": id_, "name": name, "count": counts.get(id_, 0)} for id_, name in names.items()]}


def update(account: Account, call: Call) -> Answer:
    given = _given(call)
    tag_id = _own(account, given)
    name = _name(account, given)
    call.admit()
    account.tags[tag_id] = name
    return OK


def delete(account: Account, call: Call) -> Answer:
    tag_id = _own(account, _given(call))
    bearers = [follower for follower in account.followers.records() if tag_id in follower.tags]
    if len(bearers) > TOO_MANY_TO_DELETE:
        raise Refusal(45057)
    call.admit()
    for follower in bearers:
        follower.tags.remove(tag_id)
    del account.tags[tag_id]
    return OK


def list_members(account: Account, call: Call) -> Answer:
    """Who bears a tag, ten thousand a page."""
    tag_id = _known(account, call.body, "tagid")
    cursor = call.body.get("next_openid") or ""
    after = account.followers.number(cursor) if isinstance(cursor, str) and cursor else -1
    if after is None:
        raise Refusal(40003)
    bearers = (one for one in account.followers.records() if one.subscribed and tag_id in one.tags)
    ordered = sorted((one.number, one.openid) for one in bearers if one.number > after)
    openids = [openid for _, openid in islice(ordered, PAGE)]
    answer: dict[str, Any] = {"count": len(openids)}
    if openids:
        answer["data"] = {"openid": openids}
    return answer | {"next_openid": openids[-1] if openids else ""}


def tag(account: Account, call: Call) -> Answer:
    return _mark(account, call, True)


def untag(account: Account, call: Call) -> Answer:
    return _mark(account, call, False)


def _mark(account: Account, call: Call, bears: bool) -> Answer:
    """Tag or untag up to fifty; some wrong openids among good ones are told in fail_openid_list (45171)."""
    openids = openid_list(call.body, "openid_list", 50)
    tag_id = _known(account, call.body, "tagid")
    found = {openid: _subscriber(account, openid) for openid in openids}
    good = [follower for follower in found.values() if follower is not None]
    if not good:
        raise Refusal(49003 if _is_foreign(call.world, account, openids[0]) else 40003)
    full = [one for one in good if bears and tag_id not in one.tags and len(one.tags) >= MOST_OF_ONE]
    if full:
        raise Refusal(45059)
    call.admit()
    for follower in good:
        _set(follower, tag_id, bears)
    failed = [openid for openid, follower in found.items() if follower is None]
    if failed:
        raise Refusal(45171, fail_openid_list=failed)
    return OK


def _subscriber(account: Account, openid: str) -> Follower | None:
    follower = account.followers.find(openid)
    return follower if follower is not None and follower.subscribed else None


def _is_foreign(world: World, account: Account, openid: str) -> bool:
    """Whether another account of this platform knows the openid."""
    others = (one for one in world.accounts.values() if one is not account)
    return any(other.followers.number(openid) is not None for other in others)


def _set(follower: Follower, tag_id: int, bears: bool) -> None:
    if bears and tag_id not in follower.tags:
        follower.tags.append(tag_id)
    elif not bears and tag_id in follower.tags:
        follower.tags.remove(tag_id)


def ids_of(account: Account, call: Call) -> Answer:
    follower = account.followers.find(text(call.body, "openid", 40003))
    if follower is None:
        raise Refusal(40003)
    return {"tagid_list": follower.tags}
