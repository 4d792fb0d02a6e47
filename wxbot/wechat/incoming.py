"""What the platform pushes, understood: one message or event of a follower, or the report on a job.

    parse      XML in, `Incoming` out
    idempotency_key   what stays the same when the platform asks again

Source: wechat-platform.md B. Whatever a member can put into a message comes out as text; only a body that is
no push at all is Unreadable.
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

__all__ = ["Incoming", "idempotency_key", "parse"]

MESSAGES = frozenset({"text", "image", "voice", "video", "shortvideo", "location", "link"})

# A document type can stand only before the root element. What is not the platform's own beginning is refused
# before the parser sees it, so no entity is ever declared; the same words inside a message are a member's
# text.
_PROLOG = re.compile(r"\ufeff?\s*+(?:<\?xml[^<>]*+>\s*+)?(?=<xml[\s>])")
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,9}));")
_NOT_SHOWN = "【收到不支持的消息类型，暂无法显示】"
_IDENTITY_CHARS = 190
_DEPTH = 6


class Incoming(NamedTuple):
    """One push.

    `kind` is the message's type, `event`, `unsupported` (a sticker and the like, which the platform replaces
    by words of its own) or `unknown`. `openid` is the sender, `account` the account's gh_ id, `sent_at` unix
    seconds, `msg_id` the message's number (None for events). `event` is in lower case, `key` its EventKey,
    `menu_id` the id of a tapped line of ours. `fields` holds every value of the XML, inner ones as
    `Outer.Inner`, the first where one repeats. `job` is the report of an account-level event.
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


def parse(xml: bytes) -> Incoming:
    """One push from its XML, as UTF-8 bytes. Raises Unreadable, and nothing else, for what is no push."""
    root = _root(xml)
    fields = {child.tag: child.text or "" for child in reversed(root) if not len(child)}
    if len(fields) < len(root):
        fields = dict(_leaves(root))
    openid = fields.get("FromUserName", "").strip()
    if not openid:
        raise Unreadable("no FromUserName: nobody to answer")
    event = fields.get("Event", "").strip().lower()
    content = strip_controls(fields.get("Content", ""))
    return Incoming(
        kind=_kind(fields.get("MsgType", "").strip().lower(), content),
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
    )


def idempotency_key(incoming: Incoming) -> str:
    """What stays the same when the platform, unanswered for 5 s, asks again; at most 190 characters."""
    if incoming.msg_id:
        return str(incoming.msg_id)
    # Events carry no MsgId, only sender and second; and one second can hold two of them, such as a menu click
    # and a location report, or two finished jobs, so the event's name and its key or job join in.
    about = (
        incoming.key
        or incoming.fields.get("MsgID")
        or incoming.fields.get("SubscribeMsgSentEvent.List.MsgID")
        or incoming.fields.get("SubscribeMsgPopupEvent.List.TemplateId")
        or incoming.fields.get("PublishEventInfo.publish_id", "")
    )
    whole = f"{incoming.openid}@{incoming.sent_at}:{incoming.event or incoming.kind}:{about}"
    if len(whole) <= _IDENTITY_CHARS:
        return whole
    # A menu link's key is an address of up to a kilobyte: too long for an index.
    digest = hashlib.sha256(whole.encode("utf-8", "ignore")).hexdigest()
    return f"{whole[: _IDENTITY_CHARS - 65]}:{digest}"


def _kind(declared: str, content: str) -> str:
    if declared == "text" and content.strip() == _NOT_SHOWN:
        return "unsupported"
    return declared if declared in MESSAGES or declared == "event" else "unknown"


def _root(xml: bytes) -> Element:
    """The root element; control characters, which XML forbids but members' phones send, are dropped."""
    text = xml.decode("utf-8", "replace")
    prolog = _PROLOG.match(text)
    if prolog is None:
        raise Unreadable(_not_xml(text))
    text = text[prolog.end() :]
    try:
        return _parsed(text)
    except ParseError:
        clean = strip_controls(_REFERENCE.sub(_legal, text))
    try:
        return _parsed(clean)
    except ParseError as wrong:
        raise Unreadable(f"broken XML: {wrong}") from None


def _parsed(text: str) -> Element:
    parser = XMLParser()  # noqa: S314 - no document type reaches it, see _PROLOG
    parser.feed(text)
    root: Element = parser.close()
    return root


def _legal(reference: re.Match[str]) -> str:
    """A numbered character, unless it is one of those that XML cannot hold even so."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return reference[0] if code <= 0x10FFFF and strip_controls(chr(code)) else ""


def _not_xml(text: str) -> str:
    """Why a body that does not begin like a push is none; never what it holds."""
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start == "{":
        return "the body is JSON: choose XML as data format in the console of the account"
    return "the body is not the platform's XML" if start else "the body is empty"


def _leaves(root: Element) -> list[tuple[str, str]]:
    """Every value with the path to it, last first, so that the first of a repeated one stays in a dict."""
    found, waiting = list[tuple[str, str]](), [("", root, 0)]
    while waiting:
        prefix, parent, depth = waiting.pop()
        for child in parent:
            name = f"{prefix}{child.tag}"
            if len(child):
                # The platform nests four deep; a megabyte of nothing but openings would make a path of each.
                if depth < _DEPTH:
                    waiting.append((f"{name}.", child, depth + 1))
            else:
                found.append((name, child.text or ""))
    return found[::-1]
