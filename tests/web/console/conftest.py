"""The console on a real shelf, beside a platform that plays along, and a worker at hand."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pydantic import SecretStr

from tests.conftest import ROOT
from tests.harness import PushHarness
from tests.web.conftest import APP_ID, PUBLIC_URL, TOKEN
from tests.web.console.browser import NAME, Browser, hire
from wxbot import push
from wxbot.bot import Bot, Replies
from wxbot.db import Database
from wxbot.search import Index
from wxbot.settings import Settings
from wxbot.web import create_app, runtime_of
from wxbot.web.console import Office
from wxbot.wechat import CallbackCrypto


@dataclass
class House:
    """The application with its console, at a desk where pushes are made and a worker stands by."""

    app: Flask
    harness: PushHarness
    office: Office

    @property
    def db(self) -> Database:
        """The database of both."""
        return self.harness.db

    def editor(self, name: str = NAME, openid: str | None = None, address: str = "192.0.2.1") -> Browser:
        """A new editor, logged in at a browser."""
        hire(self.db, self.harness.now(), name, openid)
        browser = Browser(self.app, address)
        assert 303 == browser.log_in(name).status
        return browser

    def plan(self, at: dt.datetime | None = None, to: str = "all") -> int:
        """A campaign that waits for approval."""
        return self.harness.plan(at, to=to).id

    def approved(self, at: dt.datetime | None = None) -> int:
        """A campaign that waits for its hour."""
        return self.harness.plan_and_approve(at)


Built = Callable[..., House]


@pytest.fixture
def built(harness: PushHarness, index: Index, tmp_path: Path) -> Iterator[Built]:
    """Builds a house; what of the office is to be otherwise may be given."""
    opened: list[Flask] = []

    def built(**otherwise: Any) -> House:
        """One more house."""
        settings = Settings(
            token=SecretStr(TOKEN), app_id=APP_ID, public_url=PUBLIC_URL, state=tmp_path / "var",
            account_name="长风联盟",
        )  # fmt: skip
        office = Office.of(settings, harness.db, harness.now, lambda: harness.wechat)
        # The desk plans and delivers on terms of its own: one house has one set of them.
        office = replace(office, **({"push_settings": harness.settings} | otherwise))
        app = create_app(
            settings=settings,
            db=harness.db,
            index=index,
            bot=Bot(harness.db, index, Replies(ROOT / "content" / "replies"), public_url=PUBLIC_URL),
            envelope=CallbackCrypto(TOKEN, APP_ID, None, None),
            clock=harness.now,
            office=office,
        )
        opened.append(app)
        return House(app, harness, office)

    yield built
    for app in opened:
        runtime_of(app).close()


@pytest.fixture
def house(built: Built) -> House:
    """A house where one editor's approval is enough."""
    return built()


@pytest.fixture
def editor(house: House) -> Browser:
    """An editor who is logged in."""
    return house.editor()


def state(house: House, campaign_id: int) -> str:
    """Where a campaign stands."""
    with house.db.read() as session:
        return push.queries.get_campaign(session, campaign_id).state
