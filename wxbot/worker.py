"""Worker process: APScheduler calls the jobs at intervals, and the database decides what is due.

A worker keeps no state that matters: it may be killed at any moment, and any number of workers may run on one
database.
"""

import datetime as dt
import logging
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from wxbot import clicks, doctor, journal, library, privacy, push
from wxbot.bot import carry_out, deferred, editor_notices, editor_orders, last_list
from wxbot.bulletin import FoundFile
from wxbot.errors import Busy, DatabaseUnavailable, WxbotError
from wxbot.issue_planner import IssuePlanner
from wxbot.library import IngestResult, Outcome, WatchedFolder
from wxbot.log_format import log_context
from wxbot.wiring import PLATFORM_SETTINGS, Services

__all__ = ["CampaignPool", "Worker", "run"]

log = logging.getLogger(__name__)

# Intervals in seconds.
PUSH_INTERVAL = 1.0
FOLDER_INTERVAL = 2.0
CLOCK_INTERVAL = 60.0
FIGURES_INTERVAL = (
    1800.0  # figures are fetched once a day for each campaign; most of these calls find them fetched
)
PRUNE_INTERVAL = 6 * 3600.0
HEARTBEAT_INTERVAL = 30.0
EXAMINATION_INTERVAL = 3600.0
FIRST_EXAMINATION = dt.timedelta(seconds=60)  # after the start, when the web processes have started too

SYNC_HOUR = 4  # in the association's time zone: few messages arrive then, and the day's quota is unused
MAX_CLOCK_SKEW = dt.timedelta(seconds=2)  # difference to the database's clock above which a warning is logged
MAX_CAMPAIGNS = 8  # delivered at the same time by one process


class Worker:
    """Jobs of the worker process. Each may be called at any time, and does what is due now."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.holder = push.new_worker_id()
        self._folder = WatchedFolder(services.bulletin_folder)
        self._reported_files: frozenset[str] | None = None
        self._planner = IssuePlanner(services)
        self._examined = False

    def deliver_due(self) -> int:
        """Reconcile the platform's reports, then deliver every due campaign; return the number of due campaigns."""
        try:
            self.reconcile_reports()
        finally:
            campaigns = self.due_campaigns()
            _run_each(*(partial(self.deliver, campaign_id) for campaign_id in campaigns))
        return len(campaigns)

    def reconcile_reports(self) -> None:
        """Apply the platform's reports on mass messages to the deliveries."""
        self.services.pusher.reconcile()

    def due_campaigns(self) -> list[int]:
        """Return the ids of the campaigns that have something to do now."""
        return self.services.pusher.due()

    def deliver(self, campaign_id: int, stopping: Callable[[], bool] = lambda: False) -> None:
        """Deliver a campaign until nothing is due any more, or until `stopping` returns True."""
        with log_context(campaign=campaign_id):
            state = self.services.pusher.deliver(campaign_id, worker_id=self.holder, stopping=stopping)
            log.info("campaign %s: %s", campaign_id, state or "held by another worker")

    def measure_clock(self) -> None:
        """Measure the difference between this machine's clock and the database's, and log a large one."""
        if self.services.clock is not None:
            offset = self.services.clock.measure()
            if abs(offset) > MAX_CLOCK_SKEW:
                log.warning("this machine's clock is off by %s; the database's clock is used", offset)

    def run_editor_orders(self) -> int:
        """Execute the orders that editors gave in the chat and confirmed; return their number."""
        needed = max(1, self.services.settings.push_approvals)
        return carry_out(self.services.pusher, needed=needed)

    def send_editor_notices(self) -> int:
        """Send the notices about the folder to editors' own WeChat; return their number."""
        return editor_notices.send_notices(self.services.pusher)

    def ingest_folder(self, *, settled: bool = True) -> list[IngestResult]:
        """Ingest new and changed files of the bulletin folder, and plan the push of each new issue.

        With `settled`, a file that is still being copied waits for the next call.
        """
        files = list(self._folder.changed_files(settled=settled))
        results = self._ingest(files, self._folder.present_files(settled=settled))
        if any(result.outcome in {Outcome.NEW, Outcome.REVISED} for result in results):
            self.services.sync_index()
        self._planner.plan_new_issues()
        return results

    def sync_followers(self) -> None:
        """Update the list of followers from the platform, where the account has the right to read it."""
        for done in self.services.pusher.sync_followers():
            log.info("followers: %s of %s, %s new, %s left", done.met, done.total, done.new, done.left)

    def fetch_figures(self) -> None:
        """Fetch the reading figures of recent campaigns; the platform is asked once a day for each campaign."""
        self.services.pusher.fetch_recent_figures()

    def record_heartbeat(self, *, once: bool = False) -> None:
        """Record that a worker runs; `wxbot doctor` and the console tell when none does."""
        doctor.record_heartbeat(self.services.db, self.services.now(), once=once)

    def examine_installation(self) -> None:
        """Run the checks of `wxbot doctor` and store their results for the console."""
        self._examined |= doctor.renew(self.services, always=not self._examined)

    def prune(self) -> int:
        """Delete rows that are past their retention time, and data of people who left; return the number of rows."""
        now, days = self.services.now(), self.services.settings.journal_days
        before = now - dt.timedelta(days=days)
        privacy.erase_leavers(self.services.db, now, days)
        with self.services.db.begin() as session:
            count = deferred.prune(session, now) + last_list.prune(session, now)
            count += editor_orders.prune(session, before) + clicks.prune(session, before)
            return count + editor_notices.prune(session, before) + journal.prune(session, before)

    def _ingest(self, files: list[FoundFile], present: frozenset[str] | None) -> list[IngestResult]:
        """Ingest files, log and record the results; those that met a busy database come again at the next call."""
        s = self.services
        results = list[IngestResult]()
        try:
            ingestion = library.ingest(
                s.db,
                files,
                s.now(),
                to_plan=s.settings.plan_new_issues,
                readers=s.readers,
                habits=s.read_habits(),
                policy=library.PublishPolicy(s.settings.publish),
                by="worker",
                follow=partial(push.publishing.follow_ingest, s.pusher, "worker"),
            )
            for result in ingestion:
                results.append(result)
                _log_result(result)
        finally:
            for file in files[len(results) :]:
                self._folder.report_again(file)
            self._report(results, present)
        return results

    def _report(self, results: list[IngestResult], present: frozenset[str] | None) -> None:
        """Record what became of files, and which are gone; log what an editor has to decide, once."""
        looks = present is not None and present != self._reported_files
        if not results and not looks:
            return
        with self.services.db.begin() as session:
            now, editors = self.services.now(), self.services.settings.editor_openids
            news = library.record_results(session, results, now)
            gone = library.record_missing(session, present, now) if present is not None else []
            asking = [each for each in news if each.outcome in {library.Fate.HELD, library.Fate.REFUSED}]
            editor_notices.queue_notices(session, [*asking, *gone], editors, now)
        self._reported_files = present
        for report in gone:
            log.warning("%s %s", report.says, report.remedy)


def _log_result(result: IngestResult) -> None:
    """Log what became of one file; what an editor has to do is a warning."""
    if result.says:
        log.warning("%s: %s: %s %s", result.file, result.outcome, result.says, result.remedy)
    else:
        log.info("%s: %s", result.file, result.outcome)
    for each in result.consequences:
        log.log(
            logging.WARNING if each.asks else logging.INFO, "%s: %s %s", result.key, each.says, each.remedy
        )


class CampaignPool:
    """Thread pool that delivers due campaigns, one thread for each: a long campaign does not delay the others."""

    def __init__(self, worker: Worker, stopping: Callable[[], bool]) -> None:
        self._worker = worker
        self._stopping = stopping
        self._threads = ThreadPoolExecutor(MAX_CAMPAIGNS, thread_name_prefix="campaign")
        self._running: set[int] = set()

    def start_due(self) -> None:
        """Start each due campaign that is not running yet, while threads are free."""
        for campaign_id in self._worker.due_campaigns():
            if campaign_id not in self._running and len(self._running) < MAX_CAMPAIGNS:
                self._running.add(campaign_id)
                self._threads.submit(self._deliver, campaign_id)

    def _deliver(self, campaign_id: int) -> None:
        """Deliver one campaign on a thread of the pool; errors are logged."""
        try:
            _log_errors(partial(self._worker.deliver, campaign_id, self._stopping), "push")()
        finally:
            self._running.discard(campaign_id)

    def close(self) -> None:
        """Wait until each thread has recorded the calls it made and released its lease; unstarted ones are dropped."""
        self._threads.shutdown(cancel_futures=True)


def run(services: Services, *, once: bool, push_interval: float = PUSH_INTERVAL) -> None:
    """Run the jobs until SIGTERM, SIGINT or SIGHUP (a closed terminal); with `once`, do what is due now and return.

    `push_interval` is the time in seconds between two checks for due campaigns and confirmed orders.
    """
    worker = Worker(services)
    services.settings.require(PLATFORM_SETTINGS)
    if once:
        _run_each(
            partial(worker.record_heartbeat, once=True),
            partial(worker.ingest_folder, settled=False),
            worker.send_editor_notices,
            worker.run_editor_orders,
            worker.deliver_due,
            worker.fetch_figures,
            worker.prune,
        )
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup: a closed terminal does not end it
            signal.signal(number, lambda *_: stop.set())
    pool = CampaignPool(worker, stop.is_set)
    scheduler = _schedule(worker, pool, push_interval)
    scheduler.start()
    log.info("worker %s started", worker.holder)
    # Python runs signal handlers between bytecodes of the main thread only: a wait without a timeout would never
    # see a signal that arrives just as the wait begins.
    while not stop.wait(1.0):
        continue
    services.readers.close()  # a file that is being read is read again after the next start
    scheduler.shutdown(wait=True)
    pool.close()
    log.info("worker %s ended", worker.holder)


def _schedule(worker: Worker, pool: CampaignPool, push_interval: float) -> BackgroundScheduler:
    """Return a scheduler with all jobs, not yet started."""
    # A job that takes longer than its interval is normal; APScheduler would log each skipped run as a warning.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(
        timezone=dt.UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for job, seconds in (
        (worker.run_editor_orders, push_interval),
        (worker.reconcile_reports, push_interval),
        (pool.start_due, push_interval),
        (worker.record_heartbeat, HEARTBEAT_INTERVAL),
        (worker.measure_clock, CLOCK_INTERVAL),
        (worker.ingest_folder, FOLDER_INTERVAL),
        (worker.send_editor_notices, FOLDER_INTERVAL),
        (worker.fetch_figures, FIGURES_INTERVAL),
        (worker.prune, PRUNE_INTERVAL),
    ):
        scheduler.add_job(
            _log_errors(job), "interval", seconds=seconds, next_run_time=dt.datetime.now(dt.UTC)
        )
    daily = CronTrigger(hour=SYNC_HOUR, timezone=worker.services.settings.zone)
    scheduler.add_job(_log_errors(worker.sync_followers), daily)
    scheduler.add_job(
        _log_errors(worker.examine_installation),
        "interval",
        seconds=EXAMINATION_INTERVAL,
        next_run_time=dt.datetime.now(dt.UTC) + FIRST_EXAMINATION,
    )
    return scheduler


def _run_each(*jobs: Callable[[], object]) -> None:
    """Run jobs in order; one that fails stops none behind it. Raise the first error at the end, and log the others."""
    failed = list[Exception]()
    for job in jobs:
        try:
            job()
        except Exception as wrong:  # noqa: BLE001  it is raised or logged below
            failed.append(wrong)
    for other in failed[1:]:
        log.error("another job failed: %s", other, exc_info=None if isinstance(other, WxbotError) else other)
    if failed:
        raise failed[0]


def _log_errors(job: Callable[[], object], name: str = "") -> Callable[[], None]:
    """Wrap a job so that an error is logged and the next run is not affected."""
    name = name or job.__name__

    def run_job() -> None:
        try:
            job()
        except DatabaseUnavailable as error:
            log.error("%s: %s %s", name, error.message, error.remedy)
        except Busy as error:
            log.info("%s: %s", name, error.message)
        except WxbotError as error:
            log.error("%s: %s %s", name, error.message, error.remedy)
        except Exception:
            log.exception("%s failed", name)

    return run_job
