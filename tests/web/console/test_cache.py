"""Facts about figures that are kept for a while."""

import threading
from collections.abc import Callable, Iterator

import pytest

from wxbot.web.console.cache import QUICK_SECONDS, SHARE, Kept


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock at zero."""
    return Clock()


def taking(clock: Clock, seconds: float) -> Callable[[], int]:
    """Counts how often it was asked to count, and takes so long each time."""
    times: Iterator[int] = iter(range(1, 100))

    def count() -> int:
        """The next number, after a while."""
        clock.now += seconds
        return next(times)

    return count


def test_what_took_long_is_kept_for_a_multiple_of_that(clock: Clock) -> None:
    """A second of counting in at least twenty others."""
    kept, count = Kept[int](clock), taking(clock, 1.0)
    assert 1 == kept.get(7, "running", count)
    clock.now += SHARE - 0.1
    assert 1 == kept.get(7, "running", count)
    clock.now += 0.2
    assert 2 == kept.get(7, "running", count)


def test_what_is_quickly_counted_is_never_old(clock: Clock) -> None:
    """A small ledger is counted each time."""
    kept, count = Kept[int](clock), taking(clock, QUICK_SECONDS)
    assert [1, 2, 3] == [kept.get(7, "running", count) for _ in range(3)]


def test_another_state_is_counted_anew(clock: Clock) -> None:
    """Whoever paused a campaign sees it as it stands; and each campaign has figures of its own."""
    kept, count = Kept[int](clock), taking(clock, 1.0)
    assert [1, 2, 3] == [
        kept.get(id_, state, count) for id_, state in ((7, "running"), (7, "paused"), (8, "paused"))
    ]


def test_many_who_ask_at_once_are_given_one_counting(clock: Clock) -> None:
    """Of eight threads one counts."""
    kept, count, seen = Kept[int](clock), taking(clock, 1.0), list[int]()
    threads = [threading.Thread(target=lambda: seen.append(kept.get(7, "", count))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [1] * 8 == seen
