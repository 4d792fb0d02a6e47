"""Metrics of the installation's state, read from the database that all processes share when they are asked for.

Counts of one server are in `wxbot.web.metrics`. Here are the facts that are the same for every process: whether a
worker runs, what is due, how old the token is, what the last examination found. The values are kept for some seconds,
so that several watchers cost one look into the database.
"""

import datetime as dt
import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from wxbot import doctor, journal, library, push
from wxbot.db import Database, KeyValueStore, Session
from wxbot.search import Index
from wxbot.settings import Settings
from wxbot.wechat.token import TOKEN_SECONDS, token_name

__all__ = ["StateMetrics"]

log = logging.getLogger(__name__)

KEPT_SECONDS = 10.0
RECENT = dt.timedelta(days=7)
NO_ERRCODE = ""


class StateMetrics(Collector):
    """Collector of the installation's state; threads may share it.

    Parameters
    ----------
    clock : gives the current time, aware
    """

    def __init__(
        self, db: Database, index: Index, settings: Settings, clock: Callable[[], dt.datetime]
    ) -> None:
        self._db = db
        self._index = index
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._text = ""
        self._fresh_until = 0.0
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def text(self) -> str:
        """Return the values in Prometheus' text format, at most KEPT_SECONDS old."""
        with self._lock:
            if time.monotonic() >= self._fresh_until:
                self._text = generate_latest(self._registry).decode()
                self._fresh_until = time.monotonic() + KEPT_SECONDS
            return self._text

    def describe(self) -> Iterable[Metric]:
        """Return nothing: the registry must not read the database when the collector is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield all values; without a database only that it cannot be read, and what needs none."""
        now = self._clock()
        try:
            found = [*self._worker_values(), *self._ledger_values(now), *self._checks(now)]
            found += self._token_values(now)
        except Exception:
            # Entry point of a probe: the counts of the webhook must be seen above all when the database is gone.
            log.exception("the state of the installation cannot be read")
            found = []
        yield _gauge("wxbot_database_reachable", "1 if the database can be read, else 0.", bool(found))
        yield from found
        try:
            free = shutil.disk_usage(self._settings.state).free
        except OSError:
            free = 0
        yield _gauge("wxbot_state_free_bytes", "Room that is left for the state folder (var/).", free)

    def _worker_values(self) -> Iterator[Metric]:
        """Yield when a worker last ran and when the next run is overdue: 0 before the first."""
        beat = doctor.read_heartbeat(self._db)
        last = dt.datetime.fromisoformat(beat.value).timestamp() if beat else 0
        yield _gauge("wxbot_worker_last_run_timestamp_seconds", "When a worker last ran.", last)
        overdue = beat.expires_at.timestamp() if beat else 0
        yield _gauge(
            "wxbot_worker_due_timestamp_seconds", "When a worker must have run again, or none runs.", overdue
        )

    def _ledger_values(self, now: dt.datetime) -> Iterator[Metric]:
        """Yield what one reading transaction sees of journal, library and campaigns."""
        with self._db.read() as session:
            last = journal.last_received(session)
            yield _gauge(
                "wxbot_callback_last_timestamp_seconds",
                "When the platform's last message or event arrived; 0 before the first.",
                last.timestamp() if last else 0,
            )
            behind = library.version(session) - self._index.version
            yield _gauge("wxbot_index_lag_versions", "Versions of the library not in the index yet.", behind)
            waiting = library.file_reports(session, [library.Fate.HELD, library.Fate.REFUSED])
            yield _gauge("wxbot_files_waiting", "Files in the folder that wait for an editor.", len(waiting))
            yield from _campaign_values(session, now)

    def _checks(self, now: dt.datetime) -> Iterator[Metric]:
        """Yield the results of the last examination, and the quota that it found."""
        stored = doctor.latest(self._db)
        at = stored.at.timestamp() if stored else 0
        yield _gauge("wxbot_checks_last_run_timestamp_seconds", "When `wxbot doctor` last ran.", at)
        failed = GaugeMetricFamily(
            "wxbot_check_failed",
            "1 for a check of `wxbot doctor` that found a problem, else 0.",
            labels=["check"],
        )
        for result in stored.results if stored else ():
            failed.add_metric([result.name], float(not result.good))
        yield failed
        limit = GaugeMetricFamily(
            "wxbot_quota_limit", "Calls a day that the platform allows.", labels=["call"]
        )
        left = GaugeMetricFamily("wxbot_quota_remaining", "Calls that are left today.", labels=["call"])
        for call, (allowed, remaining) in doctor.stored_quotas(self._db, now).items():
            limit.add_metric([call], allowed)
            left.add_metric([call], remaining)
        yield limit
        yield left

    def _token_values(self, now: dt.datetime) -> Iterator[Metric]:
        """Yield age and end of the access token, where one was requested."""
        token = KeyValueStore(self._db).get(token_name(self._settings.app_id))
        if token is None:
            return
        ends = token.expires_at.timestamp()
        yield _gauge("wxbot_token_expires_timestamp_seconds", "When the access token ends.", ends)
        yield _gauge(
            "wxbot_token_age_seconds",
            "Age of the access token, which lives for two hours and is renewed shortly before.",
            now.timestamp() - (ends - TOKEN_SECONDS),
        )


def _campaign_values(session: Session, now: dt.datetime) -> Iterator[Metric]:
    """Yield the campaigns by state, the deliveries of recent ones by state and errcode, and what is overdue."""
    campaigns = GaugeMetricFamily("wxbot_campaigns", "Campaigns by state.", labels=["state"])
    counts = push.queries.count_campaigns(session)
    for state in push.CampaignState:
        campaigns.add_metric([state], counts.get(state, 0))
    yield campaigns
    deliveries = GaugeMetricFamily(
        "wxbot_deliveries",
        "Deliveries of the campaigns that are going on or moved in the last seven days, by state and errcode.",
        labels=["state", "errcode"],
    )
    for each in push.queries.recent_delivery_counts(session, now - RECENT):
        errcode = NO_ERRCODE if each.errcode is None else str(each.errcode)
        deliveries.add_metric([each.state, errcode], each.size)
    yield deliveries
    since = push.queries.first_overdue(session, now)
    yield _gauge(
        "wxbot_push_lag_seconds",
        "For how long the longest waiting campaign has been due and is not finished; 0 if none is.",
        (now - since).total_seconds() if since else 0,
    )


def _gauge(name: str, says: str, value: float) -> GaugeMetricFamily:
    """Return a gauge without labels."""
    return GaugeMetricFamily(name, says, value=float(value))
