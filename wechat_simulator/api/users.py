"""Followers as the API shows them: list, details, remarks, blacklist, migration (reference, section K1)."""

__all__ = [
    "add_to_blacklist",
    "batch_get_info",
    "change_openids",
    "get_info",
    "list_blacklist",
    "list_openids",
    "remove_from_blacklist",
    "set_remark",
]

from itertools import islice
from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api.call import (
    OK,
    Answer,
    ApiCall,
    openid_list,
    required_list,
    required_text,
    subscribed_follower,
)
from wechat_simulator.api_errors import ApiError

PAGE = 10_000
BLACK_PAGE = 1000


def list_openids(account: Account, call: ApiCall) -> Answer:
    """List at most ten thousand openids after `next_openid`; the last page is followed by an empty one."""
    return openid_page(account, call.query.get("next_openid", ""))


def openid_page(account: Account, cursor: str) -> dict[str, Any]:
    after = -1
    if cursor:
        number = account.followers.number(cursor)
        if number is None:
            raise ApiError(40003)
        after = number
    openids = list(islice(account.followers.walk(after), PAGE))
    answer: dict[str, Any] = {"total": account.followers.total, "count": len(openids)}
    if openids:
        answer["data"] = {"openid": openids}
    return answer | {"next_openid": openids[-1] if openids else ""}


def get_info(account: Account, call: ApiCall) -> Answer:
    """Return what the platform tells of a user; since 2021 without name and picture."""
    openid = call.query.get("openid")
    if not openid:
        raise ApiError(41009)
    return user_info_fields(account, openid)


def user_info_fields(account: Account, openid: object) -> dict[str, Any]:
    if not isinstance(openid, str) or account.followers.number(openid) is None:
        raise ApiError(40003)
    follower = account.followers.find(openid)
    if follower is None or not follower.subscribed:
        return {"subscribe": 0, "openid": openid}
    bound = {"unionid": follower.unionid} if follower.unionid else {}
    return bound | {
        "subscribe": 1,
        "openid": openid,
        "nickname": "",
        "sex": 0,
        "language": "zh_CN",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": int(follower.subscribe_time),
        "remark": follower.remark,
        "groupid": follower.tags[0] if follower.tags else 0,
        "tagid_list": follower.tags,
        "subscribe_scene": follower.subscribe_scene,
        "qr_scene": follower.qr_scene,
        "qr_scene_str": follower.qr_scene_str,
    }


def batch_get_info(account: Account, call: ApiCall) -> Answer:
    """Return the details of up to a hundred users."""
    wanted = required_list(call.body, "user_list", 40031)
    if not 1 <= len(wanted) <= 100:
        raise ApiError(40032)
    if not all(isinstance(one, dict) for one in wanted):
        raise ApiError(47001)
    return {"user_info_list": [user_info_fields(account, one.get("openid")) for one in wanted]}


def set_remark(account: Account, call: ApiCall) -> Answer:
    """Set the account's own name for a follower, shorter than thirty characters."""
    words = call.body.get("remark")
    if not isinstance(words, str) or len(words) >= 30:
        raise ApiError(40035, "remark")
    follower = subscribed_follower(account, required_text(call.body, "openid", 40003))
    call.spend_quota()
    follower.remark = words
    return OK


def list_blacklist(account: Account, call: ApiCall) -> Answer:
    """List the blacklist, a thousand a page."""
    blacklisted = [one.openid for one in account.followers.records() if one.blacklisted]
    cursor = call.body.get("begin_openid") or ""
    if cursor and cursor not in blacklisted:
        raise ApiError(40003)
    start = blacklisted.index(cursor) + 1 if cursor else 0
    page = blacklisted[start : start + BLACK_PAGE]
    answer: dict[str, Any] = {"total": len(blacklisted), "count": len(page)}
    if page:
        answer["data"] = {"openid": page}
    return answer | {"next_openid": page[-1] if page else ""}


def add_to_blacklist(account: Account, call: ApiCall) -> Answer:
    return _set_blacklisted(account, call, True)


def remove_from_blacklist(account: Account, call: ApiCall) -> Answer:
    return _set_blacklisted(account, call, False)


def _set_blacklisted(account: Account, call: ApiCall, blacklisted: bool) -> Answer:
    followers = [subscribed_follower(account, openid) for openid in openid_list(call.body, "openid_list", 20)]
    call.spend_quota()
    for follower in followers:
        follower.blacklisted = blacklisted
    return OK


def change_openids(_account: Account, call: ApiCall) -> Answer:
    """Answer that no openid was migrated; the simulator has no migrated accounts."""
    required_text(call.body, "from_appid", 40013)
    openids = openid_list(call.body, "openid_list", 100)
    results = [{"ori_openid": one, "new_openid": "", "err_msg": "ori_openid error"} for one in openids]
    return OK | {"result_list": results}
