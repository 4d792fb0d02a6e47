"""Parse a callback: a follower's message or event, or the platform's report on a job.

    parse             XML or JSON → `Incoming`
    idempotency_key   the same for every retry of one callback

Source: wechat-platform.md B. Anything a member can put into a message is accepted as text; only a body that is no
callback at all is Unreadable.
"""

import hashlib
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError, XMLParser

from wxbot.text import strip_controls
from wxbot.wechat import job_events
from wxbot.wechat.callback_crypto import Unreadable
from wxbot.wechat.json_callback import is_json, json_root
from wxbot.wechat.replies import DataFormat

__all__ = ["CHECK_OPENID", "Incoming", "idempotency_key", "message_kind", "parse"]

# Sender of the message by which `wxbot doctor` tries the webhook; no openid of the platform looks like it.
CHECK_OPENID = "wxbot.doctor"

MESSAGES = frozenset({"text", "image", "voice", "video", "shortvideo", "location", "link"})

# A DOCTYPE can stand only before the root element. A body that does not begin as the platform's do is refused before
# the parser sees it, so no entity is ever declared (XXE, entity expansion). Inside a message the same characters are
# a member's text.
_PROLOG = re.compile(r"\ufeff?\s*+(?:<\?xml[^<>]*+>\s*+)?(?=<xml[\s>])")
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,9}));")
# Texts by which the platform replaces a sticker or another kind that it does not pass on, in the languages of phones.
_NOT_SHOWN = re.compile(
    r"[【\[](?:(?:收到|当前版本|當前版本)?不支[持援]的?[消訊讯]息?(?:[类類]型|種類)?[^【】\[\]]{0,20}"
    r"|unsupported message[^【】\[\]]{0,30}|(?:this )?message (?:type )?(?:is )?not supported[^【】\[\]]{0,30}"
    r"|(?:(?:动画|動畫|自定义|自定義|系统|系統)?表情(?:包|图|符号)?|(?:动态|動態)?[贴貼][图圖纸紙]"
    r"|(?:animated )?stickers?|custom emoji|animated emoji))[】\]]",
    re.IGNORECASE,
)
_IDENTITY_CHARS = 190
_DEPTH = 6


class Incoming(NamedTuple):
    """One callback.

    `kind` is the message's type, `event`, `unsupported` (such as a sticker, which the platform replaces by a
    text of its own) or `unknown`. `openid` is the sender, `account` the account's gh_ id, `sent_at` unix
    seconds, `msg_id` the message's number (None for events). `event` is in lower case, `key` its EventKey,
    `menu_id` the id of a tapped `menu_link`. `fields` holds every value, nested ones as `Outer.Inner`, the first of
    repeated ones. `job` is the report of an account-level event. `data_format` is that of the callback and its reply.
    `forgeable` is True if anybody may have written it: it is answered, but changes nothing for its sender.
    """

    kind: str
    openid: str
    account: str
    sent_at: int
    msg_id: int | None = None
    content: str = ""
    event: str = ""
    key: str = ""
    ticket: str = ""
    menu_id: str = ""
    fields: Mapping[str, str] = MappingProxyType({})
    job: job_events.JobEvent | None = None
    data_format: DataFormat = DataFormat.XML
    forgeable: bool = False


def parse(body: bytes) -> Incoming:
    """Parse one callback in UTF-8, XML or JSON. Raises Unreadable, and nothing else, when it is no callback."""
    text = body.decode("utf-8", "replace")
    data_format = DataFormat.JSON if is_json(text) else DataFormat.XML
    root = json_root(text) if data_format is DataFormat.JSON else _xml_root(text)
    fields = {child.tag: child.text or "" for child in reversed(root) if not len(child)}
    if len(fields) < len(root):
        fields = dict(_leaves(root))
    openid = fields.get("FromUserName", "").strip()
    if not openid:
        raise Unreadable("no FromUserName: nobody to answer")
    event = fields.get("Event", "").strip().lower()
    content = strip_controls(fields.get("Content", ""))
    return Incoming(
        kind=message_kind(fields.get("MsgType", "").strip().lower(), content),
        openid=openid,
        account=fields.get("ToUserName", "").strip(),
        sent_at=job_events.number(fields.get("CreateTime")),
        msg_id=job_events.number(fields.get("MsgId")) or None,
        content=content,
        event=event,
        key=fields.get("EventKey", "").strip(),
        ticket=fields.get("Ticket", "").strip(),
        menu_id=fields.get("bizmsgmenuid", "").strip(),
        fields=fields,
        job=job_events.read(event, root) if event else None,
        data_format=data_format,
    )


def idempotency_key(incoming: Incoming) -> str:
    """Return the idempotency key of a callback, at most 190 characters; the platform retries after 5 s."""
    if incoming.msg_id:
        return str(incoming.msg_id)
    # Events carry no MsgId, only sender and second; one second can hold two of them, such as a menu click and a
    # location report, or two finished jobs, so the event's name and its key or job are part of the key.
    about = (
        incoming.key
        or incoming.fields.get("MsgID")
        or incoming.fields.get("SubscribeMsgSentEvent.List.MsgID")
        or incoming.fields.get("SubscribeMsgPopupEvent.List.TemplateId")
        or incoming.fields.get("List.MsgID")
        or incoming.fields.get("List.TemplateId")
        or incoming.fields.get("PublishEventInfo.publish_id", "")
    )
    whole = f"{incoming.openid}@{incoming.sent_at}:{incoming.event or incoming.kind}:{about}"
    if len(whole) <= _IDENTITY_CHARS:
        return whole
    # The key of a menu link is an address of up to a kilobyte: too long for a database index.
    digest = hashlib.sha256(whole.encode("utf-8", "ignore")).hexdigest()
    return f"{whole[: _IDENTITY_CHARS - 65]}:{digest}"


def message_kind(declared: str, content: str) -> str:
    """Return the kind of a message by its declared type; a text that stands for a sticker is `unsupported`."""
    if declared == "text" and _NOT_SHOWN.fullmatch(content.strip()):
        return "unsupported"
    return declared if declared in MESSAGES or declared == "event" else "unknown"


def _xml_root(text: str) -> Element:
    """Return the root element; drop control characters, which XML forbids but members' phones send."""
    prolog = _PROLOG.match(text)
    if prolog is None:
        raise Unreadable(_not_xml(text))
    text = text[prolog.end() :]
    try:
        return _parse_xml(text)
    except ParseError:
        clean = strip_controls(_REFERENCE.sub(_legal, text))
    try:
        return _parse_xml(clean)
    except ParseError as wrong:
        raise Unreadable(f"broken XML: {wrong}") from None


def _parse_xml(text: str) -> Element:
    parser = XMLParser()  # noqa: S314 - no document type reaches it, see _PROLOG
    parser.feed(text)
    root: Element = parser.close()
    return root


def _legal(reference: re.Match[str]) -> str:
    """Return a character reference, or "" for a character that XML forbids even as a reference."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return reference[0] if code <= 0x10FFFF and strip_controls(chr(code)) else ""


def _not_xml(text: str) -> str:
    """Describe a body that does not begin like a callback, without quoting it."""
    start = text.lstrip("\ufeff \t\r\n")[:1]
    return "the body is not the platform's XML" if start else "the body is empty"


def _leaves(root: Element) -> list[tuple[str, str]]:
    """Return each value with its path, last first, so that a dict keeps the first of repeated ones."""
    found, waiting = list[tuple[str, str]](), [("", root, 0)]
    while waiting:
        prefix, parent, depth = waiting.pop()
        for child in parent:
            name = f"{prefix}{child.tag}"
            if len(child):
                # The platform nests four levels; a megabyte of opening tags would otherwise build a path for each.
                if depth < _DEPTH:
                    waiting.append((f"{name}.", child, depth + 1))
            else:
                found.append((name, child.text or ""))
    return found[::-1]
