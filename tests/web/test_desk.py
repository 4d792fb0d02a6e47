"""The desk: many answers on one event loop wait for one scribe."""

import asyncio
import datetime as dt

import pytest

from tests.web.test_journal_writer import note, occupied
from wxbot import journal
from wxbot.db import Database
from wxbot.web.desk import Desk
from wxbot.web.journal_writer import Scribe


def test_every_answer_gets_its_own_outcome(db: Database, now: dt.datetime) -> None:
    """A hundred at once, one of them asked twice: each the answer that counts for it."""
    scribe = Scribe(db, 30)

    async def ask() -> list[str | None]:
        """Ask a hundred and one times on one loop."""
        desk = Desk(scribe, asyncio.get_running_loop())
        first = await desk.write(note(now, 1, "<first/>"), 10.0)
        rest = [desk.write(note(now, at, f"<{at}/>"), 10.0) for at in range(1, 101)]
        return [first, *await asyncio.gather(*rest)]

    answers = asyncio.run(ask())
    scribe.close()

    assert ["<first/>", "<first/>", *(f"<{at}/>" for at in range(2, 101))] == answers
    with db.read() as session:
        assert 100 == journal.count(session)


def test_an_answer_is_let_go_at_its_deadline(db: Database, now: dt.datetime) -> None:
    """While somebody holds the database, each waits its time and not more; afterwards all is written."""
    scribe = Scribe(db, 30)

    async def ask(seconds: float) -> list[str | None]:
        """Ask five times at once."""
        desk = Desk(scribe, asyncio.get_running_loop())
        return list(await asyncio.gather(*(desk.write(note(now, at), seconds) for at in range(1, 6))))

    with occupied(db):
        late = asyncio.run(ask(0.05))
    again = asyncio.run(ask(30.0))
    scribe.close()

    assert [None] * 5 == late
    assert ["<xml/>"] * 5 == again


@pytest.mark.parametrize("seconds", [0.0, 0.1], ids=["at once", "handed in by then"])
def test_a_loop_that_has_ended_does_not_stop_the_scribe(
    db: Database, now: dt.datetime, seconds: float
) -> None:
    """What was handed in is written although nobody is there to be told."""
    scribe = Scribe(db, 30)

    async def leave() -> Desk:
        """Hand something in, and end before it is written."""
        desk = Desk(scribe, asyncio.get_running_loop())
        asyncio.ensure_future(desk.write(note(now, 1, "<a/>"), 10.0))  # noqa: RUF006  left behind on purpose
        await asyncio.sleep(seconds)
        return desk

    with occupied(db):
        asyncio.run(leave()).close()
    after = scribe.write(note(now, 2, "<b/>"), 10.0)
    scribe.close()

    assert "<b/>" == after
    with db.read() as session:
        assert "<a/>" == journal.answer_of(session, "1")
