"""Followers by remote control: what they do, and what they have seen."""

__all__ = ["readers"]

from typing import Any, get_type_hints

from flask import Blueprint, Response

from wechat_simulator import acts, inbox, readings
from wechat_simulator.allowances import acted
from wechat_simulator.control.request import (
    LONGEST_WAIT,
    Unusable,
    account,
    given,
    listed,
    needed,
    number,
    typed,
    unusable,
    waiting,
    world,
)
from wechat_simulator.followers import Follower

OWN = ("name", "unionid", "client", "blocks_templates", "refuses_messages", "minor")  # of a reader
CLIENTS = range(4)

readers = Blueprint("readers", __name__, url_prefix="/_sim")
readers.register_error_handler(ValueError, unusable)
readers.register_error_handler(TimeoutError, waiting)


@readers.get("/followers")
def list_followers() -> dict[str, Any]:
    """A page of those who follow now, in order of following."""
    offset, limit = number("offset", 0), number("limit", 100, 10_000)
    followers = account().followers
    with world().lock:
        return {"total": followers.total, "openids": followers.page(offset, limit)}


@readers.post("/followers")
def add_followers() -> dict[str, Any]:
    """One follower with its callback, or a crowd at once without."""
    body = given()
    chosen = account(body)
    if "count" in body:
        size = body["count"]
        if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= 100_000_000:
            raise Unusable("count is a whole number")
        acts.crowd(world(), chosen, size)
        return {"total": chosen.followers.total}
    going = acts.follow(world(), chosen, needed(body, "openid"), body)
    return {"total": chosen.followers.total} | going.result(LONGEST_WAIT).outcome()


@readers.post("/unfollow")
def unfollow() -> dict[str, Any]:
    body = given()
    chosen = account(body)
    going = acts.unfollow(world(), chosen, needed(body, "openid"))
    return {"total": chosen.followers.total} | going.result(LONGEST_WAIT).outcome()


@readers.post("/message")
def message() -> dict[str, Any]:
    """A follower writes or taps; the answer tells of the attempts and of what the follower saw."""
    body = given()
    going = acts.say(world(), account(body), needed(body, "openid"), body)
    return going.result(LONGEST_WAIT).outcome()


@readers.post("/scan")
def scan() -> dict[str, Any]:
    """Somebody scans a code the account made, by its `ticket`: a follower scans, anybody else follows."""
    body = given()
    going = acts.scan(world(), account(body), needed(body, "openid"), needed(body, "ticket"))
    return going.result(LONGEST_WAIT).outcome()


@readers.post("/consent")
def consent() -> dict[str, Any]:
    """A reader accepts (or, `accept: false`, rejects) notices of a template; with `scene`, a one-time message.

    `template_id` may be a list: an article asks for up to five at once.
    """
    body = given()
    asked = body.get("template_id")
    templates = (
        typed(list[str], body, "template_id")
        if isinstance(asked, list) and asked
        else [needed(body, "template_id")]
    )
    going = acts.consent(world(), account(body), needed(body, "openid"), templates, body)
    return going.result(LONGEST_WAIT).outcome()


@readers.post("/reader")
def settings() -> dict[str, Any]:
    """Set what the platform knows of a reader (see OWN); with `pays: true` the reader has just paid."""
    body = given()
    hints = get_type_hints(Follower)
    values = {name: typed(hints[name], body, name) for name in OWN if name in body}
    if values.get("client", 0) not in CLIENTS:
        raise Unusable("client is 1 (iOS), 2 (Android), 3 (another) or 0")
    with world().lock:
        follower = account(body).followers.find(needed(body, "openid"))
        if follower is None:
            raise Unusable("nobody here has that openid")
        for name, value in values.items():
            setattr(follower, name, value)
        if body.get("pays") is True:
            acted(follower, "pay", world().now())
    return {"openid": follower.openid} | {name: getattr(follower, name) for name in OWN}


@readers.post("/read")
def read() -> dict[str, Any]:
    """A reader opens an article (`url` or page id) and does with it what `does` says: read, share, favour, like."""
    body = given()
    chosen = account(body)
    page = needed(body, "url").rpartition("/s/")[2]
    with world().lock:
        readings.note(chosen, page, str(body.get("does", "read")), str(body.get("openid", "")), world().now())
    return {"page": page}


@readers.post("/comment")
def comment() -> dict[str, Any]:
    """A reader comments on an article: `{"openid", "url", "content"}`."""
    body = given()
    page = needed(body, "url").rpartition("/s/")[2]
    with world().lock:
        number_ = readings.comment(
            account(body), page, needed(body, "openid"), needed(body, "content"), world().now()
        )
    return {"user_comment_id": number_}


@readers.get("/inbox/<path:openid>")
def show_inbox(openid: str) -> Response:
    """All that this follower has seen; of somebody who is not here, that is nothing."""
    with world().lock:
        found = inbox.read(account(), openid)
    return listed(found or [])
