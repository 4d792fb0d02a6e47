"""Checks of one installation: each is a function that returns what it saw, or raises with what is wrong."""

import datetime as dt
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping

from wxbot.bot import editor_notices
from wxbot.bot.editor_notices import NoticeState
from wxbot.db import Database, KeyValueStore, inspect
from wxbot.doctor.diagnosis import CheckResult, latest, store
from wxbot.doctor.heartbeat import check_heartbeat
from wxbot.errors import NotFound, WxbotError
from wxbot.push.planning.capabilities import fetch_capabilities
from wxbot.settings import SERVER_SETTINGS
from wxbot.wiring import Services

__all__ = ["CHECKS", "examine", "renew"]

log = logging.getLogger(__name__)

SKEW_SECONDS = 2  # between two clocks; more is a machine whose time nobody sets
ROOM = 500 * 2**20  # bytes that should be free for the index, pictures and the database to grow
_FRESH = dt.timedelta(minutes=50)
_LEASE, _LEASE_TIME = "doctor-run", dt.timedelta(minutes=5)

Check = Callable[[Services], str]


def examine(services: Services, checks: Mapping[str, Check] | None = None) -> Iterator[CheckResult]:
    """Run each check (default: all) and yield its result as soon as it is known."""
    for name, check in (CHECKS if checks is None else checks).items():
        yield _run_check(name, check, services)


def renew(services: Services, *, always: bool = False) -> bool:
    """Examine and store the results; return False if another worker does, or has just done so.

    `always` ignores the age of the stored diagnosis, as after a start, when settings may have changed.
    """
    now = services.now()
    stored = latest(services.db)
    if not always and stored is not None and stored.age(now) < _FRESH:
        return False
    if not KeyValueStore(services.db).claim(_LEASE, now + _LEASE_TIME, now):
        return False
    diagnosis = store(services.db, now, examine(services))
    for result in diagnosis.problems:
        log.warning("doctor: %s: %s %s", result.name, result.says, result.remedy)
    return True


def _run_check(name: str, check: Check, w: Services) -> CheckResult:
    try:
        return CheckResult(name, True, check(w))
    except WxbotError as wrong:
        return CheckResult(name, False, wrong.message, wrong.remedy)
    except OSError as wrong:
        where = f"：{wrong.filename}" if wrong.filename else ""
        return CheckResult(name, False, f"{wrong.strerror or wrong}{where}", "检查路径和权限。")


def _settings(w: Services) -> str:
    w.settings.require(SERVER_SETTINGS)
    mode = "安全/兼容模式" if w.settings.encoding_aes_key.get_secret_value() else "明文模式"
    return f"齐全（{mode}）"


def _schema(w: Services) -> str:
    db = Database.open(w.settings.database_url.get_secret_value())
    try:
        version = inspect(db)
    finally:
        db.close()
    if not version.current and not (db.is_sqlite and version.found is None):
        raise NotFound(
            f"结构版本 {version.found or '空'}，需要 {version.needed}", remedy="运行 wxbot db upgrade。"
        )
    return f"可用，结构版本 {version.needed}"


def _clock(w: Services) -> str:
    if w.db.is_sqlite or w.clock is None:
        return "按本机的时钟"
    off = w.clock.measure().total_seconds()
    if abs(off) > SKEW_SECONDS:
        raise NotFound(
            f"本机的时钟与数据库的相差 {off:+.1f} 秒",
            remedy="打开本机的自动对时（NTP）；推送的时刻和认领按数据库的时钟，不会因此出错。",
        )
    return f"与数据库的时钟一致（相差 {abs(off) * 1000:.0f} 毫秒）"


def _disk(w: Services) -> str:
    w.settings.state.mkdir(parents=True, exist_ok=True)
    if not os.access(w.settings.state, os.W_OK):
        raise NotFound(f"{w.settings.state} 不可写", remedy="改它的权限，或用 WXBOT_STATE 换一个文件夹。")
    free = shutil.disk_usage(w.settings.state).free
    if free < ROOM:
        raise NotFound(f"只剩 {free / 2**20:.0f} MB", remedy="清理磁盘，至少留出 500 MB。")
    return f"剩余 {free / 2**30:.1f} GB"


def _content(w: Services) -> str:
    if not w.bulletin_folder.is_dir():
        raise NotFound(
            f"没有 {w.bulletin_folder}/", remedy="在 wxbot 的文件夹里运行，或用 WXBOT_CONTENT 指出位置。"
        )
    return f"{w.bulletin_folder}/ 里有 {sum(1 for f in w.bulletin_folder.iterdir() if f.is_file())} 个文件"


def _index(w: Services) -> str:
    w.sync_index()
    for part in w.health_checks():
        part.ping()
    return f"与书架一致（版本 {w.index.version}）"


def _token(w: Services) -> str:
    w.wechat.check_access()  # in any case: a token that is kept says nothing of a secret changed since
    return f"取得了 {w.settings.app_id} 的 access_token"


def _rights(w: Services) -> str:
    return fetch_capabilities(w.db, w.wechat, w.now(), fresh=True).summary


def _drafts(w: Services) -> str:
    return f"可用，草稿箱里有 {w.wechat.count_drafts()} 篇"


def _mass(w: Services) -> str:
    quota = w.wechat.fetch_quota("/cgi-bin/message/mass/sendall")
    return f"接口额度：今天还可调用 {quota.remain} 次（共 {quota.daily_limit} 次）"


def _followers(w: Services) -> str:
    return f"平台上有 {w.wechat.fetch_followers('').total} 位粉丝"


def _editor_notices(w: Services) -> str:
    editors = w.settings.editor_openids
    if not editors:
        return "没有设置编辑（设置 editors），文件夹里的事只写在日志里"
    with w.db.read() as session:
        counts = editor_notices.count_unsent(session, w.now())
    failed = counts.get(NoticeState.REFUSED, 0) + counts.get(NoticeState.UNKNOWN, 0)
    if failed:
        raise NotFound(
            f"最近三天有 {failed} 条没有送到编辑的微信，或者不知道送到没有",
            remedy="后台的日志里写着平台的原因；没有客服消息权限的账号不能发。那些事：wxbot issues --files",
        )
    if waiting := counts.get(NoticeState.WAITING, 0):
        raise NotFound(
            f"有 {waiting} 条等着发到编辑的微信",
            remedy="编辑 48 小时内给公众号发过消息才收得到：请编辑随便发一句。那些事：wxbot issues --files",
        )
    return f"没有等着的（{len(editors)} 位编辑）"


def _worker(w: Services) -> str:
    return check_heartbeat(w.db, w.now(), w.settings.tz)


def _callback(w: Services) -> str:
    w.wechat.check_callback()
    return f"平台能访问 {w.settings.public_url or '服务器地址'}"


CHECKS: Mapping[str, Check] = {
    "设置": _settings,
    "数据库": _schema,
    "时钟": _clock,
    "磁盘": _disk,
    "内容": _content,
    "索引": _index,
    "后台": _worker,
    "平台凭据": _token,
    "账号权利": _rights,
    "草稿": _drafts,
    "群发": _mass,
    "粉丝名单": _followers,
    "编辑通知": _editor_notices,
    "回调": _callback,
}
