"""What the platform answers, as plain typed values."""

from dataclasses import dataclass
from datetime import date, datetime

__all__ = [
    "ArticleStatistics",
    "DayStatistics",
    "DraftSummary",
    "FollowerPage",
    "FollowerProfile",
    "MassSubmission",
    "PublishResult",
    "Quota",
    "Tag",
]


@dataclass(frozen=True, slots=True)
class MassSubmission:
    """A mass message is queued (F3).

    `msg_id` is its job, `msg_data_id` its articles' id for comments and figures; `duplicate` says that the
    platform had it already, from an earlier call with the same clientmsgid (45065).
    """

    msg_id: str
    msg_data_id: str | None
    duplicate: bool


@dataclass(frozen=True, slots=True)
class FollowerPage:
    """Up to 10,000 followers (K1); `next` is where to go on, None at the end."""

    total: int
    openids: tuple[str, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class FollowerProfile:
    """One person (K1). Of one who does not follow only the openid is known; `since` is an aware time."""

    openid: str
    follows: bool
    since: datetime | None = None
    unionid: str = ""
    remark: str = ""
    tag_ids: tuple[int, ...] = ()
    scene: str = ""
    qr_scene: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of the account, and how many followers bear it (K2)."""

    id: int
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class DraftSummary:
    """A draft in the box (G1): its titles in their order, and when it was last written, an aware time."""

    media_id: str
    titles: list[str]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What became of publishing a draft: status 0 to 6 as in the event PUBLISHJOBFINISH (B3)."""

    publish_id: str
    status: int
    article_id: str
    urls: tuple[str, ...]
    failed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Quota:
    """How often one API may be called today, was called, and may still be called (D)."""

    daily_limit: int
    used: int
    remain: int


@dataclass(frozen=True, slots=True)
class DayStatistics:
    """How many people had read, shared and kept an article (K5) by the end of a day, in Beijing."""

    day: date
    read: int
    shared: int
    kept: int


@dataclass(frozen=True, slots=True)
class ArticleStatistics:
    """One article of a day (K5): `msgid` is its message's msg_data_id and its place in it, such as `206227730_1`.

    `days` are cumulative, oldest first; `url` is empty in the old form.
    """

    msgid: str
    title: str
    url: str
    days: tuple[DayStatistics, ...]
