"""Messages and events sent to the account's server (reference, sections B1 to B5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wechat_simulator.account_server import AccountServer
from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.account import Account, Identity
from wechat_simulator.callback_format import parse_xml, to_xml
from wechat_simulator.callback_messages import event_message, user_message
from wechat_simulator.control_client import ControlError
from wechat_simulator.pytest_plugin import Platform

ACCOUNT = Account.create(Identity("wx0", "s", "t", "A" * 43, "gh_0"))
HEAD = ["ToUserName", "FromUserName", "CreateTime", "MsgType"]


@pytest.mark.parametrize(
    ("kind", "tags"),
    [
        ("text", ["Content"]),
        ("image", ["PicUrl", "MediaId"]),
        ("voice", ["MediaId", "Format", "MediaId16K", "Recognition"]),
        ("video", ["MediaId", "ThumbMediaId"]),
        ("shortvideo", ["MediaId", "ThumbMediaId"]),
        ("location", ["Location_X", "Location_Y", "Scale", "Label"]),
        ("link", ["Title", "Description", "Url"]),
    ],
)
def test_messages_have_the_fields_of_the_reference(kind: str, tags: list[str]) -> None:
    """Each message type has its fields, followed by MsgId (B1)."""
    root = parse_xml(to_xml(user_message(ACCOUNT, "alice", kind, 1_793_000_000.9, {}).fields).encode())
    assert [*HEAD, *tags, "MsgId"] == [child.tag for child in root]
    assert "1793000000" == root.findtext("CreateTime")


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("subscribe", ["EventKey"]),
        ("unsubscribe", ["EventKey"]),
        ("SCAN", ["EventKey"]),
        ("LOCATION", ["Latitude", "Longitude", "Precision"]),
        ("CLICK", ["EventKey"]),
        ("VIEW", ["EventKey", "MenuId"]),
        ("view_miniprogram", ["EventKey", "MenuId"]),
        ("scancode_push", ["EventKey", "ScanCodeInfo"]),
        ("scancode_waitmsg", ["EventKey", "ScanCodeInfo"]),
        ("pic_sysphoto", ["EventKey", "SendPicsInfo"]),
        ("pic_photo_or_album", ["EventKey", "SendPicsInfo"]),
        ("pic_weixin", ["EventKey", "SendPicsInfo"]),
        ("location_select", ["EventKey", "SendLocationInfo"]),
    ],
)
def test_events_have_the_fields_of_the_reference(name: str, tags: list[str]) -> None:
    """Each event has its fields and no MsgId (B2)."""
    root = parse_xml(
        to_xml(event_message(ACCOUNT, "alice", name.upper(), 1_793_000_000.0, {"key": "K"}).fields).encode()
    )
    assert [*HEAD, "Event", *tags] == [child.tag for child in root]
    assert name == root.findtext("Event")


def test_fields_go_by_any_spelling() -> None:
    """Location_X, location_x and locationx name the same field, also in nested fields (B1, B2)."""
    for name in ("Location_X", "location_x", "locationX"):
        assert 1.5 == user_message(ACCOUNT, "a", "location", 1.0, {name: 1.5}).fields["Location_X"]
    result = event_message(ACCOUNT, "a", "scancode_push", 1.0, {"key": "K", "scan_result": "B-0012"})
    assert {"ScanType": "qrcode", "ScanResult": "B-0012"} == result.fields["ScanCodeInfo"]
    assert {"EventKey", "ScanCodeInfo"} <= result.fields.keys()


def test_further_fields_are_passed_on(platform: Platform, account_server: AccountServer) -> None:
    """A text keeps bizmsgmenuid, and an unknown event keeps all given fields (B1, B5)."""
    platform.say("alice", "第12期", bizmsgmenuid="issue-12")
    platform.event("alice", "user_info_modified", OpenID="alice", RevokeInfo="1")

    first, second = account_server.received
    assert "issue-12" == first.field("bizmsgmenuid")
    assert ("user_info_modified", "1") == (second.field("Event"), second.field("RevokeInfo"))


def test_msgids_are_64_bit_and_never_the_same() -> None:
    """MsgIds are unique and exceed the precision of a float (A5, B1)."""
    ids = [user_message(ACCOUNT, "a", "text", 1.0, {}).fields["MsgId"] for _ in range(100)]
    assert 100 == len(set(ids))
    assert all(2**53 < number < 2**63 for number in ids)


def test_a_picture_can_be_fetched(platform: Platform, api: ApiCaller, account_server: AccountServer) -> None:
    """An image's MediaId can be downloaded for three days, and PicUrl shows the picture (B1, H)."""
    platform.send("alice", "image")
    (callback,) = account_server.received

    response = api.request("GET", "/cgi-bin/media/get", media_id=callback.field("MediaId"))
    assert "image/png" == response.type
    assert callback.field("PicUrl").startswith("http://mmbiz.qpic.cn/")
    assert 200 == api.send_raw("GET", platform.inbox("alice")[0]["picture"]).status


@pytest.mark.parametrize("kind", ["voice", "video", "shortvideo", "location", "link"])
def test_other_types_reach_the_server_and_the_chat(
    platform: Platform, account_server: AccountServer, kind: str
) -> None:
    """Each message type reaches the server and appears in the chat (B1)."""
    platform.send("alice", kind)
    assert [kind] == [callback.field("MsgType") for callback in account_server.received]
    assert [("me", kind)] == [(one["from"], one["type"]) for one in platform.inbox("alice")]


def test_invalid_messages(platform: Platform) -> None:
    """Unknown types, events without a name and invalid openids are refused without effect (B)."""
    for order in (
        {"openid": "alice", "type": "poem"},
        {"openid": "alice", "type": "event"},
        {"openid": "a b", "type": "text"},
        {"openid": "alice", "type": "location", "location_x": "north"},
        {"type": "text"},
    ):
        with pytest.raises(ControlError):
            platform.post("message", order)
    assert {"total": 0, "openids": [], "others": []} == platform.get("followers")


@given(st.text(), st.text(alphabet="]>a", max_size=12))
def test_any_text_survives_the_xml(words: str, brackets: str) -> None:
    """A CDATA end mark in a text is split, so that the text arrives unchanged (C)."""
    content = "".join(one for one in words if one.isprintable()) + brackets
    root = parse_xml(to_xml({"Content": content, "List": [{"A": 1}, {"A": 2}]}).encode())
    assert content == (root.findtext("Content") or "")
    assert ["1", "2"] == [one.text for one in root.findall("List/A")]
