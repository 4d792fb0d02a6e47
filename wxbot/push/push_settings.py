"""Settings, worker limits and context shared by all functions of the push."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from wxbot.brand import Brand
from wxbot.bulletin.habits import Habits
from wxbot.db import Database
from wxbot.local_time import BEIJING
from wxbot.push.ledger.batches import MAX_BATCH_SIZE
from wxbot.push.timing import QuietHours
from wxbot.wechat import WeChat

__all__ = ["NoticeTemplate", "PushContext", "PushSettings", "WorkerLimits"]


@dataclass(frozen=True)
class NoticeTemplate:
    """A subscription notice: the template's id, and the text for each of its fields.

    The texts may contain placeholders such as {title}; see `push.planning.notice_template`.
    """

    template: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PushSettings:
    """Settings that are the same for every campaign of this account.

    With `picture_covers` the cover of a section in a draft is its first picture. `tz` is the zone of followers' quiet
    hours, `notice` the template of subscription notices (None: the account sends none), `drift` by how many percent an
    audience may differ from the approved size (0: any), `quiet` the account's own quiet hours (None: it has none).
    `habits` returns what editors gave of publications, such as former names of sections; `brand` the brand.
    """

    public_url: str
    author: str = ""
    picture_covers: bool = True
    tz: ZoneInfo = BEIJING
    notice: NoticeTemplate | None = None
    drift: int = 50
    quiet: QuietHours | None = None
    habits: Callable[[], Habits] = Habits
    brand: Callable[[], Brand] = Brand


@dataclass(frozen=True)
class WorkerLimits:
    """Time limits and rate limit of a worker.

    `lease_seconds`: how long a claim holds. `unknown_wait_seconds`: how long to wait before asking about a call whose
    answer was lost. `grace_hours`: by how much a campaign may miss its time. `per_minute`: rate limit of calls to
    single followers (0: none). `list_batch_size`: most openids in one call of a list.
    """

    lease_seconds: int = 60
    unknown_wait_seconds: int = 60
    grace_hours: int = 24
    per_minute: int = 0
    list_batch_size: int = MAX_BATCH_SIZE


@dataclass(frozen=True)
class PushContext:
    """Database, platform, settings, limits and clock: the values that every step of a push needs.

    `connect` returns the platform's client. It is called when the platform is first needed, so that an account which is
    not set up yet can still plan; it raises Misconfigured or Forbidden when there is no account.
    """

    db: Database
    connect: Callable[[], WeChat]
    settings: PushSettings
    clock: Callable[[], dt.datetime]
    limits: WorkerLimits = field(default_factory=WorkerLimits)

    @property
    def wechat(self) -> WeChat:
        """Return the platform's client."""
        return self.connect()
