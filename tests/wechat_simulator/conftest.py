"""A simulator for each test, a program that calls it, and a server that it calls back."""

from collections.abc import Iterator

import pytest

from tests.wechat_simulator.caller import Api
from tests.wechat_simulator.office import Office
from wechat_simulator.pytest_plugin import Platform, platform, pytest_configure

__all__ = ["api", "office", "platform", "pytest_configure"]


@pytest.fixture
def api(platform: Platform) -> Api:
    """The API of the platform's account."""
    return Api(platform.url, platform.running.account)


@pytest.fixture
def office(platform: Platform) -> Iterator[Office]:
    """The account's server, entered as the callback."""
    office = Office()
    server = office.open()
    platform.running.account.callback = office.url
    yield office
    server.shutdown()
    server.server_close()
