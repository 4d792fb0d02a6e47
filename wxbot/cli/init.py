"""`wxbot init`: ask for the account, write a working configuration, and check it."""

import json
import os
import re
import secrets
import string
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click

from wxbot import doctor, editors, samples
from wxbot.cli.context import current_user, print_line, print_notes
from wxbot.db import Database, inspect, upgrade
from wxbot.errors import Exit, Forbidden, UsageError, WxbotError
from wxbot.settings import SECRETS_FILE, demo_settings, load
from wxbot.wiring import Services

__all__ = ["init"]

_HEAD = """\
# 这台服务器的账号、密钥和地址，由 wxbot init 写入；只有本人可读（0600）。
# 不要提交到 git，也不要发给别人。环境变量 WXBOT_大写名 优先于本文件；其余设置见 wxbot.toml。
"""
_APP_ID = re.compile(r"wx[0-9a-f]{16}")
_APP_SECRET = re.compile(r"[0-9a-f]{32}")
_COPY_IT = "在公众平台「设置与开发 → 基本配置」里照抄，不多不少。"


@dataclass(frozen=True)
class _Question:
    """One question: its setting and option, how it is asked, and a check that returns the answer or raises."""

    name: str
    asks: str
    check: Callable[[str], str]
    default: str | None = None
    hidden: bool = False


def _account_name(answer: str) -> str:
    if not answer.strip():
        raise UsageError("公众号的名称不能是空的", remedy="写公众平台上的那个名称。")
    return answer.strip()


def _app_id(answer: str) -> str:
    if not _APP_ID.fullmatch(answer.strip()):
        raise UsageError("AppID 是 wx 加 16 位小写字母或数字，例如 wx0123456789abcdef", remedy=_COPY_IT)
    return answer.strip()


def _app_secret(answer: str) -> str:
    if not _APP_SECRET.fullmatch(answer.strip()):
        raise UsageError("AppSecret 是 32 位小写字母或数字（公众平台上重置后只显示一次）", remedy=_COPY_IT)
    return answer.strip()


def _public_url(answer: str) -> str:
    url = answer.strip().rstrip("/")
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", url):
        raise UsageError(
            "地址以 http:// 或 https:// 开头，例如 https://news.example.org",
            remedy="写读者打开这台服务器的地址，不带 /wechat。",
        )
    return url


def _editor_name(answer: str) -> str:
    return answer.strip()


_QUESTIONS = (
    _Question("account_name", "公众号的名称", _account_name),
    _Question("app_id", "AppID（公众平台 → 设置与开发 → 基本配置）", _app_id),
    _Question("app_secret", "AppSecret（同一页；输入时不显示）", _app_secret, hidden=True),
    _Question("public_url", "读者和微信访问这台服务器的地址，例如 https://news.example.org", _public_url),
    _Question("editor", "第一位编辑登录后台用的名字（不要就直接回车）", _editor_name, default=""),
)


@click.command()
@click.option("--account-name", help="公众号的名称。")
@click.option("--app-id", help="公众号的 AppID。")
@click.option("--app-secret", help="公众号的 AppSecret；写成 - 则从标准输入读一行。")
@click.option("--public-url", help="读者和微信访问这台服务器的地址。")
@click.option("--editor", help="第一位编辑登录后台用的名字；空的则不建。")
@click.option("--database-url", help="数据库的地址；不写则用 SQLite。")
@click.option("--platform-url", help="微信接口的根地址；只在用模拟平台时写。")
@click.option(
    "--samples",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="只把 nginx、Caddy、systemd、gunicorn 和监控的样例写进这个文件夹。",
)
def init(folder: Path | None, **given: str | None) -> None:
    """问五个问题，写好能用的设置和密钥，逐项检查，给出要填进公众平台的几行；不覆盖已有的文件。"""
    if folder is not None:
        _write_samples(folder)
        return
    if demo_settings():
        raise Forbidden("这个文件夹里正在运行演示", remedy="先结束它（Ctrl-C），或换一个文件夹。")
    config = Path(os.environ.get("WXBOT_CONFIG") or "config/wxbot.toml")
    file = config.with_name(SECRETS_FILE)
    if os.path.lexists(file):
        raise Forbidden(
            f"这里已经有 {file}：没有改动任何东西",
            remedy="检查现在的设置：wxbot doctor。要重新开始，先把它改名移开。",
        )
    answers = _ask(given)
    editor = answers.pop("editor")
    values = answers | {"token": secrets.token_hex(16), "encoding_aes_key": _aes_key()}
    values |= {name: value for name in ("database_url", "platform_url") if (value := given[name])}
    written = _write_configuration(config, file, values)
    print_line("已写好：")
    for path in written:
        print_line(f"  {path}")
    _make_schema()
    services = Services(load())
    try:
        if editor:
            _add_editor(services, editor)
        print_line("\n检查：")
        results = _examine(services)
    finally:
        services.close()
    _print_next_steps(values)
    raise click.exceptions.Exit(Exit.DONE if all(result.good for result in results) else Exit.PROBLEMS)


def _write_samples(folder: Path) -> None:
    """Write the samples for what runs around the program, and name those that were there already."""
    shipped = [file.relative_to(samples.DEPLOYMENT) for file in samples.list_files(samples.DEPLOYMENT)]
    try:
        written = samples.copy_missing(samples.DEPLOYMENT, folder)
    except OSError as wrong:
        raise UsageError(f"写不了 {folder}：{wrong.strerror}", remedy="换一个可以写的文件夹。") from None
    for file in shipped:
        print_line(f"{'✓' if folder / file in written else '– 已有，没有动'} {folder / file}")


def _ask(given: dict[str, str | None]) -> dict[str, str]:
    """Return the answers: from the options, else asked at the terminal. Nothing is written before the last one."""
    at_terminal = sys.stdin.isatty()
    missing = [q.name for q in _QUESTIONS if given[q.name] is None and q.default is None and not at_terminal]
    if missing:
        options = "、".join(f"--{name.replace('_', '-')}" for name in missing)
        raise UsageError(
            f"没有终端可以提问，缺少 {options}", remedy="把它们写在命令里；密钥可以写 --app-secret -。"
        )
    if given["app_secret"] == "-":  # noqa: S105  stdin, as for other commands
        given = given | {"app_secret": sys.stdin.readline()}
    return {question.name: _answer(question, given[question.name], at_terminal) for question in _QUESTIONS}


def _answer(question: _Question, given: str | None, at_terminal: bool) -> str:
    """Return one answer; a wrong one is asked again at a terminal, and is an error as an option."""
    if given is not None:
        return question.check(given)
    if not at_terminal:
        return question.default or ""
    while True:
        typed = click.prompt(
            question.asks,
            default=question.default,
            hide_input=question.hidden,
            show_default=False,
            err=True,
        )
        try:
            return question.check(str(typed))
        except UsageError as wrong:
            print_notes(f"  {wrong.message}，请再输入一次。")


def _aes_key() -> str:
    """Return a new EncodingAESKey: 43 letters and digits (platform rule)."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(43))


def _write_configuration(config: Path, file: Path, values: dict[str, str]) -> list[Path]:
    """Write the secrets and the missing sample files; return the new files.

    The file of the secrets appears last and whole: without it, `init` may be repeated.
    """
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    created = samples.copy_missing(samples.CONFIG, config.parent)
    Path("content/bulletins").mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as draft_file:
            draft_file.write(_HEAD + "\n".join(lines) + "\n")
            draft_file.flush()
            os.fsync(draft_file.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            raise Forbidden(
                f"另一个 wxbot init 刚写了 {file}：没有改动它",
                remedy="看看它写的对不对；不要它，就删掉这个文件再运行一次。",
            ) from None
    finally:
        draft.unlink(missing_ok=True)
    return [*created, file]


def _make_schema() -> None:
    """Create the tables in an empty database, on PostgreSQL too; the checks report any other state of it."""
    with suppress(WxbotError):
        db = Database.open(load().database_url.get_secret_value())
        try:
            if inspect(db).found is None:
                upgrade(db)
        finally:
            db.close()


def _add_editor(services: Services, name: str) -> None:
    """Create the first editor's account with a random password, which is printed once."""
    password = secrets.token_hex(6)
    try:
        editors.add(services.db, name, password, openid=None, by=current_user(), now=services.now())
    except WxbotError as wrong:
        print_notes(f"没有建编辑的账号：{wrong.message}", f"怎么办：wxbot editors add 名字。{wrong.remedy}")
        return
    print_line(
        f"\n编辑「{name}」的密码：{password}   （只显示这一次；换一个：wxbot editors password {name}）"
    )


def _examine(services: Services) -> list[doctor.CheckResult]:
    """Run every check, print what is wrong, and store the results."""
    results = list(doctor.examine(services))
    for result in results:
        if not result.good:
            print_line(f"✗ {result.name}：{result.says}")
            if result.remedy:
                print_line(f"    怎么办：{result.remedy}")
    print_line(f"{sum(result.good for result in results)} 项正常，共 {len(results)} 项。")
    with suppress(WxbotError):  # a database that cannot be used is among the results
        doctor.store(services.db, services.now(), results)
    return results


def _print_next_steps(values: dict[str, str]) -> None:
    print_line("\n先启动：wxbot serve 和 wxbot worker（各在一个终端，或用 systemd），再到公众平台")
    print_line("「设置与开发 → 基本配置 → 服务器配置」里填：\n")
    print_line(f"  服务器地址(URL)        {values['public_url']}/wechat")
    print_line(f"  令牌(Token)            {values['token']}")
    print_line(f"  消息加解密密钥         {values['encoding_aes_key']}")
    print_line("  消息加解密方式         安全模式")
    print_line("  数据格式               XML")
    print_line("\n同一页的「IP白名单」里加上这台服务器的公网地址。都填好后：wxbot doctor")
