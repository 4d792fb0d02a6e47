"""The simulated platform in this process, and the product's own door opened onto it."""

from collections.abc import Iterator

import pytest

from tests.wechat.desk import START, door
from wechat_simulator import RunningSimulator, run
from wxbot.wechat import WeChat


@pytest.fixture
def platform() -> Iterator[RunningSimulator]:
    """A verified service account on a platform whose clock is moved by hand."""
    with run(kind="svc", virtual=True, start=START, mass_delay=0) as running:
        yield running


@pytest.fixture
def wechat(platform: RunningSimulator) -> Iterator[WeChat]:
    """The door, opened onto the simulated platform."""
    opened = door(platform)
    yield opened
    opened.close()
