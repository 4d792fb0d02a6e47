"""The worker: APScheduler rings, the database says what is due, and the work is done below.

Nothing is remembered here: a worker may be killed at any moment, and any number may run.
"""

import datetime as dt
import logging
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from wxbot import bulletin, journal, library, push
from wxbot.bot import carry_out, dialog, orders
from wxbot.errors import Busy, WxbotError
from wxbot.library import Ingested, Outcome
from wxbot.push import CampaignState
from wxbot.wiring import Wxbot

__all__ = ["Worker", "run"]

log = logging.getLogger(__name__)

PUSH_EVERY = 1.0  # seconds between two looks at what is due
WATCH_EVERY = 2.0  # seconds between two looks at the bulletin folder
SYNC_HOUR = 4  # of the association's clock, when nobody writes and the day's quota is fresh
PRUNE_EVERY = 6 * 3600.0


class Worker:
    """What a worker does at each ring; each may be called at any time."""

    def __init__(self, wxbot: Wxbot) -> None:
        self.wxbot = wxbot
        self.holder = push.who()
        self._read: dict[Path, tuple[int, int]] = {}
        self._looked_at: dict[Path, tuple[int, int]] = {}

    def push_due(self) -> int:
        """Take in reports, and take every due campaign as far as it goes; gives how many were due."""
        w = self.wxbot
        push.settle_reports(w.db, w.now())
        campaigns = push.due(w.db, w.now())
        for campaign_id in campaigns:
            state = push.deliver(
                w.db, w.wechat, campaign_id, holder=self.holder, terms=w.terms, pace=w.pace, clock=w.now
            )
            log.info("campaign %s: %s", campaign_id, state or "held by another worker")
        return len(campaigns)

    def carry_out(self) -> int:
        """Do what editors ordered by phone and confirmed; gives how many orders there were."""
        w = self.wxbot
        needed = max(1, w.settings.push_approvals)
        return carry_out(w.db, lambda: w.wechat, terms=w.terms, needed=needed, clock=w.now)

    def watch(self, *, settled: bool = True) -> list[Ingested]:
        """Shelve the bulletin files that are new or changed, and plan the push of each new issue.

        With `settled`, a file is read only when two looks found it the same: one that is still being copied waits.
        """
        w = self.wxbot
        fresh = self._fresh_files(settled=settled)
        results = list(library.ingest(w.db, fresh, w.now(), to_plan=w.settings.plan_new_issues))
        self._read.update(fresh)  # only now: what a busy database turned away is read again
        for done in results:
            log.info("%s: %s %s", done.file, done.outcome, done.says)
        if any(done.outcome in {Outcome.NEW, Outcome.REVISED} for done in results):
            w.catch_up()
        with w.db.read() as session:
            waiting = library.to_plan(session)
        for number in waiting:
            self._plan(number)
        return results

    def sync(self) -> None:
        """Keep the list of followers in step with the platform's, where the account may read it."""
        for done in push.sync(self.wxbot.db, self.wxbot.wechat, self.wxbot.now):
            log.info("followers: %s of %s, %s new, %s left", done.met, done.total, done.new, done.left)

    def prune(self) -> int:
        """Forget what the journal has kept long enough, and lists and orders whose time is over."""
        now = self.wxbot.now()
        before = now - dt.timedelta(days=self.wxbot.settings.journal_days)
        with self.wxbot.db.begin() as session:
            return dialog.prune(session, now) + orders.prune(session, before) + journal.prune(session, before)

    def _fresh_files(self, *, settled: bool) -> dict[Path, tuple[int, int]]:
        folder = self.wxbot.bulletins
        if not folder.is_dir():
            return {}
        fresh = {}
        for file in bulletin.files([folder]):
            found = file.stat()
            stamp = (found.st_mtime_ns, found.st_size)
            if self._read.get(file) == stamp:
                continue
            if settled and self._looked_at.get(file) != stamp:
                self._looked_at[file] = stamp
                continue
            fresh[file] = stamp
        return fresh

    def _plan(self, number: str) -> None:
        w = self.wxbot
        rule = push.Rule(
            w.settings.push_hour, w.settings.tz, w.settings.push_weekday, w.settings.push_workdays
        )
        at, warning = push.next_hour(rule, w.now())
        if warning:
            log.warning("%s", warning)
        with w.db.read() as session:
            campaign = push.latest_of(session, number)
        if campaign is None:
            audience = push.audience_of(w.db, w.wechat, "all")
            made = push.plan(w.db, number, audience, at, w.terms, w.now())
            campaign = push.write(w.db, made, w.terms, "worker", w.now())
            log.info("campaign %s planned: %s at %s, hash %s", campaign.id, number, at, campaign.hash)
        unapproved = campaign.made_by == "worker" and campaign.state == CampaignState.PLANNED
        if unapproved and w.settings.push_approvals == 0:
            push.approve(w.db, campaign.id, by="wxbot.toml", terms=w.terms, now=w.now(), given=campaign.hash)
        with w.db.begin() as session:
            library.planned(session, number)


def run(wxbot: Wxbot, *, once: bool) -> None:
    """Work until SIGTERM or SIGINT; with `once`, do what is due now and return."""
    worker = Worker(wxbot)
    wxbot.settings.require(("app_id", "app_secret"))
    if once:
        worker.watch(settled=False)
        worker.carry_out()
        worker.push_due()
        worker.prune()
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    alarm = BackgroundScheduler(
        timezone=dt.UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for job, seconds in (
        (worker.carry_out, PUSH_EVERY),
        (worker.push_due, PUSH_EVERY),
        (worker.watch, WATCH_EVERY),
        (worker.prune, PRUNE_EVERY),
    ):
        alarm.add_job(_guarded(job), "interval", seconds=seconds, next_run_time=dt.datetime.now(dt.UTC))
    alarm.add_job(_guarded(worker.sync), CronTrigger(hour=SYNC_HOUR, timezone=wxbot.settings.zone))
    alarm.start()
    log.info("worker %s started", worker.holder)
    stop.wait()
    alarm.shutdown(wait=True)  # what is in flight finishes, and its lease goes back
    log.info("worker %s ended", worker.holder)


def _guarded(job: Callable[[], object]) -> Callable[[], None]:
    """A ring that fails is logged; the next ring comes all the same."""

    def ring() -> None:
        try:
            job()
        except Busy as busy:
            log.info("%s: %s", job.__name__, busy.message)
        except WxbotError as wrong:
            log.error("%s: %s %s", job.__name__, wrong.message, wrong.remedy)
        except Exception:
            log.exception("%s failed", job.__name__)

    return ring
