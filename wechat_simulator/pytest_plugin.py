"""The simulator in anybody's tests: the fixture `platform`, a fresh one for each test.

@pytest.mark.platform(kind="sub", mode="safe", virtual=True)
def test_answer(platform):
    platform.configure(callback=my_server.url)
    platform.follow("alice")
    assert platform.say("alice", "芯片")["shown"]["type"] == "news"
"""

__all__ = ["Platform", "platform", "pytest_configure"]

from collections.abc import Iterator
from typing import Any

import pytest

from wechat_simulator.control_client import SimulatorClient
from wechat_simulator.simulator import RunningSimulator, run


class Platform(SimulatorClient):
    """A running simulator under remote control, and `running`, its inside, for those who test in Python."""

    def __init__(self, running: RunningSimulator) -> None:
        super().__init__(running.url)
        self.running = running


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "platform(**options): how the simulated platform starts, such as kind, mode, virtual"
    )


@pytest.fixture
def platform(request: pytest.FixtureRequest) -> Iterator[Platform]:
    """A simulator of its own for this test, started with the options of the mark `platform`."""
    options: dict[str, Any] = {}
    for mark in reversed(list(request.node.iter_markers("platform"))):
        options |= mark.kwargs
    with run(**options) as running:
        yield Platform(running)
