"""Records of mass messages and publications: content, recipients, state and result (reference, sections F and G2)."""

__all__ = ["ClientMsgId", "MassMessages", "MassSendJob", "PublishedDraft", "RecipientSet"]

from dataclasses import dataclass, field
from typing import Any

CLIENTMSGID_SECONDS = 86400  # how long a clientmsgid is remembered
MIN_REPEAT_SECONDS = 60


@dataclass
class RecipientSet:
    """Recipients of a job: a range of follower numbers with exceptions, or a set of numbers."""

    upto: int = 0  # all numbers below this one, or
    only: set[int] | None = None  # only these
    without: set[int] = field(default_factory=set)

    def __contains__(self, number: int) -> bool:
        inside = number < self.upto if self.only is None else number in self.only
        return inside and number not in self.without

    def size(self) -> int:
        """Return the number of recipients."""
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
    stage: str = "sending"  # confirming, sending or done
    outcome: str = ""  # Status of MASSSENDJOBFINISH
    audience: RecipientSet = field(default_factory=RecipientSet)
    total: int = 0
    filtered: int = 0
    sent: int = 0
    errors: int = 0
    sent_at: float = 0.0
    pages: list[str] = field(default_factory=list)
    entry: dict[str, Any] = field(default_factory=dict)  # the entry shown in the recipients' inboxes


@dataclass
class ClientMsgId:
    """Use of a clientmsgid (the platform's idempotency key): the job it created, and the time."""

    msg_id: int
    at: float


@dataclass
class PublishedDraft:
    """One freepublish job and the article it created."""

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
    # Month -> follower number -> messages received by list or tag.
    per_follower: dict[str, dict[int, int]] = field(default_factory=dict)

    def find_recent(self, key: str, now: float) -> ClientMsgId | None:
        """Return the use of a clientmsgid within the last 24 hours, or None."""
        found = self.clientmsgids.get(key)
        return found if found is not None and now - found.at < CLIENTMSGID_SECONDS else None
