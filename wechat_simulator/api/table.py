"""Every interface of the platform that the simulator has: method, path, right, limits and who carries it out.

Daily limits are those of a newly registered account (reference, section 0).
"""

__all__ = ["BY_PATH", "TABLE"]

from wechat_simulator.api import (
    comments,
    credentials,
    datacube,
    drafts,
    library,
    mass,
    media,
    menus,
    publish,
    qrcodes,
    service,
    tags,
    templates,
    users,
)
from wechat_simulator.api.call import Endpoint

GET, POST = "GET", "POST"

CREDENTIALS = [
    Endpoint(GET, "/cgi-bin/token", "basic", credentials.token, 2000, body="none", key="secret"),
    Endpoint(POST, "/cgi-bin/stable_token", "basic", credentials.stable_token, 500_000, 10_000, key="secret"),
    Endpoint(POST, "/cgi-bin/clear_quota", "basic", credentials.clear_quota),
    Endpoint(
        POST,
        "/cgi-bin/clear_quota/v2",
        "basic",
        credentials.clear_quota_by_secret,
        body="loose",
        key="secret",
    ),
    Endpoint(POST, "/cgi-bin/openapi/quota/clear", "basic", credentials.clear_one_quota),
    Endpoint(POST, "/cgi-bin/openapi/quota/get", "basic", credentials.quota),
    Endpoint(POST, "/cgi-bin/openapi/rid/get", "basic", credentials.find_rid),
    Endpoint(GET, "/cgi-bin/getcallbackip", "basic", credentials.callback_addresses, body="none"),
    Endpoint(GET, "/cgi-bin/get_api_domain_ip", "basic", credentials.api_addresses, body="none"),
    Endpoint(POST, "/cgi-bin/callback/check", "basic", credentials.check_callback),
]
MEDIA = [
    Endpoint(POST, "/cgi-bin/media/upload", "media", media.upload, body="form", plain=True),
    Endpoint(GET, "/cgi-bin/media/get", "media", media.get, 200_000, body="none", plain=True),
    Endpoint(POST, "/cgi-bin/media/uploadimg", "media", media.upload_picture, body="form", plain=True),
    Endpoint(POST, "/cgi-bin/material/add_material", "media", media.add_material, body="form", plain=True),
    Endpoint(POST, "/cgi-bin/material/get_material", "media", media.get_material, plain=True),
    Endpoint(
        GET, "/cgi-bin/material/get_materialcount", "media", media.count_material, body="none", plain=True
    ),
    Endpoint(POST, "/cgi-bin/material/batchget_material", "media", media.list_material, plain=True),
    Endpoint(POST, "/cgi-bin/material/del_material", "media", media.delete_material),
    Endpoint(POST, "/cgi-bin/media/uploadvideo", "mass", mass.upload_video),
]
DRAFTS = [
    Endpoint(POST, "/cgi-bin/draft/add", "draft", drafts.add, 1000, escapes="literal"),
    Endpoint(POST, "/cgi-bin/draft/update", "draft", drafts.update, 1000, escapes="literal"),
    Endpoint(POST, "/cgi-bin/draft/get", "draft", drafts.get, 500, plain=True),
    Endpoint(POST, "/cgi-bin/draft/batchget", "draft", drafts.batchget, 1000, plain=True),
    Endpoint(GET, "/cgi-bin/draft/count", "draft", drafts.count, 1000, body="none"),
    Endpoint(POST, "/cgi-bin/draft/delete", "draft", drafts.delete, 1000),
    Endpoint(POST, "/cgi-bin/draft/switch", "draft", drafts.switch, body="loose"),
]
MASS = [
    Endpoint(POST, "/cgi-bin/message/mass/sendall", "mass", mass.send_all, 100, 60, escapes="literal"),
    Endpoint(POST, "/cgi-bin/message/mass/send", "mass list", mass.send_list, 100, 60, escapes="literal"),
    Endpoint(POST, "/cgi-bin/message/mass/preview", "mass", mass.preview, 100, 60, escapes="literal"),
    Endpoint(POST, "/cgi-bin/message/mass/get", "mass", mass.get, 100, 60),
    Endpoint(POST, "/cgi-bin/message/mass/delete", "mass", mass.delete, 100, 60),
    Endpoint(POST, "/cgi-bin/message/mass/speed/get", "mass", mass.get_speed, 100, 60, body="loose"),
    Endpoint(POST, "/cgi-bin/message/mass/speed/set", "mass", mass.set_speed, 100, 60),
]
SERVICE = [
    Endpoint(POST, "/cgi-bin/message/custom/send", "service", service.send, 500_000, escapes="literal"),
    Endpoint(POST, "/cgi-bin/message/custom/typing", "service", service.typing),
    Endpoint(POST, "/customservice/msgrecord/getmsglist", "service", service.list_records),
]
USERS = [
    Endpoint(GET, "/cgi-bin/user/get", "users", users.list_openids, 500, body="none"),
    Endpoint(GET, "/cgi-bin/user/info", "users", users.info, 5_000_000, body="none"),
    Endpoint(POST, "/cgi-bin/user/info/batchget", "users", users.batch_info),
    Endpoint(POST, "/cgi-bin/user/info/updateremark", "users", users.remark, 10_000, escapes="literal"),
    Endpoint(POST, "/cgi-bin/tags/members/getblacklist", "users", users.blacklisted),
    Endpoint(POST, "/cgi-bin/tags/members/batchblacklist", "users", users.blacklist),
    Endpoint(POST, "/cgi-bin/tags/members/batchunblacklist", "users", users.unblacklist),
    Endpoint(POST, "/cgi-bin/changeopenid", "users", users.change_openids),
]
MENUS = [
    Endpoint(POST, "/cgi-bin/menu/create", "menu", menus.create, 1000, escapes="refuse"),
    Endpoint(GET, "/cgi-bin/menu/get", "menu", menus.get, 10_000, body="none"),
    Endpoint(GET, "/cgi-bin/menu/delete", "menu", menus.delete, 1000, body="none"),
    Endpoint(GET, "/cgi-bin/get_current_selfmenu_info", "selfmenu", menus.self_menu, body="none"),
    Endpoint(POST, "/cgi-bin/menu/addconditional", "menu", menus.add_conditional, 2000, escapes="refuse"),
    Endpoint(POST, "/cgi-bin/menu/delconditional", "menu", menus.delete_conditional, 2000),
    Endpoint(POST, "/cgi-bin/menu/trymatch", "menu", menus.try_match, 20_000),
]

TAGS = [
    Endpoint(POST, "/cgi-bin/tags/create", "users", tags.create, escapes="literal"),
    Endpoint(GET, "/cgi-bin/tags/get", "users", tags.list_all, body="none"),
    Endpoint(POST, "/cgi-bin/tags/update", "users", tags.update, escapes="literal"),
    Endpoint(POST, "/cgi-bin/tags/delete", "users", tags.delete),
    Endpoint(POST, "/cgi-bin/user/tag/get", "users", tags.list_members),
    Endpoint(POST, "/cgi-bin/tags/members/batchtagging", "users", tags.tag),
    Endpoint(POST, "/cgi-bin/tags/members/batchuntagging", "users", tags.untag),
    Endpoint(POST, "/cgi-bin/tags/getidlist", "users", tags.ids_of),
]
PUBLISH = [
    Endpoint(POST, "/cgi-bin/freepublish/submit", "publish", publish.submit, 100),
    Endpoint(POST, "/cgi-bin/freepublish/get", "publish", publish.get, 100),
    Endpoint(POST, "/cgi-bin/freepublish/getarticle", "publish", publish.get_article, 100, plain=True),
    Endpoint(POST, "/cgi-bin/freepublish/batchget", "publish", publish.batchget, 100, plain=True),
    Endpoint(POST, "/cgi-bin/freepublish/delete", "publish", publish.delete, 10),
]
TEMPLATES = [
    Endpoint(POST, "/cgi-bin/message/template/send", "template", templates.send_template, 100_000),
    Endpoint(POST, "/cgi-bin/message/template/subscribe", "one-time", templates.send_once),
    Endpoint(POST, "/cgi-bin/message/subscribe/bizsend", "notice", templates.send_notice),
    Endpoint(POST, "/cgi-bin/template/api_add_template", "template", templates.add_template),
    Endpoint(
        GET, "/cgi-bin/template/get_all_private_template", "template", templates.list_templates, body="none"
    ),
    Endpoint(POST, "/cgi-bin/template/del_private_template", "template", templates.delete_template),
    Endpoint(POST, "/cgi-bin/template/api_set_industry", "template", templates.set_industry),
    Endpoint(GET, "/cgi-bin/template/get_industry", "template", templates.industry, body="none"),
    Endpoint(POST, "/wxa/sec/queryblocktmplmsg", "template", templates.list_blocked),
    Endpoint(GET, "/wxaapi/newtmpl/getcategory", "notice", library.categories, body="none"),
    Endpoint(GET, "/wxaapi/newtmpl/getpubtemplatetitles", "notice", library.titles, body="none"),
    Endpoint(GET, "/wxaapi/newtmpl/getpubtemplatekeywords", "notice", library.keywords, body="none"),
    Endpoint(GET, "/wxaapi/newtmpl/gettemplate", "notice", library.list_own, body="none"),
    Endpoint(POST, "/wxaapi/newtmpl/addtemplate", "notice", library.add),
    Endpoint(POST, "/wxaapi/newtmpl/deltemplate", "notice", library.delete),
]
CODES = [
    Endpoint(POST, "/cgi-bin/qrcode/create", "qrcode", qrcodes.create, 100_000),
    Endpoint(GET, "/cgi-bin/ticket/getticket", "jssdk", qrcodes.ticket, body="none"),
]
COMMENTS = [
    Endpoint(POST, "/cgi-bin/comment/open", "comments", comments.open_),
    Endpoint(POST, "/cgi-bin/comment/close", "comments", comments.close),
    Endpoint(POST, "/cgi-bin/comment/list", "comments", comments.listed),
    Endpoint(POST, "/cgi-bin/comment/markelect", "comments", comments.select),
    Endpoint(POST, "/cgi-bin/comment/unmarkelect", "comments", comments.unselect),
    Endpoint(POST, "/cgi-bin/comment/delete", "comments", comments.delete),
    Endpoint(POST, "/cgi-bin/comment/reply/add", "comments", comments.reply),
    Endpoint(POST, "/cgi-bin/comment/reply/delete", "comments", comments.unreply),
]
REPORTS = {  # rows, longest span in days, whether of the new kind
    "getusersummary": (datacube.user_summary, 7, False),
    "getusercumulate": (datacube.user_cumulate, 7, False),
    "getarticlesummary": (datacube.article_summary, 1, False),
    "getarticletotal": (datacube.article_total, 1, False),
    "getuserread": (datacube.user_read, 1, False),
    "getuserreadhour": (datacube.user_read_hour, 1, False),
    "getusershare": (datacube.user_share, 1, False),
    "getusersharehour": (datacube.user_share_hour, 1, False),
    "getarticleread": (datacube.article_read, 1, True),
    "getarticleshare": (datacube.article_share, 1, True),
    "getarticletotaldetail": (datacube.article_total_detail, 1, True),
    "getbizsummary": (datacube.biz_summary, 30, True),
    "getupstreammsg": (datacube.upstream(1), 7, False),
    "getupstreammsghour": (datacube.upstream_hour, 1, False),
    "getupstreammsgweek": (datacube.upstream(7), 1, False),
    "getupstreammsgmonth": (datacube.upstream(31), 1, False),
    "getupstreammsgdist": (datacube.upstream_distribution(1), 15, False),
    "getupstreammsgdistweek": (datacube.upstream_distribution(7), 15, False),
    "getupstreammsgdistmonth": (datacube.upstream_distribution(31), 15, False),
    "getinterfacesummary": (datacube.interface_summary, 30, False),
    "getinterfacesummaryhour": (datacube.interface_hour, 1, False),
}
DATACUBE = [
    Endpoint(POST, f"/datacube/{name}", "datacube", datacube.daily(rows, span, new=new))
    for name, (rows, span, new) in REPORTS.items()
]

TABLE = [
    *CREDENTIALS,
    *MEDIA,
    *DRAFTS,
    *MASS,
    *SERVICE,
    *USERS,
    *TAGS,
    *MENUS,
    *PUBLISH,
    *TEMPLATES,
    *CODES,
    *COMMENTS,
    *DATACUBE,
]
BY_PATH = {endpoint.path: endpoint for endpoint in TABLE}
