"""Actions of a follower: follow, unfollow, send a message, tap the menu, scan a code.

Each action starts the allowance for customer-service messages that belongs to it and sends the callback.
"""

__all__ = ["add_crowd", "answer_subscription", "follow", "scan_code", "send", "unfollow"]

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from wechat_simulator import callbacks, inbox
from wechat_simulator.account import Account
from wechat_simulator.callback_messages import CallbackMessage, event_message, job_event, user_message
from wechat_simulator.follower_registry import SCENES, FollowerRecord, start_allowance
from wechat_simulator.media_format import draw_png
from wechat_simulator.media_store import TemporaryMedia
from wechat_simulator.staff_sessions import is_with_staff
from wechat_simulator.traffic import CallbackRecord
from wechat_simulator.world import World

Fields = dict[str, Any]
MAX_HOURS_AGO = 100_000  # about eleven years; WeChat is not much older
MENU_ACTIONS = ("click", "scancode_push", "scancode_waitmsg")
# Formats of the media generated for messages that name none.
GENERATED_FORMATS = {
    "image": "png",
    "voice": "amr",
    "video": "mp4",
    "shortvideo": "mp4",
}


def follow(world: World, account: Account, openid: str, fields: Fields) -> "Future[CallbackRecord]":
    """Let a user follow and send the `subscribe` event; `fields` may hold `scene` (a scene code) and `hours_ago`."""
    hours = fields.get("hours_ago", 0)
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 <= hours <= MAX_HOURS_AGO:
        raise ValueError(f"hours_ago must be a number from 0 to {MAX_HOURS_AGO}")
    with world.lock:
        at = world.now() - 3600 * hours
        follower = account.followers.follow(openid, at)
        follower.name = str(fields.get("name", follower.name))
        event_fields: Fields = {"key": ""}
        follower.subscribe_scene = _subscribe_scene(fields)
        scene = fields.get("scene")
        if scene is not None:
            event_fields = {"key": f"qrscene_{scene}"} | _record_scan(account, follower, str(scene))
        start_allowance(follower, "follow", at)
        account.count_event(at, f"follow {follower.subscribe_scene}")
        message = event_message(account, openid, "subscribe", at, event_fields)
        world.changes.publish("follower", openid)
    return callbacks.push(world, account, message)


def _subscribe_scene(fields: Fields) -> str:
    scene = str(fields.get("subscribe_scene", "ADD_SCENE_SEARCH"))
    if scene not in SCENES:
        raise ValueError(f"subscribe_scene must be one of {', '.join(SCENES)}")
    return scene


def _record_scan(account: Account, follower: FollowerRecord, scene: str) -> Fields:
    """Store the scene code through which a user followed; return the event field with the code's ticket."""
    follower.subscribe_scene = "ADD_SCENE_QR_CODE"
    follower.qr_scene = int(scene) if scene.isascii() and scene.isdigit() and len(scene) < 11 else 0
    follower.qr_scene_str = "" if follower.qr_scene else scene
    return {"Ticket": _ticket_of_scene(account, scene)}


def _ticket_of_scene(account: Account, scene: str) -> str:
    found = (ticket for ticket, code in account.qrcodes.items() if str(code["scene"]) == scene)
    return next(found, "gQHsimulated")


def add_crowd(world: World, account: Account, size: int) -> None:
    """Let `size` users follow at once, without callbacks."""
    with world.lock:
        account.followers.add_crowd(size, world.now())
        account.count_event(world.now(), "follow ADD_SCENE_SEARCH", size)
    world.changes.publish("follower")


def scan_code(world: World, account: Account, openid: str, ticket: str) -> "Future[CallbackRecord]":
    """Scan a code of the account: a follower sends SCAN, any other user follows through it."""
    code = account.qrcodes.get(ticket)
    if code is None or (code["expires"] and code["expires"] <= world.now()):
        raise ValueError("the code is unknown or has expired")
    if account.followers.follows(openid):
        return _send_event(world, account, openid, "SCAN", {"key": str(code["scene"]), "Ticket": ticket})
    return follow(world, account, openid, {"scene": code["scene"]})


def answer_subscription(
    world: World, account: Account, openid: str, template_ids: list[str], fields: Fields
) -> "Future[CallbackRecord]":
    """Accept or reject subscription notices or, with `scene`, a one-time message; send the popup event."""
    accepts = fields.get("accept", True) is True
    times = fields.get("times", 1)
    if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= 1000:
        raise ValueError("times must be a number from 1 to 1000")
    with world.lock:
        follower = account.followers.get_or_create(openid)
        for template_id in template_ids:
            key = f"{template_id} {fields['scene']}" if "scene" in fields else template_id
            follower.consents[key] = follower.consents.get(key, 0) + times if accepts else 0
        word = "accept" if accepts else "reject"
        answers = [
            {"TemplateId": template_id, "SubscribeStatusString": word, "PopupScene": 2}
            for template_id in template_ids
        ]
        popup = {"SubscribeMsgPopupEvent": {"List": answers if len(answers) > 1 else answers[0]}}
        message = job_event(account, world.now(), "subscribe_msg_popup_event", popup, openid)
    return callbacks.push(world, account, message)


def unfollow(world: World, account: Account, openid: str) -> "Future[CallbackRecord]":
    """Let a follower leave and send `unsubscribe`. Raise ValueError when the user does not follow."""
    with world.lock:
        if account.followers.unfollow(openid) is None:
            raise ValueError(f"{openid} does not follow")
        account.count_event(world.now(), "unfollow")
        message = event_message(account, openid, "unsubscribe", world.now(), {"key": ""})
        world.changes.publish("follower", openid)
    return callbacks.push(world, account, message)


def send(world: World, account: Account, openid: str, fields: Fields) -> "Future[CallbackRecord]":
    """Send a message, or the event that `event` names. Raise ValueError for invalid fields."""
    type_ = str(fields.get("type", "text"))
    rest = {key: value for key, value in fields.items() if key not in ("openid", "type", "account", "event")}
    if type_ != "event":
        return _send_message(world, account, openid, type_, rest)
    name = str(fields.get("event", ""))
    if not name:
        raise ValueError('an event needs a name: {"type": "event", "event": "CLICK", "key": …}')
    if name.lower() == "subscribe":
        return follow(world, account, openid, rest)
    if name.lower() == "unsubscribe":
        return unfollow(world, account, openid)
    return _send_event(world, account, openid, name, rest)


def _send_message(
    world: World, account: Account, openid: str, type_: str, fields: Fields
) -> "Future[CallbackRecord]":
    """Add the message to the chat and send its callback."""
    with world.lock:
        now = world.now()
        message = user_message(account, openid, type_, now, _attach_media(account, type_, now, fields))
        follower = account.followers.get_or_create(openid)
        start_allowance(follower, "menu" if "bizmsgmenuid" in message.fields else "message", now)
        inbox.add_entry(world, account, follower, "message", _chat_entry(message), sender="me")
        account.count_event(now, f"message {type_}")
        account.count_event(now, f"writer {type_} {openid}")
        if is_with_staff(follower, now):
            done: Future[CallbackRecord] = Future()
            identity = account.identity
            done.set_result(
                CallbackRecord(
                    now, identity.app_id, openid, type_, "", identity.callback, "", note="to the staff"
                )
            )
            return done
    return callbacks.push(world, account, message)


def _attach_media(account: Account, type_: str, now: float, fields: Fields) -> Fields:
    """Generate a picture, voice or video when the message names none, so that its MediaId can be downloaded."""
    format_ = GENERATED_FORMATS.get(type_)
    if format_ is None or any(key.lower().replace("_", "") == "mediaid" for key in fields):
        return fields
    number = account.next_number("medium")
    data = (
        draw_png(number * 0x9E3779B97F4A7C15 & (1 << 192) - 1)
        if format_ == "png"
        else GENERATED_BYTES[format_]
    )
    media_id = f"sim-{type_}-{number}"
    kind = "video" if type_ == "shortvideo" else type_
    account.media.temporary[media_id] = TemporaryMedia(
        media_id, kind, data, format_, f"{media_id}.{format_}", now
    )
    more: Fields = {"MediaId": media_id}
    if type_ == "image":
        more["PicUrl"] = account.media.add_picture(media_id, "png", data)
    return fields | more


GENERATED_BYTES = {
    "amr": b"#!AMR\n" + bytes([0x3C]) + bytes(31),
    "mp4": bytes.fromhex("0000001866747970") + b"mp42" + bytes(4) + b"mp42isom",
}


def _chat_entry(message: CallbackMessage) -> dict[str, Any]:
    """Return the inbox entry for a message that the user sent."""
    fields = message.fields
    entry: dict[str, Any] = {"type": message.type}
    shapes: dict[str, Callable[[], dict[str, Any]]] = {
        "text": lambda: {"content": fields["Content"]},
        "location": lambda: {
            "content": fields["Label"],
            "latitude": fields["Location_X"],
            "longitude": fields["Location_Y"],
        },
        "link": lambda: {"content": fields["Title"], "url": fields["Url"]},
    }
    shape = shapes.get(message.type, lambda: {"picture": f"/_sim/media/{fields['MediaId']}"})
    return entry | shape()


def _send_event(
    world: World, account: Account, openid: str, name: str, fields: Fields
) -> "Future[CallbackRecord]":
    """Start the allowance that the event gives and send its callback."""
    with world.lock:
        now = world.now()
        message = event_message(account, openid, name, now, fields)
        follower = account.followers.get_or_create(openid)
        if message.event.lower() in MENU_ACTIONS:
            start_allowance(follower, "menu", now)
        elif message.event == "SCAN":
            start_allowance(follower, "scan", now)
        account.count_event(now, f"event {message.event}")
    return callbacks.push(world, account, message)
