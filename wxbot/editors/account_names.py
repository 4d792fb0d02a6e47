"""Names and openids that an account may have.

An account's name stands in the audit log beside the names of programs, of operators and of clients' addresses, and
beside openids: none of them may be taken for another.
"""

import ipaddress
import re

from wxbot.errors import UsageError

__all__ = ["is_name", "require_usable_name", "require_valid_openid"]

# Names appear in page addresses and in lists of approvers, so they hold no spaces and no separators.
_NAME = re.compile(r"[\w.@-]{1,30}")
_OPENID = re.compile(r"[A-Za-z0-9_-]{1,39}")
_LIKE_AN_OPENID = re.compile(r"o[A-Za-z0-9_-]{27}")
# Letters that look like those of another script, in one name: «wоrker» with a Cyrillic о is not worker.
_LATIN, _LOOKALIKE = (
    re.compile("[A-Za-z]"),
    re.compile("[\u0370-\u03ff\u0400-\u052f\u0530-\u058f\u13a0-\u13ff]"),
)
# The audit log's names for programs, for the command line and for unknown editors.
_RESERVED = frozenset(
    [
        *(
            "wxbot",
            "wxbot.toml",
            "worker",
            "system",
            "scheduler",
            "console",
            "cli",
            "root",
            "editor",
            "editors",
            "operator",
            "restore",
            "demo",
        ),
        *(
            "anonymous",
            "platform",
            "wechat",
            "系统",
            "后台",
            "后台程序",
            "命令行",
            "运维",
            "平台",
            "自动",
            "定时",
        ),
        *("机器人", "匿名", "网页后台", "公众号", "微信"),
    ]
)


def is_name(text: str) -> bool:
    """Return whether a text has the form of an account's name."""
    return _NAME.fullmatch(text) is not None


def require_usable_name(name: str) -> None:
    """Raise UsageError if a new account may not have this (normalized) name."""
    if not is_name(name):
        raise UsageError(
            f"名字「{name}」不行",
            remedy="用 1 到 30 个汉字、字母、数字，或 . @ - _，中间不留空格。",
            field="name",
        )
    if _LATIN.search(name) and _LOOKALIKE.search(name):
        raise UsageError(
            f"名字「{name}」不行：它混用了看起来一样的字母",
            remedy="只用汉字，或只用一种字母。",
            field="name",
        )
    if name.casefold() in _RESERVED or _LIKE_AN_OPENID.fullmatch(name) or _is_address(name):
        raise UsageError(
            f"名字「{name}」不行：它在操作记录里另有所指",
            remedy="用编辑自己的名字，例如 王编辑。",
            field="name",
        )


def require_valid_openid(openid: str) -> None:
    """Raise UsageError if a text cannot be an openid."""
    if not _OPENID.fullmatch(openid):
        raise UsageError(
            f"「{openid}」不像 openid",
            remedy="用 wxbot followers list 查看，照原样抄下来。",
            field="openid",
        )


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
