"""Patience: nobody waits for ever, and nobody else notices."""

import asyncio

import pytest

from wxbot.web.patience import Patience


def test_what_comes_in_time_is_given() -> None:
    """Fifty waits at once, some of a moment and some of none: each gets its own."""

    async def ask() -> list[int]:
        """Wait fifty times."""
        patience = Patience(asyncio.get_running_loop(), 60.0)

        async def soon(n: int) -> int:
            """Come after a moment, or at once."""
            await asyncio.sleep(0.001 * (n % 3))
            return n

        return list(await asyncio.gather(*(patience.wait(soon(n)) for n in range(50))))

    assert list(range(50)) == asyncio.run(ask())


def test_what_never_comes_is_over_in_time() -> None:
    """TimeoutError for who waits in vain, one after the other; who waits for something real is left alone."""

    async def ask() -> list[object]:
        """Wait for what never comes, twice in the same task, beside what does come."""
        loop = asyncio.get_running_loop()
        short, long = Patience(loop, 0.01), Patience(loop, 60.0)

        async def twice() -> int:
            """How often the time was over."""
            over = 0
            for _ in range(2):
                with pytest.raises(TimeoutError):
                    await short.wait(loop.create_future())
                over += 1
            return over

        async def real() -> str:
            """Come when the others are over."""
            await asyncio.sleep(1.5)
            return "here"

        return list(await asyncio.gather(twice(), twice(), long.wait(real())))

    assert [2, 2, "here"] == asyncio.run(ask())


def test_who_is_cancelled_by_others_is_cancelled() -> None:
    """A cancellation from elsewhere is none of our timeouts."""

    async def ask() -> bool:
        """Cancel a task that waits."""
        loop = asyncio.get_running_loop()
        patience = Patience(loop, 60.0)
        task = asyncio.ensure_future(patience.wait(loop.create_future()))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        return task.cancelled()

    assert asyncio.run(ask())
