"""Answers that are not ready in time give way to shorter ones, and are had by the member's next message."""

import datetime as dt
import threading
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.relay import relayed
from tests.web.conftest import Caller, Site, event, message
from tests.web.doors import WITHIN, Door, HeldDatabase, HeldIndex, front, gate, settle
from tests.web.test_journal_writer import occupied
from tests.web.test_webhook import together
from wxbot import followers, journal
from wxbot.bot import Bot, Replies, deferred
from wxbot.db import Database
from wxbot.search import catch_up
from wxbot.web.deadline import THREADS, Answered, Answering, Asked, Shares, Stage
from wxbot.wechat import Incoming, Text

# The whole answer is given up soon, titles have nearly all the time; or both are given up soon.
TITLES_FIRST = Shares(whole=0.02, titles=0.9)
SOON = Shares(whole=0.02, titles=0.04)
# Nearly all the time for the whole answer: for what is asked once nothing is held up, however busy the machine.
PATIENT = Shares(whole=0.95, titles=0.97)
PROMISE = "收到，请稍后发送 1 查看"

DOORS = pytest.mark.parametrize("through", [gate, front])
Through = Callable[[Caller], AbstractContextManager[Door]]


@pytest.fixture
def held_index(sample_db: Database, tmp_path: Path) -> Generator[HeldIndex]:
    """The index of the sample bulletin, whose searches can be held up; free at the end."""
    index = HeldIndex(tmp_path / "held")
    catch_up(index, sample_db)
    yield index
    if hasattr(index, "free"):
        index.free.set()


@pytest.fixture
def held_db(sample_db: Database) -> Generator[HeldDatabase]:
    """The shelf, that can be kept from being read; free at the end."""
    db = HeldDatabase(sample_db.engine)
    yield db
    db.free.set()


@DOORS
def test_a_search_that_is_not_ready_in_time_is_had_by_a_1(
    site: Site, held_index: HeldIndex, through: Through
) -> None:
    """First the promise, the same to every try, also when the answer is there by then; then the answer."""
    caller, patient = site(index=held_index, shares=SOON), site(shares=PATIENT)
    with through(caller) as push, through(patient) as ask:
        held_index.hold()
        first, again = push(message("白皮书", 1)), push(message("白皮书", 1))
        held_index.free.set()
        settle(caller.app)
        third = ask(message("白皮书", 1))
        given, once_more = ask(message("1", 2)), ask(message("1", 3))

    assert PROMISE in first
    assert [first, first] == [again, third]
    assert "<MsgType><![CDATA[news]]>" in given
    assert "白皮书" in given
    assert "没有可以接着看的列表" in once_more


@DOORS
@pytest.mark.parametrize("asked", ["投融界", "目录", "第2期", "最新"])
def test_while_the_shelf_cannot_be_read_titles_are_shown(
    site: Site, held_db: HeldDatabase, through: Through, asked: str
) -> None:
    """The index knows them; their numbers open the articles, in any process that can read the shelf."""
    caller, patient = site(db=held_db, shares=TITLES_FIRST), site(shares=PATIENT)
    with through(caller) as push, through(patient) as ask:
        held_db.free.clear()
        titles = push(message(asked, 1))
        opened = ask(message("2", 2))

    assert "先给您标题" in titles
    assert "\n2. " in titles
    assert '<a href="http' not in titles
    assert "<MsgType><![CDATA[news]]>" in opened


@DOORS
def test_others_are_answered_meanwhile(site: Site, held_index: HeldIndex, through: Through) -> None:
    """Members whose questions need no search notice nothing of one that hangs."""
    caller = site(index=held_index, shares=Shares(whole=0.9, titles=0.95))
    with through(caller) as push:
        push(message("最新", 1))  # known by heart from then on
        held_index.hold()
        waiting = threading.Thread(target=lambda: push(message("白皮书", 2)))
        waiting.start()
        assert held_index.begun.wait(WITHIN)
        others = [push(message("最新", 3)), push(message("帮助", 4)), push(event("subscribe"))]
        held_index.free.set()  # only when all of them had their answers
        waiting.join()

    assert ["news", "text", "text"] == [each.split("<MsgType><![CDATA[")[1].split("]")[0] for each in others]


def test_the_waiting_answer_is_given_by_any_process(site: Site, held_index: HeldIndex) -> None:
    """It is in the database, not in the process that made it."""
    caller, other = site(index=held_index, shares=SOON), site(later=5, shares=PATIENT)
    held_index.hold()
    caller.shown(message("白皮书", 1))
    held_index.free.set()
    settle(caller.app)

    assert "白皮书" in str((other.shown(message("1", 2)) or {})["Title"])


def test_a_promise_is_kept_though_its_process_never_comes_to_an_end(
    site: Site, held_index: HeldIndex
) -> None:
    """What was asked is in the database too: whoever gets the 1 answers it, if no answer waits."""
    caller, other = site(index=held_index, shares=SOON), site(later=5, shares=PATIENT)
    held_index.hold()
    caller.shown(message("白皮书", 1))

    assert "白皮书" in str((other.shown(message("1", 2)) or {})["Title"])


def test_another_message_gets_its_own_answer_and_the_promise_stands(
    site: Site, held_index: HeldIndex
) -> None:
    """Help in between changes nothing; a list does: then a number means its titles."""
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


def test_the_waiting_answer_is_there_for_its_time(site: Site, held_index: HeldIndex) -> None:
    """As long as a list: after half an hour it is gone."""
    caller, after = site(index=held_index, shares=SOON), site(later=30 * 60, shares=PATIENT)
    held_index.hold()
    caller.shown(message("白皮书", 1))

    assert "没有可以接着看的列表" in str((after.shown(message("1", 2)) or {})["Content"])


def test_a_wish_that_comes_late_comes_true(site: Site, held_db: HeldDatabase, sample_db: Database) -> None:
    """The member reads a promise, the wish is kept when its thread comes to its end."""
    caller = site(db=held_db, shares=SOON)
    held_db.free.clear()
    promised = caller.shown(message("订阅 投融界", 1))
    held_db.free.set()
    settle(caller.app)
    told = site(later=5, shares=PATIENT).shown(message("1", 2))

    assert PROMISE in str((promised or {})["Content"])
    assert "您订阅的推送" in str((told or {})["Content"])
    with sample_db.read() as session:
        assert ("投融界",) == followers.preferences_of(session, "alice").sections


def test_who_leaves_is_owed_nothing(site: Site, held_db: HeldDatabase, sample_db: Database) -> None:
    """What comes to its end afterwards brings nobody back, and leaves no trace."""
    caller = site(db=held_db, shares=SOON)
    held_db.free.clear()
    caller.shown(message("订阅 投融界", 1))
    caller.shown(event("unsubscribe"))
    held_db.free.set()
    settle(caller.app)

    with sample_db.read() as session:
        assert deferred.fetch(session, "alice", caller.now) is None
        assert 0 == followers.count(session)


def test_a_late_question_is_counted_with_what_it_found(
    site: Site, held_index: HeldIndex, sample_db: Database
) -> None:
    """In the journal stands the promise, since every try must get it; and how many articles there were."""
    caller = site(index=held_index, shares=SOON)
    held_index.hold()
    caller.shown(message("白皮书", 1))
    held_index.free.set()
    settle(caller.app)

    with sample_db.read() as session:
        assert [("白皮书", 1)] == journal.questions(session, caller.now.replace(year=2000))
        assert PROMISE in str(journal.answer_of(session, "1"))


def test_a_promise_that_could_not_be_written_is_written_later(
    site: Site, held_index: HeldIndex, sample_db: Database, database_url: str
) -> None:
    """The database is locked as well: the answer waits in the process until it is free."""
    hasty = Database.open(database_url, durable=False, busy_seconds=0.1)
    caller = site(db=hasty, index=held_index, shares=SOON)
    held_index.hold()
    with occupied(sample_db):
        promised = caller.shown(message("白皮书", 1))
    held_index.free.set()
    settle(caller.app)
    given = site(later=5, shares=PATIENT).shown(message("1", 2))
    hasty.close()

    assert PROMISE in str((promised or {})["Content"])
    assert "白皮书" in str((given or {})["Title"])


def whole_walk(answering: Answering, asked: Asked) -> Answered:
    """Walk through the stages without waiting for any."""
    stages = answering.stages(asked)
    while True:
        try:
            assert isinstance(next(stages), Stage)
        except StopIteration as ended:
            answered: Answered = ended.value
            return answered


def test_beyond_its_bounds_a_process_says_so_at_once(
    sample_db: Database, held_index: HeldIndex, now: dt.datetime
) -> None:
    """One thread and a line of two: the fourth and every later one is turned away, and no thread is added."""
    bot = Bot(sample_db, held_index, Replies(Path("none")), public_url="https://news.example.org")
    bot.refresh()
    answering = Answering(bot, threads=1, line=2)
    held_index.hold()
    before = threading.active_count()
    said = []
    for at in range(1, 21):
        incoming = Incoming("text", f"o{at}", "gh_test", 1, at, "白皮书")
        answered = whole_walk(answering, Asked(bot.understand(incoming, now), 0.0, 0.0))
        said.append(answered.how)
        assert isinstance(answered.answer.reply, Text)
        assert held_index.begun.wait(WITHIN)
    after = threading.active_count()
    held_index.free.set()
    answering.close()

    assert ["late"] * 3 + ["busy"] * 17 == said
    assert before == after
    assert "系统繁忙" in bot.busy_answer(Incoming("text", "o", "gh", 1)).reply.content  # type: ignore[union-attr]


def is_written(db: Database, push: Door, msg_id: int) -> bool:
    """Whether the answer to a message is in the journal once it goes out."""
    answer = push(message("帮助", msg_id))
    with db.read() as session:
        return journal.answer_of(session, str(msg_id)) == answer


@DOORS
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_postgresql_that_hangs_holds_up_no_answer(
    site: Site, sample_db: Database, database_url: str, through: Through
) -> None:
    """More members than there are threads, several times: each is answered; afterwards everything works again.

    The titles come from the index; what needs the member's own list is promised, or turned away.
    """
    with relayed(database_url) as (relay, url):
        hanging = Database.open(url, durable=False, busy_seconds=0.2, statement_seconds=0.2)
        caller = site(db=hanging, answer_seconds=3.0, shares=Shares(whole=0.2, titles=0.9))
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
                together(members)  # type: ignore[arg-type]
            titles = push(message("目录", 5))
            relay.open.set()
            settle(caller.app)
            written = any(is_written(sample_db, push, at) for at in range(6, 66))
        hanging.close()

    assert 4 * THREADS == len(answers)
    assert all(PROMISE in answer or "系统繁忙" in answer for answer in answers)
    assert "先给您标题" in titles
    assert written
