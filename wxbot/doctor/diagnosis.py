"""The diagnosis of an installation: results of all checks with their time, and its storage for pages to show."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from wxbot.db import Database, KeyValueStore

__all__ = ["CheckResult", "Diagnosis", "latest", "store", "store_quota", "stored_quotas"]

_STORE_KEY, _QUOTA_KEY = "doctor", "doctor-quota"
_QUOTA_KEPT = dt.timedelta(hours=25)
_KEEP = dt.timedelta(days=3650)


@dataclass(frozen=True)
class CheckResult:
    """The result of one check: its name, what was seen, and what to do about it; all in Chinese."""

    name: str
    good: bool
    says: str
    remedy: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """The results of all checks that ran at one time."""

    at: dt.datetime
    results: tuple[CheckResult, ...]

    @property
    def good(self) -> bool:
        """True if every check passed."""
        return all(result.good for result in self.results)

    @property
    def problems(self) -> tuple[CheckResult, ...]:
        """The checks that did not pass, in the order in which they ran."""
        return tuple(result for result in self.results if not result.good)

    def age(self, now: dt.datetime) -> dt.timedelta:
        """Return how long ago the checks ran; a page says so when the worker has not renewed them."""
        return now - self.at


def store(db: Database, at: dt.datetime, results: Iterable[CheckResult]) -> Diagnosis:
    """Store a diagnosis in place of the previous one, for `latest`."""
    diagnosis = Diagnosis(at, tuple(results))
    document = {"at": at.isoformat(), "results": [asdict(result) for result in diagnosis.results]}
    KeyValueStore(db).put(_STORE_KEY, json.dumps(document, ensure_ascii=False), at + _KEEP)
    return diagnosis


def store_quota(db: Database, at: dt.datetime, path: str, limit: int, remain: int) -> None:
    """Store what the platform said of a call's daily quota, for the metrics."""
    kept = {path: [limit, remain]}
    KeyValueStore(db).put(_QUOTA_KEY, json.dumps(kept), at + _QUOTA_KEPT)


def stored_quotas(db: Database, now: dt.datetime) -> dict[str, tuple[int, int]]:
    """Return limit and rest of the day's quota by call, as the last examination found them; {} when that is old."""
    row = KeyValueStore(db).get(_QUOTA_KEY)
    if row is None or row.expires_at < now:
        return {}
    return {path: (limit, remain) for path, (limit, remain) in json.loads(row.value).items()}


def latest(db: Database) -> Diagnosis | None:
    """Return the stored diagnosis without running any check; None if none was stored yet."""
    row = KeyValueStore(db).get(_STORE_KEY)
    if row is None or not row.value:
        return None
    document = json.loads(row.value)
    return Diagnosis(
        dt.datetime.fromisoformat(document["at"]),
        tuple(CheckResult(**result) for result in document["results"]),
    )
