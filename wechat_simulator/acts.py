"""What followers do: follow, leave, write, tap the menu, scan a code; each opens its allowance and calls back."""

__all__ = ["consent", "crowd", "follow", "say", "scan", "unfollow"]

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from wechat_simulator import callbacks, inbox
from wechat_simulator.account import Account
from wechat_simulator.allowances import acted
from wechat_simulator.followers import SCENES, Follower
from wechat_simulator.incoming import Incoming, event, message, system
from wechat_simulator.pictures import drawing
from wechat_simulator.pushes import Push
from wechat_simulator.shelf import Temporary
from wechat_simulator.world import World

Given = dict[str, Any]
LONGEST_AGO = 100_000  # hours: WeChat itself is not much older
MENU_ACTIONS = ("click", "scancode_push", "scancode_waitmsg")
MADE_UP = {
    "image": "png",
    "voice": "amr",
    "video": "mp4",
    "shortvideo": "mp4",
}  # media that a message brings along


def follow(world: World, account: Account, openid: str, given: Given) -> "Future[Push]":
    """One reader follows, perhaps through a scene code (`scene`), perhaps some `hours_ago`."""
    hours = given.get("hours_ago", 0)
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 <= hours <= LONGEST_AGO:
        raise ValueError(f"hours_ago is a number from 0 to {LONGEST_AGO}")
    with world.lock:
        at = world.now() - 3600 * hours
        follower = account.followers.follow(openid, at)
        follower.name = str(given.get("name", follower.name))
        fields: Given = {"key": ""}
        follower.subscribe_scene = _way(given)
        scene = given.get("scene")
        if scene is not None:
            fields = {"key": f"qrscene_{scene}"} | _scanned(account, follower, str(scene))
        acted(follower, "follow", at)
        account.fact(at, f"follow {follower.subscribe_scene}")
        told = event(account, openid, "subscribe", at, fields)
        world.bus.tell("follower", openid)
    return callbacks.push(world, account, told)


def _way(given: Given) -> str:
    way = str(given.get("subscribe_scene", "ADD_SCENE_SEARCH"))
    if way not in SCENES:
        raise ValueError(f"subscribe_scene is one of {', '.join(SCENES)}")
    return way


def _scanned(account: Account, follower: Follower, scene: str) -> Given:
    """Note through which code a reader came; the ticket of that code when the account made one."""
    follower.subscribe_scene = "ADD_SCENE_QR_CODE"
    follower.qr_scene = int(scene) if scene.isascii() and scene.isdigit() and len(scene) < 11 else 0
    follower.qr_scene_str = "" if follower.qr_scene else scene
    return {"Ticket": _ticket(account, scene)}


def _ticket(account: Account, scene: str) -> str:
    found = (ticket for ticket, code in account.qrcodes.items() if str(code["scene"]) == scene)
    return next(found, "gQHsimulated")


def crowd(world: World, account: Account, size: int) -> None:
    """So many readers follow at once, without callbacks."""
    with world.lock:
        account.followers.add_crowd(size, world.now())
        account.fact(world.now(), "follow ADD_SCENE_SEARCH", size)
    world.bus.tell("follower")


def scan(world: World, account: Account, openid: str, ticket: str) -> "Future[Push]":
    """Somebody scans a code of the account: a follower sends SCAN, anybody else follows by it."""
    code = account.qrcodes.get(ticket)
    if code is None or (code["expires"] and code["expires"] <= world.now()):
        raise ValueError("the code is unknown, or has expired")
    if account.followers.follows(openid):
        return _happen(world, account, openid, "SCAN", {"key": str(code["scene"]), "Ticket": ticket})
    return follow(world, account, openid, {"scene": code["scene"]})


def consent(
    world: World, account: Account, openid: str, template_ids: list[str], given: Given
) -> "Future[Push]":
    """A reader answers the question of subscription notices, or with `scene` that of a one-time message."""
    accepts = given.get("accept", True) is True
    times = given.get("times", 1)
    if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= 1000:
        raise ValueError("times is a number from 1 to 1000")
    with world.lock:
        follower = account.followers.meet(openid)
        for template_id in template_ids:
            key = f"{template_id} {given['scene']}" if "scene" in given else template_id
            follower.consents[key] = follower.consents.get(key, 0) + times if accepts else 0
        word = "accept" if accepts else "reject"
        answers = [
            {"TemplateId": template_id, "SubscribeStatusString": word, "PopupScene": 2}
            for template_id in template_ids
        ]
        fields = {"SubscribeMsgPopupEvent": {"List": answers if len(answers) > 1 else answers[0]}}
        told = system(account, world.now(), "subscribe_msg_popup_event", fields, openid)
    return callbacks.push(world, account, told)


def unfollow(world: World, account: Account, openid: str) -> "Future[Push]":
    """One reader leaves; ValueError when there was nothing to leave."""
    with world.lock:
        if account.followers.unfollow(openid) is None:
            raise ValueError(f"{openid} does not follow")
        account.fact(world.now(), "unfollow")
        told = event(account, openid, "unsubscribe", world.now(), {"key": ""})
        world.bus.tell("follower", openid)
    return callbacks.push(world, account, told)


def say(world: World, account: Account, openid: str, given: Given) -> "Future[Push]":
    """A message, or an event of the kind `event` names; ValueError says what is wrong with the order."""
    type_ = str(given.get("type", "text"))
    rest = {key: value for key, value in given.items() if key not in ("openid", "type", "account", "event")}
    if type_ != "event":
        return _write(world, account, openid, type_, rest)
    name = str(given.get("event", ""))
    if not name:
        raise ValueError('an event needs a name: {"type": "event", "event": "CLICK", "key": …}')
    if name.lower() == "subscribe":
        return follow(world, account, openid, rest)
    if name.lower() == "unsubscribe":
        return unfollow(world, account, openid)
    return _happen(world, account, openid, name, rest)


def _write(world: World, account: Account, openid: str, type_: str, given: Given) -> "Future[Push]":
    with world.lock:
        now = world.now()
        told = message(account, openid, type_, now, _with_medium(account, type_, now, given))
        follower = account.followers.meet(openid)
        acted(follower, "menu" if "bizmsgmenuid" in told.fields else "message", now)
        inbox.note(world, account, follower, "message", _bubble(told), sender="me")
        account.fact(now, f"message {type_}")
        account.fact(now, f"writer {type_} {openid}")
    return callbacks.push(world, account, told)


def _with_medium(account: Account, type_: str, now: float, given: Given) -> Given:
    """A picture, voice or video that was not named gets a medium, so that its MediaId can be fetched."""
    format_ = MADE_UP.get(type_)
    if format_ is None or any(key.lower().replace("_", "") == "mediaid" for key in given):
        return given
    number = account.next("medium")
    data = drawing(number * 0x9E3779B97F4A7C15 & (1 << 192) - 1) if format_ == "png" else MADE_BYTES[format_]
    media_id = f"sim-{type_}-{number}"
    kind = "video" if type_ == "shortvideo" else type_
    account.shelf.temporary[media_id] = Temporary(media_id, kind, data, format_, f"{media_id}.{format_}", now)
    more: Given = {"MediaId": media_id}
    if type_ == "image":
        more["PicUrl"] = account.shelf.keep_picture(media_id, "png", data)
    return given | more


MADE_BYTES = {
    "amr": b"#!AMR\n" + bytes([0x3C]) + bytes(31),
    "mp4": bytes.fromhex("0000001866747970") + b"mp42" + bytes(4) + b"mp42isom",
}


def _bubble(told: Incoming) -> dict[str, Any]:
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


def _happen(world: World, account: Account, openid: str, name: str, given: Given) -> "Future[Push]":
    with world.lock:
        now = world.now()
        told = event(account, openid, name, now, given)
        follower = account.followers.meet(openid)
        if told.event.lower() in MENU_ACTIONS:
            acted(follower, "menu", now)
        elif told.event == "SCAN":
            acted(follower, "scan", now)
        account.fact(now, f"event {told.event}")
    return callbacks.push(world, account, told)
