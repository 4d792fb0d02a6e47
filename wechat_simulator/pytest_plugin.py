"""Pytest plugin: the fixture `platform`, a new simulator for each test.

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
    """Client of a simulator that runs in this process; `running` gives access to its state in Python."""

    def __init__(self, running: RunningSimulator) -> None:
        super().__init__(running.url)
        self.running = running


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark `platform`."""
    config.addinivalue_line(
        "markers", "platform(**options): how the simulated platform starts, such as kind, mode, virtual"
    )


@pytest.fixture
def platform(request: pytest.FixtureRequest) -> Iterator[Platform]:
    """Start a simulator for this test, with the options of the mark `platform`."""
    options: dict[str, Any] = {}
    for mark in reversed(list(request.node.iter_markers("platform"))):
        options |= mark.kwargs
    with run(**options) as running:
        yield Platform(running)
