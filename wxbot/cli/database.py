"""`wxbot db`, `backup` and `restore`: the schema, and copies of the database."""

import datetime as dt
from pathlib import Path

import click

from wxbot import library
from wxbot.bot import editor_orders
from wxbot.cli.context import CommandContext, confirm_or_refuse, pass_command_context, print_line
from wxbot.db import Database, inspect, restore_backup, save_backup, upgrade
from wxbot.errors import Forbidden
from wxbot.push import Campaign
from wxbot.push.decisions import pause_all
from wxbot.wiring import Services

__all__ = ["backup", "db", "restore"]

PAUSED = "从备份恢复：备份之后可能已经发出，请核实后再恢复或取消"


@click.group()
def db() -> None:
    """数据库的结构。"""


@db.command("upgrade")
@click.option("--dry-run", is_flag=True, help="只说现在和需要的版本。")
@pass_command_context
def upgrade_command(context: CommandContext, dry_run: bool) -> None:
    """把数据库的结构升到本程序的版本；已经是了就什么也不做。"""
    database = Database.open(context.settings.database_url.get_secret_value())
    try:
        before = inspect(database)
        if before.current:
            print_line(f"已是最新（{before.needed}）")
        elif dry_run:
            print_line(f"现在 {before.found or '空'}，将升级到 {before.needed}")
        else:
            upgrade(database)
            print_line(f"已从 {before.found or '空'} 升级到 {before.needed}")
    finally:
        database.close()


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="文件已存在时覆盖。")
@pass_command_context
def backup(context: CommandContext, file: Path, force: bool) -> None:
    """把数据库备份到一个文件；服务可以照常运行。"""
    if file.exists() and not force:
        raise Forbidden(f"{file} 已存在", remedy="换一个文件名，或加 --force 覆盖。")
    save_backup(context.services.db, file)
    print_line(f"已备份到 {file}（{file.stat().st_size / 1e6:.1f} MB）")


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="确认。")
@pass_command_context
def restore(context: CommandContext, file: Path | None, yes: bool) -> None:
    """用备份覆盖现在的数据库；未完成的推送全部暂停，由您逐个决定。

    不写 FILE：数据库已用别的工具（例如 pg_restore）恢复，只做后一半。
    """
    what = f"用 {file} 覆盖现在的数据库，并" if file else ""
    confirm_or_refuse(f"将{what}暂停所有未完成的推送", "恢复吗？", given=yes)
    w = context.services
    paused: list[Campaign] = []
    unplanned: list[str] = []

    def ask_first(restored: Database) -> None:
        paused.extend(pause_all(restored, w.now(), PAUSED))
        unplanned.extend(_ingest_without_plans(w, restored))
        _drop_orders(restored, w.now())

    if file is None:
        ask_first(w.db)
    else:
        # Before the backup is in place: a worker that runs meanwhile, or a kill, must not find unpaused campaigns.
        restore_backup(w.db, file, ask_first)
        print_line(f"已从 {file} 恢复。")
    for campaign in paused:
        print_line(f"计划 {campaign.id}（{campaign.number}）已暂停：请核实后 wxbot push resume 或 cancel。")
    for number in unplanned:
        print_line(f"{number} 不会自动推送：备份之后可能已经推送过；确实没有的话，wxbot push plan {number}。")


def _ingest_without_plans(w: Services, db: Database) -> list[str]:
    """Ingest the files in the folder without planning pushes: they may have been pushed since the backup."""
    here = [w.bulletin_folder] if w.bulletin_folder.is_dir() else []
    policy = library.PublishPolicy(w.settings.publish)
    list(library.ingest(db, here, w.now(), to_plan=True, habits=w.read_habits(), policy=policy, by="restore"))
    with db.begin() as session:
        waiting = library.unplanned_issues(session, everything=True)
        for number in waiting:
            library.mark_planned(session, number)
    return waiting


def _drop_orders(db: Database, now: dt.datetime) -> None:
    """Drop editors' phone orders from before the backup: they were carried out since, or will be given again."""
    while order := editor_orders.claim(db, now):
        editor_orders.finish(db, order.id, "从备份恢复，没有执行", now)
