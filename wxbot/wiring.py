"""Wiring: the container of services, which builds database, platform client, index and bot once for a process.

`/readyz` and `wxbot doctor` run its health checks; `close` shuts down what was opened.
"""

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from wxbot import library, plain_pushes, push
from wxbot.bot import (
    EVERY_DAY,
    Bot,
    Editors,
    OfficeHours,
    Replies,
    RuleFile,
    RuleFinding,
    ServiceTimes,
    findings,
)
from wxbot.brand import BrandFile
from wxbot.bulletin import Habits, ReaderLimits, ReaderPool
from wxbot.db import Database, DatabaseClock, KeyValueStore, ensure_schema
from wxbot.editor_files import EditorFiles, list_files
from wxbot.errors import WxbotError
from wxbot.library.habits import HabitsFile
from wxbot.library.source_reading import SourceReader
from wxbot.search import Index, LibraryNames, catch_up, read_names
from wxbot.settings import DEMO_CLOCK, DEMO_FILE, SERVER_SETTINGS, Settings
from wxbot.wechat import CallbackCrypto, WeChat, connect

__all__ = ["INDEX_REMEDY", "HealthCheck", "Services", "push_settings_from"]

PLATFORM_SETTINGS = ("app_id", "app_secret")
INDEX_REMEDY = (
    "稍等片刻它会自己跟上；一直这样，停下 wxbot serve 和 wxbot worker，删掉 var/index，再启动：它会重建。"
)
SYNONYMS_FILE = "synonyms.txt"  # in the content folder
_INDEX_PAUSE = 0.05  # seconds between two looks at an index that another process is writing


def _machine_now() -> dt.datetime:
    """Return the time of this machine's clock."""
    return dt.datetime.now(dt.UTC)


def _clock_of(settings: Settings) -> Callable[[], dt.datetime]:
    """Return this machine's clock; in the folder of a demo, the clock of its simulator, which an editor can move."""
    folder = DEMO_FILE.parent
    # The names first: no working folder is needed, which may have been deleted, to see that this is no demo.
    may_be_demo = settings.state.parts[-len(folder.parts) :] == folder.parts
    in_demo = may_be_demo and settings.state.absolute() == folder.absolute()
    if not (in_demo and settings.platform_url.startswith("http://")):  # the platform itself is https
        return _machine_now
    file = settings.state / DEMO_CLOCK

    def now() -> dt.datetime:
        try:
            ahead = float(file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            ahead = 0.0
        return _machine_now() + dt.timedelta(seconds=ahead)

    return now


@dataclass(frozen=True)
class HealthCheck:
    """One dependency that must work: its name, and a function that raises if it does not."""

    name: str
    ping: Callable[[], None]


class Services:
    """Container of everything that a process needs; each service is opened at its first use.

    Parameters
    ----------
    settings : the process's settings
    durable : let the database flush each commit to disk
    busy_seconds : how long to wait for a locked database
    statement_seconds : time limit of one statement; 0 for none
    machine : clock of this machine, or of the demo in whose folder it runs; replaced in tests
    """

    def __init__(
        self,
        settings: Settings,
        *,
        durable: bool = True,
        busy_seconds: float = 10.0,
        statement_seconds: float = 0.0,
        machine: Callable[[], dt.datetime] | None = None,
    ) -> None:
        self.settings = settings
        self._durable = durable
        self._busy_seconds = busy_seconds
        self._statement_seconds = statement_seconds
        self._closing = contextlib.ExitStack()
        self._machine = machine or _clock_of(settings)
        self.clock: DatabaseClock | None = None  # set once the database is open

    @classmethod
    def over(cls, settings: Settings, db: Database, now: Callable[[], dt.datetime]) -> "Services":
        """Build services over a database that is open already, which the caller closes."""
        services = cls(settings, machine=now)
        services.db = db
        return services

    @property
    def has_platform(self) -> bool:
        """True if the settings name an account of the platform, so that `wechat` can be opened."""
        return bool(self.settings.app_id and self.settings.app_secret.get_secret_value())

    def now(self) -> dt.datetime:
        """Return the current time; the lower layers take it as an argument.

        Once the database is open, its clock is used, which all machines on one database share.
        """
        return self._machine() if self.clock is None else self.clock.now()

    @cached_property
    def db(self) -> Database:
        """Database, with its schema upgraded (SQLite) or checked (PostgreSQL)."""
        db = Database.open(
            self.settings.database_url.get_secret_value(),
            durable=self._durable,
            busy_seconds=self._busy_seconds,
            statement_seconds=self._statement_seconds,
        )
        self._closing.callback(db.close)
        ensure_schema(db)
        clock = DatabaseClock(db, self._machine)
        clock.measure()
        self.clock = clock
        return db

    @cached_property
    def readers(self) -> ReaderPool:
        """Processes that read bulletins, within the limits in the settings; started when a file needs one."""
        readers = ReaderPool(ReaderLimits(self.settings.reader_seconds, self.settings.reader_memory_mb))
        self._closing.callback(readers.close)
        return readers

    @cached_property
    def source_reader(self) -> SourceReader:
        """Reader of the files that editors bring and mend; it keeps the last readings."""
        return SourceReader(self.db, lambda: self.readers, self.read_habits)

    @cached_property
    def index(self) -> Index:
        """Search index; `sync_index` updates it from the library."""
        index = Index.open(self.settings.state / "index", self.settings.content / SYNONYMS_FILE)
        self._closing.callback(index.close)
        return index

    @cached_property
    def replies(self) -> Replies:
        """Reply texts: the shipped ones, and the association's changes."""
        return Replies(self.settings.content / "replies")

    @cached_property
    def bot(self) -> Bot:
        """Bot, which answers messages."""
        return self._build_bot(RuleFile(self.rules_path))

    def trial_bot(self, rules: RuleFile) -> Bot:
        """Return a bot with other rules, to show an editor what they would answer."""
        return self._build_bot(rules)

    def find_rule_problems(self, text: str) -> list[RuleFinding]:
        """Return the problems in a text of the rule file, compared with the library and the current index."""
        with self.db.read() as session:
            return findings(
                text,
                session,
                self.now().astimezone(self.settings.tz),
                self.habits_file.current,
                public_url=self.settings.public_url,
                count_hits=lambda words: self.index.search(words, 1).total,
            )

    def _build_bot(self, rules: RuleFile) -> Bot:
        return Bot(
            db=self.db,
            index=self.index,
            replies=self.replies,
            public_url=self.settings.public_url,
            list_minutes=self.settings.list_minutes,
            account_name=self.settings.account_name,
            tz=self.settings.tz,
            rules=rules,
            editors=Editors(self.settings.editor_openids, self.db, self.settings.tz),
            habits=self.habits_file.current,
            times=self.service_times,
            brand=self.brand_file.current,
        )

    @cached_property
    def envelope(self) -> CallbackCrypto:
        """Verification and decryption of the platform's callbacks."""
        self.settings.require(SERVER_SETTINGS)
        return CallbackCrypto(
            self.settings.token.get_secret_value(),
            self.settings.app_id,
            self.settings.encoding_aes_key.get_secret_value() or None,
            self.settings.encoding_aes_key_previous.get_secret_value() or None,
            also_plain=self.plain_pushes.admit,
            note_unreadable=self.plain_pushes.note_unreadable,
        )

    @cached_property
    def plain_pushes(self) -> plain_pushes.PlainPushes:
        """Decision about unencrypted pushes beside a key, and a note of unreadable ones; refreshed every second."""
        return plain_pushes.PlainPushes(self.db)

    @cached_property
    def wechat(self) -> WeChat:
        """Client of the platform; its access token is stored in the database, shared by all processes."""
        self.settings.require(PLATFORM_SETTINGS)
        wechat = connect(
            app_id=self.settings.app_id,
            app_secret=self.settings.app_secret.get_secret_value(),
            platform_url=self.settings.platform_url,
            store=KeyValueStore(self.db),
            clock=self._machine,
        )
        self._closing.callback(wechat.close)
        return wechat

    @property
    def push_settings(self) -> push.PushSettings:
        """Settings of pushes."""
        return replace(
            push_settings_from(self.settings), habits=self.habits_file.current, brand=self.brand_file.current
        )

    @cached_property
    def pusher(self) -> push.Pusher:
        """The push of this account, over its database, platform and clock."""
        return push.Pusher(self.db, lambda: self.wechat, self.push_settings, self.now, self.worker_limits)

    @property
    def push_schedule(self) -> push.ScheduleRule:
        """Schedule by which new issues are planned."""
        s = self.settings
        return push.ScheduleRule(s.push_hour, s.tz, s.push_weekday, s.push_workdays)

    @property
    def service_times(self) -> ServiceTimes:
        """Office hours of the staff, and the schedule of new issues if they are planned by it."""
        s = self.settings
        start, end = s.staff_times or (None, None)
        named = (
            frozenset(map(push.WEEKDAYS.index, s.staff_weekday.split(","))) if s.staff_weekday else EVERY_DAY
        )
        office = OfficeHours(start, end, named, s.staff_workdays, s.staff_account, s.tz)
        return ServiceTimes(office, self.push_schedule if s.plan_new_issues else None)

    @property
    def worker_limits(self) -> push.WorkerLimits:
        """Leases, waiting times and rate limit of a worker."""
        return push.WorkerLimits(
            self.settings.lease_seconds,
            self.settings.unknown_wait_seconds,
            self.settings.push_grace_hours,
            self.settings.push_per_minute,
        )

    @property
    def bulletin_folder(self) -> Path:
        """Folder in which editors put bulletin files."""
        return self.settings.content / "bulletins"

    @property
    def rules_path(self) -> Path:
        """File of the menu and the reply rules, beside the settings file."""
        return self.settings.config.with_name("rules.toml")

    @cached_property
    def habits_file(self) -> HabitsFile:
        """Names and sections of the publications in bulletins.toml, beside the settings file."""
        return HabitsFile(self.settings.config.with_name("bulletins.toml"))

    @cached_property
    def brand_file(self) -> BrandFile:
        """[brand] in the settings file, with the pictures and style sheet in the content folder."""
        return BrandFile(self.settings.config, self.settings.content)

    @cached_property
    def editor_files(self) -> EditorFiles:
        """Files that editors own, with the history of their changes."""
        config = self.settings.config
        files = list_files(self.rules_path, config.with_name("bulletins.toml"), self.settings.content, config)
        return EditorFiles(self.db, files, self.settings.state / "settings.lock", self.now)

    def read_habits(self) -> Habits:
        """Return the habits in bulletins.toml; none where there is no such file. Raises SettingsError."""
        return self.habits_file.read()

    def read_names(self) -> LibraryNames:
        """Read the names of publications and sections as searches and answers know them."""
        with self.db.read() as session:
            return read_names(session, self.habits_file.current())

    def sync_index(self, advance: Callable[[int], None] | None = None, *, wait_seconds: float = 0.0) -> bool:
        """Update the index to the library's version; return False while another process is still writing it.

        Wait up to `wait_seconds` for that process. `advance` is told how many more articles were read.
        """
        until = time.monotonic() + wait_seconds
        while not (is_current := catch_up(self.index, self.db, advance)) and time.monotonic() < until:
            time.sleep(_INDEX_PAUSE)
        return is_current

    def count_unindexed(self) -> int:
        """Return the number of articles that `sync_index` has to read."""
        with self.db.read() as session:
            same = self.index.library == library.identity(session)
            return library.count_changed_since(session, self.index.version if same else 0)

    def health_checks(self) -> Iterator[HealthCheck]:
        """Yield the checks that must pass before the server can answer."""
        yield HealthCheck("database", self.db.ping)
        yield HealthCheck("index", self._check_index)

    def _check_index(self) -> None:
        """Raise WxbotError if the index is behind the library."""
        with self.db.read() as session:
            behind = library.version(session) - self.index.version
        if behind > 0:
            raise WxbotError(f"索引落后书架 {behind} 个版本", remedy=INDEX_REMEDY)

    def close(self) -> None:
        """Close what was opened, in reverse order."""
        self._closing.close()


def push_settings_from(settings: Settings) -> push.PushSettings:
    """Return the settings of pushes; without a public address, drafts have no link to the article (阅读原文)."""
    form = (
        push.NoticeTemplate(settings.notice_template, settings.notice_fields)
        if settings.notice_template
        else None
    )
    return push.PushSettings(
        settings.public_url,
        settings.account_name,
        settings.push_picture_covers,
        settings.tz,
        form,
        settings.push_size_drift,
        push.QuietHours(*settings.quiet_hours, settings.tz) if settings.push_quiet else None,
    )
