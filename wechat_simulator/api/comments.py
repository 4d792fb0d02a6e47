"""Comments on articles (reference, section G4), keyed by msg_data_id, index (from 0) and user_comment_id."""

__all__ = [
    "add_reply",
    "close_comments",
    "delete_comment",
    "delete_reply",
    "feature_comment",
    "list_comments",
    "open_comments",
    "unfeature_comment",
]

from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, ApiCall, required_text, whole_number
from wechat_simulator.api_errors import ApiError

Thread = dict[str, Any]


def _thread(account: Account, call: ApiCall) -> Thread:
    """Return the comments of one article that was sent or published."""
    data_id = whole_number(call.body, "msg_data_id", 88001, 0, 1 << 60)
    index = whole_number(call.body, "index", 88001, 0, 7, 0)
    sizes = {job.msg_data_id: len(job.pages) for job in account.mass_messages.jobs.values() if job.pages}
    sizes |= {one.msg_data_id: len(one.pages) for one in account.publications.values() if one.pages}
    if index >= sizes.get(data_id, 0):
        raise ApiError(88001)
    return account.comments.setdefault(f"{data_id}_{index}", {"open": True, "list": []})


def _find_comment(thread: Thread, call: ApiCall) -> dict[str, Any]:
    wanted = whole_number(call.body, "user_comment_id", 88008, 0, 1 << 60)
    for one in thread["list"]:
        if one["user_comment_id"] == wanted:
            found: dict[str, Any] = one
            return found
    raise ApiError(88008)


def open_comments(account: Account, call: ApiCall) -> Answer:
    return _set_open(account, call, True)


def close_comments(account: Account, call: ApiCall) -> Answer:
    return _set_open(account, call, False)


def _set_open(account: Account, call: ApiCall, is_open: bool) -> Answer:
    thread = _thread(account, call)
    call.spend_quota()
    thread["open"] = is_open
    return OK


def list_comments(account: Account, call: ApiCall) -> Answer:
    """List comments from `begin`, fewer than fifty; `type` is 0 for all, 1 normal, 2 featured."""
    thread = _thread(account, call)
    begin = whole_number(call.body, "begin", 88010, 0, 1 << 40)
    count = whole_number(call.body, "count", 88010, 1, 49)
    kind = whole_number(call.body, "type", 40035, 0, 2, 0)
    found = [one for one in thread["list"] if kind == 0 or one["comment_type"] == kind - 1]
    return OK | {"total": len(found), "comment": found[begin : begin + count]}


def feature_comment(account: Account, call: ApiCall) -> Answer:
    return _set_featured(account, call, 1)


def unfeature_comment(account: Account, call: ApiCall) -> Answer:
    return _set_featured(account, call, 0)


def _set_featured(account: Account, call: ApiCall, featured: int) -> Answer:
    comment = _find_comment(_thread(account, call), call)
    call.spend_quota()
    comment["comment_type"] = featured
    return OK


def delete_comment(account: Account, call: ApiCall) -> Answer:
    thread = _thread(account, call)
    comment = _find_comment(thread, call)
    call.spend_quota()
    thread["list"].remove(comment)
    return OK


def add_reply(account: Account, call: ApiCall) -> Answer:
    comment = _find_comment(_thread(account, call), call)
    words = required_text(call.body, "content", 44004)
    if comment.get("reply"):
        raise ApiError(88005)
    call.spend_quota()
    comment["reply"] = {"content": words, "create_time": int(call.now)}
    return OK


def delete_reply(account: Account, call: ApiCall) -> Answer:
    comment = _find_comment(_thread(account, call), call)
    call.spend_quota()
    comment.pop("reply", None)
    return OK
