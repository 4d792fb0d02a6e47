"""Fixtures: the console on a real library and the simulated platform, and a harness that plans and delivers."""

import datetime as dt
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pydantic import SecretStr

from tests.conftest import ROOT
from tests.harness import PushHarness
from tests.web.conftest import APP_ID, PUBLIC_URL, TOKEN
from tests.web.console.browser import NAME, Browser, add_account
from wxbot import push
from wxbot.bot import Bot, Replies
from wxbot.db import Database
from wxbot.editors import EditorRole
from wxbot.search import Index
from wxbot.settings import Settings
from wxbot.web import create_app, runtime_of
from wxbot.web.console import rendering
from wxbot.wechat import CallbackCrypto
from wxbot.wiring import Services


@dataclass
class ConsoleSite:
    """The application with its console, and the harness that plans and delivers on the same database."""

    app: Flask
    harness: PushHarness
    services: Services

    @property
    def db(self) -> Database:
        """The database of application and harness."""
        return self.harness.db

    def editor(
        self,
        name: str = NAME,
        openid: str | None = None,
        address: str = "192.0.2.1",
        role: EditorRole = EditorRole.ADMIN,
    ) -> Browser:
        """Add an editor's account; return a browser that is logged in to it."""
        add_account(self.db, self.harness.now(), name, openid, role)
        browser = Browser(self.app, address)
        assert 303 == browser.log_in(name).status
        return browser

    def plan(self, at: dt.datetime | None = None, to: str = "all") -> int:
        """Plan a campaign that waits for approval; return its id."""
        return self.harness.plan(at, to=to).id

    def plan_and_approve(self, at: dt.datetime | None = None) -> int:
        """Plan and approve a campaign; return its id."""
        return self.harness.plan_and_approve(at)


BuildConsole = Callable[..., ConsoleSite]


@pytest.fixture
def build_console(
    harness: PushHarness, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BuildConsole]:
    """Yield a function that builds a console; its arguments are settings, and `platform=False` for no platform.

    Its figures are counted for each request: a slow machine would cache those that are quick to count elsewhere.
    """
    monkeypatch.setattr(rendering, "QUICK_SECONDS", math.inf)
    apps: list[Flask] = []

    def build(*, platform: bool = True, **given: Any) -> ConsoleSite:
        """Build a console with these settings."""
        defaults: dict[str, Any] = {
            "public_url": PUBLIC_URL,
            "app_secret": SecretStr("s3cret" if platform else ""),
            "content": tmp_path / "content",
            "config": tmp_path / "config" / "wxbot.toml",
        }
        settings = Settings(
            token=SecretStr(TOKEN), app_id=APP_ID, state=tmp_path / "var", account_name="长风联盟",
            **(defaults | given),
        )  # fmt: skip
        services = Services.over(settings, harness.db, harness.now)
        # The harness has push settings of its own; the console must use the same.
        services.wechat = harness.wechat
        services.pusher = push.Pusher(harness.db, lambda: harness.wechat, harness.settings, harness.now)
        app = create_app(
            settings=settings,
            db=harness.db,
            index=index,
            bot=Bot(harness.db, index, Replies(ROOT / "content" / "replies"), public_url=PUBLIC_URL),
            envelope=CallbackCrypto(TOKEN, APP_ID, None, None),
            clock=harness.now,
            console_services=services,
        )
        apps.append(app)
        return ConsoleSite(app, harness, services)

    yield build
    for app in apps:
        runtime_of(app).close()


@pytest.fixture
def console(build_console: BuildConsole) -> ConsoleSite:
    """Return a console where one editor's approval is enough."""
    return build_console()


@pytest.fixture
def editor(console: ConsoleSite) -> Browser:
    """Return the browser of an editor who is logged in."""
    return console.editor()


def state(console: ConsoleSite, campaign_id: int) -> str:
    """Return the state of a campaign."""
    with console.db.read() as session:
        return push.queries.get_campaign(session, campaign_id).state
