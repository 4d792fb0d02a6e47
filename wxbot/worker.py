"""The worker: APScheduler rings, the database says what is due, and the work is done below.

Nothing is remembered here: a worker may be killed at any moment, and any number may run.
"""

import datetime as dt
import logging
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from wxbot import bulletin, clicks, journal, library, privacy, push
from wxbot.bot import carry_out, deferred, editor_orders, last_list
from wxbot.db import KeyValueStore
from wxbot.errors import Busy, DatabaseUnavailable, WxbotError
from wxbot.library import IngestResult, Outcome
from wxbot.push import CampaignState
from wxbot.push.timing.schedule import next_free_slot, schedule_applies
from wxbot.wiring import Services

__all__ = ["CampaignPool", "Worker", "run"]

log = logging.getLogger(__name__)

PUSH_EVERY = 1.0  # seconds between two looks at what is due
WATCH_EVERY = 2.0  # seconds between two looks at the bulletin folder
SYNC_HOUR = 4  # of the association's clock, when nobody writes and the day's quota is fresh
PRUNE_EVERY = 6 * 3600.0
CLOCK_EVERY = 60.0
SKEW = dt.timedelta(
    seconds=2
)  # between this machine's clock and the database's, from which on it is worth a word
CAMPAIGNS = 8  # that one process is at together
FIGURES_EVERY = 1800.0  # most of these looks find that the day's figures are there already
PLANNING, PLANNING_LASTS = "planning", dt.timedelta(minutes=2)
PLAN_AGAIN = dt.timedelta(minutes=5)


class Worker:
    """What a worker does at each ring; each may be called at any time."""

    def __init__(self, wxbot: Services) -> None:
        self.wxbot = wxbot
        self.holder = push.new_worker_id()
        self._read: dict[Path, tuple[int, int]] = {}
        self._looked_at: dict[Path, tuple[int, int]] = {}
        self._plan_again: dict[str, dt.datetime] = {}

    def push_due(self) -> int:
        """Take in reports, and take every due campaign as far as it goes; gives how many were due."""
        self.settle()
        campaigns = self.due()
        for campaign_id in campaigns:
            self.deliver(campaign_id)
        return len(campaigns)

    def settle(self) -> None:
        """Take in what the platform reported."""
        self.wxbot.pusher.reconcile()

    def due(self) -> list[int]:
        """Which campaigns have something to do now."""
        return self.wxbot.pusher.due()

    def deliver(self, campaign_id: int, stopping: Callable[[], bool] = lambda: False) -> None:
        """Take a campaign as far as it goes now, or until `stopping` says so."""
        w = self.wxbot
        state = w.pusher.deliver(campaign_id, worker_id=self.holder, stopping=stopping)
        log.info("campaign %s: %s", campaign_id, state or "held by another worker")

    def measure_clock(self) -> None:
        """Learn again how far this machine's clock is from the database's."""
        if self.wxbot.clock is not None:
            offset = self.wxbot.clock.measure()
            if abs(offset) > SKEW:
                log.warning("this machine's clock is off by %s; the database's is followed", offset)

    def carry_out(self) -> int:
        """Do what editors ordered by phone and confirmed; gives how many orders there were."""
        return carry_out(self.wxbot.pusher, needed=max(1, self.wxbot.settings.push_approvals))

    def watch(self, *, settled: bool = True) -> list[IngestResult]:
        """Shelve the bulletin files that are new or changed, and plan the push of each new issue.

        With `settled`, a file is read only when two looks found it the same: one that is still being copied waits.
        """
        w = self.wxbot
        fresh = self._fresh_files(settled=settled)
        results = [done for file, stamp in fresh.items() for done in self._shelve(file, stamp)]
        if any(done.outcome in {Outcome.NEW, Outcome.REVISED} for done in results):
            w.sync_index()
        self._plan_all()
        return results

    def sync(self) -> None:
        """Keep the list of followers in step with the platform's, where the account may read it."""
        for done in self.wxbot.pusher.sync_followers():
            log.info("followers: %s of %s, %s new, %s left", done.met, done.total, done.new, done.left)

    def ask_figures(self) -> None:
        """Learn who read what went out in the last weeks; the platform is asked once a day for each campaign."""
        self.wxbot.pusher.fetch_recent_figures()

    def prune(self) -> int:
        """Forget what was kept long enough, and who left; gives how many rows are gone."""
        now = self.wxbot.now()
        before = now - dt.timedelta(days=self.wxbot.settings.journal_days)
        privacy.erase_leavers(self.wxbot.db, now, self.wxbot.settings.journal_days)
        with self.wxbot.db.begin() as session:
            over = deferred.prune(session, now) + last_list.prune(session, now)
            over += editor_orders.prune(session, before) + clicks.prune(session, before)
            return over + journal.prune(session, before)

    def _shelve(self, file: Path, stamp: tuple[int, int]) -> list[IngestResult]:
        w = self.wxbot
        # Before: a file that breaks its reader is logged once, and stands in no other's way at the next look.
        self._read[file] = stamp
        try:
            results = list(library.ingest(w.db, [file], w.now(), to_plan=w.settings.plan_new_issues))
        except Busy:
            del self._read[file]  # what a busy database turned away is read again
            raise
        for done in results:
            log.info("%s: %s %s", done.file, done.outcome, done.says)
        return results

    def _fresh_files(self, *, settled: bool) -> dict[Path, tuple[int, int]]:
        folder = self.wxbot.bulletin_folder
        if not folder.is_dir():
            return {}
        fresh = {}
        for file in bulletin.find_files([folder]):
            found = file.stat()
            stamp = (found.st_mtime_ns, found.st_size)
            if self._read.get(file) == stamp:
                continue
            if settled and self._looked_at.get(file) != stamp:
                self._looked_at[file] = stamp
                continue
            fresh[file] = stamp
        return fresh

    def _plan_all(self) -> None:
        """Plan the pushes of new issues, one worker at a time: each issue takes an hour that no other has."""
        w = self.wxbot
        with w.db.read() as session:
            waiting = library.unplanned_issues(session)
        waiting = [number for number in waiting if self._plan_again.get(number, w.now()) <= w.now()]
        shelf = KeyValueStore(w.db)
        if not waiting or not shelf.claim(PLANNING, w.now() + PLANNING_LASTS, w.now()):
            return
        try:
            for number in waiting:
                self._plan(number)
        finally:
            shelf.release(PLANNING)

    def _plan(self, number: str) -> None:
        """One issue's push; what stands in its way is logged, and tried again later."""
        w = self.wxbot
        try:
            with w.db.read() as session:
                campaign = push.queries.latest_campaign(session, number)
                wanted = schedule_applies(session, number, push.Audience.parse(w.settings.push_to))
            if campaign is None and wanted:
                campaign = self._written(number)
            if campaign is not None:
                self._approve(campaign)
            else:
                log.info("%s: nothing to plan, it is not for %s", number, w.settings.push_to)
            with w.db.begin() as session:
                library.mark_planned(session, number)
        except Busy:
            raise
        except WxbotError as no:
            self._plan_again[number] = w.now() + PLAN_AGAIN
            log.warning("%s was not planned: %s %s", number, no.message, no.remedy)

    def _written(self, number: str) -> push.Campaign:
        w, s = self.wxbot, self.wxbot.settings
        with w.db.read() as session:
            hour = next_free_slot(session, w.push_schedule, number, w.now())
        route = push.Route(s.push_route) if s.push_route else None
        request = push.PlanRequest(number, push.Audience.parse(s.push_to), hour.at, route)
        made = w.pusher.plan(request)
        if hour.warning:
            made = replace(made, warnings=(*made.warnings, hour.warning))
        campaign = w.pusher.create(made, "worker")
        log.info("campaign %s planned: %s at %s, hash %s", campaign.id, number, hour.at, campaign.hash)
        return campaign

    def _approve(self, campaign: push.Campaign) -> None:
        """Without a person, where the settings say that none is needed; never what a person planned."""
        w = self.wxbot
        unapproved = campaign.made_by == "worker" and campaign.state == CampaignState.PLANNED
        if unapproved and w.settings.push_approvals == 0:
            w.pusher.approve(campaign.id, by="wxbot.toml", given=campaign.hash)


class CampaignPool:
    """The campaigns that this process is at, each on a thread of its own: a long one holds up no other."""

    def __init__(self, worker: Worker, stopping: Callable[[], bool]) -> None:
        self._worker = worker
        self._stopping = stopping
        self._threads = ThreadPoolExecutor(CAMPAIGNS, thread_name_prefix="campaign")
        self._under_way: set[int] = set()

    def hand_out(self) -> None:
        """Start on what is due, unless we are at it already or have our hands full."""
        for campaign_id in self._worker.due():
            if campaign_id not in self._under_way and len(self._under_way) < CAMPAIGNS:
                self._under_way.add(campaign_id)
                self._threads.submit(self._push, campaign_id)

    def _push(self, campaign_id: int) -> None:
        try:
            _guarded(partial(self._worker.deliver, campaign_id, self._stopping), "push")()
        finally:
            self._under_way.discard(campaign_id)

    def close(self) -> None:
        """Wait until every thread has ended its turn: what was called is written down, what was not is given back."""
        self._threads.shutdown(cancel_futures=True)


def run(wxbot: Services, *, once: bool) -> None:
    """Work until SIGTERM or SIGINT; with `once`, do what is due now and return."""
    worker = Worker(wxbot)
    wxbot.settings.require(("app_id", "app_secret"))
    if once:
        worker.watch(settled=False)
        worker.carry_out()
        worker.push_due()
        worker.ask_figures()
        worker.prune()
        return
    # That a look takes longer than a second is no event: the ring that finds it under way says nothing.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    pool = CampaignPool(worker, stop.is_set)
    alarm = BackgroundScheduler(
        timezone=dt.UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for job, seconds in (
        (worker.carry_out, PUSH_EVERY),
        (worker.settle, PUSH_EVERY),
        (pool.hand_out, PUSH_EVERY),
        (worker.measure_clock, CLOCK_EVERY),
        (worker.watch, WATCH_EVERY),
        (worker.ask_figures, FIGURES_EVERY),
        (worker.prune, PRUNE_EVERY),
    ):
        alarm.add_job(_guarded(job), "interval", seconds=seconds, next_run_time=dt.datetime.now(dt.UTC))
    alarm.add_job(_guarded(worker.sync), CronTrigger(hour=SYNC_HOUR, timezone=wxbot.settings.zone))
    alarm.start()
    log.info("worker %s started", worker.holder)
    # In turns: a signal that comes just as a wait begins is heard at its end, and one without end would never hear it.
    while not stop.wait(1.0):
        continue
    alarm.shutdown(wait=True)
    pool.close()  # what is in flight finishes, and leases go back
    log.info("worker %s ended", worker.holder)


def _guarded(job: Callable[[], object], name: str = "") -> Callable[[], None]:
    """A ring that fails is logged; the next ring comes all the same."""
    name = name or job.__name__

    def ring() -> None:
        try:
            job()
        except DatabaseUnavailable as away:
            log.error("%s: %s %s", name, away.message, away.remedy)
        except Busy as busy:
            log.info("%s: %s", name, busy.message)
        except WxbotError as wrong:
            log.error("%s: %s %s", name, wrong.message, wrong.remedy)
        except Exception:
            log.exception("%s failed", name)

    return ring
