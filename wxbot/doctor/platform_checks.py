"""Checks at the platform: credentials and allow-list, rights, quotas, followers, menu, and its view of our address."""

from wxbot.bot.rules.menu import menu_difference, present_buttons, read_buttons
from wxbot.doctor.diagnosis import store_quota
from wxbot.errors import NotFound
from wxbot.push.planning.capabilities import QUOTA_PATHS, Right, fetch_capabilities
from wxbot.wiring import Services

__all__ = [
    "check_callback",
    "check_drafts",
    "check_followers",
    "check_mass_quota",
    "check_menu",
    "check_rights",
    "check_token",
]


def check_token(w: Services) -> str:
    """Request a token: this checks AppID, secret, and the IP allow-list."""
    w.wechat.check_access()  # in any case: a token that is kept says nothing of a secret changed since
    return f"取得了 {w.settings.app_id} 的 access_token"


def check_rights(w: Services) -> str:
    """Ask the platform for the account's rights."""
    found = fetch_capabilities(w.db, w.wechat, w.now(), fresh=True)
    if not found.granted:
        raise NotFound("平台没有回答", remedy="检查这台服务器能不能访问 api.weixin.qq.com，过一会儿再试。")
    return found.summary


def check_drafts(w: Services) -> str:
    """Return the number of drafts."""
    return f"可用，草稿箱里有 {w.wechat.count_drafts()} 篇"


def check_mass_quota(w: Services) -> str:
    """Return today's quota of mass messages. Raises NotFound if it is used up."""
    path = QUOTA_PATHS[Right.MASS]
    if not fetch_capabilities(w.db, w.wechat, w.now()).may(Right.MASS):
        raise NotFound(
            "这个账号没有群发接口的权限",
            remedy="认证之后才有；没有认证的，推送用 --route draft，再由编辑在公众平台后台群发。",
        )
    quota = w.wechat.fetch_quota(path)
    store_quota(w.db, w.now(), path, quota.daily_limit, quota.remain)
    if quota.daily_limit and not quota.remain:
        raise NotFound("今天群发接口的额度用完了", remedy="北京时间零点后恢复；到时的推送会自己接着发。")
    return f"接口额度：今天还可调用 {quota.remain} 次（共 {quota.daily_limit} 次）"


def check_followers(w: Services) -> str:
    """Return the number of followers at the platform."""
    return f"平台上有 {w.wechat.fetch_followers('').total} 位粉丝"


def check_menu(w: Services) -> str:
    """Return that the account's menu is the one of rules.toml. Raises NotFound with the first difference."""
    if not w.rules_path.is_file():
        return f"没有 {w.rules_path}：不管菜单"
    lines = menu_difference(present_buttons(w.wechat), read_buttons(w.rules_path))
    if lines:
        raise NotFound(
            f"平台上的菜单与 {w.rules_path.name} 不同：{_first_change(lines)}",
            remedy="看全部：wxbot menu diff；交给平台：wxbot menu apply。",
        )
    return f"与 {w.rules_path.name} 一致"


def _first_change(difference: list[str]) -> str:
    """Return the first changed line of a unified diff, in words."""
    changed = next(line for line in difference[2:] if line[0] in "+-")
    return f"平台上{'没有' if changed[0] == '+' else '多出'}「{changed[1:].strip()}」"


def check_callback(w: Services) -> str:
    """Let the platform resolve and reach our address. Raises NotFound if it cannot."""
    report = w.wechat.check_callback()
    address = w.settings.public_url or "服务器地址"
    if not report.get("dns"):
        raise NotFound(f"平台解析不了 {address} 的域名", remedy="检查域名的解析；刚改过的要等几分钟。")
    lost = [each for each in report.get("ping") or () if each.get("package_loss") == "100%"]
    if lost and len(lost) == len(report["ping"]):
        raise NotFound(
            f"平台连不上 {lost[0].get('ip', address)}（全部丢包）",
            remedy="检查防火墙和安全组是否放行 80、443；禁 ping 的服务器也会这样，那么以「验证」「消息」两项为准。",
        )
    return f"平台能访问 {address}"
