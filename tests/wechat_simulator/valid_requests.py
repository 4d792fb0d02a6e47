"""A valid or almost valid request for each endpoint, into which test_random puts mistakes."""

from typing import Any

ARTICLE = {
    "title": "第12期",
    "author": "秘书处",
    "digest": "摘要",
    "content": "<section><p>一</p></section>",
    "content_source_url": "https://example.org/",
    "thumb_media_id": "$material",
    "need_open_comment": 1,
    "pic_crop_235_1": "0_0_1_1",
}
CARD = {"title": "一", "description": "二", "url": "https://example.org/", "picurl": "https://example.org/p"}
MASS = {"msgtype": "mpnews", "mpnews": {"media_id": "$draft"}, "send_ignore_reprint": 1}
CUSTOM = "/cgi-bin/message/custom/send"
DAYS = {"begin_date": "2026-10-20", "end_date": "2026-10-20"}
BUTTON = {"type": "click", "name": "最新", "key": "LATEST"}
COMMENT = {"msg_data_id": "$data", "index": 0, "user_comment_id": 1}
NOTICE = {"touser": "alice", "template_id": "T", "data": {"thing1": {"value": "一"}}}

# "$name" is replaced by an existing value before the request is sent.
VALID_REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("/cgi-bin/stable_token", {"grant_type": "client_credential", "appid": "$app", "secret": "$secret"}),
    ("/cgi-bin/clear_quota", {"appid": "$app"}),
    ("/cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/draft/add"}),
    ("/cgi-bin/openapi/quota/clear", {"cgi_path": "/cgi-bin/draft/add"}),
    ("/cgi-bin/callback/check", {"action": "all", "check_operator": "DEFAULT"}),
    ("/cgi-bin/draft/add", {"articles": [ARTICLE, ARTICLE]}),
    ("/cgi-bin/draft/update", {"media_id": "$draft", "index": 0, "articles": ARTICLE}),
    ("/cgi-bin/draft/get", {"media_id": "$draft"}),
    ("/cgi-bin/draft/batchget", {"offset": 0, "count": 20, "no_content": 0}),
    ("/cgi-bin/draft/delete", {"media_id": "$draft"}),
    ("/cgi-bin/material/batchget_material", {"type": "image", "offset": 0, "count": 20}),
    ("/cgi-bin/material/get_material", {"media_id": "$material"}),
    ("/cgi-bin/material/del_material", {"media_id": "$material"}),
    (
        "/cgi-bin/message/mass/sendall",
        MASS | {"filter": {"is_to_all": True, "tag_id": 100}, "clientmsgid": "k"},
    ),
    ("/cgi-bin/message/mass/send", MASS | {"touser": ["alice", "bob"]}),
    ("/cgi-bin/message/mass/preview", MASS | {"touser": "alice", "towxname": ""}),
    ("/cgi-bin/message/mass/get", {"msg_id": "$job"}),
    ("/cgi-bin/message/mass/delete", {"msg_id": "$job", "article_idx": 1}),
    ("/cgi-bin/message/mass/speed/set", {"speed": 1}),
    (CUSTOM, {"touser": "alice", "msgtype": "text", "text": {"content": "一"}}),
    (CUSTOM, {"touser": "alice", "msgtype": "news", "news": {"articles": [CARD]}}),
    (CUSTOM, {"touser": "alice", "msgtype": "mpnews", "mpnews": {"media_id": "$draft"}}),
    (CUSTOM, {"touser": "alice", "msgtype": "msgmenu", "msgmenu": {"list": [{"id": "1", "content": "一"}]}}),
    (CUSTOM, {"touser": "alice", "msgtype": "image", "image": {"media_id": "$material"}}),
    (CUSTOM, {"touser": "alice", "msgtype": "mpnewsarticle", "mpnewsarticle": {"article_id": "$article"}}),
    ("/cgi-bin/message/custom/typing", {"touser": "alice", "command": "Typing"}),
    (
        "/customservice/msgrecord/getmsglist",
        {"starttime": 1_793_000_000, "endtime": 1_793_080_000, "msgid": 1, "number": 9},
    ),
    ("/cgi-bin/user/info/batchget", {"user_list": [{"openid": "alice"}, {"openid": "bob"}]}),
    ("/cgi-bin/user/info/updateremark", {"openid": "alice", "remark": "一"}),
    ("/cgi-bin/tags/members/getblacklist", {"begin_openid": ""}),
    ("/cgi-bin/tags/members/batchblacklist", {"openid_list": ["bob"]}),
    ("/cgi-bin/tags/create", {"tag": {"name": "会员"}}),
    ("/cgi-bin/tags/update", {"tag": {"id": 100, "name": "理事"}}),
    ("/cgi-bin/tags/delete", {"tag": {"id": 100}}),
    ("/cgi-bin/tags/members/batchtagging", {"openid_list": ["alice", "bob"], "tagid": 100}),
    ("/cgi-bin/user/tag/get", {"tagid": 100, "next_openid": ""}),
    ("/cgi-bin/menu/create", {"button": [BUTTON, {"name": "更多", "sub_button": [BUTTON]}]}),
    ("/cgi-bin/menu/addconditional", {"button": [BUTTON], "matchrule": {"tag_id": "100"}}),
    ("/cgi-bin/menu/trymatch", {"user_id": "alice"}),
    ("/cgi-bin/freepublish/submit", {"media_id": "$draft"}),
    ("/cgi-bin/freepublish/get", {"publish_id": "$publication"}),
    ("/cgi-bin/freepublish/getarticle", {"article_id": "$article"}),
    ("/cgi-bin/freepublish/batchget", {"offset": 0, "count": 20}),
    ("/cgi-bin/freepublish/delete", {"article_id": "$article", "index": 1}),
    ("/cgi-bin/message/template/send", NOTICE | {"template_id": "M", "client_msg_id": "k"}),
    ("/cgi-bin/message/subscribe/bizsend", NOTICE),
    (
        "/cgi-bin/message/template/subscribe",
        NOTICE | {"scene": 1, "title": "一", "data": {"content": {"value": "一"}}},
    ),
    ("/cgi-bin/template/api_add_template", {"template_id_short": "1", "keyword_name_list": ["时间"]}),
    ("/wxaapi/newtmpl/addtemplate", {"tid": 2001, "kidList": [1, 2], "sceneDesc": "一"}),
    (
        "/cgi-bin/qrcode/create",
        {"action_name": "QR_SCENE", "expire_seconds": 60, "action_info": {"scene": {"scene_id": 7}}},
    ),
    ("/cgi-bin/comment/list", COMMENT | {"begin": 0, "count": 10, "type": 0}),
    ("/cgi-bin/comment/reply/add", COMMENT | {"content": "一"}),
    ("/datacube/getusersummary", DAYS),
    ("/datacube/getarticletotaldetail", DAYS),
    ("/datacube/getupstreammsgmonth", DAYS),
    ("/datacube/getinterfacesummary", DAYS),
    ("/_sim/followers", {"openid": "bob", "scene": "7", "hours_ago": 1, "name": "bob"}),
    ("/_sim/followers", {"count": 5}),
    ("/_sim/unfollow", {"openid": "bob"}),
    ("/_sim/message", {"openid": "alice", "type": "text", "content": "一", "bizmsgmenuid": "1"}),
    ("/_sim/message", {"openid": "alice", "type": "location", "location_x": 1, "label": "一"}),
    ("/_sim/message", {"openid": "alice", "type": "event", "event": "CLICK", "key": "K"}),
    ("/_sim/consent", {"openid": "alice", "template_id": "T", "accept": True, "times": 2, "scene": 1}),
    ("/_sim/clock", {"advance": 40_000}),
    (
        "/_sim/faults",
        {"path": "/cgi-bin/draft/add", "kind": "errcode", "errcode": -1, "times": 2, "rate": 0.5},
    ),
    ("/_sim/read", {"url": "$page", "openid": "alice", "does": "share"}),
    ("/_sim/forward", {"openid": "alice", "url": "$page", "to": "bob", "words": "看"}),
    ("/_sim/forward", {"openid": "alice", "url": "https://example.org/a", "to": "account", "title": "一"}),
    ("/_sim/comment", {"url": "$page", "openid": "alice", "content": "一"}),
    (
        "/_sim/account",
        {"kind": "svc", "mode": "plain", "admin_confirms": False, "originality": {"第12期": "reprint"}},
    ),
    ("/_sim/accounts", {"kind": "sub"}),
    ("/_sim/quotas", {"path": "/cgi-bin/draft/add", "limit": 5, "used": 1, "per_minute": 9}),
    ("/_sim/admin", {"msg_id": "$job", "accept": True}),
    ("/_sim/templates", {"template_id": "T", "title": "一", "keys": ["thing1"], "kind": "notice"}),
    ("/_sim/templates", {"template_id": "M", "title": "一", "keys": ["thing1"], "kind": "template"}),
]


def fill_placeholders(value: Any, existing: dict[str, Any]) -> Any:
    """Return the request with its `$names` replaced by existing values."""
    if isinstance(value, dict):
        return {key: fill_placeholders(one, existing) for key, one in value.items()}
    if isinstance(value, list):
        return [fill_placeholders(one, existing) for one in value]
    return existing.get(value, value) if isinstance(value, str) else value
