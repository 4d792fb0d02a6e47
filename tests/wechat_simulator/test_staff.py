"""Handing a conversation over to the staff and back (reference, B5 and C)."""

from tests.wechat_simulator.account_server import AccountServer
from wechat_simulator.pytest_plugin import Platform

REPLY = (
    "<xml><ToUserName>{}</ToUserName><FromUserName>{}</FromUserName><CreateTime>1</CreateTime>"
    "<MsgType>transfer_customer_service</MsgType></xml>"
)


def test_a_conversation_goes_to_the_staff_and_back(platform: Platform, account_server: AccountServer) -> None:
    """The server does not hear what is said to the staff; it hears of their closing, and then each message again."""

    def answer(_: object) -> bytes:
        asked = account_server.received[-1]
        if asked.field("Content") != "人工":
            return b"success"
        return REPLY.format(asked.field("FromUserName"), asked.field("ToUserName")).encode()

    account_server.answer = answer
    platform.say("alice", "人工")
    platform.say("alice", "有人吗")
    platform.post("staff", {"openid": "alice", "does": "say", "content": "您好"})
    platform.post("staff", {"openid": "alice", "does": "close"})
    platform.say("alice", "芯片")

    assert ["人工", "芯片"] == [
        each.field("Content") for each in account_server.received if each.field("Content")
    ]
    assert "kf_close_session" in [each.field("Event") for each in account_server.received]
    assert "您好" in [entry.get("content") for entry in platform.inbox("alice")]
