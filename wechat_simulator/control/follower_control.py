"""Control interface, followers: their actions, their settings, their inbox."""

__all__ = ["follower_control"]

from itertools import islice
from typing import Any, get_type_hints

from flask import Blueprint, Response, request

from wechat_simulator import activity, conversations, follower_actions, inbox, staff_sessions
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

USER_SETTINGS = ("name", "unionid", "client", "blocks_templates", "refuses_messages", "minor")
CLIENTS = range(4)

follower_control = Blueprint("readers", __name__, url_prefix="/_sim")
follower_control.register_error_handler(ValueError, invalid_request)
follower_control.register_error_handler(TimeoutError, callback_timeout)


@follower_control.get("/followers")
def list_followers() -> dict[str, Any]:
    """List present followers in order of following; `offset` and `limit` select a page.

    With `q` only those whose openid contains it, or whose name does; letters of either case. `others` are people who
    do not follow and have something on their phone.
    """
    offset, limit = query_number("offset", 0), query_number("limit", 100, 10_000)
    followers, wanted = account().followers, request.args.get("q", "").strip()
    with world().lock:
        if wanted:
            found = followers.search(wanted)
            return {"total": followers.total, "openids": list(islice(found, offset, offset + limit))}
        others = conversations.strangers(account())
        return {"total": followers.total, "openids": followers.page(offset, limit), "others": others}


@follower_control.post("/followers")
def add_followers() -> dict[str, Any]:
    """Let one user follow, with the callback, or add `count` followers without callbacks."""
    body = json_body()
    target = account(body)
    if "count" in body:
        size = body["count"]
        if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= 100_000_000:
            raise InvalidControlRequest("count must be a whole number from 0 to 100000000")
        follower_actions.add_crowd(world(), target, size)
        return {"total": target.followers.total}
    callback = follower_actions.follow(world(), target, required_text(body, "openid"), body)
    return {"total": target.followers.total} | callback.result(MAX_WAIT_SECONDS).outcome()


@follower_control.post("/unfollow")
def unfollow() -> dict[str, Any]:
    """Let a follower leave."""
    body = json_body()
    target = account(body)
    callback = follower_actions.unfollow(world(), target, required_text(body, "openid"))
    return {"total": target.followers.total} | callback.result(MAX_WAIT_SECONDS).outcome()


@follower_control.post("/message")
def send_message() -> dict[str, Any]:
    """Send a message or event as a user; return the attempts and what the user saw."""
    body = json_body()
    callback = follower_actions.send(world(), account(body), required_text(body, "openid"), body)
    return callback.result(MAX_WAIT_SECONDS).outcome()


@follower_control.post("/scan")
def scan_code() -> dict[str, Any]:
    """Scan a code of the account by its `ticket`: a follower sends SCAN, any other user follows."""
    body = json_body()
    callback = follower_actions.scan_code(
        world(), account(body), required_text(body, "openid"), required_text(body, "ticket")
    )
    return callback.result(MAX_WAIT_SECONDS).outcome()


@follower_control.post("/consent")
def answer_subscription() -> dict[str, Any]:
    """Accept or, with `accept: false`, reject notices of a template; with `scene`, a one-time message.

    `template_id` may be a list, because one article can ask for up to five.
    """
    body = json_body()
    template_id = body.get("template_id")
    templates = (
        body_value(list[str], body, "template_id")
        if isinstance(template_id, list) and template_id
        else [required_text(body, "template_id")]
    )
    callback = follower_actions.answer_subscription(
        world(), account(body), required_text(body, "openid"), templates, body
    )
    return callback.result(MAX_WAIT_SECONDS).outcome()


@follower_control.post("/staff")
def act_as_staff() -> dict[str, Any]:
    """Act for the staff to whom a conversation was handed over: `{"openid", "does": "say|switch|close"}`."""
    body = json_body()
    report = staff_sessions.act_as_staff(
        world(), account(body), required_text(body, "openid"), required_text(body, "does"), body
    )
    return {} if report is None else report.result(MAX_WAIT_SECONDS).outcome()


@follower_control.post("/reader")
def set_user() -> dict[str, Any]:
    """Change what the platform knows of a user (USER_SETTINGS); `pays: true` means that the user has just paid."""
    body = json_body()
    hints = get_type_hints(FollowerRecord)
    values = {name: body_value(hints[name], body, name) for name in USER_SETTINGS if name in body}
    if values.get("client", 0) not in CLIENTS:
        raise InvalidControlRequest("client must be 1 (iOS), 2 (Android), 3 (other) or 0")
    with world().lock:
        follower = account(body).followers.find(required_text(body, "openid"))
        if follower is None:
            raise InvalidControlRequest("unknown openid")
        for name, value in values.items():
            setattr(follower, name, value)
        if body.get("pays") is True:
            start_allowance(follower, "pay", world().now())
    return {"openid": follower.openid} | {name: getattr(follower, name) for name in USER_SETTINGS}


@follower_control.post("/read")
def record_reading() -> dict[str, Any]:
    """Record that a user read, shared, favoured or liked an article, given by `url` or page id."""
    body = json_body()
    target = account(body)
    page = required_text(body, "url").rpartition("/s/")[2]
    with world().lock:
        activity.record_activity(
            target, page, str(body.get("does", "read")), str(body.get("openid", "")), world().now()
        )
    return {"page": page}


@follower_control.post("/comment")
def add_comment() -> dict[str, Any]:
    """Add a user's comment to an article: `{"openid", "url", "content"}`."""
    body = json_body()
    page = required_text(body, "url").rpartition("/s/")[2]
    with world().lock:
        number_ = activity.add_comment(
            account(body), page, required_text(body, "openid"), required_text(body, "content"), world().now()
        )
    return {"user_comment_id": number_}


@follower_control.get("/card")
def show_card() -> dict[str, Any]:
    """Return the card with which `openid` would forward `url`."""
    openid, url, title = (request.args.get(name, "") for name in ("openid", "url", "title"))
    with world().lock:
        return conversations.find_card(account(), openid, url, title)


@follower_control.post("/forward")
def forward_card() -> dict[str, Any]:
    """Forward the card of an address: `{"openid", "url", "to"}`, with `words`, and a `title` if it may have no card.

    `to` is another person's openid, or "account": the server receives a link message, and the words as a text.
    """
    body = json_body()
    target, openid, to = account(body), required_text(body, "openid"), required_text(body, "to")
    words = body_value(str, {"words": ""} | body, "words").strip()
    title = body_value(str, {"title": ""} | body, "title")
    with world().lock:
        card = conversations.find_card(target, openid, required_text(body, "url"), title)
    if to != "account":
        conversations.forward_to_friend(world(), target, openid, to, card, words)
        return {"card": card}
    sent = conversations.forward_to_account(world(), target, openid, card)
    outcome = sent.result(MAX_WAIT_SECONDS).outcome()
    if words:
        said = follower_actions.send(world(), target, openid, {"type": "text", "content": words})
        said.result(MAX_WAIT_SECONDS)
    return {"card": card} | outcome


@follower_control.get("/chats/<openid>")
def list_chats(openid: str) -> Response:
    """List the chats on a person's phone, the newest first."""
    with world().lock:
        return json_list(conversations.list_chats(account(), openid))


@follower_control.get("/chats/<openid>/<friend>")
def show_friend_chat(openid: str, friend: str) -> Response:
    """Return a person's chat with a friend, oldest first."""
    with world().lock:
        return json_list(conversations.read_friend_chat(account(), openid, friend))


@follower_control.get("/inbox/<path:openid>")
def show_inbox(openid: str) -> Response:
    """Return a user's chat, oldest first; an empty list for an unknown openid."""
    with world().lock:
        found = inbox.read_inbox(account(), openid)
    return json_list(found or [])
