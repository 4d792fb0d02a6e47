"""Template messages, one-time messages and subscription notices (reference, sections J1 to J3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wechat_simulator.account_server import AccountServer
from tests.wechat_simulator.api_caller import ApiCaller
from wechat_simulator.pytest_plugin import Platform
from wechat_simulator.template_keywords import is_valid_value

pytestmark = pytest.mark.platform(virtual=True, start=1_793_000_000.0)

SEND = "/cgi-bin/message/template/send"
NOTICE = "/cgi-bin/message/subscribe/bizsend"


@pytest.fixture
def template_message(platform: Platform, api: ApiCaller) -> dict[str, object]:
    """Return a message to a follower from a template with two keywords."""
    platform.follow("alice")
    body = {"template_id_short": "43216", "keyword_name_list": ["活动名称", "开始时间"]}
    template_id = api.post("/cgi-bin/template/api_add_template", body)["template_id"]
    data = {"thing1": {"value": "年会"}, "time2": {"value": "2026-12-01 14:00"}}
    return {"touser": "alice", "template_id": template_id, "url": "https://example.org/", "data": data}


def test_a_template_message_is_delivered_and_reported(
    platform: Platform, api: ApiCaller, account_server: AccountServer, template_message: dict[str, object]
) -> None:
    """A template message returns a msgid, appears in the inbox, and sends TEMPLATESENDJOBFINISH (J1, B3)."""
    answer = api.post(SEND, template_message)
    platform.advance(1)

    assert (0, "ok") == (answer["errcode"], answer["errmsg"])
    notice = platform.inbox("alice")[-1]
    assert ("template", "notice") == (notice["via"], notice["type"])
    assert "活动名称：年会" in notice["content"]
    (event,) = account_server.events("TEMPLATESENDJOBFINISH")
    assert (str(answer["msgid"]), "success", "alice") == tuple(
        event.field(tag) for tag in ("MsgID", "Status", "FromUserName")
    )


def test_a_reader_may_block_them(
    platform: Platform, api: ApiCaller, account_server: AccountServer, template_message: dict[str, object]
) -> None:
    """A message to a user who blocks templates is not shown, and its Status is failed:user block (B3)."""
    platform.post("reader", {"openid": "alice", "blocks_templates": True})
    api.post(SEND, template_message)
    platform.advance(1)

    assert "failed:user block" == account_server.events("TEMPLATESENDJOBFINISH")[0].field("Status")
    assert [] == [one for one in platform.inbox("alice") if one["via"] == "template"]


def test_client_msg_id(platform: Platform, api: ApiCaller, template_message: dict[str, object]) -> None:
    """A repeated client_msg_id within ten minutes is delivered once and returns the same msgid (J1)."""
    first = api.post(SEND, template_message | {"client_msg_id": "k"})["msgid"]
    platform.advance(599)
    assert first == api.post(SEND, template_message | {"client_msg_id": "k"})["msgid"]
    assert 1 == len([one for one in platform.inbox("alice") if one["via"] == "template"])
    platform.advance(1)
    assert first != api.post(SEND, template_message | {"client_msg_id": "k"})["msgid"]


def test_wrong_template_messages(
    platform: Platform, api: ApiCaller, template_message: dict[str, object]
) -> None:
    """An invalid user, template, value or address has its own error code (J1)."""
    data = {"thing1": {"value": "年会"}, "time2": {"value": "2026-12-01"}}
    assert 40003 == api.errcode(SEND, template_message | {"touser": "nobody"})
    assert 40037 == api.errcode(SEND, template_message | {"template_id": "none"})
    assert 47003 == api.errcode(SEND, template_message | {"data": {"thing1": {"value": "年会"}}})
    assert 47003 == api.errcode(SEND, template_message | {"data": data | {"thing1": {"value": "一" * 21}}})
    assert 47001 == api.errcode(SEND, template_message | {"data": "年会"})
    assert 40039 == api.errcode(SEND, template_message | {"url": "https://example.org/" + "a" * 1100})
    platform.unfollow("alice")
    assert 43004 == api.errcode(SEND, template_message)


def test_templates_are_managed(api: ApiCaller, template_message: dict[str, object]) -> None:
    """An account has at most 25 templates; they are listed with their keywords and deleted by id (J1)."""
    path = "/cgi-bin/template/api_add_template"
    body = {"template_id_short": "TM00015", "keyword_name_list": ["编号"]}
    assert 40246 == api.errcode(path, body | {"keyword_name_list": []})
    assert 40247 == api.errcode(path, body | {"keyword_name_list": ["一"] * 6})
    assert 40036 == api.errcode(path, body | {"template_id_short": ""})
    assert [0] * 24 + [45026] == [api.errcode(path, body) for _ in range(25)]

    rows = api.get("/cgi-bin/template/get_all_private_template")["template_list"]
    assert "活动名称:{{thing1.DATA}}\n开始时间:{{time2.DATA}}" == rows[0]["content"]
    deletion = {"template_id": template_message["template_id"]}
    assert [0, 40037] == [api.errcode("/cgi-bin/template/del_private_template", deletion) for _ in range(2)]
    assert 0 == api.errcode("/cgi-bin/template/api_set_industry", {"industry_id1": "1", "industry_id2": "2"})
    assert "1" == api.get("/cgi-bin/template/get_industry")["primary_industry"]["second_class"]
    assert [] == api.post("/wxa/sec/queryblocktmplmsg", {"tmpl_msg_id": "1"})["msginfo"]


def test_one_confirmation_one_message(platform: Platform, api: ApiCaller) -> None:
    """A one-time message needs a consent to its scene, and its title has at most fifteen characters (J2)."""
    body = {
        "touser": "alice",
        "template_id": "T",
        "scene": "7",
        "title": "提醒",
        "data": {"content": {"value": "到期"}},
    }
    path = "/cgi-bin/message/template/subscribe"
    platform.follow("alice")

    assert 43101 == api.errcode(path, body)
    platform.post("consent", {"openid": "alice", "template_id": "T", "scene": 7})
    assert 40062 == api.errcode(path, body | {"title": "一" * 16})
    assert 47003 == api.errcode(path, body | {"data": {}})
    assert [0, 43101] == [api.errcode(path, body) for _ in range(2)]


def test_one_accept_one_notice(platform: Platform, api: ApiCaller, account_server: AccountServer) -> None:
    """A notice template is added from the library, accepted, sent once and reported (J3, B4)."""
    platform.follow("alice")
    kids = {"tid": 2001, "kidList": [1, 2], "sceneDesc": "新一期"}
    template_id = api.post("/wxaapi/newtmpl/addtemplate", kids)["priTmplId"]
    data = {"thing1": {"value": "工作简报"}, "time2": {"value": "2026年12月1日"}}
    body = {"touser": "alice", "template_id": template_id, "page": "https://example.org/", "data": data}

    assert 43101 == api.errcode(NOTICE, body)
    platform.post("consent", {"openid": "alice", "template_id": template_id})
    assert 47003 == api.errcode(NOTICE, body | {"data": {}})
    assert [0, 43101] == [api.errcode(NOTICE, body) for _ in range(2)]
    platform.advance(1)
    assert "notice" == platform.inbox("alice")[-1]["via"]
    assert "accept" == account_server.events("subscribe_msg_popup_event")[0].field("SubscribeStatusString")
    (sent,) = account_server.events("subscribe_msg_sent_event")
    assert (template_id, "0", "success") == tuple(
        sent.field(tag) for tag in ("TemplateId", "ErrorCode", "ErrorStatus")
    )


def test_a_rejection_takes_back_what_was_agreed(platform: Platform, api: ApiCaller) -> None:
    """After a rejection the notice is 43101 (J3)."""
    platform.follow("alice")
    platform.post("templates", {"template_id": "T", "title": "提醒", "keys": ["thing1"], "kind": "notice"})
    platform.post("consent", {"openid": "alice", "template_id": "T", "times": 3})
    platform.post("consent", {"openid": "alice", "template_id": "T", "accept": False})

    body = {"touser": "alice", "template_id": "T", "data": {"thing1": {"value": "一"}}}
    assert 43101 == api.errcode(NOTICE, body)


def test_the_library(api: ApiCaller) -> None:
    """Categories, titles, keywords and own templates can be listed; invalid queries have their error codes (J3)."""
    category = api.get("/wxaapi/newtmpl/getcategory")["data"][0]["id"]
    titles = api.get("/wxaapi/newtmpl/getpubtemplatetitles", ids=category, start=0, limit=30)
    assert titles["count"] == len(titles["data"]) == 3
    assert 200018 == api.get("/wxaapi/newtmpl/getpubtemplatetitles", start=0, limit=30)["errcode"]
    assert (
        200017 == api.get("/wxaapi/newtmpl/getpubtemplatetitles", ids=category, start=0, limit=31)["errcode"]
    )
    assert 3 == api.get("/wxaapi/newtmpl/getpubtemplatekeywords", tid=2001)["count"]
    assert 200014 == api.get("/wxaapi/newtmpl/getpubtemplatekeywords", tid=1)["errcode"]
    add = "/wxaapi/newtmpl/addtemplate"
    assert 200014 == api.errcode(add, {"tid": 1, "kidList": [1, 2]})
    assert 200020 == api.errcode(add, {"tid": 2001, "kidList": [1]})
    assert 200021 == api.errcode(add, {"tid": 2001, "kidList": [1, 2], "sceneDesc": "一" * 16})
    own = api.post(add, {"tid": 2001, "kidList": [2, 1]})["priTmplId"]
    assert [own] == [one["priTmplId"] for one in api.get("/wxaapi/newtmpl/gettemplate")["data"]]
    assert [0, 200014] == [api.errcode("/wxaapi/newtmpl/deltemplate", {"priTmplId": own}) for _ in range(2)]


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("thing1", "一" * 20, "一" * 21),
        ("number2", "1" * 32, "一"),
        ("letter3", "a" * 32, "a1"),
        ("character_string4", "A-1" * 10, "一"),
        ("symbol5", "!!!!!", "!!!!!!"),
        ("time6", "15:01~16:00", "明天"),
        ("date7", "2026年12月1日", "x"),
        ("amount8", "¥100.50元", "一百"),
        ("phone_number9", "+86-0766-66888866", "电话"),
        ("car_number10", "粤A8Z888挂", "粤A8Z888挂粤A"),
        ("name11", "张三丰", "张三丰3"),
        ("phrase12", "已取消", "一二三四五六"),
    ],
)
def test_values_have_types(key: str, good: str, bad: str) -> None:
    """Each type of keyword accepts its own values (J3)."""
    assert is_valid_value(key, good)
    assert not is_valid_value(key, bad)


@given(st.text(max_size=60), st.sampled_from(["thing1", "amount2", "time3", "custom", "name1", ""]))
def test_an_empty_value_never_fits(value: str, key: str) -> None:
    """An empty value is refused for every keyword (J3)."""
    assert is_valid_value(key, value) in (True, False)
    assert not is_valid_value(key, "")


@pytest.mark.platform(template_fails=True)
def test_the_platform_may_fail(
    platform: Platform, api: ApiCaller, account_server: AccountServer, template_message: dict[str, object]
) -> None:
    """With template_fails nothing is shown, and the Status is failed: system failed (B3)."""
    assert 0 == api.errcode(SEND, template_message)
    platform.advance(1)

    assert "failed: system failed" == account_server.events("TEMPLATESENDJOBFINISH")[0].field("Status")
    assert [] == [one for one in platform.inbox("alice") if one["via"] == "template"]


def test_several_notices_are_agreed_to_at_once(
    platform: Platform, api: ApiCaller, account_server: AccountServer
) -> None:
    """Accepting several templates sends one List item for each, and each may be sent once (B4, J3)."""
    platform.follow("alice")
    for name in ("A", "B"):
        platform.post("templates", {"template_id": name, "title": name, "keys": ["thing1"], "kind": "notice"})
    platform.post("consent", {"openid": "alice", "template_id": ["A", "B"]})

    (result,) = account_server.events("subscribe_msg_popup_event")
    assert 2 == result.body.count("<List>")
    body = {"touser": "alice", "data": {"thing1": {"value": "一"}}}
    assert [0, 0, 43101] == [api.errcode(NOTICE, body | {"template_id": name}) for name in ("A", "B", "B")]
