"""Everything that can go wrong, on one page.

    WxbotError            root: caught once, at each door (cli, web, worker)
    ├── UsageError        the command was typed in a way that means nothing here              exit 2
    ├── SettingsError     this process must not start                                         exit 2
    ├── SchemaError       the database is not at the version of this program                  exit 2
    ├── DatabaseDamaged           the database's file is broken, or is no database                      exit 3
    ├── BulletinError     a file that cannot be opened as a bulletin at all                   exit 3
    ├── NotFound          no such issue, article, campaign or delivery                        exit 3
    ├── Forbidden         asked for, but against the house's own rules (a second campaign …)  exit 3
    ├── Busy              another process holds it, or the database is locked                 exit 4
    │   └── DatabaseUnavailable          the database cannot be reached, is full, or may not be written to   exit 4
    ├── OutcomeUnknown           we asked the platform and heard nothing: it may have happened       exit 5
    └── WeChatError       the platform said no, and with which errcode
        ├── TryLater      busy, or a stale token: the same call may pass in a minute          exit 4
        ├── QuotaSpent    no more today or this month: asking again burns what is left        exit 4
        ├── ConfirmationNeeded       an administrator has to confirm first                               exit 4
        ├── Misconfigured secret, allow-list or right: an operator has to act                 exit 3
        ├── FollowerUnreachable wrong for good for this follower, until the follower acts           exit 3
        └── Refused       wrong for good: this media, text or request never passes            exit 3

A caller chooses by class, never by a number or a text. Messages and remedies are read by editors: Chinese.
"""

from enum import IntEnum

__all__ = [
    "BulletinError",
    "Busy",
    "ConfirmationNeeded",
    "DatabaseDamaged",
    "DatabaseUnavailable",
    "Exit",
    "FollowerUnreachable",
    "Forbidden",
    "Misconfigured",
    "NotFound",
    "OutcomeUnknown",
    "QuotaSpent",
    "Refused",
    "SchemaError",
    "SettingsError",
    "TryLater",
    "UsageError",
    "WeChatError",
    "WxbotError",
]


class Exit(IntEnum):
    """What a command's exit code tells the shell."""

    DONE = 0
    PROBLEMS = 1
    USAGE = 2
    REFUSED = 3
    TRY_LATER = 4
    UNKNOWN = 5


class WxbotError(Exception):
    """Something went wrong that a person can understand: what happened, and what to do."""

    exit = Exit.PROBLEMS
    remedy = ""

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if remedy is not None:
            self.remedy = remedy


class UsageError(WxbotError):
    """The words of the command make no sense together."""

    exit = Exit.USAGE


class SettingsError(WxbotError):
    """A setting is missing or wrong: this process must not start."""

    exit = Exit.USAGE
    remedy = "在环境变量或 config/wxbot.toml 中改好后重新运行；每一项的说明见 config/wxbot.toml。"


class SchemaError(WxbotError):
    """The database's tables are not those of this version of the program."""

    exit = Exit.USAGE
    remedy = "先运行 wxbot db upgrade，再重新运行。"


class DatabaseDamaged(WxbotError):
    """The file of the database cannot be read as one: a person has to put a good one in its place."""

    exit = Exit.REFUSED
    remedy = "停下 wxbot 的各个进程，把这个文件改名移开，再用备份恢复：wxbot restore 备份文件 --yes。"


class BulletinError(WxbotError):
    """A file that cannot be read as a bulletin at all."""

    exit = Exit.REFUSED

    def __init__(
        self, message: str, *, file: str | None = None, line: int | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.file = file
        self.line = line


class NotFound(WxbotError):
    """No issue, article, campaign or delivery of that name."""

    exit = Exit.REFUSED


class Forbidden(WxbotError):
    """Possible, but against the house's rules unless a person insists."""

    exit = Exit.REFUSED


class Busy(WxbotError):
    """Somebody else holds what this needs; nothing was changed."""

    exit = Exit.TRY_LATER
    remedy = "稍等一会儿再试。"


class DatabaseUnavailable(Busy):
    """The database cannot be reached, or takes no more: what was being written when it went may be there or not."""

    remedy = "请检查数据库是否在运行、磁盘是否已满、目录是否可写；恢复之后，没做完的会自动继续。"


class OutcomeUnknown(WxbotError):
    """The call left the house and no answer came back: it may have happened."""

    exit = Exit.UNKNOWN
    remedy = "不要重发。稍后系统会向平台核实；核实不了的会请您判断。"


class WeChatError(WxbotError):
    """The platform answered no.

    `errcode` is the platform's number (None for an HTTP failure), `rid` its own trace of the request.
    """

    exit = Exit.REFUSED

    def __init__(
        self, message: str, *, errcode: int | None = None, rid: str | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.errcode = errcode
        self.rid = rid


class TryLater(WeChatError):
    """The platform is busy or the token was stale: the same call may pass in a minute."""

    exit = Exit.TRY_LATER
    remedy = "平台繁忙，一分钟后再试。"


class QuotaSpent(WeChatError):
    """The platform takes no more of these until its counter turns at midnight in Beijing, or next month."""

    exit = Exit.TRY_LATER
    remedy = "额度已用完；日额度在北京时间零点后恢复，月额度在下月恢复。"


class ConfirmationNeeded(WeChatError):
    """Nothing moves until an administrator of the account confirms on the phone."""

    exit = Exit.TRY_LATER
    remedy = "请公众号管理员在手机上确认后再试。"


class Misconfigured(WeChatError):
    """Secret, allow-list or right: an operator has to change something at the platform or here."""

    remedy = "请运维人员检查公众平台后台的配置；wxbot doctor 会逐项列出。"


class FollowerUnreachable(WeChatError):
    """This follower cannot be written to, until the follower acts."""


class Refused(WeChatError):
    """Wrong for good: this media, text or request never passes as it is."""
