"""Handing a conversation over to the association's staff."""

import datetime as dt
from pathlib import Path

import pytest

from tests.bot.conftest import PUBLIC_URL, Say, teller
from tests.bot.test_chat import text_of
from wxbot.bot import Bot, OfficeHours, Replies, RuleFile, ServiceTimes
from wxbot.db import Database
from wxbot.local_time import BEIJING
from wxbot.search import Index
from wxbot.wechat import Nothing, Transfer

HOURS = OfficeHours(dt.time(9), dt.time(17, 30))
RULE = '[[rule]]\nmatch = "contains"\nvalues = ["投诉"]\ntransfer = "kf1@gh"\n'


@pytest.fixture
def staffed(sample_db: Database, index: Index, tmp_path: Path, now: dt.datetime) -> Say:
    """Return a function that sends a message to an account with staff, and a rule that names one of them."""
    file = tmp_path / "rules.toml"
    file.write_text(RULE, encoding="utf-8")
    bot = Bot(
        sample_db,
        index,
        Replies(tmp_path),
        public_url=PUBLIC_URL,
        rules=RuleFile(file),
        times=ServiceTimes(HOURS),
    )
    return teller(sample_db, bot, now)


def test_within_office_hours_the_conversation_is_handed_over(staffed: Say) -> None:
    """人工 goes to any of the staff, words of a rule to the one that it names."""
    assert Transfer() == staffed("转人工").reply
    assert Transfer("kf1@gh") == staffed("我要投诉").reply


def test_outside_them_the_hours_are_said(staffed: Say) -> None:
    """In the evening a text says when staff answer."""
    for said in ("转人工", "我要投诉"):
        assert "工作日 09:00—17:30" in text_of(staffed(said, later=8 * 3600))


def test_without_staff_a_text_says_so(say: Say) -> None:
    """An account without office hours hands nothing over, so that no message ends nowhere."""
    assert "没有在线客服" in text_of(say("人工客服"))


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2025-10-10T09:00", True),
        ("2025-10-10T08:59", False),
        ("2025-10-10T17:30", False),
        ("2025-10-11T10:00", True),
        ("2025-10-12T10:00", False),
        ("2025-10-01T10:00", False),
    ],
)
def test_office_hours_follow_the_chinese_workdays(moment: str, open_: bool) -> None:
    """A Saturday that is worked instead counts; Sundays and holidays do not."""
    assert open_ == HOURS.include(dt.datetime.fromisoformat(moment).replace(tzinfo=BEIJING))


@pytest.mark.parametrize("event", ["kf_create_session", "kf_switch_session", "kf_close_session"])
def test_sessions_of_the_staff_show_nothing(staffed: Say, event: str) -> None:
    """The platform's reports on a handed-over conversation are stored, and answered with nothing."""
    said = staffed(kind="event", event=event, content="", msg_id=None, fields={"KfAccount": "kf1@gh"})

    assert Nothing() == said.reply
