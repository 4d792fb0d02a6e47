"""Error classes of the product, with their exit codes and remedies.

    WxbotError                     root; caught at the entry points (cli, web, worker)
    ├── UsageError                 the arguments of a command are wrong                       exit 2
    ├── SettingsError              this process must not start                                exit 2
    ├── SchemaError                the database is not at this program's version              exit 2
    ├── DatabaseDamaged            the database file is corrupt, or is not a database         exit 3
    ├── BulletinError              a file cannot be read as a bulletin                        exit 3
    │   └── ReaderStopped          the process that read it died, or exceeded a limit         exit 3
    ├── NotFound                   no such issue, article, campaign or delivery               exit 3
    ├── Forbidden                  possible, but against a rule (a second campaign, …)        exit 3
    ├── Busy                       another process holds a lock or lease                      exit 4
    │   └── DatabaseUnavailable    the database is down, full, or read-only                   exit 4
    ├── OutcomeUnknown             no answer to a platform call: it may have been executed    exit 5
    └── WeChatError                the platform refused a call, with its errcode
        ├── TryLater               busy, or a stale token: a retry in a minute may succeed    exit 4
        ├── QuotaSpent             no calls left today or this month: do not retry            exit 4
        ├── ConfirmationNeeded     an administrator has to confirm first                      exit 4
        ├── Misconfigured          secret, allow-list or right: an operator has to act        exit 3
        ├── FollowerUnreachable    refused for this follower until the follower acts          exit 3
        └── Refused                this media, text or request is refused for good            exit 3

Callers select by class, never by errcode or message. Messages and remedies are Chinese, because editors read them.
"""

from enum import IntEnum

__all__ = [
    "BulletinError",
    "Busy",
    "ConfirmationNeeded",
    "DatabaseDamaged",
    "DatabaseUnavailable",
    "Deadlock",
    "Exit",
    "FollowerUnreachable",
    "Forbidden",
    "Misconfigured",
    "NotFound",
    "OutcomeUnknown",
    "QuotaSpent",
    "ReaderStopped",
    "Refused",
    "SchemaError",
    "SettingsError",
    "TryLater",
    "UsageError",
    "WeChatError",
    "WxbotError",
]


class Exit(IntEnum):
    """Exit codes of commands."""

    DONE = 0
    PROBLEMS = 1
    USAGE = 2
    REFUSED = 3
    TRY_LATER = 4
    UNKNOWN = 5


class WxbotError(Exception):
    """Base of all errors that are shown to people: `message` says what happened, `remedy` what to do.

    `field` names the one value that is wrong, as forms and files call it; "" where it is not one value.
    """

    exit = Exit.PROBLEMS
    remedy = ""

    def __init__(self, message: str, *, remedy: str | None = None, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if remedy is not None:
            self.remedy = remedy


class UsageError(WxbotError):
    """The arguments of a command are wrong or contradict each other."""

    exit = Exit.USAGE


class SettingsError(WxbotError):
    """A setting is missing or wrong; the process must not start."""

    exit = Exit.USAGE
    remedy = "在环境变量或 config/wxbot.toml 中改好后重新运行；每一项的说明见 config/wxbot.toml。"


class SchemaError(WxbotError):
    """The database's schema is not that of this version of the program."""

    exit = Exit.USAGE
    remedy = "先运行 wxbot db upgrade，再重新运行。"


class DatabaseDamaged(WxbotError):
    """The database file is corrupt or not a database; an operator has to restore a backup."""

    exit = Exit.REFUSED
    remedy = "停下 wxbot 的各个进程，把这个文件改名移开，再用备份恢复：wxbot restore 备份文件 --yes。"


class BulletinError(WxbotError):
    """A file cannot be read as a bulletin."""

    exit = Exit.REFUSED

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        remedy: str | None = None,
        field: str = "",
    ) -> None:
        super().__init__(message, remedy=remedy, field=field)
        self.file = file
        self.line = line


class ReaderStopped(BulletinError):
    """The process that read a file died or exceeded a limit; `crashed` if it died, which need not happen again."""

    def __init__(
        self, message: str, *, file: str | None = None, remedy: str | None = None, crashed: bool = False
    ) -> None:
        super().__init__(message, file=file, remedy=remedy)
        self.crashed = crashed


class NotFound(WxbotError):
    """There is no such issue, article, campaign or delivery."""

    exit = Exit.REFUSED


class Forbidden(WxbotError):
    """The operation is possible, but a rule of the product forbids it unless an editor insists."""

    exit = Exit.REFUSED


class CommentsForbidden(Forbidden):
    """The account may not open comments below articles; the message can be sent without them."""

    remedy = "推送时不开留言（命令里写 --comments none，或在网页后台选「不开留言」）；要开，先到公众平台开通留言功能。"


class Busy(WxbotError):
    """Another process holds a lock or lease that is needed; nothing was changed."""

    exit = Exit.TRY_LATER
    remedy = "稍等一会儿再试。"


class Deadlock(Busy):
    """The database ended this transaction because it and another one waited for each other: try again at once."""


class DatabaseUnavailable(Busy):
    """The database cannot be reached or cannot be written to; a commit in progress may or may not have happened."""

    remedy = "请检查数据库是否在运行、磁盘是否已满、目录是否可写；恢复之后，没做完的会自动继续。"


class OutcomeUnknown(WxbotError):
    """A call was sent and no answer arrived: the platform may or may not have executed it. Do not retry."""

    exit = Exit.UNKNOWN
    remedy = "不要重发。稍后系统会向平台核实；核实不了的会请您判断。"


class WeChatError(WxbotError):
    """The platform refused a call.

    `errcode` is the platform's error code (None for an HTTP failure), `rid` the platform's id of the request.
    """

    exit = Exit.REFUSED

    def __init__(
        self, message: str, *, errcode: int | None = None, rid: str | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.errcode = errcode
        self.rid = rid


class TryLater(WeChatError):
    """The platform is busy or the access token was stale: a retry in a minute may succeed."""

    exit = Exit.TRY_LATER
    remedy = "平台繁忙，一分钟后再试。"


class QuotaSpent(WeChatError):
    """The quota of this call is used up until midnight in Beijing, or until next month."""

    exit = Exit.TRY_LATER
    remedy = "额度已用完；日额度在北京时间零点后恢复，月额度在下月恢复。"


class ConfirmationNeeded(WeChatError):
    """An administrator of the account has to confirm on the phone first."""

    exit = Exit.TRY_LATER
    remedy = "请公众号管理员在手机上确认后再试。"


class Misconfigured(WeChatError):
    """App secret, IP allow-list or right is wrong: an operator has to change it here or at the platform."""

    remedy = "请运维人员检查公众平台后台的配置；wxbot doctor 会逐项列出。"


class FollowerUnreachable(WeChatError):
    """This follower cannot be written to until the follower acts, for example writes to the account."""

    remedy = "等对方关注公众号，或再次发来消息；别的粉丝不受影响。"


class Refused(WeChatError):
    """The platform refuses this media, text or request for good; a retry cannot succeed."""

    remedy = "照这句话改好内容再试；原样重试不会成功。"
