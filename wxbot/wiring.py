"""Wiring: builds settings, database, platform, index and bot once for a process, each when it is first asked for.

Whoever needs the parts gets them here; `/readyz`, `wxbot doctor` and shutdown walk one list.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from wxbot import library, push
from wxbot.bot import Bot, Editors, Replies, RuleFile
from wxbot.db import Database, DatabaseClock, KeyValueStore, ensure_schema
from wxbot.errors import WxbotError
from wxbot.search import Index, catch_up
from wxbot.settings import SERVER_SETTINGS, Settings
from wxbot.wechat import CallbackCrypto, WeChat, connect

__all__ = ["HealthCheck", "Services", "push_settings_from"]

PLATFORM_SETTINGS = ("app_id", "app_secret")
SYNONYMS_FILE = "synonyms.txt"  # in the folder of what members read


def _machine_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class HealthCheck:
    """One thing that must work: its name for people, and a question that raises when it does not."""

    name: str
    ping: Callable[[], None]


class Services:
    """Everything a process may need. Parts are opened when first used; `close` closes what was opened."""

    def __init__(
        self,
        settings: Settings,
        *,
        durable: bool = True,
        busy_seconds: float = 10.0,
        statement_seconds: float = 0.0,
        machine: Callable[[], dt.datetime] = _machine_now,
    ) -> None:
        self.settings = settings
        self._durable = durable
        self._busy_seconds = busy_seconds
        self._statement_seconds = statement_seconds
        self._closing = contextlib.ExitStack()
        self._machine = machine
        self.clock: DatabaseClock | None = None  # that of the database, once it is open

    def now(self) -> dt.datetime:
        """The moment, for the doors: everything below takes it as an argument.

        Once the database is open it is that of the database's clock, which all machines on it share.
        """
        return self._machine() if self.clock is None else self.clock.now()

    @cached_property
    def db(self) -> Database:
        """The database, its schema brought up (SQLite) or checked (PostgreSQL)."""
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
    def index(self) -> Index:
        """The search index; `catch_up` lets it stand at this database's library."""
        index = Index.open(self.settings.state / "index", self.settings.content / SYNONYMS_FILE)
        self._closing.callback(index.close)
        return index

    @cached_property
    def replies(self) -> Replies:
        """The texts that members read."""
        return Replies(self.settings.content / "replies")

    @cached_property
    def bot(self) -> Bot:
        """What answers a message."""
        return Bot(
            db=self.db,
            index=self.index,
            replies=self.replies,
            public_url=self.settings.public_url,
            list_minutes=self.settings.list_minutes,
            account_name=self.settings.account_name,
            tz=self.settings.tz,
            rules=RuleFile(self.rules_path),
            editors=Editors(self.settings.editor_openids, self.db, self.settings.tz),
        )

    @cached_property
    def envelope(self) -> CallbackCrypto:
        """What verifies and opens the platform's pushes."""
        self.settings.require(SERVER_SETTINGS)
        return CallbackCrypto(
            self.settings.token.get_secret_value(),
            self.settings.app_id,
            self.settings.encoding_aes_key.get_secret_value() or None,
            self.settings.encoding_aes_key_previous.get_secret_value() or None,
            also_plain=not self.settings.require_encryption,
        )

    @cached_property
    def wechat(self) -> WeChat:
        """The platform; the token is kept in the database, where every process finds it."""
        self.settings.require(PLATFORM_SETTINGS)
        wechat = connect(
            app_id=self.settings.app_id,
            app_secret=self.settings.app_secret.get_secret_value(),
            platform_url=self.settings.platform_url,
            store=KeyValueStore(self.db),
        )
        self._closing.callback(wechat.close)
        return wechat

    @property
    def push_settings(self) -> push.PushSettings:
        """What every draft carries."""
        return push_settings_from(self.settings)

    @cached_property
    def pusher(self) -> push.Pusher:
        """The push of this account, over its database, platform and clock."""
        return push.Pusher(self.db, lambda: self.wechat, self.push_settings, self.now, self.worker_limits)

    @property
    def push_schedule(self) -> push.ScheduleRule:
        """At which hours issues go out by themselves."""
        s = self.settings
        return push.ScheduleRule(s.push_hour, s.tz, s.push_weekday, s.push_workdays)

    @property
    def worker_limits(self) -> push.WorkerLimits:
        """How patient a worker is."""
        return push.WorkerLimits(
            self.settings.lease_seconds,
            self.settings.unknown_wait_seconds,
            self.settings.push_grace_hours,
            self.settings.push_per_minute,
        )

    @property
    def bulletin_folder(self) -> Path:
        """The folder in which editors put bulletin files."""
        return self.settings.content / "bulletins"

    @property
    def rules_path(self) -> Path:
        """The file of the menu and of the editors' rules, beside the settings."""
        return self.settings.config.with_name("rules.toml")

    def sync_index(self) -> None:
        """Let the index stand at the library's version."""
        catch_up(self.index, self.db)

    def health_checks(self) -> Iterator[HealthCheck]:
        """What must work for the server to be of use."""
        yield HealthCheck("database", self.db.ping)
        yield HealthCheck("index", self._index_ping)

    def _index_ping(self) -> None:
        with self.db.read() as session:
            behind = library.version(session) - self.index.version
        if behind > 0:
            raise WxbotError(f"索引落后书架 {behind} 个版本")

    def close(self) -> None:
        """Close what was opened, last first."""
        self._closing.close()


def push_settings_from(settings: Settings) -> push.PushSettings:
    """What every draft of this account carries; without an address of ours its articles have no 阅读原文."""
    form = (
        push.NoticeTemplate(settings.notice_template, settings.notice_fields)
        if settings.notice_template
        else None
    )
    return push.PushSettings(
        settings.public_url,
        settings.account_name,
        settings.content / "bulletins",
        settings.tz,
        form,
        settings.push_size_drift,
        push.QuietHours(*settings.quiet_hours, settings.tz) if settings.push_quiet else None,
    )
