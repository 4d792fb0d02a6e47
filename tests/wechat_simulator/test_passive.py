"""Passive replies as a follower sees them (reference, section C)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wechat_simulator.account_server import AccountServer, ReceivedCallback, news_reply, reply_xml
from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.account import Account, Identity
from wechat_simulator.callback_messages import user_message
from wechat_simulator.passive_replies import MalformedReply, parse_reply
from wechat_simulator.pytest_plugin import Platform

HELLO = "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{}]]></Content>"


def inbox_entry(platform: Platform, account_server: AccountServer, inside: str) -> dict[str, object] | None:
    """Return the inbox entry for a reply with this content; None for the fault notice."""
    account_server.answer = lambda callback: reply_xml(callback, inside)
    outcome = platform.say("alice", "芯片")
    return None if outcome["fault"] else outcome["shown"]


@pytest.mark.parametrize(
    ("content", "is_shown"),
    [
        ('你好\n<a href="https://example.org">读</a>', True),
        ("", False),
        ("一" * 682, True),
        ("一" * 683, False),
    ],
)
def test_texts_have_2048_bytes(
    platform: Platform, account_server: AccountServer, content: str, is_shown: bool
) -> None:
    """A text reply has 1 to 2,048 bytes (C, O5)."""
    assert is_shown == (inbox_entry(platform, account_server, HELLO.format(content)) is not None)


def test_one_card_to_a_message_eight_to_an_event(platform: Platform, account_server: AccountServer) -> None:
    """Further cards are not shown, and the account gets a note (C, O5)."""
    account_server.answer = lambda callback: news_reply(callback, 10)
    to_message = platform.say("alice", "芯片")
    to_event = platform.event("alice", "CLICK", "LATEST")

    assert 1 == len(to_message["shown"]["articles"])
    assert "9 of 10 articles not shown" in to_message["note"]
    assert 8 == len(to_event["shown"]["articles"])
    first = to_message["shown"]["articles"][0]
    assert ("第1条", "https://example.org/1", "https://example.org/1.jpg") == (
        first["title"],
        first["url"],
        first["picurl"],
    )


def test_media_must_exist(platform: Platform, api: ApiCaller, account_server: AccountServer) -> None:
    """A reply can use the media_id of temporary or permanent media (C)."""
    branch = "<MsgType><![CDATA[image]]></MsgType><Image><MediaId><![CDATA[{}]]></MediaId></Image>"
    temporary = api.upload("/cgi-bin/media/upload", type="image")["media_id"]

    for media_id in (temporary, api.cover()):
        found = inbox_entry(platform, account_server, branch.format(media_id))
        assert found is not None
        assert media_id == found["media_id"]
    assert inbox_entry(platform, account_server, branch.format("none")) is None


def test_music_needs_a_thumb(platform: Platform, api: ApiCaller, account_server: AccountServer) -> None:
    """A music reply needs a ThumbMediaId (C)."""
    branch = "<MsgType>music</MsgType><Music><Title>曲</Title><ThumbMediaId>{}</ThumbMediaId></Music>"
    assert inbox_entry(platform, account_server, branch.format("")) is None
    found = inbox_entry(platform, account_server, branch.format(api.cover()))
    assert found is not None
    assert "曲" == found["title"]


def test_handing_over_shows_nothing(platform: Platform, account_server: AccountServer) -> None:
    """A transfer_customer_service reply shows no message (C)."""
    account_server.answer = lambda callback: reply_xml(
        callback, "<MsgType>transfer_customer_service</MsgType>"
    )
    outcome = platform.say("alice", "人工")
    assert (None, False) == (outcome["shown"], outcome["fault"])


@pytest.mark.parametrize(
    "answer",
    [
        b"{}",
        b"<xml>",
        b"<html></html>",
        b"hello",
        b"\xff\xfe<\x00x\x00",
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><MsgType>&a;</MsgType></xml>',
        b"<xml><MsgType>text</MsgType><Content>x</Content></xml>",
    ],
)
def test_malformed_answers_bring_the_notice_at_once(
    platform: Platform, account_server: AccountServer, answer: bytes
) -> None:
    """JSON, broken XML, entities and missing addresses lead to the notice without a retry (A5, O5)."""
    account_server.answer = lambda _: answer
    outcome = platform.say("alice", "芯片")
    assert (True, 1) == (outcome["fault"], len(outcome["attempts"]))
    assert outcome["note"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("alice", "bob"),
        ("gh_", "gh-"),
        ("1793000001", "now"),
        ("<ArticleCount>1", "<ArticleCount>2"),
        ("[news]", "[poem]"),
    ],
)
def test_a_reply_must_be_right_in_each_part(
    platform: Platform, account_server: AccountServer, old: str, new: str
) -> None:
    """A reply needs swapped addresses, a numeric time, a correct count and a known type (A5, C)."""
    account_server.answer = lambda callback: news_reply(callback, 1).decode().replace(old, new).encode()
    assert platform.say("alice", "芯片")["fault"]


ACCOUNT = Account.create(Identity("wx0", "s", "t", "A" * 43, "gh_0"))
MESSAGE = user_message(ACCOUNT, "alice", "text", 1.0, {"content": "一"})


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"<xml>{text}</xml>".encode()))
def test_any_answer_is_seen_or_malformed(body: bytes) -> None:
    """Any answer is either shown or malformed; none crashes the simulator (A5)."""
    try:
        outcome = parse_reply(ACCOUNT, MESSAGE, body, 1.0)
    except MalformedReply:
        return
    assert outcome.entry is None or outcome.entry["type"] == "text"


def test_the_account_may_answer_its_own_text(platform: Platform, account_server: AccountServer) -> None:
    """A text with a CDATA end mark is shown unchanged (C)."""
    split = "a]]]]><![CDATA[>b"
    found = inbox_entry(platform, account_server, HELLO.format(split))
    assert {"type": "text", "content": "a]]>b"} == found


def test_the_test_server_reads_fields() -> None:
    """The test server's field reader accepts CDATA and bare values (B)."""
    callback = ReceivedCallback({}, "<xml><A><![CDATA[一]]></A><B>2</B></xml>")
    assert ("一", "2", "") == (callback.field("A"), callback.field("B"), callback.field("C"))
