"""Threads with a line before them."""

import threading

import pytest

from wxbot.web.threads import Threads

WITHIN = 60.0


def test_jobs_are_done_and_told() -> None:
    """What a job gives, or what it raises, comes to whoever waits for it; the thread goes on."""
    threads = Threads("test", 1, 10)
    broken, good = threads.submit(lambda: 1 // 0), threads.submit(lambda: 42)
    assert broken is not None
    assert good is not None
    with pytest.raises(ZeroDivisionError):
        broken.result(WITHIN)
    assert 42 == good.result(WITHIN)
    threads.close(WITHIN)


def test_a_full_line_takes_nobody() -> None:
    """Two at work and three in line: the next is turned away, until there is room again."""
    free, begun = threading.Event(), threading.Semaphore(0)

    def job() -> bool:
        """Say that it began, and wait."""
        begun.release()
        return free.wait(WITHIN)

    threads = Threads("test", 2, 3)
    at_work = [threads.submit(job) for _ in range(2)]
    for _ in at_work:
        assert begun.acquire(timeout=WITHIN)
    in_line = [threads.submit(job) for _ in range(4)]
    free.set()
    threads.close(WITHIN)

    assert [False, False, False, True] == [each is None for each in in_line]
    assert all(each is not None and each.result(WITHIN) for each in [*at_work, *in_line[:3]])


def test_what_was_called_off_is_not_done() -> None:
    """A job that is no longer wanted when its turn comes is left out."""
    free, done = threading.Event(), list[str]()
    threads = Threads("test", 1, 3)
    threads.submit(lambda: free.wait(WITHIN))
    unwanted = threads.submit(lambda: done.append("unwanted"))
    assert unwanted is not None
    unwanted.cancel()
    free.set()
    threads.close(WITHIN)

    assert [] == done


def test_closing_does_not_wait_for_what_never_ends() -> None:
    """A thread that is held is left behind; it keeps no process from ending."""
    free = threading.Event()
    threads = Threads("held", 3, 1)
    held = threads.submit(lambda: free.wait(WITHIN))
    threads.close(0.0)
    left = [each for each in threading.enumerate() if each.name.startswith("held-")]
    free.set()

    assert held is not None
    assert all(each.daemon for each in left)
    assert held.result(WITHIN)
