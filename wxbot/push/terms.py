"""What a push is made under: the account's terms, a worker's pace, an editor's choice."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from wxbot.push.tables import Campaign
from wxbot.push.tempo import BEIJING

__all__ = ["Choice", "Pace", "Terms"]


@dataclass(frozen=True)
class Terms:
    """What is the same for every push of this account.

    `folder` is where pictures named in bulletins lie, `tz` the zone of quiet hours.
    """

    public_url: str
    author: str = ""
    folder: Path | None = None
    tz: ZoneInfo = BEIJING


@dataclass(frozen=True)
class Pace:
    """How patient a worker is, and how fast.

    Seconds of a lease and of waiting for a lost answer, hours of grace for a missed hour; calls a minute to single
    followers at most (0: no limit).
    """

    lease_seconds: int = 60
    unknown_wait_seconds: int = 60
    grace_hours: int = 24
    per_minute: int = 0


@dataclass(frozen=True)
class Choice:
    """What an editor chose of an issue: the numbers of its articles that come first, and of those left out."""

    lead: tuple[int, ...] = ()
    without: tuple[int, ...] = ()

    @classmethod
    def of(cls, campaign: Campaign) -> "Choice":
        """What was chosen for a campaign."""
        kept = campaign.choice
        return cls(tuple(kept.get("lead", ())), tuple(kept.get("without", ())))
