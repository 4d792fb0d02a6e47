"""What a follower does, as the message or event that the account's server is told (reference, sections B1 to B4)."""

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
UNSEEN = ("unsubscribe", "scancode_push")  # no reply is shown, whatever it is


@dataclass(frozen=True)
class CallbackMessage:
    """One message or event: who, what kind, the XML's fields in order, and what may be answered."""

    openid: str
    type: str
    event: str
    fields: Fields

    @property
    def shown_articles(self) -> int:
        """How many cards of an answer are shown: one to a message, eight to an event (section C)."""
        return 8 if self.type == "event" else 1

    @property
    def has_reader(self) -> bool:
        """Whether anybody would see an answer; job results and a farewell have no reader."""
        name = self.event.lower()
        return not (name in UNSEEN or name.endswith("jobfinish") or name.startswith("subscribe_msg"))


def user_message(account: Account, openid: str, type_: str, now: float, given: Fields) -> CallbackMessage:
    """A message of a known type; fields by their names in section B1, in any case; ValueError for others."""
    if type_ not in MESSAGES:
        raise ValueError(f"type is one of {', '.join(MESSAGES)}, event")
    fields = _header_fields(account, openid, now, type_) | _fill_fields(MESSAGES[type_], given)
    fields["MsgId"] = account.next_number("message id", 24_780_011_220_000_001)
    return CallbackMessage(openid, type_, "", fields | _extra_fields(given, MESSAGES[type_]))


def event_message(account: Account, openid: str, name: str, now: float, given: Fields) -> CallbackMessage:
    """An event of section B2, or any other with just the fields that are given."""
    name = NAMES.get(name.lower(), name)
    shape = EVENTS.get(name, {"EventKey": ""} if given.get("key") else {})
    fields = _header_fields(account, openid, now, "event") | {"Event": name} | _fill_fields(shape, given)
    if name == "SCAN" and not fields["Ticket"]:
        del fields["Ticket"]
    if fields.get("MenuId") == 0:
        fields["MenuId"] = (account.menu or {}).get("menuid", 429_000_001)
    return CallbackMessage(openid, "event", name, fields | _extra_fields(given, shape))


def job_event(account: Account, now: float, name: str, fields: Fields, openid: str = "") -> CallbackMessage:
    """An event about a job of the account (section B3); it comes from nobody's phone."""
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
    name = name.replace("_", "").lower()
    return ALIASES.get(name, name)


def _fill_fields(shape: Fields, given: Fields) -> Fields:
    """The shape with what is given in place of its defaults, at any depth, whatever case the names have."""
    values = {_normalize_name(name): value for name, value in given.items()}
    return {
        tag: _fill_fields(default, given)
        if isinstance(default, dict)
        else _coerce(default, values.get(_normalize_name(tag), default))
        for tag, default in shape.items()
    }


def _coerce(default: Any, value: Any) -> Any:
    """A value fit for its tag: text where text belongs, a number where a number belongs."""
    if isinstance(default, str):
        return value if isinstance(value, str) else str(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        return float(value) if isinstance(default, float) else int(value)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is not a number") from None


def _extra_fields(given: Fields, shape: Fields) -> Fields:
    """Fields beyond the shape, such as bizmsgmenuid or Ticket, under the names that were given."""
    known = {_normalize_name(tag) for tag in _tags(shape)} | set(ALIASES.values())
    return {
        name: value
        for name, value in given.items()
        if _normalize_name(name) not in known and name.isidentifier()
    }


def _tags(shape: Fields) -> list[str]:
    inner = [_tags(value) for value in shape.values() if isinstance(value, dict)]
    return [*shape, *(tag for tags in inner for tag in tags)]
