"""`wxbot editors …` and `wxbot followers …`: the editors' accounts, and the followers of the account."""

import sys
from dataclasses import asdict

import click

from wxbot import editors as accounts
from wxbot import followers as audience
from wxbot import privacy, push
from wxbot.cli.context import (
    CommandContext,
    current_user,
    pass_command_context,
    print_json,
    print_line,
    print_table,
)
from wxbot.editors import Editor, EditorRole
from wxbot.errors import UsageError
from wxbot.local_time import moment_label
from wxbot.wiring import Services

__all__ = ["editors", "followers"]


@click.group()
def editors() -> None:
    """网页后台的账号：谁可以登录 /console/。"""


_ROLES = "、".join(f"{each.value}（{each.label}）" for each in EditorRole)
_from_stdin = click.option("--password-stdin", is_flag=True, help="密码从标准输入读（一行），给脚本用。")


@editors.command("add")
@click.argument("name")
@click.option(
    "--openid", help="这位编辑自己的微信在本公众号的 openid：预览发到那里，手机上批准的也算同一人。"
)
@click.option("--role", help=f"角色：{_ROLES}；不写，第一位是管理，以后的是写稿。")
@_from_stdin
@pass_command_context
def add_command(
    context: CommandContext, name: str, openid: str | None, role: str | None, password_stdin: bool
) -> None:
    """添加一位编辑；密码问两遍，不显示。

    \b
    $ wxbot editors add 王编辑 --role approver --openid oAbCdEf
    """
    w = context.services
    given = None if role is None else accounts.parse_role(role)
    password = _password(from_stdin=password_stdin)
    editor = accounts.add(w.db, name, password, openid=openid, by=current_user(), now=w.now(), role=given)
    label = EditorRole(editor.role).label
    print_line(f"已添加「{editor.name}」（{label}），登录 {w.settings.public_url}/console/")


@editors.command("role")
@click.argument("name")
@click.argument("role")
@pass_command_context
def role_command(context: CommandContext, name: str, role: str) -> None:
    """改一位编辑的角色：writer 写稿，approver 审批，admin 管理。

    \b
    $ wxbot editors role 王编辑 approver
    """
    w = context.services
    given = accounts.parse_role(role)
    accounts.change_role(w.db, name, given, by=current_user(), now=w.now())
    print_line(f"「{name}」的角色是{given.label}：{given.explanation}。")


@editors.command("openid")
@click.argument("name")
@click.argument("openid", required=False)
@pass_command_context
def openid_command(context: CommandContext, name: str, openid: str | None) -> None:
    """改一位编辑的 openid；不写 OPENID 则去掉。"""
    w = context.services
    accounts.change_openid(w.db, name, openid, by=current_user(), now=w.now())
    print_line(f"已改「{name}」的 openid。" if openid else f"已去掉「{name}」的 openid。")


@editors.command("list")
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_command_context
def list_editors_command(context: CommandContext, json_out: bool) -> None:
    """所有编辑，和他们上次登录的时间。"""
    w = context.services
    with w.db.read() as session:
        found = accounts.all_editors(session)
    if json_out:
        print_json([_editor_json(each) for each in found])
    elif not found:
        print_line("还没有编辑。添加一位：wxbot editors add 名字")
    else:
        print_table(
            ("名字", "角色", "openid", "加入于", "上次登录"), (_editor_row(w, each) for each in found)
        )


@editors.command("remove")
@click.argument("name")
@pass_command_context
def remove_command(context: CommandContext, name: str) -> None:
    """移除一位编辑；正登录着的立即退出。"""
    accounts.remove(context.services.db, name, by=current_user(), now=context.services.now())
    print_line(f"已移除「{name}」。他能不能在手机上发指令，由设置 editors 决定。")


@editors.command("password")
@click.argument("name")
@_from_stdin
@pass_command_context
def password_command(context: CommandContext, name: str, password_stdin: bool) -> None:
    """更换一位编辑的密码；正登录着的要用新密码重新登录。"""
    w = context.services
    password = _password(from_stdin=password_stdin)
    accounts.change_password(w.db, name, password, by=current_user(), now=w.now())
    print_line(f"已更换「{name}」的密码。")


def _password(*, from_stdin: bool) -> str:
    """Read the password: typed twice without echo, or the first line of stdin."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed = str(click.prompt("密码", hide_input=True, err=True))
    if typed != click.prompt("再输入一遍", hide_input=True, err=True):
        raise UsageError("两遍输入的密码不一样，什么也没有改", remedy="再运行一次。")
    return typed


def _editor_json(editor: Editor) -> dict[str, object]:
    return {
        "name": editor.name,
        "role": editor.role,
        "openid": editor.openid,
        "made_at": editor.made_at.isoformat(),
        "last_login_at": editor.last_login_at.isoformat() if editor.last_login_at else None,
    }


def _editor_row(w: Services, editor: Editor) -> tuple[str, ...]:
    tz = w.settings.tz
    return (
        editor.name,
        EditorRole(editor.role).label,
        editor.openid or "",
        moment_label(editor.made_at, tz),
        moment_label(editor.last_login_at, tz),
    )


@click.group()
def followers() -> None:
    """粉丝名单。"""


@followers.command("sync")
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_command_context
def sync_command(context: CommandContext, json_out: bool) -> None:
    """按平台的名单更新本地名单；中断后再运行会接着做。"""
    w = context.services
    done = push.SyncProgress(0, 0, 0, 0)
    for done in w.pusher.sync_followers():
        if sys.stderr.isatty():
            click.echo(f"\r{done.met} / {done.total}", nl=False, err=True)
    if sys.stderr.isatty():
        click.echo(err=True)
    if json_out:
        print_json({"total": done.total, "met": done.met, "new": done.new, "left": done.left})
    else:
        print_line(f"平台上 {done.total} 位粉丝；新增 {done.new} 位，离开 {done.left} 位。")


@followers.command("list")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="最多几位。")
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_command_context
def list_followers_command(context: CommandContext, limit: int, json_out: bool) -> None:
    """最近来过消息的粉丝。"""
    w = context.services
    with w.db.read() as session:
        found = audience.newest(session, limit)
    if json_out:
        print_json([{"openid": f.openid, "since": f.since, "last_heard": f.last_wrote} for f in found])
        return
    print_table(
        ("openid", "关注于", "最近消息"),
        (
            (f.openid, moment_label(f.since, w.settings.tz), moment_label(f.last_wrote, w.settings.tz))
            for f in found
        ),
    )


@followers.command("forget")
@click.argument("openid")
@click.option("--dry-run", is_flag=True, help="只看有什么，不删除。")
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@click.pass_context
@pass_command_context
def forget_command(
    context: CommandContext, ctx: click.Context, openid: str, dry_run: bool, json_out: bool
) -> None:
    """删除一个人的资料：订阅与对话删除，提问和投递记录不再写着是谁。

    有消息可能正在发给这个人时，那几行投递先留着（退出码 1）：发完再运行一次。
    """
    w = context.services
    with w.db.read() if dry_run else w.db.begin() as session:
        found = (
            privacy.count_rows(session, openid)
            if dry_run
            else privacy.erase_person(session, openid, by=current_user(), now=w.now())
        )
    if json_out:
        print_json({"openid": openid, "dry_run": dry_run} | asdict(found))
    elif not found.any:
        print_line("没有这个人的资料。")
    else:
        print_line("（预演，什么也没有删除）" if dry_run else "已删除：")
        print_line(f"粉丝名单 {found.follower} 行；订阅、对话、名单 {found.wishes_and_dialog} 行")
        print_line(f"消息记录 {found.journal} 行、投递记录 {found.ledger} 行，不再写着是谁")
        if found.in_flight:
            print_line(f"其中 {found.in_flight} 行投递可能正在进行，先留着：完成后请再运行一次。")
        if found.follower:
            print_line("这个人若仍然关注，再来消息或核对名单时会重新记下。")
    ctx.exit(1 if found.in_flight else 0)


@followers.command("stats")
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_command_context
def stats_command(context: CommandContext, json_out: bool) -> None:
    """粉丝总数，以及最近 48 小时来过消息的人数。"""
    w = context.services
    with w.db.read() as session:
        total = audience.count(session)
        active = audience.count_reachable(session, w.now())
    if json_out:
        print_json({"following": total, "heard_within_48_hours": active})
    else:
        print_line(f"关注中 {total} 位；48 小时内来过消息 {active} 位。")
