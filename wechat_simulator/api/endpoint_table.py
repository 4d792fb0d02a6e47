"""Table of all endpoints: method, path, right, limits and handler.

Daily limits are those of a newly registered account (reference, section 0).
"""

__all__ = ["BY_PATH", "TABLE"]

from wechat_simulator.api import (
    comments,
    credentials,
    customer_service,
    datacube,
    drafts,
    freepublish,
    mass_messages,
    media,
    menus,
    notice_library,
    qrcodes,
    tags,
    template_messages,
    users,
)
from wechat_simulator.api.call import ApiEndpoint

GET, POST = "GET", "POST"

CREDENTIALS = [
    ApiEndpoint(GET, "/cgi-bin/token", "basic", credentials.issue_token, 2000, body="none", key="secret"),
    ApiEndpoint(
        POST, "/cgi-bin/stable_token", "basic", credentials.issue_stable_token, 500_000, 10_000, key="secret"
    ),
    ApiEndpoint(POST, "/cgi-bin/clear_quota", "basic", credentials.clear_quota),
    ApiEndpoint(
        POST,
        "/cgi-bin/clear_quota/v2",
        "basic",
        credentials.clear_quota_by_secret,
        body="loose",
        key="secret",
    ),
    ApiEndpoint(POST, "/cgi-bin/openapi/quota/clear", "basic", credentials.clear_one_quota),
    ApiEndpoint(POST, "/cgi-bin/openapi/quota/get", "basic", credentials.get_quota),
    ApiEndpoint(POST, "/cgi-bin/openapi/rid/get", "basic", credentials.find_rid),
    ApiEndpoint(GET, "/cgi-bin/getcallbackip", "basic", credentials.list_callback_addresses, body="none"),
    ApiEndpoint(GET, "/cgi-bin/get_api_domain_ip", "basic", credentials.list_api_addresses, body="none"),
    ApiEndpoint(POST, "/cgi-bin/callback/check", "basic", credentials.check_callback),
]
MEDIA = [
    ApiEndpoint(
        POST, "/cgi-bin/media/upload", "media", media.upload_temporary_media, body="form", plain=True
    ),
    ApiEndpoint(
        GET, "/cgi-bin/media/get", "media", media.get_temporary_media, 200_000, body="none", plain=True
    ),
    ApiEndpoint(POST, "/cgi-bin/media/uploadimg", "media", media.upload_picture, body="form", plain=True),
    ApiEndpoint(POST, "/cgi-bin/material/add_material", "media", media.add_material, body="form", plain=True),
    ApiEndpoint(POST, "/cgi-bin/material/get_material", "media", media.get_material, plain=True),
    ApiEndpoint(
        GET, "/cgi-bin/material/get_materialcount", "media", media.count_materials, body="none", plain=True
    ),
    ApiEndpoint(POST, "/cgi-bin/material/batchget_material", "media", media.list_materials, plain=True),
    ApiEndpoint(POST, "/cgi-bin/material/del_material", "media", media.delete_material),
    ApiEndpoint(POST, "/cgi-bin/media/uploadvideo", "mass", mass_messages.upload_video),
]
DRAFTS = [
    ApiEndpoint(POST, "/cgi-bin/draft/add", "draft", drafts.add_draft, 1000, escapes="literal"),
    ApiEndpoint(POST, "/cgi-bin/draft/update", "draft", drafts.update_draft, 1000, escapes="literal"),
    ApiEndpoint(POST, "/cgi-bin/draft/get", "draft", drafts.get_draft, 500, plain=True),
    ApiEndpoint(POST, "/cgi-bin/draft/batchget", "draft", drafts.list_drafts, 1000, plain=True),
    ApiEndpoint(GET, "/cgi-bin/draft/count", "draft", drafts.count_drafts, 1000, body="none"),
    ApiEndpoint(POST, "/cgi-bin/draft/delete", "draft", drafts.delete_draft, 1000),
    ApiEndpoint(POST, "/cgi-bin/draft/switch", "draft", drafts.switch_draft_box, body="loose"),
]
MASS = [
    ApiEndpoint(
        POST, "/cgi-bin/message/mass/sendall", "mass", mass_messages.send_all, 100, 60, escapes="literal"
    ),
    ApiEndpoint(
        POST, "/cgi-bin/message/mass/send", "mass list", mass_messages.send_list, 100, 60, escapes="literal"
    ),
    ApiEndpoint(
        POST, "/cgi-bin/message/mass/preview", "mass", mass_messages.send_preview, 100, 60, escapes="literal"
    ),
    ApiEndpoint(POST, "/cgi-bin/message/mass/get", "mass", mass_messages.get_status, 100, 60),
    ApiEndpoint(POST, "/cgi-bin/message/mass/delete", "mass", mass_messages.delete_mass_message, 100, 60),
    ApiEndpoint(
        POST, "/cgi-bin/message/mass/speed/get", "mass", mass_messages.get_speed, 100, 60, body="loose"
    ),
    ApiEndpoint(POST, "/cgi-bin/message/mass/speed/set", "mass", mass_messages.set_speed, 100, 60),
]
SERVICE = [
    ApiEndpoint(
        POST,
        "/cgi-bin/message/custom/send",
        "service",
        customer_service.send_message,
        500_000,
        escapes="literal",
    ),
    ApiEndpoint(POST, "/cgi-bin/message/custom/typing", "service", customer_service.set_typing),
    ApiEndpoint(POST, "/customservice/msgrecord/getmsglist", "service", customer_service.list_records),
]
USERS = [
    ApiEndpoint(GET, "/cgi-bin/user/get", "users", users.list_openids, 500, body="none"),
    ApiEndpoint(GET, "/cgi-bin/user/info", "users", users.get_info, 5_000_000, body="none"),
    ApiEndpoint(POST, "/cgi-bin/user/info/batchget", "users", users.batch_get_info),
    ApiEndpoint(
        POST, "/cgi-bin/user/info/updateremark", "users", users.set_remark, 10_000, escapes="literal"
    ),
    ApiEndpoint(POST, "/cgi-bin/tags/members/getblacklist", "users", users.list_blacklist),
    ApiEndpoint(POST, "/cgi-bin/tags/members/batchblacklist", "users", users.add_to_blacklist),
    ApiEndpoint(POST, "/cgi-bin/tags/members/batchunblacklist", "users", users.remove_from_blacklist),
    ApiEndpoint(POST, "/cgi-bin/changeopenid", "users", users.change_openids),
]
MENUS = [
    ApiEndpoint(POST, "/cgi-bin/menu/create", "menu", menus.create_menu, 1000, escapes="refuse"),
    ApiEndpoint(GET, "/cgi-bin/menu/get", "menu", menus.get_menus, 10_000, body="none"),
    ApiEndpoint(GET, "/cgi-bin/menu/delete", "menu", menus.delete_menus, 1000, body="none"),
    ApiEndpoint(GET, "/cgi-bin/get_current_selfmenu_info", "selfmenu", menus.get_current_menu, body="none"),
    ApiEndpoint(
        POST, "/cgi-bin/menu/addconditional", "menu", menus.add_conditional_menu, 2000, escapes="refuse"
    ),
    ApiEndpoint(POST, "/cgi-bin/menu/delconditional", "menu", menus.delete_conditional_menu, 2000),
    ApiEndpoint(POST, "/cgi-bin/menu/trymatch", "menu", menus.try_match, 20_000),
]

TAGS = [
    ApiEndpoint(POST, "/cgi-bin/tags/create", "users", tags.create_tag, escapes="literal"),
    ApiEndpoint(GET, "/cgi-bin/tags/get", "users", tags.list_tags, body="none"),
    ApiEndpoint(POST, "/cgi-bin/tags/update", "users", tags.rename_tag, escapes="literal"),
    ApiEndpoint(POST, "/cgi-bin/tags/delete", "users", tags.delete_tag),
    ApiEndpoint(POST, "/cgi-bin/user/tag/get", "users", tags.list_members),
    ApiEndpoint(POST, "/cgi-bin/tags/members/batchtagging", "users", tags.tag_followers),
    ApiEndpoint(POST, "/cgi-bin/tags/members/batchuntagging", "users", tags.untag_followers),
    ApiEndpoint(POST, "/cgi-bin/tags/getidlist", "users", tags.list_tags_of_follower),
]
PUBLISH = [
    ApiEndpoint(POST, "/cgi-bin/freepublish/submit", "publish", freepublish.submit_publication, 100),
    ApiEndpoint(POST, "/cgi-bin/freepublish/get", "publish", freepublish.get_publication, 100),
    ApiEndpoint(
        POST, "/cgi-bin/freepublish/getarticle", "publish", freepublish.get_published_article, 100, plain=True
    ),
    ApiEndpoint(
        POST, "/cgi-bin/freepublish/batchget", "publish", freepublish.list_publications, 100, plain=True
    ),
    ApiEndpoint(POST, "/cgi-bin/freepublish/delete", "publish", freepublish.delete_publication, 10),
]
TEMPLATES = [
    ApiEndpoint(POST, "/cgi-bin/message/template/send", "template", template_messages.send_template, 100_000),
    ApiEndpoint(
        POST, "/cgi-bin/message/template/subscribe", "one-time", template_messages.send_one_time_message
    ),
    ApiEndpoint(POST, "/cgi-bin/message/subscribe/bizsend", "notice", template_messages.send_notice),
    ApiEndpoint(POST, "/cgi-bin/template/api_add_template", "template", template_messages.add_template),
    ApiEndpoint(
        GET,
        "/cgi-bin/template/get_all_private_template",
        "template",
        template_messages.list_templates,
        body="none",
    ),
    ApiEndpoint(
        POST, "/cgi-bin/template/del_private_template", "template", template_messages.delete_template
    ),
    ApiEndpoint(POST, "/cgi-bin/template/api_set_industry", "template", template_messages.set_industry),
    ApiEndpoint(
        GET, "/cgi-bin/template/get_industry", "template", template_messages.get_industry, body="none"
    ),
    ApiEndpoint(POST, "/wxa/sec/queryblocktmplmsg", "template", template_messages.list_blocked),
    ApiEndpoint(GET, "/wxaapi/newtmpl/getcategory", "notice", notice_library.list_categories, body="none"),
    ApiEndpoint(
        GET, "/wxaapi/newtmpl/getpubtemplatetitles", "notice", notice_library.list_titles, body="none"
    ),
    ApiEndpoint(
        GET, "/wxaapi/newtmpl/getpubtemplatekeywords", "notice", notice_library.list_keywords, body="none"
    ),
    ApiEndpoint(
        GET, "/wxaapi/newtmpl/gettemplate", "notice", notice_library.list_notice_templates, body="none"
    ),
    ApiEndpoint(POST, "/wxaapi/newtmpl/addtemplate", "notice", notice_library.add_notice_template),
    ApiEndpoint(POST, "/wxaapi/newtmpl/deltemplate", "notice", notice_library.delete_notice_template),
]
CODES = [
    ApiEndpoint(POST, "/cgi-bin/qrcode/create", "qrcode", qrcodes.create_code, 100_000),
    ApiEndpoint(GET, "/cgi-bin/ticket/getticket", "jssdk", qrcodes.get_js_ticket, body="none"),
]
COMMENTS = [
    ApiEndpoint(POST, "/cgi-bin/comment/open", "comments", comments.open_comments),
    ApiEndpoint(POST, "/cgi-bin/comment/close", "comments", comments.close_comments),
    ApiEndpoint(POST, "/cgi-bin/comment/list", "comments", comments.list_comments),
    ApiEndpoint(POST, "/cgi-bin/comment/markelect", "comments", comments.feature_comment),
    ApiEndpoint(POST, "/cgi-bin/comment/unmarkelect", "comments", comments.unfeature_comment),
    ApiEndpoint(POST, "/cgi-bin/comment/delete", "comments", comments.delete_comment),
    ApiEndpoint(POST, "/cgi-bin/comment/reply/add", "comments", comments.add_reply),
    ApiEndpoint(POST, "/cgi-bin/comment/reply/delete", "comments", comments.delete_reply),
]
REPORTS = {  # name -> rows, longest span in days, new format
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
    "getupstreammsg": (datacube.messages_in_days(1), 7, False),
    "getupstreammsghour": (datacube.messages_by_hour, 1, False),
    "getupstreammsgweek": (datacube.messages_in_days(7), 1, False),
    "getupstreammsgmonth": (datacube.messages_in_days(31), 1, False),
    "getupstreammsgdist": (datacube.message_count_distribution(1), 15, False),
    "getupstreammsgdistweek": (datacube.message_count_distribution(7), 15, False),
    "getupstreammsgdistmonth": (datacube.message_count_distribution(31), 15, False),
    "getinterfacesummary": (datacube.callback_summary, 30, False),
    "getinterfacesummaryhour": (datacube.callbacks_by_hour, 1, False),
}
DATACUBE = [
    ApiEndpoint(POST, f"/datacube/{name}", "datacube", datacube.report_handler(rows, span, new=new))
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
