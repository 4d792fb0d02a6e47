"""`wxbot db upgrade`: the schema."""

import click

from wxbot.cli.context import CommandContext, pass_command_context, print_line
from wxbot.db import Database, inspect, upgrade

__all__ = ["db"]


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
