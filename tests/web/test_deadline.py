"""Tests of deadlines: a late answer is replaced by a shorter one and sent to the member's next message."""

import asyncio
import datetime as dt
import shutil
import threading
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.relay import relayed
from tests.web.conftest import TOKEN, Caller, Site, event, message, signature
from tests.web.test_journal_writer import occupied
from tests.web.test_webhook import run_together
from tests.web.transports import (
    WITHIN,
    HeldDatabase,
    HeldIndex,
    PushText,
    asgi_request,
    through_asgi,
    through_flask,
    write_deferred,
)
from wxbot import followers, journal
from wxbot.bot import Bot, Replies, deferred
from wxbot.db import Database
from wxbot.web import runtime_of
from wxbot.web.asgi_app import AsgiApp
from wxbot.web.deadline import THREADS, BoundedThreads, DeadlineAnswerer, PendingMessage, TimeShares
from wxbot.wechat import Incoming, Text

TITLES_FIRST = TimeShares(whole=0.02, titles=0.9)
SOON = TimeShares(whole=0.02, titles=0.04)
# Nearly all the time for the whole answer: for questions while nothing is held up, on a machine however busy.
PATIENT = TimeShares(whole=0.95, titles=0.97)
PROMISE = "收到，请稍后发送 1 查看"

TRANSPORTS = pytest.mark.parametrize("through", [through_flask, through_asgi])
Through = Callable[[Caller], AbstractContextManager[PushText]]


@pytest.fixture
def held_index(sample_index: Path, tmp_path: Path) -> Generator[HeldIndex]:
    """Yield the index of the sample bulletin, whose searches a test can block."""
    index = HeldIndex(shutil.copytree(sample_index, tmp_path / "held"))
    yield index
    if hasattr(index, "free"):
        index.free.set()


@pytest.fixture
def held_db(sample_db: Database) -> Generator[HeldDatabase]:
    """Yield the database with the sample bulletin, whose reads a test can block."""
    db = HeldDatabase(sample_db.engine)
    yield db
    db.free.set()


@TRANSPORTS
def test_a_late_search_is_answered_by_a_1(site: Site, held_index: HeldIndex, through: Through) -> None:
    """The promise goes out to the message and to its retries, even once the answer is ready; 1 gets the answer."""
    caller, patient = site(index=held_index, shares=SOON), site(shares=PATIENT)
    with through(caller) as push, through(patient) as ask:
        held_index.hold()
        first, again = push(message("白皮书", 1)), push(message("白皮书", 1))
        held_index.free.set()
        write_deferred(caller.app)
        third = ask(message("白皮书", 1))
        given, once_more = ask(message("1", 2)), ask(message("1", 3))

    assert PROMISE in first
    assert [first, first] == [again, third]
    assert "<MsgType><![CDATA[news]]>" in given
    assert "白皮书" in given
    assert "没有可以接着看的列表" in once_more


@TRANSPORTS
@pytest.mark.parametrize("asked", ["投融界", "目录", "第2期", "最新"])
def test_titles_are_shown_while_the_library_cannot_be_read(
    site: Site, held_db: HeldDatabase, through: Through, asked: str
) -> None:
    """The index knows the titles; their numbers open the articles in any process that can read the library."""
    caller, patient = site(db=held_db, shares=TITLES_FIRST), site(shares=PATIENT)
    with through(caller) as push, through(patient) as ask:
        held_db.free.clear()
        titles = push(message(asked, 1))
        opened = ask(message("2", 2))

    assert "先列出标题" in titles
    assert "\n2. " in titles
    assert '<a href="http' not in titles
    assert "<MsgType><![CDATA[news]]>" in opened


@TRANSPORTS
def test_other_members_are_answered_while_a_search_hangs(
    site: Site, held_index: HeldIndex, through: Through
) -> None:
    """A question that needs no search is answered while another one's search hangs."""
    caller = site(index=held_index, shares=TimeShares(whole=0.9, titles=0.95))
    with through(caller) as push:
        push(message("最新", 1))  # in the cache from then on
        held_index.hold()
        waiting = threading.Thread(target=lambda: push(message("白皮书", 2)))
        waiting.start()
        assert held_index.begun.wait(WITHIN)
        others = [push(message("最新", 3)), push(message("帮助", 4)), push(event("subscribe"))]
        held_index.free.set()  # not before all of them have their answers
        waiting.join()

    assert ["news", "text", "text"] == [each.split("<MsgType><![CDATA[")[1].split("]")[0] for each in others]


def test_any_process_gives_the_deferred_answer(site: Site, held_index: HeldIndex) -> None:
    """The deferred answer is in the database, not in the process that computed it."""
    caller, other = site(index=held_index, shares=SOON), site(later=5, shares=PATIENT)
    held_index.hold()
    caller.shown(message("白皮书", 1))
    held_index.free.set()
    write_deferred(caller.app)

    assert "白皮书" in str((other.shown(message("1", 2)) or {})["Title"])


def test_a_promise_is_kept_although_its_process_hangs(site: Site, held_index: HeldIndex) -> None:
    """The question is in the database too: the process that gets the 1 answers it if no answer is there."""
    caller, other = site(index=held_index, shares=SOON), site(later=5, shares=PATIENT)
    held_index.hold()
    caller.shown(message("白皮书", 1))

    assert "白皮书" in str((other.shown(message("1", 2)) or {})["Title"])


def test_a_list_replaces_a_promise_and_help_does_not(site: Site, held_index: HeldIndex) -> None:
    """After a help text 1 gets the deferred answer; after a list a number means the list's titles."""
    caller = site(index=held_index, shares=SOON)
    after = site(later=5, shares=PATIENT)
    held_index.hold()
    caller.shown(message("白皮书", 1))
    caller.shown(message("白皮书", 2, openid="bob"))
    help_, list_ = after.shown(message("帮助", 3)), after.shown(message("投融界", 4, openid="bob"))
    given, picked = after.shown(message("1", 5)), after.shown(message("1", 6, openid="bob"))

    assert "可以这样问我" in str((help_ or {})["Content"])
    assert "白皮书" in str((given or {})["Title"])
    assert "白皮书" not in str((picked or {})["Title"])
    assert str((picked or {})["Title"])[:5] in str((list_ or {})["Content"])


def test_a_deferred_answer_expires(site: Site, held_index: HeldIndex) -> None:
    """A deferred answer is kept as long as a list: half an hour."""
    caller, after = site(index=held_index, shares=SOON), site(later=30 * 60, shares=PATIENT)
    held_index.hold()
    caller.shown(message("白皮书", 1))

    assert "没有可以接着看的列表" in str((after.shown(message("1", 2)) or {})["Content"])


def test_a_subscription_answered_late_is_kept(site: Site, held_db: HeldDatabase, sample_db: Database) -> None:
    """The member reads a promise; the subscription is written when its thread finishes."""
    caller = site(db=held_db, shares=SOON)
    held_db.free.clear()
    promised = caller.shown(message("订阅 投融界", 1))
    held_db.free.set()
    write_deferred(caller.app)
    told = site(later=5, shares=PATIENT).shown(message("1", 2))

    assert PROMISE in str((promised or {})["Content"])
    assert "您订阅的推送" in str((told or {})["Content"])
    with sample_db.read() as session:
        assert ("投融界",) == followers.preferences_of(session, "alice").sections


def test_a_deferred_answer_leaves_no_trace_of_a_member_who_left(
    site: Site, held_db: HeldDatabase, sample_db: Database
) -> None:
    """An answer computed after the unsubscribe event writes neither follower nor answer."""
    caller = site(db=held_db, shares=SOON)
    held_db.free.clear()
    caller.shown(message("订阅 投融界", 1))
    caller.shown(event("unsubscribe"))
    held_db.free.set()
    write_deferred(caller.app)

    with sample_db.read() as session:
        assert deferred.fetch(session, "alice", caller.now) is None
        assert 0 == followers.count(session)


def test_a_late_question_is_counted_with_its_hits(
    site: Site, held_index: HeldIndex, sample_db: Database
) -> None:
    """The journal keeps the promise, which every retry gets, and the number of hits of the deferred answer."""
    caller = site(index=held_index, shares=SOON)
    held_index.hold()
    caller.shown(message("白皮书", 1))
    held_index.free.set()
    write_deferred(caller.app)

    with sample_db.read() as session:
        assert [("白皮书", 1)] == journal.questions(session, caller.now.replace(year=2000))
        assert PROMISE in str(journal.answer_of(session, "1"))


def test_a_promise_that_could_not_be_written_is_written_later(
    site: Site, held_index: HeldIndex, sample_db: Database, database_url: str
) -> None:
    """While the database is locked the deferred answer waits in the process."""
    hasty = Database.open(database_url, durable=False, busy_seconds=0.1)
    caller = site(db=hasty, index=held_index, shares=SOON)
    held_index.hold()
    with occupied(sample_db):
        promised = caller.shown(message("白皮书", 1))
    held_index.free.set()
    write_deferred(caller.app)
    given = site(later=5, shares=PATIENT).shown(message("1", 2))
    hasty.close()

    assert PROMISE in str((promised or {})["Content"])
    assert "白皮书" in str((given or {})["Title"])


def test_a_full_queue_refuses_messages_at_once(
    sample_db: Database, held_index: HeldIndex, now: dt.datetime
) -> None:
    """With one thread and a queue of two, the fourth and every later message is refused; no thread is added."""
    bot = Bot(sample_db, held_index, Replies(Path("none")), public_url="https://news.example.org")
    bot.refresh()
    answerer = DeadlineAnswerer(bot, threads=1, queue_length=2)
    held_index.hold()
    before = threading.active_count()
    outcomes = []
    for at in range(1, 21):
        incoming = Incoming("text", f"o{at}", "gh_test", 1, at, "白皮书")
        timed = asyncio.run(answerer.answer(PendingMessage(incoming, now, 0.0, 0.0)))
        outcomes.append(timed.outcome)
        assert isinstance(timed.answer.reply, Text)
        assert held_index.begun.wait(WITHIN)
    after = threading.active_count()
    held_index.free.set()
    answerer.close()

    assert ["late"] * 3 + ["busy"] * 17 == outcomes
    assert before == after
    assert "系统繁忙" in bot.busy_answer(Incoming("text", "o", "gh", 1)).reply.content  # type: ignore[union-attr]


def test_a_loop_that_is_behind_refuses_a_push_unread_and_answers_its_next_try(
    site: Site, held_index: HeldIndex
) -> None:
    """With as many pushes under way as may be then, the next gets 503 at once, and an answer when it comes again."""
    caller = site(index=held_index, shares=PATIENT)
    runtime = runtime_of(caller.app)
    parts = (caller.app.wsgi_app, runtime.webhook, runtime.journal_writer, lambda: None)
    app = AsgiApp(*parts, behind_seconds=0.0, most_when_behind=1)
    stamp = str(int(caller.now.timestamp()))
    query = urlencode({"signature": signature(TOKEN, stamp, "n"), "timestamp": stamp, "nonce": "n"})

    async def push(number: int) -> int:
        """Push one question; return the status."""
        return (await asgi_request(app, "POST", "/wechat", query, message("白皮书", number).encode()))[0]

    async def push_three() -> list[int]:
        """Push one that hangs, one beside it, and that one again."""
        held_index.hold()
        first = asyncio.create_task(push(1))
        await asyncio.to_thread(held_index.begun.wait, WITHIN)
        beside = await push(2)
        held_index.free.set()
        return [beside, await first, await push(2)]

    assert [503, 200, 200] == asyncio.run(push_three())
    assert 'wxbot_webhook_total{outcome="busy"} 1.0' in caller.app.test_client().get("/metrics").text


def is_written(db: Database, push: PushText, msg_id: int) -> bool:
    """Return whether the answer to a message is in the journal when it goes out."""
    answer = push(message("帮助", msg_id))
    with db.read() as session:
        return journal.answer_of(session, str(msg_id)) == answer


@TRANSPORTS
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_hanging_postgresql_holds_up_no_answer(
    site: Site, sample_db: Database, database_url: str, through: Through
) -> None:
    """Each of more members than there are threads is answered; afterwards answers are written again.

    Titles come from the index; a question about the member's own list gets a promise, or is refused.
    """
    with relayed(database_url) as (relay, url):
        hanging = Database.open(url, durable=False, busy_seconds=0.2, statement_seconds=0.2)
        caller = site(db=hanging, answer_seconds=3.0, shares=TimeShares(whole=0.2, titles=0.9))
        with through(caller) as push:
            push(message("帮助", 1))
            relay.open.clear()
            answers: list[str] = []
            for turn in (1, 2):
                members = [
                    (
                        lambda at=at, turn=turn: answers.append(
                            push(message("更多", turn * 1000 + at, f"o{at}"))
                        )
                    )
                    for at in range(2 * THREADS)
                ]
                run_together(members)  # type: ignore[arg-type]
            titles = push(message("目录", 5))
            relay.open.set()
            write_deferred(caller.app)
            written = any(is_written(sample_db, push, at) for at in range(6, 66))
        hanging.close()

    assert 4 * THREADS == len(answers)
    assert all(PROMISE in answer or "系统繁忙" in answer for answer in answers)
    assert "先列出标题" in titles
    assert written


def test_a_job_gives_its_result_or_its_exception() -> None:
    """A job's future has what it returned or raised, and the thread goes on after an exception."""
    threads = BoundedThreads("test", 1, 10)
    broken, good = threads.submit(lambda: 1 // 0), threads.submit(lambda: 42)
    assert broken is not None
    assert good is not None
    with pytest.raises(ZeroDivisionError):
        broken.result(WITHIN)
    assert 42 == good.result(WITHIN)
    threads.close(WITHIN)


def test_a_full_queue_refuses_a_job() -> None:
    """With two jobs running and three queued the next is refused, until a place is free again."""
    free, begun = threading.Event(), threading.Semaphore(0)

    def job() -> bool:
        """Report the start, and wait."""
        begun.release()
        return free.wait(WITHIN)

    threads = BoundedThreads("test", 2, 3)
    running = [threads.submit(job) for _ in range(2)]
    for _ in running:
        assert begun.acquire(timeout=WITHIN)
    queued = [threads.submit(job) for _ in range(4)]
    free.set()
    threads.close(WITHIN)

    assert [False, False, False, True] == [each is None for each in queued]
    assert all(each is not None and each.result(WITHIN) for each in [*running, *queued[:3]])


def test_a_cancelled_job_is_not_run() -> None:
    """A job that was cancelled in the queue is skipped."""
    free, done = threading.Event(), list[str]()
    threads = BoundedThreads("test", 1, 3)
    threads.submit(lambda: free.wait(WITHIN))
    cancelled = threads.submit(lambda: done.append("cancelled"))
    assert cancelled is not None
    cancelled.cancel()
    free.set()
    threads.close(WITHIN)

    assert [] == done


def test_closing_leaves_a_hanging_thread_behind() -> None:
    """A thread that hangs is a daemon: it keeps no process from ending."""
    free = threading.Event()
    threads = BoundedThreads("held", 3, 1)
    held = threads.submit(lambda: free.wait(WITHIN))
    threads.close(0.0)
    left = [each for each in threading.enumerate() if each.name.startswith("held-")]
    free.set()

    assert held is not None
    assert all(each.daemon for each in left)
    assert held.result(WITHIN)
