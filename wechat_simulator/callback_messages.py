"""Messages and events that the platform sends to the account's server (reference, sections B1 to B4)."""

__all__ = ["CallbackMessage", "Fields", "event_message", "job_event", "user_message"]

from dataclasses import dataclass
from typing import Any

from wechat_simulator.account import Account

Fields = dict[str, Any]

MESSAGES: dict[str, Fields] = {
    "text": {"Content": ""},
    "image": {"PicUrl": "", "MediaId": ""},
    "voice": {"MediaId": "", "Format": "amr", "MediaId16K": "", "Recognition": ""},
    "video": {"MediaId": "", "ThumbMediaId": ""},
    "shortvideo": {"MediaId": "", "ThumbMediaId": ""},
    "location": {"Location_X": 31.230416, "Location_Y": 121.473701, "Scale": 16, "Label": "上海市黄浦区"},
    "link": {"Title": "", "Description": "", "Url": ""},
}
SCAN_INFO: Fields = {"ScanType": "qrcode", "ScanResult": ""}
PICTURES_INFO: Fields = {
    "Count": 1,
    "PicList": {"item": {"PicMd5Sum": "5a75aaca956d97be686719218f275c6b"}},
}
PLACE_INFO: Fields = {
    "Location_X": "23",
    "Location_Y": "113",
    "Scale": "15",
    "Label": "广州市",
    "Poiname": "",
}
EVENTS: dict[str, Fields] = {
    "subscribe": {"EventKey": ""},
    "unsubscribe": {"EventKey": ""},
    "SCAN": {"EventKey": "", "Ticket": ""},
    "LOCATION": {"Latitude": 31.23, "Longitude": 121.47, "Precision": 65.0},
    "CLICK": {"EventKey": ""},
    "VIEW": {"EventKey": "", "MenuId": 0},
    "view_miniprogram": {"EventKey": "", "MenuId": 0},
    "scancode_push": {"EventKey": "", "ScanCodeInfo": SCAN_INFO},
    "scancode_waitmsg": {"EventKey": "", "ScanCodeInfo": SCAN_INFO},
    "pic_sysphoto": {"EventKey": "", "SendPicsInfo": PICTURES_INFO},
    "pic_photo_or_album": {"EventKey": "", "SendPicsInfo": PICTURES_INFO},
    "pic_weixin": {"EventKey": "", "SendPicsInfo": PICTURES_INFO},
    "location_select": {"EventKey": "", "SendLocationInfo": PLACE_INFO},
}
NAMES = {name.lower(): name for name in EVENTS}
ALIASES = {"key": "eventkey"}
EVENTS_WITHOUT_REPLY = ("unsubscribe", "scancode_push")  # events whose replies are never shown


@dataclass(frozen=True)
class CallbackMessage:
    """One message or event: the user, its type, and its fields in the order of the XML."""

    openid: str
    type: str
    event: str
    fields: Fields

    @property
    def shown_articles(self) -> int:
        """Number of cards of a reply that are shown: one for a message, eight for an event (section C)."""
        return 8 if self.type == "event" else 1

    @property
    def has_reader(self) -> bool:
        """True if a follower would see a reply; reports, `unsubscribe` and `scancode_push` show none."""
        name = self.event.lower()
        return not (
            name in EVENTS_WITHOUT_REPLY
            or name.endswith("jobfinish")
            or name.startswith(("subscribe_msg", "kf_"))
        )


def user_message(account: Account, openid: str, type_: str, now: float, given: Fields) -> CallbackMessage:
    """Create a message of a known type; fields by their names in section B1, in any case.

    Raise ValueError for an unknown type or a field that is not a number.
    """
    if type_ not in MESSAGES:
        raise ValueError(f"type must be one of {', '.join(MESSAGES)}, event")
    fields = _header_fields(account, openid, now, type_) | _fill_fields(MESSAGES[type_], given)
    fields["MsgId"] = account.next_number("message id", 24_780_011_220_000_001)
    return CallbackMessage(openid, type_, "", fields | _extra_fields(given, MESSAGES[type_]))


def event_message(account: Account, openid: str, name: str, now: float, given: Fields) -> CallbackMessage:
    """Create an event of section B2, or an unknown one with just the given fields."""
    name = NAMES.get(name.lower(), name)
    shape = EVENTS.get(name, {"EventKey": ""} if given.get("key") else {})
    fields = _header_fields(account, openid, now, "event") | {"Event": name} | _fill_fields(shape, given)
    if name == "SCAN" and not fields["Ticket"]:
        del fields["Ticket"]
    if fields.get("MenuId") == 0:
        fields["MenuId"] = (account.menu or {}).get("menuid", 429_000_001)
    return CallbackMessage(openid, "event", name, fields | _extra_fields(given, shape))


def job_event(account: Account, now: float, name: str, fields: Fields, openid: str = "") -> CallbackMessage:
    """Create an event about a job of the account (section B3); no follower sent it."""
    openid = openid or account.identity.original_id
    return CallbackMessage(
        openid, "event", name, _header_fields(account, openid, now, "event") | {"Event": name} | fields
    )


def _header_fields(account: Account, openid: str, now: float, type_: str) -> Fields:
    return {
        "ToUserName": account.identity.original_id,
        "FromUserName": openid,
        "CreateTime": int(now),
        "MsgType": type_,
    }


def _normalize_name(name: str) -> str:
    """Return a field's name without case and underscores, so that any spelling is accepted."""
    name = name.replace("_", "").lower()
    return ALIASES.get(name, name)


def _fill_fields(shape: Fields, given: Fields) -> Fields:
    """Return the shape with given values in place of its defaults, at any depth."""
    values = {_normalize_name(name): value for name, value in given.items()}
    return {
        tag: _fill_fields(default, given)
        if isinstance(default, dict)
        else _coerce(default, values.get(_normalize_name(tag), default))
        for tag, default in shape.items()
    }


def _coerce(default: Any, value: Any) -> Any:
    """Convert a value to the type of its default: text or number."""
    if isinstance(default, str):
        return value if isinstance(value, str) else str(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        return float(value) if isinstance(default, float) else int(value)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is not a number") from None


def _extra_fields(given: Fields, shape: Fields) -> Fields:
    """Return given fields beyond the shape, such as bizmsgmenuid, under the names that were given."""
    known = {_normalize_name(tag) for tag in _tags(shape)} | set(ALIASES.values())
    return {
        name: value
        for name, value in given.items()
        if _normalize_name(name) not in known and name.isidentifier()
    }


def _tags(shape: Fields) -> list[str]:
    """Return all tag names of a shape, nested ones included."""
    inner = [_tags(value) for value in shape.values() if isinstance(value, dict)]
    return [*shape, *(tag for tags in inner for tag in tags)]
