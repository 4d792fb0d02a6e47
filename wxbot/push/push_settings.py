"""What a push is made under: the account's settings, a worker's limits, an editor's choice."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from wxbot.local_time import BEIJING
from wxbot.push.ledger.tables import Campaign
from wxbot.push.timing.quiet_hours import QuietHours

__all__ = ["CampaignCorrection", "EditorChoice", "NoticeTemplate", "PushSettings", "WorkerLimits"]


@dataclass(frozen=True)
class NoticeTemplate:
    """How a subscription notice is filled in: the template's id, and for each of its fields what stands in it.

    The values may hold {title}, {number}, {date}, {digest} and {count}; see `push.planning.content`.
    """

    template: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PushSettings:
    """What is the same for every push of this account.

    `folder` is where pictures named in bulletins lie, `tz` the zone of followers' quiet hours, `notice` the form of
    subscription notices (None: the account sends none), `drift` by how many percent an audience may be off the
    approved size, `quiet` the account's own quiet hours (None: it has none).
    """

    public_url: str
    author: str = ""
    folder: Path | None = None
    tz: ZoneInfo = BEIJING
    notice: NoticeTemplate | None = None
    drift: int = 50
    quiet: QuietHours | None = None


@dataclass(frozen=True)
class WorkerLimits:
    """How patient a worker is, and how fast.

    Seconds of a lease and of waiting for a lost answer, hours of grace for a missed hour; calls a minute to single
    followers at most (0: no limit).
    """

    lease_seconds: int = 60
    unknown_wait_seconds: int = 60
    grace_hours: int = 24
    per_minute: int = 0


@dataclass(frozen=True)
class CampaignCorrection:
    """What a message corrects: in an editor's words, the campaign that went out before, and on which day it did."""

    words: str
    of: int
    day: dt.date


@dataclass(frozen=True)
class EditorChoice:
    """What an editor chose of an issue: the numbers of its articles that come first, and of those left out.

    `correction` makes of it a message that corrects an earlier one. `hurried_at` is when an editor wanted it at once.
    """

    lead: tuple[int, ...] = ()
    without: tuple[int, ...] = ()
    correction: CampaignCorrection | None = None
    hurried_at: dt.datetime | None = None

    @classmethod
    def from_campaign(cls, campaign: Campaign) -> "EditorChoice":
        """What was chosen for a campaign."""
        kept = campaign.choice
        correction, hurried = kept.get("correction"), kept.get("hurried_at")
        return cls(
            tuple(kept.get("lead", ())),
            tuple(kept.get("without", ())),
            CampaignCorrection(
                correction["words"], correction["of"], dt.date.fromisoformat(correction["day"])
            )
            if correction
            else None,
            dt.datetime.fromisoformat(hurried) if hurried else None,
        )

    def to_json(self) -> dict[str, Any]:
        """The same as plain JSON."""
        found: dict[str, Any] = {"lead": list(self.lead), "without": list(self.without)}
        if self.correction is not None:
            found["correction"] = asdict(self.correction) | {"day": self.correction.day.isoformat()}
        if self.hurried_at is not None:
            found["hurried_at"] = self.hurried_at.isoformat()
        return found
