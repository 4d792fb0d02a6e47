"""Erasure of the data of members who leave or ask for it."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.bot.conftest import Say
from wxbot import followers, journal, privacy
from wxbot.bot import (
    Answer,
    AnsweredMessage,
    Bot,
    editor_orders,
    record_answers,
)
from wxbot.bot.editor_orders import OrderRequested
from wxbot.clicks import asked_questions
from wxbot.db import Base, Database, Session
from wxbot.journal import JournalEntry
from wxbot.push import Campaign, Delivery, DeliveryState, Route
from wxbot.wechat import Incoming, Nothing, TemplateJobEvent, Text

OPENID = "oAbCdEfGhIjKlMnOpQrStUvWxYz0"
LATER = dt.timedelta(minutes=11)
DAYS = 90


def tables_with(session: Session, words: str) -> set[str]:
    """Return the tables of the database in which these words occur in any row."""
    found = set()
    for table in Base.metadata.sorted_tables:
        if any(words in str(row) for row in session.execute(select(table))):
            found.add(table.name)
    return found


def after(db: Database, now: dt.datetime, days: int) -> set[str]:
    """Erase leavers after so many days, and return the tables that still contain the openid."""
    privacy.erase_leavers(db, now + dt.timedelta(days=days), DAYS)
    with db.read() as session:
        return tables_with(session, OPENID)


def lines(session: Session, now: dt.datetime, *states: DeliveryState) -> None:
    """Create a campaign for each state, with a delivery to this member."""
    for at, state in enumerate(states):
        campaign = Campaign(number=f"2021-{at:02d}", route=Route.CUSTOMER, audience="recent", hash="h")
        campaign.made_at = campaign.moved_at = now
        session.add(campaign)
        session.flush()
        line = Delivery(campaign_id=campaign.id, recipient=OPENID, route=Route.CUSTOMER, state=state)
        line.moved_at = now
        session.add(line)


def lived(db: Database, bot: Bot, say: Say, now: dt.datetime) -> None:
    """Let a member follow, ask, subscribe, get a promise, give an order, and be reported on."""
    say(openid=OPENID, kind="event", event="subscribe", msg_id=None)
    for at, said in enumerate(("北京", "订阅 投融界", "免打扰 22-8", "量子永动机"), start=1):
        say(said, openid=OPENID, later=at)
    later = now + dt.timedelta(seconds=5)
    incoming = Incoming("text", OPENID, "gh_test", 1, 77, "芯片")
    report = Incoming(
        "event", OPENID, "gh_test", 1, event="templatesendjobfinish", job=TemplateJobEvent(5, "success")
    )
    deed = Answer(Text("好"), editor_action=OrderRequested("pause", 1, "h", "1234"))
    with db.begin() as session:
        record_answers(
            session,
            [
                AnsweredMessage(
                    incoming,
                    bot.deferral_answer(bot.understand(incoming, later)),
                    f"<xml>{OPENID}</xml>",
                    later,
                ),
                AnsweredMessage(incoming._replace(msg_id=78), deed, "<xml/>", later),
                AnsweredMessage(report, Answer(Nothing()), "success", later),
            ],
            30,
        )


@pytest.fixture
def member(sample_db: Database, bot: Bot, say: Say, now: dt.datetime) -> Database:
    """Return the database with that member in it."""
    lived(sample_db, bot, say, now)
    return sample_db


def test_what_a_member_leaves_behind_everywhere(member: Database) -> None:
    """The data that the other tests erase exists."""
    with member.read() as session:
        assert {"follower", "journal", "dialog", "late", "phone_order", "job_event", "audit"} == tables_with(
            session, OPENID
        )


def test_unfollowing_erases_list_preferences_deferred_answer_and_orders(
    member: Database, say: Say, now: dt.datetime
) -> None:
    """Unfollowing keeps the fact of having followed, and the journal for retries of messages under way."""
    say(openid=OPENID, kind="event", event="unsubscribe", msg_id=None, later=60)

    with member.read() as session:
        assert {"follower", "journal", "job_event", "audit"} == tables_with(session, OPENID)
        assert followers.Preferences() == followers.preferences_of(session, OPENID)


@pytest.mark.parametrize("said", ["退订", "退订 全部"])
def test_declining_everything_erases_the_same_but_the_preference(
    member: Database, say: Say, said: str
) -> None:
    """退订 keeps the preference to receive nothing, without which something would be sent."""
    say(said, openid=OPENID, later=60)

    with member.read() as session:
        assert {"follower", "journal", "job_event", "audit"} == tables_with(session, OPENID)
        assert followers.Preferences(nothing=True) == followers.preferences_of(session, OPENID)


def test_after_some_minutes_the_journal_knows_no_name(member: Database, say: Say, now: dt.datetime) -> None:
    """Questions are counted as before, no two rows are linked to each other, and a follower who stays is untouched."""
    say("北京", openid="bob", later=1)
    say(openid=OPENID, kind="event", event="unsubscribe", msg_id=None, later=60)
    with member.read() as session:
        before = asked_questions(session, now - dt.timedelta(days=1))
    early = privacy.erase_leavers(member, now + dt.timedelta(minutes=10), DAYS)
    rows = privacy.erase_leavers(member, now + LATER, DAYS, batch=2)
    again = privacy.erase_leavers(member, now + LATER, DAYS)

    with member.read() as session:
        assert {"follower", "audit"} == tables_with(session, OPENID)
        assert {"follower", "journal"} <= tables_with(session, "bob")
        assert before == asked_questions(session, now - dt.timedelta(days=1))
        names = list(session.scalars(select(JournalEntry.openid).where(JournalEntry.openid != "bob")))
    assert (0, len(names) + 1, 0) == (early, rows, again)  # and the report
    assert len(names) == len(set(names))
    assert all(name.startswith("left-") for name in names)


def test_who_comes_back_in_time_keeps_the_name(member: Database, say: Say, now: dt.datetime) -> None:
    """The rows of a follower who comes back within ten minutes are not changed."""
    say(openid=OPENID, kind="event", event="unsubscribe", msg_id=None, later=60)
    say(openid=OPENID, kind="event", event="subscribe", msg_id=None, later=120)
    assert 0 == privacy.erase_leavers(member, now + LATER, DAYS)


def test_who_left_without_ever_being_known_is_forgotten_too(
    sample_db: Database, say: Say, now: dt.datetime
) -> None:
    """The journal of a leaver who followed before this program was installed is erased too."""
    say(openid=OPENID, kind="event", event="unsubscribe", msg_id=None)
    assert [1, 0] == [privacy.erase_leavers(sample_db, now + LATER, DAYS) for _ in range(2)]
    with sample_db.read() as session:
        assert set() == tables_with(session, OPENID)


def test_a_name_that_was_taken_out_answers_no_try(member: Database, say: Say, now: dt.datetime) -> None:
    """The key of a message stays, and its stored answer no longer contains the openid."""
    say(openid=OPENID, kind="event", event="unsubscribe", msg_id=None, later=60)
    privacy.erase_leavers(member, now + LATER, DAYS)
    with member.read() as session:
        kept = journal.answer_of(session, "77")

    assert kept is not None
    assert kept.startswith("<xml>left-")


def test_the_ledger_knows_who_left_for_some_time(member: Database, say: Say, now: dt.datetime) -> None:
    """A leaver who returns the next day receives nothing twice; after the journal's days the openid is gone."""
    say(openid=OPENID, kind="event", event="unsubscribe", msg_id=None, later=60)
    with member.begin() as session:
        lines(session, now, DeliveryState.SENT, DeliveryState.SKIPPED, DeliveryState.UNKNOWN)
    soon = after(member, now, DAYS)
    unknown = after(member, now, DAYS + 1)
    with member.begin() as session:
        session.execute(update(Delivery).values(state=DeliveryState.SENT))
    at_last = after(member, now, DAYS + 2)

    assert {"follower", "delivery", "audit"} == soon == unknown
    assert {"audit"} == at_last


def test_who_asks_is_forgotten_at_once(member: Database, now: dt.datetime) -> None:
    """Erasure on request skips planned deliveries, and deliveries under way keep the openid."""
    with member.begin() as session:
        lines(session, now, *DeliveryState)
        before = privacy.count_rows(session, OPENID)
        found = privacy.erase_person(session, OPENID, "editor", now)
        left = privacy.count_rows(session, OPENID)
        states = set(session.scalars(select(Delivery.state).where(Delivery.recipient != OPENID)))
        everywhere = tables_with(session, OPENID)

    assert before == found
    assert (1, 7, 2) == (found.follower, found.ledger, found.in_flight)
    assert found.journal >= 7
    assert privacy.StoredRows(0, 0, 0, 2, 2) == left
    assert {"sent", "skipped", "refused"} == states
    assert {"delivery", "audit"} == everywhere


def test_what_was_forgotten_stays_counted(member: Database, now: dt.datetime) -> None:
    """Questions are still counted after their sender was erased."""
    with member.begin() as session:
        before = asked_questions(session, now - dt.timedelta(days=1))
        privacy.erase_person(session, OPENID, "editor", now)
        after = asked_questions(session, now - dt.timedelta(days=1))

    assert before == after != []


def test_nobody_is_nothing(db: Database, now: dt.datetime) -> None:
    """Erasing an unknown openid finds nothing and changes nothing."""
    with db.begin() as session:
        found: Any = privacy.erase_person(session, "nobody", "editor", now)
        assert not found.any
        assert editor_orders.prune(session, now) == 0
