"""The office: what the editors' pages work with, handed in by whoever starts the application."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from wxbot import push
from wxbot.db import Database
from wxbot.errors import Forbidden
from wxbot.settings import Settings
from wxbot.wechat import WeChat
from wxbot.wiring import push_settings_from

__all__ = ["Office"]


@dataclass(frozen=True)
class Office:
    """What the pages work with.

    `db` is where campaigns are kept: open it durably, since what an editor stopped must stay stopped. `approvals` is
    how many editors have to approve; `secure` whether browsers reach the pages by https. `platform` opens the door
    to WeChat; without it audiences are counted by our own list, and nothing can be previewed.
    """

    db: Database
    push_settings: push.PushSettings
    clock: Callable[[], dt.datetime]
    tz: ZoneInfo
    account_name: str = ""
    approvals: int = 1
    secure: bool = False
    platform: Callable[[], WeChat] | None = None

    @classmethod
    def of(
        cls,
        settings: Settings,
        db: Database,
        clock: Callable[[], dt.datetime],
        platform: Callable[[], WeChat] | None = None,
    ) -> "Office":
        """The office that the settings describe."""
        return cls(
            db,
            push_settings_from(settings),
            clock,
            settings.tz,
            settings.account_name,
            max(1, settings.push_approvals),
            settings.public_url.startswith("https://"),
            platform,
        )

    @property
    def pusher(self) -> push.Pusher:
        """The push, at this account and this clock."""
        return push.Pusher(self.db, self.wechat, self.push_settings, self.clock)

    @property
    def root(self) -> str:
        """The folder under which the site is served, where it is not served at the top; else nothing."""
        return urlsplit(self.push_settings.public_url).path.rstrip("/")

    @property
    def path(self) -> str:
        """Where browsers find the console."""
        return f"{self.root}/console/"

    def wechat(self) -> WeChat:
        """The door to the platform; Forbidden where there is none."""
        if self.platform is None:
            raise Forbidden("这个服务没有连着公众平台", remedy="请运维检查 app_id 和 app_secret 两项设置。")
        return self.platform()
