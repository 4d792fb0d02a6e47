"""Followers by remote control: what they do, and what they have seen."""

__all__ = ["follower_control"]

from typing import Any, get_type_hints

from flask import Blueprint, Response

from wechat_simulator import activity, follower_actions, inbox
from wechat_simulator.control.control_request import (
    MAX_WAIT_SECONDS,
    InvalidControlRequest,
    account,
    body_value,
    callback_timeout,
    invalid_request,
    json_body,
    json_list,
    query_number,
    required_text,
    world,
)
from wechat_simulator.follower_registry import FollowerRecord, start_allowance

USER_SETTINGS = ("name", "unionid", "client", "blocks_templates", "refuses_messages", "minor")  # of a reader
CLIENTS = range(4)

follower_control = Blueprint("readers", __name__, url_prefix="/_sim")
follower_control.register_error_handler(ValueError, invalid_request)
follower_control.register_error_handler(TimeoutError, callback_timeout)


@follower_control.get("/followers")
def list_followers() -> dict[str, Any]:
    """A page of those who follow now, in order of following."""
    offset, limit = query_number("offset", 0), query_number("limit", 100, 10_000)
    followers = account().followers
    with world().lock:
        return {"total": followers.total, "openids": followers.page(offset, limit)}


@follower_control.post("/followers")
def add_followers() -> dict[str, Any]:
    """One follower with its callback, or a crowd at once without."""
    body = json_body()
    chosen = account(body)
    if "count" in body:
        size = body["count"]
        if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= 100_000_000:
            raise InvalidControlRequest("count is a whole number")
        follower_actions.add_crowd(world(), chosen, size)
        return {"total": chosen.followers.total}
    going = follower_actions.follow(world(), chosen, required_text(body, "openid"), body)
    return {"total": chosen.followers.total} | going.result(MAX_WAIT_SECONDS).outcome()


@follower_control.post("/unfollow")
def unfollow() -> dict[str, Any]:
    body = json_body()
    chosen = account(body)
    going = follower_actions.unfollow(world(), chosen, required_text(body, "openid"))
    return {"total": chosen.followers.total} | going.result(MAX_WAIT_SECONDS).outcome()


@follower_control.post("/message")
def send_message() -> dict[str, Any]:
    """A follower writes or taps; the answer tells of the attempts and of what the follower saw."""
    body = json_body()
    going = follower_actions.send(world(), account(body), required_text(body, "openid"), body)
    return going.result(MAX_WAIT_SECONDS).outcome()


@follower_control.post("/scan")
def scan_code() -> dict[str, Any]:
    """Somebody scans a code the account made, by its `ticket`: a follower scans, anybody else follows."""
    body = json_body()
    going = follower_actions.scan_code(
        world(), account(body), required_text(body, "openid"), required_text(body, "ticket")
    )
    return going.result(MAX_WAIT_SECONDS).outcome()


@follower_control.post("/consent")
def answer_subscription() -> dict[str, Any]:
    """A reader accepts (or, `accept: false`, rejects) notices of a template; with `scene`, a one-time message.

    `template_id` may be a list: an article asks for up to five at once.
    """
    body = json_body()
    asked = body.get("template_id")
    templates = (
        body_value(list[str], body, "template_id")
        if isinstance(asked, list) and asked
        else [required_text(body, "template_id")]
    )
    going = follower_actions.answer_subscription(
        world(), account(body), required_text(body, "openid"), templates, body
    )
    return going.result(MAX_WAIT_SECONDS).outcome()


@follower_control.post("/reader")
def set_user() -> dict[str, Any]:
    """Set what the platform knows of a reader (see OWN); with `pays: true` the reader has just paid."""
    body = json_body()
    hints = get_type_hints(FollowerRecord)
    values = {name: body_value(hints[name], body, name) for name in USER_SETTINGS if name in body}
    if values.get("client", 0) not in CLIENTS:
        raise InvalidControlRequest("client is 1 (iOS), 2 (Android), 3 (another) or 0")
    with world().lock:
        follower = account(body).followers.find(required_text(body, "openid"))
        if follower is None:
            raise InvalidControlRequest("nobody here has that openid")
        for name, value in values.items():
            setattr(follower, name, value)
        if body.get("pays") is True:
            start_allowance(follower, "pay", world().now())
    return {"openid": follower.openid} | {name: getattr(follower, name) for name in USER_SETTINGS}


@follower_control.post("/read")
def record_reading() -> dict[str, Any]:
    """A reader opens an article (`url` or page id) and does with it what `does` says: read, share, favour, like."""
    body = json_body()
    chosen = account(body)
    page = required_text(body, "url").rpartition("/s/")[2]
    with world().lock:
        activity.record_activity(
            chosen, page, str(body.get("does", "read")), str(body.get("openid", "")), world().now()
        )
    return {"page": page}


@follower_control.post("/comment")
def add_comment() -> dict[str, Any]:
    """A reader comments on an article: `{"openid", "url", "content"}`."""
    body = json_body()
    page = required_text(body, "url").rpartition("/s/")[2]
    with world().lock:
        number_ = activity.add_comment(
            account(body), page, required_text(body, "openid"), required_text(body, "content"), world().now()
        )
    return {"user_comment_id": number_}


@follower_control.get("/inbox/<path:openid>")
def show_inbox(openid: str) -> Response:
    """All that this follower has seen; of somebody who is not here, that is nothing."""
    with world().lock:
        found = inbox.read_inbox(account(), openid)
    return json_list(found or [])
