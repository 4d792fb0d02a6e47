"""Parse the events by which the platform reports on finished jobs: mass messages, publishing, notices.

    MassJobEvent      MASSSENDJOBFINISH      a mass message was sent or failed, with its counts
    PublishJobEvent   PUBLISHJOBFINISH       a draft was published or rejected
    TemplateJobEvent  TEMPLATESENDJOBFINISH  one template message was delivered or failed
    NoticesEvent      subscribe_msg_*        a follower accepted notices, or one was delivered

Source: wechat-platform.md B3 and B4. Missing or malformed numbers become 0, missing texts "".
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from xml.etree.ElementTree import Element

# The platform's events name at most eight articles or a few templates; the rest of a longer list is not read.
_MOST_ITEMS = 20

__all__ = [
    "Copyright",
    "JobEvent",
    "MassJobEvent",
    "Notice",
    "NoticesEvent",
    "PublishJobEvent",
    "TemplateJobEvent",
    "number",
    "read",
]


@dataclass(frozen=True, slots=True)
class Copyright:
    """Result of the originality check for one article of a mass message; `index` counts from 1."""

    index: int
    declared: int
    audit: int
    original_url: str
    original_type: int
    can_reprint: bool


@dataclass(frozen=True, slots=True)
class MassJobEvent:
    """Report on a finished mass message. `status` is `send success`, `send fail` or `err(N)`.

    The four counts are the platform's own and approximate; `urls` are the articles' addresses. `check_state` of
    the originality check: 1 or 2 passed, 3 stopped the job, 0 no check.
    """

    msg_id: int
    status: str
    total: int
    filtered: int
    sent: int
    errors: int
    urls: tuple[str, ...] = ()
    copyright: tuple[Copyright, ...] = ()
    check_state: int = 0


@dataclass(frozen=True, slots=True)
class PublishJobEvent:
    """Report on a published draft (`status` 0), or a rejected one; `failed` numbers the articles at fault, from 1."""

    publish_id: str
    status: int
    article_id: str = ""
    urls: tuple[str, ...] = ()
    failed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateJobEvent:
    """Report on one template message. `status` is `success`, `failed:user block` or `failed: system failed`."""

    msg_id: int
    status: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One template of a NoticesEvent: `status` is the follower's choice, or the result of sending."""

    template_id: str
    status: str
    msg_id: int = 0
    errcode: int = 0


@dataclass(frozen=True, slots=True)
class NoticesEvent:
    """All templates named in one event of subscription notices."""

    items: tuple[Notice, ...]


JobEvent = MassJobEvent | PublishJobEvent | TemplateJobEvent | NoticesEvent


def read(event: str, root: Element) -> JobEvent | None:
    """Parse the report in an event (name in lower case); return None for an event that reports on no job."""
    return _READERS[event](root) if event in _READERS else None


def number(text: str | None) -> int:
    """Return a whole number of at most 64 bits; 0 for anything else."""
    text = (text or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        return 0
    return int(text) if int(text) < 2**64 else 0


def _text(parent: Element, path: str) -> str:
    return (parent.findtext(path) or "").strip()


def _mass(root: Element) -> MassJobEvent:
    return MassJobEvent(
        msg_id=number(root.findtext("MsgID")),
        status=_text(root, "Status"),
        total=number(root.findtext("TotalCount")),
        filtered=number(root.findtext("FilterCount")),
        sent=number(root.findtext("SentCount")),
        errors=number(root.findtext("ErrorCount")),
        urls=_urls(
            root.findall("ArticleUrlResult/ResultList/item")[:_MOST_ITEMS], "ArticleIdx", "ArticleUrl"
        ),
        copyright=tuple(map(_copyright, root.findall("CopyrightCheckResult/ResultList/item")[:_MOST_ITEMS])),
        check_state=number(root.findtext("CopyrightCheckResult/CheckState")),
    )


def _copyright(item: Element) -> Copyright:
    return Copyright(
        index=number(item.findtext("ArticleIdx")),
        declared=number(item.findtext("UserDeclareState")),
        audit=number(item.findtext("AuditState")),
        original_url=_text(item, "OriginalArticleUrl"),
        original_type=number(item.findtext("OriginalArticleType")),
        can_reprint=number(item.findtext("CanReprint")) == 1,
    )


def _publish(root: Element) -> PublishJobEvent:
    info = root.find("PublishEventInfo")
    info = root if info is None else info
    return PublishJobEvent(
        publish_id=_text(info, "publish_id"),
        status=number(info.findtext("publish_status")),
        article_id=_text(info, "article_id"),
        urls=_urls(info.findall("article_detail/item")[:_MOST_ITEMS], "idx", "article_url"),
        failed=tuple(number(each.text) for each in info.findall("fail_idx")[:_MOST_ITEMS]),
    )


def _template(root: Element) -> TemplateJobEvent:
    return TemplateJobEvent(number(root.findtext("MsgID")), _text(root, "Status"))


def _notices(root: Element) -> NoticesEvent:
    # The wrapper is named after the event; it holds one List per template.
    return NoticesEvent(tuple(map(_notice, islice(root.iter("List"), _MOST_ITEMS))))


def _notice(each: Element) -> Notice:
    return Notice(
        template_id=_text(each, "TemplateId"),
        status=_text(each, "SubscribeStatusString") or _text(each, "ErrorStatus"),
        msg_id=number(each.findtext("MsgID")),
        errcode=number(each.findtext("ErrorCode")),
    )


def _urls(items: list[Element], index: str, url: str) -> tuple[str, ...]:
    """Return the addresses sorted by their index."""
    return tuple(_text(item, url) for item in sorted(items, key=lambda item: number(item.findtext(index))))


_READERS: dict[str, Callable[[Element], JobEvent]] = {
    "masssendjobfinish": _mass,
    "publishjobfinish": _publish,
    "templatesendjobfinish": _template,
    "subscribe_msg_popup_event": _notices,
    "subscribe_msg_change_event": _notices,
    "subscribe_msg_sent_event": _notices,
}
