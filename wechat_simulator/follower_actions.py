"""What followers do: follow, leave, write, tap the menu, scan a code; each opens its allowance and calls back."""

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
from wechat_simulator.traffic import CallbackRecord
from wechat_simulator.world import World

Fields = dict[str, Any]
MAX_HOURS_AGO = 100_000  # hours: WeChat itself is not much older
MENU_ACTIONS = ("click", "scancode_push", "scancode_waitmsg")
GENERATED_FORMATS = {
    "image": "png",
    "voice": "amr",
    "video": "mp4",
    "shortvideo": "mp4",
}  # media that a message brings along


def follow(world: World, account: Account, openid: str, given: Fields) -> "Future[CallbackRecord]":
    """One reader follows, perhaps through a scene code (`scene`), perhaps some `hours_ago`."""
    hours = given.get("hours_ago", 0)
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 <= hours <= MAX_HOURS_AGO:
        raise ValueError(f"hours_ago is a number from 0 to {MAX_HOURS_AGO}")
    with world.lock:
        at = world.now() - 3600 * hours
        follower = account.followers.follow(openid, at)
        follower.name = str(given.get("name", follower.name))
        fields: Fields = {"key": ""}
        follower.subscribe_scene = _subscribe_scene(given)
        scene = given.get("scene")
        if scene is not None:
            fields = {"key": f"qrscene_{scene}"} | _record_scan(account, follower, str(scene))
        start_allowance(follower, "follow", at)
        account.count_event(at, f"follow {follower.subscribe_scene}")
        told = event_message(account, openid, "subscribe", at, fields)
        world.changes.publish("follower", openid)
    return callbacks.push(world, account, told)


def _subscribe_scene(given: Fields) -> str:
    way = str(given.get("subscribe_scene", "ADD_SCENE_SEARCH"))
    if way not in SCENES:
        raise ValueError(f"subscribe_scene is one of {', '.join(SCENES)}")
    return way


def _record_scan(account: Account, follower: FollowerRecord, scene: str) -> Fields:
    """Note through which code a reader came; the ticket of that code when the account made one."""
    follower.subscribe_scene = "ADD_SCENE_QR_CODE"
    follower.qr_scene = int(scene) if scene.isascii() and scene.isdigit() and len(scene) < 11 else 0
    follower.qr_scene_str = "" if follower.qr_scene else scene
    return {"Ticket": _ticket_of_scene(account, scene)}


def _ticket_of_scene(account: Account, scene: str) -> str:
    found = (ticket for ticket, code in account.qrcodes.items() if str(code["scene"]) == scene)
    return next(found, "gQHsimulated")


def add_crowd(world: World, account: Account, size: int) -> None:
    """So many readers follow at once, without callbacks."""
    with world.lock:
        account.followers.add_crowd(size, world.now())
        account.count_event(world.now(), "follow ADD_SCENE_SEARCH", size)
    world.changes.publish("follower")


def scan_code(world: World, account: Account, openid: str, ticket: str) -> "Future[CallbackRecord]":
    """Somebody scans a code of the account: a follower sends SCAN, anybody else follows by it."""
    code = account.qrcodes.get(ticket)
    if code is None or (code["expires"] and code["expires"] <= world.now()):
        raise ValueError("the code is unknown, or has expired")
    if account.followers.follows(openid):
        return _send_event(world, account, openid, "SCAN", {"key": str(code["scene"]), "Ticket": ticket})
    return follow(world, account, openid, {"scene": code["scene"]})


def answer_subscription(
    world: World, account: Account, openid: str, template_ids: list[str], given: Fields
) -> "Future[CallbackRecord]":
    """A reader answers the question of subscription notices, or with `scene` that of a one-time message."""
    accepts = given.get("accept", True) is True
    times = given.get("times", 1)
    if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= 1000:
        raise ValueError("times is a number from 1 to 1000")
    with world.lock:
        follower = account.followers.get_or_create(openid)
        for template_id in template_ids:
            key = f"{template_id} {given['scene']}" if "scene" in given else template_id
            follower.consents[key] = follower.consents.get(key, 0) + times if accepts else 0
        word = "accept" if accepts else "reject"
        answers = [
            {"TemplateId": template_id, "SubscribeStatusString": word, "PopupScene": 2}
            for template_id in template_ids
        ]
        fields = {"SubscribeMsgPopupEvent": {"List": answers if len(answers) > 1 else answers[0]}}
        told = job_event(account, world.now(), "subscribe_msg_popup_event", fields, openid)
    return callbacks.push(world, account, told)


def unfollow(world: World, account: Account, openid: str) -> "Future[CallbackRecord]":
    """One reader leaves; ValueError when there was nothing to leave."""
    with world.lock:
        if account.followers.unfollow(openid) is None:
            raise ValueError(f"{openid} does not follow")
        account.count_event(world.now(), "unfollow")
        told = event_message(account, openid, "unsubscribe", world.now(), {"key": ""})
        world.changes.publish("follower", openid)
    return callbacks.push(world, account, told)


def send(world: World, account: Account, openid: str, given: Fields) -> "Future[CallbackRecord]":
    """A message, or an event of the kind `event` names; ValueError says what is wrong with the order."""
    type_ = str(given.get("type", "text"))
    rest = {key: value for key, value in given.items() if key not in ("openid", "type", "account", "event")}
    if type_ != "event":
        return _send_message(world, account, openid, type_, rest)
    name = str(given.get("event", ""))
    if not name:
        raise ValueError('an event needs a name: {"type": "event", "event": "CLICK", "key": …}')
    if name.lower() == "subscribe":
        return follow(world, account, openid, rest)
    if name.lower() == "unsubscribe":
        return unfollow(world, account, openid)
    return _send_event(world, account, openid, name, rest)


def _send_message(
    world: World, account: Account, openid: str, type_: str, given: Fields
) -> "Future[CallbackRecord]":
    with world.lock:
        now = world.now()
        told = user_message(account, openid, type_, now, _attach_media(account, type_, now, given))
        follower = account.followers.get_or_create(openid)
        start_allowance(follower, "menu" if "bizmsgmenuid" in told.fields else "message", now)
        inbox.add_entry(world, account, follower, "message", _chat_entry(told), sender="me")
        account.count_event(now, f"message {type_}")
        account.count_event(now, f"writer {type_} {openid}")
    return callbacks.push(world, account, told)


def _attach_media(account: Account, type_: str, now: float, given: Fields) -> Fields:
    """A picture, voice or video that was not named gets a medium, so that its MediaId can be fetched."""
    format_ = GENERATED_FORMATS.get(type_)
    if format_ is None or any(key.lower().replace("_", "") == "mediaid" for key in given):
        return given
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
    return given | more


GENERATED_BYTES = {
    "amr": b"#!AMR\n" + bytes([0x3C]) + bytes(31),
    "mp4": bytes.fromhex("0000001866747970") + b"mp42" + bytes(4) + b"mp42isom",
}


def _chat_entry(told: CallbackMessage) -> dict[str, Any]:
    """A reader's own message, as it stands on the right side of the chat."""
    fields = told.fields
    bubble: dict[str, Any] = {"type": told.type}
    shapes: dict[str, Callable[[], dict[str, Any]]] = {
        "text": lambda: {"content": fields["Content"]},
        "location": lambda: {
            "content": fields["Label"],
            "latitude": fields["Location_X"],
            "longitude": fields["Location_Y"],
        },
        "link": lambda: {"content": fields["Title"], "url": fields["Url"]},
    }
    shape = shapes.get(told.type, lambda: {"picture": f"/_sim/media/{fields['MediaId']}"})
    return bubble | shape()


def _send_event(
    world: World, account: Account, openid: str, name: str, given: Fields
) -> "Future[CallbackRecord]":
    with world.lock:
        now = world.now()
        told = event_message(account, openid, name, now, given)
        follower = account.followers.get_or_create(openid)
        if told.event.lower() in MENU_ACTIONS:
            start_allowance(follower, "menu", now)
        elif told.event == "SCAN":
            start_allowance(follower, "scan", now)
        account.count_event(now, f"event {told.event}")
    return callbacks.push(world, account, told)
