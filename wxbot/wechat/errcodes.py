"""The platform's errcodes: a table of their meaning, remedy and class of `wxbot.errors`.

    errcode_refusal   the error to raise for an errcode
    errcode_class     its class only

The table is ordered by number; callers choose by class and never compare numbers. Source: wechat-platform.md M, and
sections D, F, G where they name more. An unknown errcode is Refused: retrying a request that the platform did not
understand wastes quota, and a person should look at it.
"""

import re
from typing import NamedTuple

from wxbot.errors import (
    ConfirmationNeeded,
    FollowerUnreachable,
    Misconfigured,
    QuotaSpent,
    Refused,
    TryLater,
    WeChatError,
)
from wxbot.text import cut_bytes, one_line, strip_controls

__all__ = ["DUPLICATE", "NO_MENU", "RULES", "STALE", "ErrcodeRule", "errcode_class", "errcode_refusal"]

# The token is stale: refresh it and retry once.
STALE = frozenset({40001, 40014, 42001})
# A mass message with this clientmsgid (idempotency key) was queued already: counts as success.
DUPLICATE = 45065
# There is no menu: counts as an empty result.
NO_MENU = 46003

_RID = re.compile(r"\s*,?\s*\brid:?\s*([0-9a-f]{8}(?:-[0-9a-f]{8}){2})")
_ADDRESS = re.compile(r"invalid ip ([0-9a-fA-F.:]+)")
_ALLOW_LIST = 40164
_ERRMSG_BYTES = 200

_RETRY_MINUTES = "过几分钟再试。"
_MENU = "请检查 config/rules.toml 中的菜单。"
_TAG = "请检查标签的名称和数量。"
_CONSOLE = "请运维人员登录公众平台后台处理。"
_ALERT = "请立即检查内容是否符合平台规范，不要重发。"
_BUG = "这是程序的问题，请把这条信息交给维护人员。"
_SECRET = "请检查 WXBOT_APP_ID 和 WXBOT_APP_SECRET。"  # noqa: S105 - names, not the secret
_ACCOUNT = "请检查账号类型和认证状态；wxbot doctor 会列出这个账号能做什么。"
_READER = "等对方再次发来消息后才能发送。"


class ErrcodeRule(NamedTuple):
    """A range of errcodes: its error class, message for editors, and remedy."""

    codes: range
    error: type[WeChatError]
    says: str
    remedy: str | None = None


def _rule(
    first: int, last: int, error: type[WeChatError], says: str, remedy: str | None = None
) -> ErrcodeRule:
    return ErrcodeRule(range(first, last + 1), error, says, remedy)


def _one(code: int, error: type[WeChatError], says: str, remedy: str | None = None) -> ErrcodeRule:
    return _rule(code, code, error, says, remedy)


RULES = (
    _one(-1, TryLater, "平台繁忙"),
    _one(40001, TryLater, "access_token 已失效"),
    _one(40002, Refused, "参数类型不对", _BUG),
    _one(40003, FollowerUnreachable, "openid 无效：不是这个公众号的粉丝"),
    _one(40004, Refused, "素材类型不对"),
    _one(40005, Refused, "文件类型不对", "图片请用 JPG 或 PNG。"),
    _one(40006, Refused, "素材太大"),
    _one(40007, Refused, "media_id 无效：草稿已发出或被删除，素材过期，或缺少封面"),
    _one(40008, Refused, "消息类型不对", _BUG),
    _one(40009, Refused, "图片太大", "正文图片要小于 1 MB。"),
    _one(40013, Misconfigured, "AppID 无效", _SECRET),
    _one(40014, TryLater, "access_token 无效"),
    _rule(40016, 40028, Refused, "菜单不合规定", _MENU),
    _one(40031, Refused, "openid 列表无效"),
    _one(40032, Refused, "openid 列表的数量不对"),
    _one(40033, Refused, "请求中有平台不接受的字符", _BUG),
    _one(40035, Refused, "参数不合规定", _BUG),
    _rule(40036, 40037, Refused, "模板 ID 无效"),
    _one(40039, Refused, "链接太长"),
    _rule(40052, 40053, Refused, "二维码参数不对"),
    _rule(40054, 40055, Refused, "菜单的链接无效", _MENU),
    _one(40059, Refused, "群发任务的编号无效"),
    _one(40060, Refused, "群发文章的序号无效"),
    _one(40062, Refused, "标题太长"),
    _one(40114, Refused, "草稿中没有这个序号的文章"),
    _one(40125, Misconfigured, "AppSecret 无效", _SECRET),
    _one(40130, Refused, "按名单群发至少要两位粉丝"),
    _one(40132, FollowerUnreachable, "微信号无效，或不是粉丝"),
    _one(40137, Refused, "图片格式不对", "请用尺寸正常的 JPG 或 PNG。"),
    _one(40152, Refused, "标签不存在", _TAG),
    _one(40155, Refused, "不能使用其他公众号的链接"),
    _one(
        _ALLOW_LIST,
        Misconfigured,
        "服务器的地址不在 IP 白名单中",
        "请在公众平台后台把服务器的地址加入 IP 白名单。",
    ),
    _one(
        40201,
        Misconfigured,
        "后台没有填写服务器地址",
        "在公众平台「基本配置 → 服务器配置」里填 URL、Token 和 EncodingAESKey，保存并启用。",
    ),
    _rule(40202, 40203, Refused, "网络检测的参数不对", _BUG),
    _one(40204, Refused, "群发请求不合规定"),
    _one(40215, Refused, "群发请求不合规定"),
    _one(40243, Misconfigured, "AppSecret 已被冻结", "请运维人员在公众平台后台解冻 AppSecret。"),
    _rule(40246, 40247, Refused, "模板关键词不对"),
    _one(40249, Refused, "模板消息的内容不合规范", _ALERT),
    _one(41001, Refused, "请求中缺少 access_token", _BUG),
    _one(41002, Refused, "请求中缺少 AppID", _BUG),
    _rule(41004, 41009, Refused, "请求中缺少参数", _BUG),
    _one(41039, Refused, "“阅读原文”的链接无效"),
    _one(41040, Refused, "群发请求不合规定"),
    _one(42001, TryLater, "access_token 已过期"),
    _one(42010, TryLater, "群发太频繁", _RETRY_MINUTES),
    _rule(43001, 43003, Refused, "请求方式不对", _BUG),
    _one(43004, FollowerUnreachable, "对方没有关注公众号"),
    _one(43019, FollowerUnreachable, "对方在黑名单中"),
    _one(43101, FollowerUnreachable, "对方没有同意接收这类通知"),
    _one(43116, Refused, "模板已被平台封禁", _ALERT),
    _rule(44001, 44004, Refused, "内容是空的"),
    _one(45001, Refused, "素材太大"),
    _one(45002, Refused, "内容太长"),
    _one(45003, Refused, "标题太长"),
    _one(45004, Refused, "摘要太长"),
    _rule(45005, 45006, Refused, "链接太长"),
    _one(45007, Refused, "语音太长"),
    _one(45008, Refused, "文章太多"),
    _one(45009, QuotaSpent, "今天的调用额度已用完", "额度在北京时间零点后恢复。"),
    _one(45010, Refused, "菜单太多", _MENU),
    _one(45011, TryLater, "一分钟内调用太多", "下一分钟再试。"),
    _one(45015, FollowerUnreachable, "对方超过 48 小时没有发消息，或已取消关注", _READER),
    _one(45026, Misconfigured, "模板数量已满", _CONSOLE),
    _one(45028, QuotaSpent, "群发额度已用完"),
    _one(45047, FollowerUnreachable, "对方上次发消息后可发的条数已用完", _READER),
    _rule(45056, 45059, Refused, "标签不合规定", _TAG),
    _one(45062, Refused, "广告内容没有签约"),
    _one(DUPLICATE, Refused, "同一 clientmsgid 的群发已经提交过"),
    _one(45066, TryLater, "同一 clientmsgid 提交太快", "至少等 60 秒再试。"),
    _one(45067, Refused, "clientmsgid 太长", _BUG),
    _one(45072, Refused, "输入状态的命令不对", _BUG),
    _rule(45080, 45081, Refused, "现在不能显示输入状态"),
    _rule(45083, 45084, Refused, "现在不能设置群发速度"),
    _one(45110, Refused, "作者名太长"),
    _one(45113, Refused, "平台已停止群发卡券"),
    _rule(45157, 45159, Refused, "标签不合规定", _TAG),
    _one(45162, Refused, "消息类型不对", _BUG),
    _one(45166, Refused, "正文内容不合规定"),
    _one(45169, TryLater, "有人正在修改同一个标签"),
    _one(45171, FollowerUnreachable, "有几位粉丝没有打上标签"),
    _one(46001, Refused, "素材不存在"),
    _one(NO_MENU, Refused, "没有自定义菜单"),
    _one(46004, FollowerUnreachable, "没有这位用户"),
    _one(47001, Refused, "平台读不懂请求", _BUG),
    _one(47003, Refused, "模板参数不合规定"),
    _one(48001, Misconfigured, "这个账号没有调用此接口的权限", _ACCOUNT),
    _one(48002, FollowerUnreachable, "对方不接收公众号消息"),
    _one(48003, Misconfigured, "还没有同意群发的协议", _CONSOLE),
    _one(48004, Misconfigured, "接口已被平台封禁", _CONSOLE),
    _one(48005, Refused, "素材还在被菜单或自动回复使用"),
    _one(48006, QuotaSpent, "本月清零额度的次数已用完", "下月再试。"),
    _one(48008, Refused, "没有群发这类消息的权限"),
    _rule(48021, 48022, Refused, "这样的内容不能经接口群发"),
    _one(49003, FollowerUnreachable, "openid 属于其他公众号"),
    _rule(50001, 50004, Misconfigured, "账号没有权限或受到限制", _CONSOLE),
    _one(50005, FollowerUnreachable, "对方没有关注公众号"),
    _one(50007, Misconfigured, "账号已被冻结", _CONSOLE),
    _rule(53404, 53406, Refused, "商品信息不合规定"),
    _one(53500, QuotaSpent, "发布功能受到限制", _CONSOLE),
    _one(53501, QuotaSpent, "发布太频繁", "今天不要再发布，明天再试。"),
    _one(53502, Refused, "发布任务的编号无效"),
    _one(53503, Refused, "草稿没有通过检查", "请在公众平台后台查看草稿的问题。"),
    _rule(
        53504, 53505, ConfirmationNeeded, "这份草稿要先由人处理", "请在公众平台后台打开草稿，保存或手工发布。"
    ),
    _one(53600, Refused, "文章的编号无效"),
    _one(61450, TryLater, "客服系统繁忙"),
    _rule(61451, 61457, Refused, "客服账号不合规定"),
    _rule(61500, 61501, Refused, "日期不合规定", _BUG),
    _one(61503, TryLater, "数据还没有算好", "过几小时再试。"),
    _rule(65301, 65320, Refused, "个性化菜单不合规定", _MENU),
    _rule(65400, 65499, Misconfigured, "没有开通客服功能", _CONSOLE),
    _one(70000, FollowerUnreachable, "对方受未成年人保护"),
    _rule(76001, 76004, Refused, "查不到这个 rid"),
    _rule(76021, 76022, Refused, "查不到这个接口的额度"),
    _one(88000, Misconfigured, "没有留言功能", _ACCOUNT),
    _rule(88001, 88010, Refused, "留言操作不成功"),
    _rule(89503, 89504, ConfirmationNeeded, "等待管理员确认"),
    _one(89505, Misconfigured, "管理员拒绝了这次操作", "请和公众号管理员商量后再试。"),
    _one(89506, ConfirmationNeeded, "管理员拒绝了这台服务器，24 小时内不能再申请"),
    _one(89507, ConfirmationNeeded, "管理员拒绝了这台服务器，1 小时内不能再申请"),
    _rule(200011, 200022, Refused, "订阅通知的模板不合规定"),
    _rule(268487001, 268487002, TryLater, "平台的用户服务繁忙"),
    _one(268488001, Refused, "群发请求不合规定"),
    _rule(9500001, 9500002, Refused, "群发请求不合规定"),
)

_UNKNOWN = ErrcodeRule(range(0), Refused, "平台拒绝了请求")
_BY_CODE = {code: rule for rule in RULES for code in rule.codes}
# On a request for a token 40001 means that the secret is wrong; there is no token to refresh.
_WRONG_SECRET = _one(40001, Misconfigured, "AppSecret 不对", _SECRET)


def errcode_class(errcode: int, *, requesting_token: bool = False) -> type[WeChatError]:
    """Return the error class of an errcode; `requesting_token` when a request for a token returned it."""
    return _find_rule(errcode, requesting_token).error


def errcode_refusal(errcode: int, errmsg: str, *, requesting_token: bool = False) -> WeChatError:
    """Return the error for an errcode: message, number, the platform's errmsg, and a remedy.

    `errmsg` is cut and put on one line; its request id goes to `rid`. For 40164 the remedy names the IP address
    that the platform saw.
    """
    rule = _find_rule(errcode, requesting_token)
    said = one_line(strip_controls(errmsg))
    rid = _RID.search(said)
    words = cut_bytes(_RID.sub("", said), _ERRMSG_BYTES)
    return rule.error(
        f"{rule.says}（{errcode} {words}）" if words else f"{rule.says}（{errcode}）",
        errcode=errcode,
        rid=rid[1] if rid else None,
        remedy=_allow_list(said) if errcode == _ALLOW_LIST else rule.remedy,
    )


def _find_rule(errcode: int, requesting_token: bool) -> ErrcodeRule:
    if requesting_token and errcode == _WRONG_SECRET.codes.start:
        return _WRONG_SECRET
    return _BY_CODE.get(errcode, _UNKNOWN)


def _allow_list(said: str) -> str | None:
    address = _ADDRESS.search(said)
    if address is None:
        return _BY_CODE[_ALLOW_LIST].remedy
    return f"请在公众平台后台“设置与开发 → 基本配置 → IP 白名单”中加入 {address[1]}。"
