"""Comments under articles (reference, section G4): keyed by msg_data_id, index from 0, and user_comment_id."""

__all__ = ["close", "delete", "listed", "open_", "reply", "select", "unreply", "unselect"]

from typing import Any

from wechat_simulator.account import Account
from wechat_simulator.api.call import OK, Answer, Call, text, whole
from wechat_simulator.errcodes import Refusal

Thread = dict[str, Any]


def _thread(account: Account, call: Call) -> Thread:
    """The comments under one article that was sent or published."""
    data_id = whole(call.body, "msg_data_id", 88001, 0, 1 << 60)
    index = whole(call.body, "index", 88001, 0, 7, 0)
    sizes = {job.msg_data_id: len(job.pages) for job in account.masses.jobs.values() if job.pages}
    sizes |= {one.msg_data_id: len(one.pages) for one in account.publications.values() if one.pages}
    if index >= sizes.get(data_id, 0):
        raise Refusal(88001)
    return account.comments.setdefault(f"{data_id}_{index}", {"open": True, "list": []})


def _comment(thread: Thread, call: Call) -> dict[str, Any]:
    wanted = whole(call.body, "user_comment_id", 88008, 0, 1 << 60)
    for one in thread["list"]:
        if one["user_comment_id"] == wanted:
            found: dict[str, Any] = one
            return found
    raise Refusal(88008)


def open_(account: Account, call: Call) -> Answer:
    return _set_open(account, call, True)


def close(account: Account, call: Call) -> Answer:
    return _set_open(account, call, False)


def _set_open(account: Account, call: Call, is_open: bool) -> Answer:
    thread = _thread(account, call)
    call.admit()
    thread["open"] = is_open
    return OK


def listed(account: Account, call: Call) -> Answer:
    """Comments from `begin`, fewer than fifty; `type` 0 all, 1 normal, 2 featured."""
    thread = _thread(account, call)
    begin = whole(call.body, "begin", 88010, 0, 1 << 40)
    count = whole(call.body, "count", 88010, 1, 49)
    kind = whole(call.body, "type", 40035, 0, 2, 0)
    found = [one for one in thread["list"] if kind == 0 or one["comment_type"] == kind - 1]
    return OK | {"total": len(found), "comment": found[begin : begin + count]}


def select(account: Account, call: Call) -> Answer:
    return _set_featured(account, call, 1)


def unselect(account: Account, call: Call) -> Answer:
    return _set_featured(account, call, 0)


def _set_featured(account: Account, call: Call, featured: int) -> Answer:
    comment = _comment(_thread(account, call), call)
    call.admit()
    comment["comment_type"] = featured
    return OK


def delete(account: Account, call: Call) -> Answer:
    thread = _thread(account, call)
    comment = _comment(thread, call)
    call.admit()
    thread["list"].remove(comment)
    return OK


def reply(account: Account, call: Call) -> Answer:
    comment = _comment(_thread(account, call), call)
    words = text(call.body, "content", 44004)
    if comment.get("reply"):
        raise Refusal(88005)
    call.admit()
    comment["reply"] = {"content": words, "create_time": int(call.now)}
    return OK


def unreply(account: Account, call: Call) -> Answer:
    comment = _comment(_thread(account, call), call)
    call.admit()
    comment.pop("reply", None)
    return OK
