"""Fixtures: a simulator for each test, a caller of its API, and an account's server for its callbacks."""

from collections.abc import Iterator

import pytest

from tests.wechat_simulator.account_server import AccountServer
from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.pytest_plugin import Platform, platform, pytest_configure

__all__ = ["account_server", "api", "platform", "pytest_configure"]


@pytest.fixture
def api(platform: Platform) -> ApiCaller:
    """Return a caller of the platform's API for its account."""
    return ApiCaller(platform.url, platform.running.account)


@pytest.fixture
def account_server(platform: Platform) -> Iterator[AccountServer]:
    """Start an account's server and set it as the callback URL."""
    account_server = AccountServer()
    server = account_server.open()
    platform.running.account.callback = account_server.url
    yield account_server
    server.shutdown()
    server.server_close()
