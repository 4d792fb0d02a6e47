"""`wxbot backup` and `wxbot restore`."""

from pathlib import Path

import click

from wxbot import push
from wxbot.cli.door import Door, pass_door, say
from wxbot.db import restore_from, save_to
from wxbot.errors import Forbidden

__all__ = ["backup", "restore"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="文件已存在时覆盖。")
@pass_door
def backup(door: Door, file: Path, force: bool) -> None:
    """把数据库备份到一个文件；服务可以照常运行。"""
    if file.exists() and not force:
        raise Forbidden(f"{file} 已存在", remedy="换一个文件名，或加 --force 覆盖。")
    save_to(door.wxbot.db, file)
    say(f"已备份到 {file}（{file.stat().st_size / 1e6:.1f} MB）")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="确认用备份覆盖现在的数据库。")
@pass_door
def restore(door: Door, file: Path, yes: bool) -> None:
    """用备份覆盖现在的数据库；未完成的推送全部暂停，由您逐个决定。"""
    if not yes:
        raise Forbidden(f"将用 {file} 覆盖现在的数据库", remedy="确认后加 --yes 再运行。")
    w = door.wxbot
    restore_from(w.db, file)
    paused = push.pause_all(w.db, w.now(), "从备份恢复：备份之后可能已经发出，请核实后再恢复或取消")
    say(f"已从 {file} 恢复。")
    for campaign in paused:
        say(f"计划 {campaign.id}（{campaign.number}）已暂停：请核实后 wxbot push resume 或 cancel。")
