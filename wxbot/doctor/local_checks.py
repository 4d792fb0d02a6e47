"""Checks of this machine: settings, database, disk, content, index, fonts, rules, files, and the worker."""

import datetime as dt
import os
import shutil
import tempfile

from wxbot import journal, library, plain_pushes
from wxbot.bot import editor_notices
from wxbot.bot.editor_notices import NoticeState
from wxbot.db import Database, KeyValueStore, inspect
from wxbot.doctor.heartbeat import check_heartbeat
from wxbot.errors import NotFound
from wxbot.local_time import moment_label
from wxbot.rendering import typesetting
from wxbot.settings import SERVER_SETTINGS
from wxbot.wiring import Services

__all__ = [
    "check_clock",
    "check_content",
    "check_data_format",
    "check_disk",
    "check_editor_notices",
    "check_encryption",
    "check_files",
    "check_fonts",
    "check_index",
    "check_rules",
    "check_schema",
    "check_settings",
    "check_worker",
]

SKEW_SECONDS = 2  # between two clocks; more is a machine whose time nobody sets
ROOM = 500 * 2**20  # bytes that should be free for the index, pictures and the database to grow


def check_settings(w: Services) -> str:
    """Return the mode of encryption. Raises SettingsError for missing settings."""
    w.settings.require(SERVER_SETTINGS)
    mode = "安全/兼容模式" if w.settings.encoding_aes_key.get_secret_value() else "明文模式"
    return f"齐全（{mode}）"


def check_schema(w: Services) -> str:
    """Return the version of the schema. Raises NotFound if migrations are missing."""
    db = Database.open(w.settings.database_url.get_secret_value())
    try:
        version = inspect(db)
    finally:
        db.close()
    if not version.usable and not (db.is_sqlite and version.found is None):
        raise NotFound(
            f"结构版本 {version.found or '空'}，需要 {version.needed}", remedy="运行 wxbot db upgrade。"
        )
    if version.is_extended:
        return f"可用，结构版本 {version.found}：已由更新的版本升级，本程序还能用"
    return f"可用，结构版本 {version.needed}"


def check_clock(w: Services) -> str:
    """Compare this machine's clock with the database's."""
    if w.db.is_sqlite or w.clock is None:
        return "按本机的时钟"
    off = w.clock.measure().total_seconds()
    if abs(off) > SKEW_SECONDS:
        raise NotFound(
            f"本机的时钟比数据库的{'慢' if off > 0 else '快'} {abs(off):.1f} 秒",
            remedy="打开本机的自动对时（NTP）；推送的时刻和认领按数据库的时钟，不会因此出错。",
        )
    return f"与数据库的时钟一致（相差 {abs(off) * 1000:.0f} 毫秒）"


def check_disk(w: Services) -> str:
    """Write a file into the state folder and a value into the database; return how much room is left."""
    try:
        w.settings.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=w.settings.state) as probe:
            probe.write(b"x" * 4096)
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as wrong:
        raise NotFound(
            f"{w.settings.state} 写不进去：{wrong.strerror}",
            remedy="改它的权限、清理磁盘，或用 WXBOT_STATE 换一个文件夹。",
        ) from None
    KeyValueStore(w.db).put("doctor-write", w.now().isoformat(), w.now())
    free = shutil.disk_usage(w.settings.state).free
    if free < ROOM:
        raise NotFound(f"只剩 {free / 2**20:.0f} MB", remedy="清理磁盘，至少留出 500 MB。")
    return f"剩余 {free / 2**30:.1f} GB"


def check_content(w: Services) -> str:
    """Return how many files the bulletin folder holds."""
    if not w.bulletin_folder.is_dir():
        raise NotFound(
            f"没有 {w.bulletin_folder}/", remedy="在 wxbot 的文件夹里运行，或用 WXBOT_CONTENT 指出位置。"
        )
    return f"{w.bulletin_folder}/ 里有 {sum(1 for f in w.bulletin_folder.iterdir() if f.is_file())} 个文件"


def check_encryption(w: Services) -> str:
    """Return whether messages are encrypted. Raises NotFound for unreadable ones, and for unencrypted ones."""
    now, tz = w.now(), w.settings.tz
    unreadable = plain_pushes.last_unreadable(w.db, now)
    if unreadable is not None and not _was_read_since(w, unreadable):
        raise NotFound(
            f"微信发来的消息解不开（{moment_label(unreadable, tz)}）：公众平台的 EncodingAESKey 和设置里的不一样",
            remedy="把公众平台「服务器配置」里的 EncodingAESKey 填到设置 encoding_aes_key，再重启服务；"
            "答上下一条消息，这一项就好了。",
        )
    if not w.settings.encoding_aes_key.get_secret_value():
        if w.settings.editor_openids:
            raise NotFound(
                "没有设置 encoding_aes_key：看到过一个地址的人都能冒充编辑指挥推送",
                remedy="设置密钥，在公众平台改为安全模式；或者清空设置 editors。",
            )
        return "明文模式：消息没有加密"
    if (until := plain_pushes.allowed_until(w.db, now)) is not None:
        raise NotFound(
            f"未加密的消息收到 {moment_label(until, tz)} 为止",
            remedy="公众平台改为安全模式之后：wxbot webhook refuse-plain。",
        )
    if (refused := plain_pushes.last_refused(w.db, now)) is not None:
        raise NotFound(
            f"微信发来了未加密的消息，被拒绝了（{moment_label(refused, tz)}）",
            remedy="在公众平台把加解密方式改为安全模式，密钥与 encoding_aes_key 一样；"
            "改好之前先收下：wxbot webhook allow-plain。",
        )
    return "只收加密的消息"


def _was_read_since(w: Services, moment: dt.datetime) -> bool:
    """Return whether a message or an event was read after a moment."""
    with w.db.read() as session:
        last = journal.last_received(session)
    return last is not None and last > moment


def check_data_format(w: Services) -> str:
    """Return whether the platform sent the last message as XML or JSON, and when; each is answered in kind."""
    with w.db.read() as session:
        last = journal.last_answered(session)
    if last is None:
        return "还没有收到过微信的消息；XML 和 JSON 都认，按收到的格式回答"
    answer, at = last
    return (
        f"最近一次回答是 {'JSON' if answer.startswith('{') else 'XML'}（{moment_label(at, w.settings.tz)}）"
    )


def check_index(w: Services) -> str:
    """Bring the index up to date with the library, and search it."""
    w.sync_index()
    for part in w.health_checks():
        part.ping()
    if w.index.in_memory:
        raise NotFound(
            f"{w.settings.state / 'index'} 用不了，索引只在内存里：每次启动都要重建",
            remedy="检查 var/ 里 index 和 index.lock 的主人和权限；删掉这两个，会自己再生成。",
        )
    return f"与书架一致（版本 {w.index.version}）"


def check_editor_notices(w: Services) -> str:
    """Return whether notices wait for editors, who hear of held files by them."""
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


def check_worker(w: Services) -> str:
    """Return when a worker last ran."""
    return check_heartbeat(w.db, w.now(), w.settings.tz)


def check_fonts(w: Services) -> str:
    """Draw a word with each shipped font, as covers and charts do."""
    try:
        for font in (typesetting.sans(24), typesetting.serif(24)):
            font.getlength(w.settings.account_name or "公众号")
    except OSError as wrong:
        raise NotFound(f"字体读不了：{wrong}", remedy="重新安装 wxbot（字体随它一起安装）。") from None
    return "封面和图表的字体可用"


def check_rules(w: Services) -> str:
    """Return that the rules have no problem. Raises NotFound with the first problem."""
    try:
        text = w.rules_path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return f"没有 {w.rules_path}：只用内置的回答"
    except UnicodeDecodeError:
        raise NotFound(f"{w.rules_path} 不是 UTF-8 编码", remedy="用编辑器另存为 UTF-8。") from None
    found = w.find_rule_problems(text)
    if found:
        raise NotFound(
            f"{w.rules_path} 有 {len(found)} 个问题，第一个：{found[0].says}",
            remedy="全部列出：wxbot rules check。",
        )
    return f"{w.rules_path} 没有问题"


def check_files(w: Services) -> str:
    """Return that every file of the bulletin folder was taken. Raises NotFound for those that wait for an editor."""
    with w.db.read() as session:
        waiting = library.file_reports(session, [library.Fate.HELD, library.Fate.REFUSED])
    if waiting:
        first = waiting[0]
        raise NotFound(
            f"有 {len(waiting)} 个文件没有上架，例如 {first.source}：{first.says}",
            remedy="逐个列出：wxbot issues --files；改好文件，或在网页后台处理。",
        )
    return "文件夹里的简报都已处理"
