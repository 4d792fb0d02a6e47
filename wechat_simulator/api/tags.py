"""Tags of followers (reference, section K2)."""

__all__ = [
    "create_tag",
    "delete_tag",
    "list_members",
    "list_tags",
    "list_tags_of_follower",
    "rename_tag",
    "tag_followers",
    "untag_followers",
]

from itertools import islice
from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, ApiCall, openid_list, required_text, whole_number
from wechat_simulator.api_errors import ApiError
from wechat_simulator.follower_registry import FollowerRecord
from wechat_simulator.recipients import STARRED
from wechat_simulator.world import World

FIRST_ID = 100
MAX_TAGS = 100
MAX_TAGS_OF_FOLLOWER = 20
MAX_FOLLOWERS_TO_DELETE = 100_000
RESERVED = (0, 1, STARRED)
PAGE = 10_000


def _tag_fields(call: ApiCall) -> dict[str, Any]:
    found = call.body.get("tag")
    if not isinstance(found, dict):
        raise ApiError(47001)
    return found


def _new_tag_name(account: Account, fields: dict[str, Any]) -> str:
    name = required_text(fields, "name", 45157)
    if len(name) > 30:
        raise ApiError(45158)
    if name in account.tags.values() or name == "星标组":
        raise ApiError(45157)
    return name


def _existing_tag(account: Account, fields: dict[str, Any], key: str = "id") -> int:
    tag_id = whole_number(fields, key, 45159, 0, 1 << 40)
    if tag_id not in account.tags and tag_id != STARRED:
        raise ApiError(45159)
    return tag_id


def _own_tag(account: Account, fields: dict[str, Any]) -> int:
    """Return a tag that the account created; 45058 for the platform's three."""
    if whole_number(fields, "id", 45159, 0, 1 << 40) in RESERVED:
        raise ApiError(45058)
    return _existing_tag(account, fields)


def create_tag(account: Account, call: ApiCall) -> Answer:
    name = _new_tag_name(account, _tag_fields(call))
    if len(account.tags) >= MAX_TAGS:
        raise ApiError(45056)
    call.spend_quota()
    tag_id = account.next_number("tag", FIRST_ID)
    account.tags[tag_id] = name
    return {"tag": {"id": tag_id, "name": name}}


def list_tags(account: Account, _call: ApiCall) -> Answer:
    counts: dict[int, int] = {}
    for follower in account.followers.records():
        for tag_id in follower.tags:
            counts[tag_id] = counts.get(tag_id, 0) + 1
    names = {STARRED: "星标组"} | account.tags
    return {"tags": [{"id": id_, "name": name, "count": counts.get(id_, 0)} for id_, name in names.items()]}


def rename_tag(account: Account, call: ApiCall) -> Answer:
    fields = _tag_fields(call)
    tag_id = _own_tag(account, fields)
    name = _new_tag_name(account, fields)
    call.spend_quota()
    account.tags[tag_id] = name
    return OK


def delete_tag(account: Account, call: ApiCall) -> Answer:
    tag_id = _own_tag(account, _tag_fields(call))
    bearers = [follower for follower in account.followers.records() if tag_id in follower.tags]
    if len(bearers) > MAX_FOLLOWERS_TO_DELETE:
        raise ApiError(45057)
    call.spend_quota()
    for follower in bearers:
        follower.tags.remove(tag_id)
    del account.tags[tag_id]
    return OK


def list_members(account: Account, call: ApiCall) -> Answer:
    """List the followers with a tag, ten thousand a page."""
    tag_id = _existing_tag(account, call.body, "tagid")
    cursor = call.body.get("next_openid") or ""
    after = account.followers.number(cursor) if isinstance(cursor, str) and cursor else -1
    if after is None:
        raise ApiError(40003)
    bearers = (one for one in account.followers.records() if one.subscribed and tag_id in one.tags)
    ordered = sorted((one.number, one.openid) for one in bearers if one.number > after)
    openids = [openid for _, openid in islice(ordered, PAGE)]
    answer: dict[str, Any] = {"count": len(openids)}
    if openids:
        answer["data"] = {"openid": openids}
    return answer | {"next_openid": openids[-1] if openids else ""}


def tag_followers(account: Account, call: ApiCall) -> Answer:
    return _set_tag(account, call, True)


def untag_followers(account: Account, call: ApiCall) -> Answer:
    return _set_tag(account, call, False)


def _set_tag(account: Account, call: ApiCall, bears: bool) -> Answer:
    """Tag or untag up to fifty followers; invalid openids among valid ones are returned in fail_openid_list (45171)."""
    openids = openid_list(call.body, "openid_list", 50)
    tag_id = _existing_tag(account, call.body, "tagid")
    found = {openid: _subscriber(account, openid) for openid in openids}
    good = [follower for follower in found.values() if follower is not None]
    if not good:
        raise ApiError(49003 if _is_foreign(call.world, account, openids[0]) else 40003)
    full = [one for one in good if bears and tag_id not in one.tags and len(one.tags) >= MAX_TAGS_OF_FOLLOWER]
    if full:
        raise ApiError(45059)
    call.spend_quota()
    for follower in good:
        _add_or_remove_tag(follower, tag_id, bears)
    failed = [openid for openid, follower in found.items() if follower is None]
    if failed:
        raise ApiError(45171, fail_openid_list=failed)
    return OK


def _subscriber(account: Account, openid: str) -> FollowerRecord | None:
    follower = account.followers.find(openid)
    return follower if follower is not None and follower.subscribed else None


def _is_foreign(world: World, account: Account, openid: str) -> bool:
    """Return whether the openid belongs to another account of this platform."""
    others = (one for one in world.accounts.values() if one is not account)
    return any(other.followers.number(openid) is not None for other in others)


def _add_or_remove_tag(follower: FollowerRecord, tag_id: int, bears: bool) -> None:
    if bears and tag_id not in follower.tags:
        follower.tags.append(tag_id)
    elif not bears and tag_id in follower.tags:
        follower.tags.remove(tag_id)


def list_tags_of_follower(account: Account, call: ApiCall) -> Answer:
    follower = account.followers.find(required_text(call.body, "openid", 40003))
    if follower is None:
        raise ApiError(40003)
    return {"tagid_list": follower.tags}
