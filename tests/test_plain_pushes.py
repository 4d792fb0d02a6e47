"""Facts about unencrypted pushes beside a configured key."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.conftest import Shell
from tests.web.conftest import APP_ID, TOKEN, Caller, event, message
from wxbot import followers, plain_pushes
from wxbot.doctor.local_checks import check_encryption
from wxbot.errors import NotFound
from wxbot.settings import load
from wxbot.web.app import create_app, runtime_of
from wxbot.wechat import CallbackCrypto
from wxbot.wiring import Services


class Clock:
    """A clock that a test moves on from the present, which commands read from the machine."""

    def __init__(self) -> None:
        self.now = dt.datetime.now(dt.UTC)


@pytest.fixture
def clock() -> Clock:
    """Return the clock of the server."""
    return Clock()


@pytest.fixture
def services(shell: Shell, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[Services]:
    """Yield the services of an installation with a key, whose editor is alice."""
    named = {
        "APP_ID": APP_ID,
        "APP_SECRET": "0" * 32,
        "TOKEN": TOKEN,
        "ENCODING_AES_KEY": "a" * 43,
        "EDITORS": "alice",
    }
    for name, value in named.items():
        monkeypatch.setenv(f"WXBOT_{name}", value)
    services = Services(load(), machine=lambda: clock.now)
    yield services
    services.close()


@pytest.fixture
def platform(services: Services, clock: Clock) -> Iterator[Caller]:
    """Yield a platform that is still in plain mode."""
    with _server(services, clock) as caller:
        yield caller


@contextmanager
def _server(services: Services, clock: Clock) -> Iterator[Caller]:
    """Start the application as a server does, and end it afterwards."""
    app = create_app(
        settings=services.settings,
        db=services.db,
        index=services.index,
        bot=services.bot,
        envelope=services.envelope,
        clock=lambda: clock.now,
        jobs=(services.plain_pushes.refresh,),
    )
    yield Caller(app, clock.now)
    runtime_of(app).close()


def test_a_plain_push_changes_nothing_and_its_hour_ends(
    services: Services, platform: Caller, clock: Clock, shell: Shell
) -> None:
    """Plain pushes are refused beside a key; for an hour a command lets them in, to be answered and nothing else."""
    assert 403 == platform.push(message("帮助")).status_code
    services.plain_pushes.refresh()
    with pytest.raises(NotFound, match="被拒绝了"):
        check_encryption(services)
    with services.db.begin() as session:
        followers.record_follow(session, "alice", clock.now)

    assert 0 == shell("webhook", "allow-plain", "--minutes", "60").code
    services.plain_pushes.refresh()
    status = platform.shown(message("状态", 2))
    assert status is not None
    assert "推送" not in status["Content"], "the editor's status"
    order = platform.shown(message("取消 1", 3))
    assert order is not None
    assert "确认" not in str(order), "a one-time code"
    declined = platform.shown(message("退订", 4))
    assert declined is not None
    assert "没有保存" in declined["Content"]
    platform.push(event("unsubscribe"))
    with services.db.read() as session:
        follower = followers.get(session, "alice")
        assert follower is not None
        assert follower.following
        assert followers.preferences_of(session, "alice") == followers.Preferences()

    clock.now += dt.timedelta(minutes=61)
    platform.now = clock.now
    assert 403 == platform.push(message("帮助", 5)).status_code


def test_the_first_push_after_a_restart_is_accepted(services: Services, clock: Clock) -> None:
    """A process that starts while plain pushes are allowed refuses none, not even in its first second."""
    plain_pushes.allow(services.db, 10, by="operator", now=clock.now)
    with _server(services, clock) as platform:
        assert 200 == platform.push(message("芯片", 1)).status_code


def test_another_key_on_the_platform_is_found(services: Services, platform: Caller, clock: Clock) -> None:
    """A signed push that no key decrypts is a finding of the doctor, until one with the right key is read."""
    platform.envelope = CallbackCrypto(TOKEN, APP_ID, "b" * 43)
    assert "success" == platform.push(message("芯片", 1)).get_data(as_text=True)
    services.plain_pushes.refresh()
    with pytest.raises(NotFound, match="EncodingAESKey"):
        check_encryption(services)

    clock.now += dt.timedelta(minutes=1)
    platform.now, platform.envelope = clock.now, services.envelope
    assert platform.shown(message("芯片", 2)) is not None
    assert "只收加密的消息" == check_encryption(services)
