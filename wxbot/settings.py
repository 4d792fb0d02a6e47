"""Settings of the product, typed; each process reads them once at its start.

Order of precedence: environment (`WXBOT_…`), file of a secret (`WXBOT_…_FILE`), `config/secrets.toml`,
`config/wxbot.toml`, a demo running in this folder, default. `wxbot.toml` must not contain secrets, so that it can be
committed; `secrets.toml`, which `wxbot init` writes for its owner alone, may. While a demo runs in the folder,
`secrets.toml` is not read: commands must not reach the real account or its database.
"""

import datetime as dt
import ipaddress
import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSetting

from wxbot.errors import SettingsError

__all__ = [
    "DEMO_CLOCK",
    "DEMO_FILE",
    "PREFIX",
    "SECRETS",
    "SECRETS_FILE",
    "SERVER_SETTINGS",
    "Settings",
    "demo_settings",
    "load",
]

PREFIX = "WXBOT_"
SECRETS = ("app_secret", "token", "encoding_aes_key", "encoding_aes_key_previous", "metrics_token")
SERVER_SETTINGS = ("app_id", "app_secret", "token")
# Lines that files of earlier versions may hold: an upgrade must start with the file as it is.
WITHOUT_EFFECT = ("require_encryption",)
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
DEMO_FILE = Path("var/demo/settings.json")
DEMO_CLOCK = "clock"  # beside it: by how many seconds the simulator's clock is ahead of the machine's
SECRETS_FILE = "secrets.toml"  # beside the settings file

# Chinese messages by pydantic's error type; our own validators raise Chinese messages.
_ERROR_MESSAGES = {
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "dict_type": "应为一组「名字 = 值」",
    "extra_forbidden": "没有这个设置",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "int_from_float": "应为整数",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "less_than_equal": "不能大于 {le}",
    "literal_error": "应为 {expected} 之一",
    "path_type": "应为路径",
    "string_pattern_mismatch": "不是这种写法",
    "string_type": "应为文字，在 toml 里加引号",
}

_HOURS = re.compile(r"(\d{1,2})(?:[:：]([0-5]\d))?[-—~至](\d{1,2})(?:[:：]([0-5]\d))?")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Settings(BaseSettings):
    """All settings; each `description` is also the comment in config/wxbot.toml, and a test compares them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True)

    database_url: SecretStr = Field(
        SecretStr("sqlite:///var/wxbot.db"),
        description="SQLAlchemy 的数据库地址：SQLite，或 postgresql+psycopg://用户:密码@主机/库",
    )
    app_id: str = Field("", description="公众号的 AppID（公众平台 → 设置与开发 → 基本配置）")
    app_secret: SecretStr = Field(SecretStr(""), description="公众号的 AppSecret；只能来自环境变量或文件")
    token: SecretStr = Field(SecretStr(""), description="服务器配置里的 Token；只能来自环境变量或文件")
    encoding_aes_key: SecretStr = Field(
        SecretStr(""), description="消息加解密密钥，43 个字符；留空为明文模式；只能来自环境变量或文件"
    )
    encoding_aes_key_previous: SecretStr = Field(
        SecretStr(""), description="更换密钥时的上一个密钥，过渡期内两个都认；只能来自环境变量或文件"
    )
    platform_url: str = Field(
        "https://api.weixin.qq.com", description="微信接口的根地址；模拟平台时改成它的地址"
    )
    public_url: str = Field(
        "", description="读者访问本服务器的地址，用于图文卡片的链接，例如 https://news.example.org"
    )
    content: Path = Field(Path("content"), description="读者所见的内容：bulletins/、replies/、synonyms.txt")
    config: Path = Field(Path("config/wxbot.toml"), description="设置文件的位置（只能用环境变量改）")
    state: Path = Field(
        Path("var"),
        description="运行中产生的文件：索引、锁、图片，删除后会自动重建（默认的数据库也在这里，那个不能删）",
    )
    zone: str = Field("Asia/Shanghai", description="协会所在的时区，排期和相对日期都按它算")
    account_name: str = Field("", description="封面和回复里显示的公众号名称；留空时用简报的刊名")
    share_cards: bool = Field(
        False,
        description="在微信里转发网页时是否显示标题和图片（JS-SDK）；要账号已认证，并在后台填 JS 接口安全域名",
    )
    lease_seconds: int = Field(
        60, ge=1, le=3600, description="一个 worker 认领的工作多少秒后可由别的 worker 接手"
    )
    unknown_wait_seconds: int = Field(
        60,
        ge=0,
        le=86_400,
        description="发送结果丢失后等多少秒再向平台核实（同一 clientmsgid 平台要求间隔 60 秒）",
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="日志的格式：text 给人看，json 每行一个 JSON 文档，给收日志的程序"
    )
    answer_seconds: float = Field(4.0, gt=0, le=4.5, description="回复一条消息的时限（平台 5 秒后断开）")
    list_minutes: int = Field(30, ge=1, le=1440, description="列表保留多少分钟，其间可发数字或「更多」")
    journal_days: int = Field(90, ge=2, le=3650, description="收到的消息保留多少天，之后清除")
    reader_seconds: int = Field(
        60, ge=1, le=3600, description="读一个简报文件最多几秒；超过就停下，这个文件不再读，直到它变了"
    )
    reader_memory_mb: int = Field(
        512, ge=128, le=65_536, description="读一个简报文件最多用多少 MB 内存；超过就停下，这个文件不再读"
    )
    upload_mb: int = Field(
        32, ge=1, le=64, description="编辑在网页后台一次最多带进来多少 MB 的文件；单个文件最多 64 MB"
    )
    publish: Literal["always", "clean", "never"] = Field(
        "clean",
        description="worker 收下的简报是否自动公开：always 都公开，clean 没有疑问的才公开，never 都等编者看过",
    )
    plan_new_issues: bool = Field(True, description="worker 发现新简报上架后，是否自动建立推送计划")
    push_weekday: str = Field(
        "", description="自动计划在星期几推送（mon…sun），可以几天，例如 mon,thu；留空为任意一天"
    )
    push_hour: str = Field("09:00", description="自动计划的推送时刻，24 小时制")
    push_workdays: bool = Field(
        False,
        description="自动计划是否只在工作日推送（按国务院的放假安排，含调休；未公布的年份按周一到周五）",
    )
    push_to: str = Field(
        "all",
        description="自动计划发给谁：all、tag:标签名、recent、section:栏目、publication:刊物（没有这个栏目的、别的刊物的一期不自动计划）",
    )
    push_route: Literal["", "mass", "list", "customer", "notice", "mixed", "draft", "publish"] = Field(
        "", description="自动计划怎样发（同 wxbot push plan --route）；留空由账号的权限决定"
    )
    push_picture_covers: bool = Field(
        True, description="群发里每个栏目的封面是否用其中第一张图片；false 则一律画成栏目名的封面"
    )
    push_quiet: str = Field(
        "",
        description="账号的免打扰时段，例如 22-8：其间到时的推送等到结束，除非编辑就要这个时刻；留空为没有",
    )
    push_approvals: int = Field(
        1, ge=0, le=2, description="发送前要几位编辑批准：0 不用（只对自动计划）、1 一位、2 两位不同的人"
    )
    push_grace_hours: int = Field(
        24, ge=1, le=720, description="错过推送时刻后多少小时内仍补发；更久则停下来请编辑决定"
    )
    push_per_minute: int = Field(
        0, ge=0, le=100_000, description="逐个发给粉丝时每分钟最多几次；0 为不限（平台按账号限速时再设）"
    )
    push_size_drift: int = Field(
        50,
        ge=0,
        le=1000,
        description="到时刻的收件人数比批准时多或少百分之几以上，就停下来请编辑重新批准；0 为不比较",
    )
    notice_template: str = Field(
        "", description="订阅通知的模板 ID（公众平台 → 订阅通知）；留空则不用订阅通知"
    )
    notice_fields: dict[str, str] = Field(
        {},
        description="订阅通知模板的每一项写什么，可用 {title} {number} {date} {digest} {count}，"
        "例如 {thing1: '{title}', date2: '{date}'}（toml 里冒号写成等号）",
    )
    editors: str = Field("", description="可以在聊天里指挥推送的编辑的 openid，用逗号隔开；留空则没有人可以")
    staff_hours: str = Field(
        "",
        description="客服在线的时间，例如 9-18 或 8:30-17:30：其间发「人工」转给客服，其余时间回复服务时间；留空为没有",
    )
    staff_weekday: str = Field("", description="客服在星期几在线（mon…sun），例如 mon,fri；留空为每一天")
    staff_workdays: bool = Field(True, description="客服是否只在工作日在线（按国务院的放假安排，含调休）")
    staff_account: str = Field(
        "", description="转给哪一位客服（kf_account，例如 kf2001@账号）；留空由平台分配"
    )
    trusted_proxies: str = Field(
        "127.0.0.0/8, ::1",
        description="在本服务前面的代理的地址或网段，用逗号隔开；只有它们写的 X-Forwarded-For 才算数",
    )
    backup_recipient: str = Field(
        "",
        pattern=r"^(age1[0-9a-z]{58})?$",
        description="备份用哪一把公钥加密（age1…，由 wxbot backup --make-key 生成）；留空则不加密，也不含密钥",
    )
    host: str = Field("127.0.0.1", description="wxbot serve 监听的地址")
    port: int = Field(8000, ge=0, le=65_535, description="wxbot serve 监听的端口")
    workers: int = Field(2, ge=1, le=64, description="wxbot serve 的进程数")
    metrics_token: SecretStr = Field(
        SecretStr(""), description="非本机读取 /metrics 需要的口令；留空则只许本机；只能来自环境变量或文件"
    )

    @field_validator("zone")
    @classmethod
    def _check_zone(cls, value: str) -> str:
        """Return a known time zone."""
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):  # such as a path, or the folder "Asia"
            raise ValueError("不是已知的时区，例如 Asia/Shanghai") from None
        return value

    @field_validator("push_hour")
    @classmethod
    def _check_push_hour(cls, value: str) -> str:
        """Return a time of day such as 09:00."""
        hour, colon, minute = value.partition(":")
        good = colon and hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60
        if not good or len(minute) != 2:
            raise ValueError("应为 24 小时制的时刻，例如 09:00")
        return value

    @field_validator("staff_hours")
    @classmethod
    def _normalise_staff_hours(cls, value: str) -> str:
        """Return two times of day such as 09:00-17:30; empty for none."""
        if not value.strip():
            return ""
        found = _HOURS.fullmatch("".join(value.split()))
        start, end = (
            (int(found[1]) * 60 + int(found[2] or 0), int(found[3]) * 60 + int(found[4] or 0))
            if found
            else (0, 0)
        )
        if not start < end <= 24 * 60:
            raise ValueError("应为一天里的两个时刻，例如 9-18 或 8:30-17:30")
        return f"{start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}"

    @field_validator("push_weekday", "staff_weekday")
    @classmethod
    def _normalise_weekdays(cls, value: str) -> str:
        """Return the weekdays in the order of the week, each once, separated by commas."""
        named = {part.strip().lower() for part in value.replace("，", ",").split(",") if part.strip()}
        if not named <= set(WEEKDAYS):
            raise ValueError(f"应为 {'、'.join(WEEKDAYS)}，几天之间用逗号，例如 mon,thu")
        return ",".join(day for day in WEEKDAYS if day in named)

    @field_validator("push_to")
    @classmethod
    def _check_audience(cls, value: str) -> str:
        """Return an audience of the schedule: all, recent, tag:NAME, section:NAME or publication:NAME."""
        kind, colon, name = value.strip().partition(":")
        plain, named = (
            kind in {"all", "recent"} and not colon,
            kind in {"tag", "section", "publication"} and name.strip(),
        )
        if not plain and not named:
            raise ValueError("应为 all、recent、tag:标签名、section:栏目 或 publication:刊物")
        return value.strip()

    @field_validator("push_quiet")
    @classmethod
    def _normalise_quiet_hours(cls, value: str, others: ValidationInfo) -> str:
        """Return quiet hours as two full hours such as 22-8; empty for none."""
        if not value.strip():
            return ""
        start, dash, end = (part.strip() for part in value.partition("-"))
        good = dash and start.isdecimal() and end.isdecimal() and int(start) < 24 and int(end) <= 24
        if not good or int(start) == int(end) % 24:
            raise ValueError("应为两个整点，例如 22-8（22 点到次日 8 点）")
        kept = f"{int(start)}-{int(end) % 24}"
        # A schedule inside the quiet hours would always wait: an error, because one of the two values must be wrong.
        hour = int(others.data.get("push_hour", "24").partition(":")[0])
        if hour < 24 and (hour - int(start)) % 24 < (int(end) - int(start)) % 24:
            raise ValueError(f"push_hour {others.data['push_hour']} 落在 {kept} 里，请改一个")
        return kept

    @field_validator("trusted_proxies")
    @classmethod
    def _check_networks(cls, value: str) -> str:
        """Return addresses and networks, separated by commas."""
        try:
            return ", ".join(str(each) for each in _networks(value))
        except ValueError:
            raise ValueError("应为 IP 地址或网段，例如 127.0.0.1, 10.0.0.0/8") from None

    @field_validator("platform_url", "public_url")
    @classmethod
    def _check_web_address(cls, value: str) -> str:
        """Return an http(s) address without a slash at its end."""
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("应以 http:// 或 https:// 开头")
        return value.rstrip("/")

    @field_validator("app_secret", "token")
    @classmethod
    def _strip_blanks(cls, value: SecretStr) -> SecretStr:
        """Return a credential without the blanks that were copied along; one of blanks alone is not set."""
        return SecretStr(value.get_secret_value().strip())

    @field_validator("encoding_aes_key", "encoding_aes_key_previous")
    @classmethod
    def _check_aes_key(cls, value: SecretStr) -> SecretStr:
        """Return an EncodingAESKey: 43 letters or digits (platform rule)."""
        key = value.get_secret_value()
        if key and (len(key) != 43 or not key.isascii() or not key.isalnum()):
            raise ValueError("应为 43 个字母或数字")
        return value

    @property
    def tz(self) -> ZoneInfo:
        """Time zone of the association."""
        return ZoneInfo(self.zone)

    @property
    def quiet_hours(self) -> tuple[int, int]:
        """First and last full hour of the quiet hours; both equal where there are none."""
        start, _, end = self.push_quiet.partition("-")
        return (int(start), int(end)) if self.push_quiet else (0, 0)

    @property
    def staff_times(self) -> tuple[dt.time, dt.time] | None:
        """First and last moment of a day at which staff answer; None where there are none."""
        if not self.staff_hours:
            return None
        start, end = self.staff_hours.split("-")
        return dt.time.fromisoformat(start), dt.time.max if end == "24:00" else dt.time.fromisoformat(end)

    @property
    def proxy_networks(self) -> tuple[IpNetwork, ...]:
        """Networks of the proxies whose X-Forwarded-For is believed."""
        return _networks(self.trusted_proxies)

    @property
    def editor_openids(self) -> frozenset[str]:
        """Openids of the editors who may command pushes in the chat."""
        return frozenset(filter(None, (each.strip() for each in self.editors.replace("，", ",").split(","))))

    def require(self, names: Iterable[str]) -> None:
        """Raise one SettingsError that names all settings of `names` without a value."""
        missing = [n for n in names if not _plain(getattr(self, n))]
        if missing:
            raise SettingsError(
                "缺少设置：" + "；".join(f"{_variable(n)}（{_short_description(n)}）" for n in missing),
                remedy="第一次用的，先运行 wxbot init：问几个问题，写好这些；或写进 config/secrets.toml、环境变量。",
            )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  the signature is the library's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  no .env file is read
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  ours names its files one by one
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Give the environment precedence over the init values, which `load` read from files."""
        return env_settings, init_settings


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of this process.

    `environ` (default: the process's environment) only names files here; pydantic-settings reads the values of the
    variables itself. Raises one SettingsError that names all wrong settings, without values of secrets.
    """
    environ = os.environ if environ is None else environ
    file = Path(environ.get(PREFIX + "CONFIG") or "config/wxbot.toml")
    demo = demo_settings(environ)
    values: dict[str, Any] = dict(demo)
    values |= _read_toml(file, required=PREFIX + "CONFIG" in environ)
    values.pop("brand", None)  # [brand] is of `wxbot.brand`: it may change while a process runs
    if not demo:
        values |= _read_toml(file.with_name(SECRETS_FILE), required=False, may_hold_secrets=True)
    values |= _read_secret_files(environ)
    for name in WITHOUT_EFFECT:
        values.pop(name, None)
    try:
        return Settings(**values)
    except ValidationError as wrong:
        errors = wrong.errors(include_input=False)
        message = "；".join(f"{_variable(str(e['loc'][0]))}：{_error_message(e)}" for e in errors)
        raise SettingsError(f"设置有误：{message}") from None
    except UnreadableSetting as wrong:
        name = next((name for name in Settings.model_fields if f'"{name}"' in str(wrong)), "")
        raise SettingsError(
            f'设置有误：{_variable(name)}：环境变量里应为 JSON，例如 {{"名字": "值"}}'
        ) from None


def demo_settings(environ: Mapping[str, str] | None = None, file: Path = DEMO_FILE) -> dict[str, Any]:
    """Return the settings of a demo that is running in this folder; empty if none is, or if it must not be used.

    A demo is ignored if the environment (default: the process's) names an account, a database or a state folder.
    """
    environ = os.environ if environ is None else environ
    if any(environ.get(PREFIX + name) for name in ("APP_ID", "DATABASE_URL", "STATE")):
        return {}
    try:
        demo: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        pid = int(demo.pop("pid"))
        os.kill(pid, 0)
    except (OSError, ValueError, KeyError):
        return {}  # no demo, or a file that a killed demo left behind
    return demo


def _read_toml(file: Path, *, required: bool, may_hold_secrets: bool = False) -> dict[str, Any]:
    """Read the settings file; raise SettingsError for a missing (if required), broken or secret-bearing file."""
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if required:
            raise SettingsError(f"WXBOT_CONFIG 所指的设置文件不存在：{file}") from None
        return {}
    except UnicodeDecodeError:
        raise SettingsError(f"设置文件 {file} 不是 UTF-8 编码", remedy="用编辑器另存为 UTF-8。") from None
    except OSError as wrong:
        raise SettingsError(
            f"读不了设置文件 {file}：{wrong.strerror}",
            remedy="检查它的主人和权限：运行 wxbot 的用户要能读它。",
        ) from None
    except tomllib.TOMLDecodeError as wrong:
        raise SettingsError(f"读不懂设置文件 {file}：{wrong}") from None
    secrets = [name for name in SECRETS if name in values]
    if secrets and not may_hold_secrets:
        names = "、".join(f"{name}（改用 {_variable(name)} 或 {_variable(name)}_FILE）" for name in secrets)
        raise SettingsError(f"{file} 里不能写密钥：{names}")
    return values


def _read_secret_files(environ: Mapping[str, str]) -> dict[str, str]:
    """Read the files that `WXBOT_…_FILE` variables name; raise one SettingsError for all unreadable ones."""
    values: dict[str, str] = {}
    unreadable: list[str] = []
    for name in (*SECRETS, "database_url"):
        path = environ.get(f"{_variable(name)}_FILE")
        if not path:
            continue
        try:
            values[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            unreadable.append(f"{_variable(name)}_FILE 所指的文件读不了：{path}")
    if unreadable:
        raise SettingsError("；".join(unreadable))
    return values


def _networks(text: str) -> tuple[IpNetwork, ...]:
    """Return the networks in a list separated by commas; raise ValueError."""
    parts = (each.strip() for each in text.replace("，", ",").split(","))
    return tuple(ipaddress.ip_network(each, strict=False) for each in parts if each)


def _plain(value: object) -> object:
    """Return a value, or the content of a secret."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return (PREFIX + name).upper()


def _short_description(name: str) -> str:
    """Return the first clause of a setting's description."""
    return (Settings.model_fields[name].description or "").split("；")[0]


def _error_message(error: Any) -> str:
    """Return a Chinese message for one of pydantic's errors."""
    message = _ERROR_MESSAGES.get(error["type"])
    if message is None:
        return str(error["msg"]).removeprefix("Value error, ")
    return message.format(**error.get("ctx", {})).replace(" or ", "、").replace(", ", "、")
