"""Thousands of random requests: the simulator answers all of them and keeps working."""

import os
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wechat_simulator.random_requests import Requester, world_of

REQUESTS = int(
    os.environ.get("WXBOT_TEST_REQUESTS", "200")
)  # for each of fifty examples; `make check-long` makes more


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_random_requests_leave_it_answering(seed: int) -> None:
    """Any request gets a valid answer, nothing crashes inside, and the next call works."""
    world = world_of(seed)
    try:
        requester = Requester(world, random.Random(seed))
        for _ in range(REQUESTS):
            requester.ask()
            world.faults.clear()  # an ordered fault is not a failure of the simulator
        assert [] == world.crashes
        assert 0 in requester.codes
    finally:
        world.close()
