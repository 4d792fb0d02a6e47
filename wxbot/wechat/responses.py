"""Typed values of the platform's responses."""

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
    """A queued mass message (F3).

    `msg_id` is the id of its job, `msg_data_id` that of its articles in comments and statistics; `duplicate` tells that
    an earlier call with the same clientmsgid had queued it already (45065).
    """

    msg_id: str
    msg_data_id: str | None
    duplicate: bool


@dataclass(frozen=True, slots=True)
class FollowerPage:
    """Up to 10,000 followers (K1); `next` is the openid to continue after, None at the end."""

    total: int
    openids: tuple[str, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class FollowerProfile:
    """One follower (K1); of someone who does not follow only the openid is known. `since` is an aware time."""

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
    """A tag of the account and the number of followers with it (K2)."""

    id: int
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class DraftSummary:
    """A draft in the draft box (G1): the titles of its articles in order, and when it was last changed (aware)."""

    media_id: str
    titles: list[str]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PublishResult:
    """The result of publishing a draft: status 0 to 6 as in the event PUBLISHJOBFINISH (B3)."""

    publish_id: str
    status: int
    article_id: str
    urls: tuple[str, ...]
    failed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Quota:
    """Calls of one API today: the limit, how many were used, and how many remain (D)."""

    daily_limit: int
    used: int
    remain: int


@dataclass(frozen=True, slots=True)
class DayStatistics:
    """People who had read, shared and saved an article (K5) by the end of a day in Beijing."""

    day: date
    read: int
    shared: int
    kept: int


@dataclass(frozen=True, slots=True)
class ArticleStatistics:
    """Statistics of one article (K5): `msgid` is its message's msg_data_id and its place in it, such as `206227730_1`.

    `days` are cumulative, oldest first; `url` is empty in the old form.
    """

    msgid: str
    title: str
    url: str
    days: tuple[DayStatistics, ...]
