"""Quotas of API calls: per day, starting at midnight in Beijing, and per minute (reference, sections 0 and D)."""

__all__ = ["CallQuotas", "EndpointUsage"]

from dataclasses import dataclass, field

from wechat_simulator.api_errors import ApiError
from wechat_simulator.platform_clock import day, minute, month

CLEARED_A_MONTH = 10
CLEARED_ONE_A_MONTH = 50


@dataclass
class EndpointUsage:
    """One endpoint's counters, and limits that a test has set in place of the documented ones."""

    day: str = ""
    today: int = 0
    minute: int = 0
    this_minute: int = 0
    daily: int | None = None
    per_minute: int | None = None


@dataclass
class CallQuotas:
    """Quota usage of one account."""

    used: dict[str, EndpointUsage] = field(default_factory=dict)
    cleared: dict[str, int] = field(default_factory=dict)

    def usage(self, path: str, now: float) -> EndpointUsage:
        """Return the counters of `path`, starting at 0 on a new day or in a new minute."""
        usage = self.used.get(path)
        if usage is None:
            usage = self.used[path] = EndpointUsage()
        if usage.minute != minute(now):
            usage.minute, usage.this_minute = minute(now), 0
            today = day(now)
            if usage.day != today:
                usage.day, usage.today = today, 0
        return usage

    def spend(self, path: str, daily: int, per_minute: int | None, now: float) -> None:
        """Count one call; 45009 when the daily quota is used up, 45011 when the minute's is."""
        usage = self.usage(path, now)
        daily = daily if usage.daily is None else usage.daily
        per_minute = per_minute if usage.per_minute is None else usage.per_minute
        if usage.today >= daily:
            raise ApiError(45009)
        if per_minute is not None and usage.this_minute >= per_minute:
            raise ApiError(45011)
        usage.today += 1
        usage.this_minute += 1

    def clear(self, now: float) -> None:
        """Set every daily counter to 0; allowed ten times a month (48006)."""
        self._count_clearing(f"all {month(now)}", CLEARED_A_MONTH)
        for usage in self.used.values():
            usage.today = 0

    def clear_one(self, path: str, now: float) -> None:
        """Set one endpoint's daily counter to 0; allowed fifty times a month (48006)."""
        self._count_clearing(f"one {month(now)}", CLEARED_ONE_A_MONTH)
        self.usage(path, now).today = 0

    def _count_clearing(self, key: str, limit: int) -> None:
        if self.cleared.get(key, 0) >= limit:
            raise ApiError(48006)
        self.cleared[key] = self.cleared.get(key, 0) + 1
