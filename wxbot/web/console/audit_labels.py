"""Chinese labels of everything that the audit log records, as the console's pages show it."""

from wxbot.push.ledger.labels import AUDIT_EVENT_LABELS
from wxbot.web.console.issue_texts import ISSUE_EVENT_LABELS

__all__ = ["AUDIT_LABELS", "audit_label"]

_ACCOUNT_LABELS = {
    "add editor": "添加账号",
    "remove editor": "移除账号",
    "role": "改角色",
    "openid": "改 openid",
    "password": "改密码",
    "password link": "给设密码的链接",
    "login": "登录",
    "logout": "退出",
    "login failed": "登录失败",
    "more logins failed": "登录失败太多，没有逐条记",
    "end session": "结束登录",
}
_FILE_LABELS = {
    "upload": "带进文件",
    "remove upload": "去掉带进来的文件",
    "settle reading": "改读法",
    "undo reading": "撤销读法的一步",
    "discard reading": "不要还没用上的改动",
    "bring in": "收下带进来的文件",
    "take reading": "收下改过的读法",
    "drop file": "把文件放在一边",
    "import": "导入旧刊",
}
_OTHER_LABELS = {
    "add publication": "添加刊物",
    "change settings": "改设置",
    "apply menu": "把菜单交给微信",
    "phone status": "手机上看推送",
    "forget": "删去一位粉丝的资料",
    "backup": "备份",
    "allow plain pushes": "暂时收未加密的消息",
    "refuse plain pushes": "不再收未加密的消息",
}
AUDIT_LABELS = AUDIT_EVENT_LABELS | ISSUE_EVENT_LABELS | _ACCOUNT_LABELS | _FILE_LABELS | _OTHER_LABELS


def audit_label(what: str) -> str:
    """Return the label of a kind of entry; one of an unknown kind, such as another version wrote, is its own label."""
    return AUDIT_LABELS.get(what, what)
