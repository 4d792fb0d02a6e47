"""`wxbot followers …`: the audience."""

import sys

import click

from wxbot import followers as audience
from wxbot import push
from wxbot.cli.door import Door, as_json, columns, pass_door, say
from wxbot.cli.typed import spoken

__all__ = ["followers"]


@click.group()
def followers() -> None:
    """粉丝名单。"""


@followers.command("sync")
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_door
def sync_command(door: Door, json_out: bool) -> None:
    """按平台的名单更新本地名单；中断后再运行会接着做。"""
    w = door.wxbot
    done = push.Synced(0, 0, 0, 0)
    for done in push.sync(w.db, w.wechat, w.now):
        if sys.stderr.isatty():
            click.echo(f"\r{done.met} / {done.total}", nl=False, err=True)
    if sys.stderr.isatty():
        click.echo(err=True)
    if json_out:
        as_json({"total": done.total, "met": done.met, "new": done.new, "left": done.left})
    else:
        say(f"平台上 {done.total} 位粉丝；新增 {done.new} 位，离开 {done.left} 位。")


@followers.command("list")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="最多几位。")
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_door
def list_command(door: Door, limit: int, json_out: bool) -> None:
    """最近来过消息的粉丝。"""
    w = door.wxbot
    with w.db.read() as session:
        found = audience.newest(session, limit)
    if json_out:
        as_json([{"openid": f.openid, "since": f.since, "last_heard": f.last_heard} for f in found])
        return
    columns(
        ("openid", "关注于", "最近消息"),
        ((f.openid, spoken(f.since, w.settings.tz), spoken(f.last_heard, w.settings.tz)) for f in found),
    )


@followers.command("stats")
@click.option("--json", "json_out", is_flag=True, help="一个 JSON 文档。")
@pass_door
def stats_command(door: Door, json_out: bool) -> None:
    """粉丝总数，以及最近 48 小时来过消息的人数。"""
    w = door.wxbot
    with w.db.read() as session:
        total = audience.count(session)
        active = audience.count_heard(session, w.now())
    if json_out:
        as_json({"following": total, "heard_within_48_hours": active})
    else:
        say(f"关注中 {total} 位；48 小时内来过消息 {active} 位。")
