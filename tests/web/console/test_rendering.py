"""Tests of labels, masked openids, progress bars and cached figures of the console's pages."""

import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxbot.editors import Editor
from wxbot.errors import Forbidden
from wxbot.push import DeliveryState
from wxbot.text import mask_openids
from wxbot.web.console.rendering import (
    CACHE_FACTOR,
    QUICK_SECONDS,
    EditorNames,
    FigureCache,
    bar_segments,
    error_text,
    remedy_text,
)

OPENID = "oAbCdEfGhIjKlMnOpQrStUvWxYz0"


@given(st.dictionaries(st.sampled_from([str(s) for s in DeliveryState]), st.integers(1, 10**6), min_size=1))
def test_a_bar_shows_every_part(counts: dict[str, int]) -> None:
    """Each state has one segment of its size, from left to right, wide enough to be seen, within the bar."""
    found = bar_segments(counts)
    assert counts == {segment.state: segment.size for segment in found}
    positions = [segment.x for segment in found]
    assert positions == sorted(positions)
    assert 0 == positions[0]
    assert all(segment.width >= 4 and segment.x <= 1000 for segment in found)


def test_openids_are_masked() -> None:
    """An openid is masked also next to Chinese; other long words stay."""
    assert f"由 oAbCdE…xYz0 取消，{'a' * 28}" == mask_openids(f"由 {OPENID} 取消，{'a' * 28}")


def test_editors_are_shown_by_name() -> None:
    """An editor's openid is replaced by the name; the program is called 后台."""
    names = EditorNames.of([Editor(name="王编辑", openid=OPENID), Editor(name="李编辑")])
    assert ["王编辑", "李编辑", "后台", "root"] == [
        names.name_of(who) for who in (OPENID, "李编辑", "worker", "root")
    ]
    assert "由 王编辑 暂停" == names.replace_in(f"由 {OPENID} 暂停")


@pytest.mark.parametrize(
    ("remedy", "shown"),
    [
        ("wxbot push show 7 看进展。", False),
        ("确实要再发一次，加 --again。", False),
        ("用 wxbot followers list 查看，照原样抄下来。", True),
        ("请另一位编辑批准。", True),
    ],
)
def test_a_remedy_that_is_a_command_is_not_shown(remedy: str, shown: bool) -> None:
    """Only remedies that a person at a browser can follow are shown."""
    error = Forbidden("不行。", remedy=remedy)
    assert shown is bool(remedy_text(error))
    assert (f"不行。{remedy}" if shown else "不行") == error_text(error)


class ManualClock:
    """A clock whose time the test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock at zero."""
    return ManualClock()


def slow_counter(clock: ManualClock, seconds: float) -> Callable[[], int]:
    """Return a function that advances the clock by `seconds` and returns how often it was called."""
    times: Iterator[int] = iter(range(1, 100))

    def count() -> int:
        """Advance the clock; return the number of calls."""
        clock.now += seconds
        return next(times)

    return count


def test_slow_figures_are_cached_for_a_multiple_of_their_time(clock: ManualClock) -> None:
    """Figures that took a second are counted again after twenty seconds."""
    cache, count = FigureCache[int](clock), slow_counter(clock, 1.0)
    assert 1 == cache.get(7, "running", count)
    clock.now += CACHE_FACTOR - 0.1
    assert 1 == cache.get(7, "running", count)
    clock.now += 0.2
    assert 2 == cache.get(7, "running", count)


def test_quick_figures_are_never_cached(clock: ManualClock) -> None:
    """Figures that take no longer than QUICK_SECONDS are counted for each request."""
    cache, count = FigureCache[int](clock), slow_counter(clock, QUICK_SECONDS)
    assert [1, 2, 3] == [cache.get(7, "running", count) for _ in range(3)]


def test_another_state_is_counted_again(clock: ManualClock) -> None:
    """The cache holds figures by campaign and state."""
    cache, count = FigureCache[int](clock), slow_counter(clock, 1.0)
    assert [1, 2, 3] == [
        cache.get(id_, state, count) for id_, state in ((7, "running"), (7, "paused"), (8, "paused"))
    ]


def test_threads_share_one_count(clock: ManualClock) -> None:
    """Of eight threads that need the same figures one counts."""
    cache, count, seen = FigureCache[int](clock), slow_counter(clock, 1.0), list[int]()
    threads = [threading.Thread(target=lambda: seen.append(cache.get(7, "", count))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60.0)
    assert [1] * 8 == seen
