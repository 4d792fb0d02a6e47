"""`wxbot editors …`: who may use the editors' pages, `/console/`."""

import sys

import click

from wxbot import editors as accounts
from wxbot.cli.context import (
    CommandContext,
    current_user,
    pass_command_context,
    print_json,
    print_line,
    print_table,
)
from wxbot.editors import Editor
from wxbot.errors import UsageError
from wxbot.local_time import moment_label
from wxbot.wiring import Services

__all__ = ["editors"]


@click.group()
def editors() -> None:
    """网页后台的账号：谁可以登录 /console/。"""


_from_stdin = click.option("--password-stdin", is_flag=True, help="密码从标准输入读（一行），给脚本用。")


@editors.command("add")
@click.argument("name")
@click.option(
    "--openid", help="这位编辑自己的微信在本公众号的 openid：预览发到那里，手机上批准的也算同一人。"
)
@_from_stdin
@pass_command_context
def add_command(context: CommandContext, name: str, openid: str | None, password_stdin: bool) -> None:
    """加一位编辑；密码问两遍，不显示。

    \b
    $ wxbot editors add 王编辑 --openid oAbCdEf
    """
    w = context.services
    password = _password(from_stdin=password_stdin)
    made = accounts.add(w.db, name, password, openid=openid, by=current_user(), now=w.now())
    print_line(f"已加入「{made.name}」，登录 {w.settings.public_url}/console/")


@editors.command("list")
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_command_context
def list_command(context: CommandContext, json_out: bool) -> None:
    """所有编辑，和他们上次登录的时间。"""
    w = context.services
    with w.db.read() as session:
        found = accounts.all_editors(session)
    if json_out:
        print_json([_as_json(each) for each in found])
    elif not found:
        print_line("还没有编辑。加一位：wxbot editors add 名字")
    else:
        print_table(("名字", "openid", "加入于", "上次登录"), (_row(w, each) for each in found))


@editors.command("remove")
@click.argument("name")
@pass_command_context
def remove_command(context: CommandContext, name: str) -> None:
    """去掉一位编辑；正登录着的立即退出。"""
    accounts.remove(context.services.db, name, by=current_user(), now=context.services.now())
    print_line(f"已去掉「{name}」。手机上的指令另看设置 editors。")


@editors.command("password")
@click.argument("name")
@_from_stdin
@pass_command_context
def password_command(context: CommandContext, name: str, password_stdin: bool) -> None:
    """换一位编辑的密码；正登录着的要用新密码重新登录。"""
    w = context.services
    password = _password(from_stdin=password_stdin)
    accounts.change_password(w.db, name, password, by=current_user(), now=w.now())
    print_line(f"已换「{name}」的密码。")


def _password(*, from_stdin: bool) -> str:
    """Read the password: typed twice without echo, or the first line of stdin."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed = str(click.prompt("密码", hide_input=True, err=True))
    if typed != click.prompt("再输一遍", hide_input=True, err=True):
        raise UsageError("两遍输入的密码不一样，什么也没有改", remedy="再运行一次。")
    return typed


def _as_json(editor: Editor) -> dict[str, object]:
    return {
        "name": editor.name,
        "openid": editor.openid,
        "made_at": editor.made_at.isoformat(),
        "last_login_at": editor.last_login_at.isoformat() if editor.last_login_at else None,
    }


def _row(w: Services, editor: Editor) -> tuple[str, str, str, str]:
    tz = w.settings.tz
    return (
        editor.name,
        editor.openid or "",
        moment_label(editor.made_at, tz),
        moment_label(editor.last_login_at, tz),
    )
