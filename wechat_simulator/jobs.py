"""Mass messages: what was sent to whom, in which state it is, and whom it reached (reference, section F)."""

__all__ = ["ClientMsgId", "MassMessages", "MassSendJob", "Publication", "RecipientSet"]

from dataclasses import dataclass, field
from typing import Any

CLIENTMSGID_SECONDS = 86400  # a clientmsgid is checked over the last 24 hours
MIN_REPEAT_SECONDS = 60


@dataclass
class RecipientSet:
    """Whom a job reaches: a range of numbers without some of them, or a list; small however large the crowd."""

    upto: int = 0  # numbers below this one ...
    only: set[int] | None = None  # ... or just these
    without: set[int] = field(default_factory=set)

    def __contains__(self, number: int) -> bool:
        inside = number < self.upto if self.only is None else number in self.only
        return inside and number not in self.without

    def size(self) -> int:
        if self.only is not None:
            return len(self.only - self.without)
        return self.upto - len(self.without)


@dataclass
class MassSendJob:
    """One mass message."""

    msg_id: int
    at: float
    msgtype: str
    content: dict[str, Any]
    to_all: bool
    tag_id: int | None
    openids: list[str] | None
    clientmsgid: str
    send_ignore_reprint: bool
    msg_data_id: int = 0
    title: str = ""
    status: str = "SENDING"
    stage: str = "sending"  # confirming, sending, done
    outcome: str = ""  # the Status of MASSSENDJOBFINISH
    audience: RecipientSet = field(default_factory=RecipientSet)
    total: int = 0
    filtered: int = 0
    sent: int = 0
    errors: int = 0
    sent_at: float = 0.0
    pages: list[str] = field(default_factory=list)
    entry: dict[str, Any] = field(default_factory=dict)  # what it looks like in an inbox


@dataclass
class ClientMsgId:
    """A clientmsgid that was used: by which job, when, and when last tried."""

    msg_id: int
    at: float


@dataclass
class Publication:
    """One publishing job of freepublish, and the article that came of it."""

    publish_id: str
    media_id: str
    at: float
    status: int = 1
    article_id: str = ""
    msg_data_id: int = 0
    pages: list[str] = field(default_factory=list)
    fail_idx: list[int] = field(default_factory=list)
    updated: float = 0.0


@dataclass
class MassMessages:
    """All mass messages of one account."""

    jobs: dict[int, MassSendJob] = field(default_factory=dict)
    clientmsgids: dict[str, ClientMsgId] = field(default_factory=dict)
    speed: int = 0
    per_follower: dict[str, dict[int, int]] = field(
        default_factory=dict
    )  # month -> number -> messages by list or tag

    def find_recent(self, key: str, now: float) -> ClientMsgId | None:
        """The earlier use of a clientmsgid within 24 hours."""
        found = self.clientmsgids.get(key)
        return found if found is not None and now - found.at < CLIENTMSGID_SECONDS else None
