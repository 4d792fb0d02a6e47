"""Any messages, of any members, in any order: every reply is one that the platform shows."""

import datetime as dt
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wxbot.bot import AnsweredMessage, Bot, record_answers
from wxbot.db import Database
from wxbot.wechat import SUCCESS, Incoming, parse, render
from wxbot.wechat.limits import CARDS_FOR_EVENT, CARDS_FOR_MESSAGE, TEXT_BYTES

MEMBERS = st.sampled_from(["alice", "bob", "o" * 28])
WORDS = st.sampled_from(
    [
        "芯片",
        "北京",
        "比亚迪 电池",
        "投融界",
        "最新",
        "目录",
        "更多",
        "更多",
        "上一页",
        "只看投融界",
        "订阅",
        "订阅 投融界",
        "免打扰 22-8",
        "退订",
        "1",
        "5",
        "12",
        "99",
        "第2期",
        "第3期",
        "帮助",
    ]
)
TEXTS = st.one_of(
    WORDS, WORDS, st.text(max_size=40), st.sampled_from(["]]>", "<xml>", "\x00\x1b", "长" * 3000])
)
Fields = dict[str, str]

MESSAGES = st.fixed_dictionaries(
    {
        "FromUserName": MEMBERS,
        "MsgType": st.just("text"),
        "Content": TEXTS,
        "MsgId": st.integers(1, 2**63).map(str),
    }
)
OTHERS = st.fixed_dictionaries(
    {
        "FromUserName": MEMBERS,
        "MsgType": st.sampled_from(
            ["image", "voice", "video", "shortvideo", "location", "link", "file", "", "event"]
        ),
        "MsgId": st.integers(1, 2**63).map(str),
    }
)
EVENTS = st.fixed_dictionaries(
    {
        "FromUserName": MEMBERS,
        "MsgType": st.just("event"),
        "CreateTime": st.integers(1_793_000_000, 1_793_000_999).map(str),
        "Event": st.sampled_from(
            ["subscribe", "unsubscribe", "CLICK", "SCAN", "scancode_waitmsg", "VIEW", "新事件"]
        ),
        "EventKey": st.one_of(TEXTS, st.sampled_from(["LATEST", "HELP", "qrscene_1"])),
    }
)


def pushed(fields: Fields) -> Incoming:
    """Return a message as the platform sends it, with control characters."""
    whole = {"ToUserName": "gh_test", "CreateTime": "1793000000"} | fields
    inside = (
        f"<{name}><![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
        for name, value in whole.items()
    )
    return parse(f"<xml>{''.join(inside)}</xml>".encode())


def check(xml: str, incoming: Incoming) -> None:
    """Check that a reply is well-formed, addressed to the sender, and within the limits (wechat-platform.md C)."""
    if xml == SUCCESS:
        return
    root = ET.fromstring(xml)  # noqa: S314  our own reply
    assert incoming.openid == root.findtext("ToUserName")
    match root.findtext("MsgType"):
        case "text":
            words = root.findtext("Content") or ""
            assert words.strip()
            assert len(words.encode()) <= TEXT_BYTES
            assert words.count("<a ") == words.count("</a>")
        case "news":
            cards = root.findall("Articles/item")
            most = CARDS_FOR_EVENT if incoming.kind == "event" else CARDS_FOR_MESSAGE
            assert 1 <= len(cards) <= most
            assert all(card.findtext("Title") and card.findtext("Url") for card in cards)
        case other:
            pytest.fail(f"a reply of the type {other}")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.one_of(MESSAGES, MESSAGES, OTHERS, EVENTS), st.integers(0, 2400)), max_size=12))
def test_any_conversation_stays_within_the_limits(
    sample_db: Database, bot: Bot, now: dt.datetime, said: list[tuple[Fields, int]]
) -> None:
    """The platform shows every reply, and its retries get the same reply."""
    when = now
    for fields, pause in said:
        incoming = pushed(fields)
        when += dt.timedelta(seconds=pause)
        answers = []
        for _ in range(2):
            answer = bot.answer(bot.understand(incoming, when))
            xml = render(
                answer.reply, to=incoming.openid, sender="gh_test", now=when, answering=incoming.kind
            )
            with sample_db.begin() as session:
                answers += record_answers(
                    session, [AnsweredMessage(incoming, answer, xml, when)], bot.list_minutes
                )
            check(xml, incoming)
        assert answers[0] == answers[1]
