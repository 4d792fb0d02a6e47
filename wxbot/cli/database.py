"""`wxbot db`, `backup` and `restore`: the schema, and copies of database, content and configuration."""

import datetime as dt
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from wxbot import backups, library
from wxbot.bot import editor_orders
from wxbot.cli.context import CommandContext, confirm_or_refuse, pass_command_context, print_line
from wxbot.db import Database, inspect, restore_backup, save_backup, upgrade
from wxbot.db.copying import copy_database
from wxbot.db.schema import oldest_program
from wxbot.errors import Forbidden, UsageError
from wxbot.lazy import LazyModule
from wxbot.push import Campaign
from wxbot.push.decisions import pause_all
from wxbot.wiring import Services

if TYPE_CHECKING:
    from wxbot import worker
else:
    worker = LazyModule("wxbot.worker")

__all__ = ["backup", "db", "restore"]

PAUSED = "从备份恢复：备份之后可能已经发出，请核实后再恢复或取消"


@click.group()
def db() -> None:
    """数据库的结构，复制到另一个数据库。"""


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
        elif before.is_extended:
            print_line(f"已由更新的版本升级到 {before.found}；本程序需要 {before.needed}，还能用")
        else:
            if before.found is not None and before.found < before.needed:
                print_line(_note_for_old_programs(before.found))
            if dry_run:
                print_line(f"现在 {before.found or '空'}，将升级到 {before.needed}")
                return
            upgrade(database)
            print_line(f"已从 {before.found or '空'} 升级到 {before.needed}")
    finally:
        database.close()


def _note_for_old_programs(found: str) -> str:
    """Return whether the processes of the old program may run on during and after the upgrade."""
    if oldest_program(after=found) <= found:
        return "正在运行的旧版本可以继续运行，升级后再逐个换成新的"
    return "正在运行的旧版本用不了升级后的数据库：先停下 wxbot serve 和 wxbot worker"


@db.command("copy")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--yes", is_flag=True, help="确认：服务和后台都停下了。")
def copy_command(source: str, target: str, yes: bool) -> None:
    """把整个数据库复制到另一个空的数据库，并逐行核对；断了再运行一次就接着做。

    FROM 和 TO 是数据库的地址，例如 sqlite:///var/wxbot.db postgresql+psycopg://用户:密码@主机/库；
    地址里有密码的，写 env:名字，从那个环境变量读。
    """
    confirm_or_refuse("复制时 wxbot serve 和 wxbot worker 都要停下", "都停下了吗？", given=yes)
    _ = worker.run  # with the worker every subject's tables are imported
    opened = [Database.open(_database_url(each)) for each in (source, target)]
    try:
        rows = 0
        for table in copy_database(*opened):
            rows += table.rows
            if table.rows:
                print_line(f"✓ {table.name}：{table.rows} 行，两边一样")
    finally:
        for each in opened:
            each.close()
    print_line(f"复制好了，共 {rows} 行。把 WXBOT_DATABASE_URL 改成新的地址，再启动；旧的那个不要再启动。")


def _database_url(given: str) -> str:
    """Return the address of a database; `env:NAME` names the variable that holds it."""
    name = given.removeprefix("env:")
    if name == given:
        return given
    if not os.environ.get(name):
        raise UsageError(f"没有环境变量 {name}", remedy=f"先写 export {name}=数据库的地址。")
    return os.environ[name]


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="文件已存在时覆盖。")
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), help="备份到这个文件夹，文件名是现在的时间。"
)
@click.option("--keep", type=click.IntRange(1), help="--into 的文件夹里只留最新的几份。")
@click.option(
    "--make-key", type=click.Path(path_type=Path, dir_okay=False), help="不备份，只生成加密用的一对钥匙。"
)
@pass_command_context
def backup(
    context: CommandContext,
    file: Path | None,
    force: bool,
    into: Path | None,
    keep: int | None,
    make_key: Path | None,
) -> None:
    """把数据库备份到一个文件；服务可以照常运行。

    FILE 以 .tar 结尾，或用 --into：连同 content/ 和 config/。设置了 backup_recipient 就加密。
    """
    if [file, into, make_key].count(None) != 2:
        raise UsageError(
            "写一个 FILE，或 --into，或 --make-key", remedy="例如 wxbot backup --into 备份 --keep 14"
        )
    if make_key is not None:
        public = backups.make_key(make_key)
        print_line(f"私钥在 {make_key}：请存到另一台机器上并从这里删去；丢了它，备份就打不开。")
        print_line(f'在 config/wxbot.toml 里写：backup_recipient = "{public}"')
        return
    w = context.services
    _ = worker.run  # with the worker every subject's tables are imported
    recipient = w.settings.backup_recipient
    if into is not None:
        file = into / backups.file_name(w.now(), w.settings)
    assert file is not None  # noqa: S101  one of the three was given
    if file.exists() and not force:
        raise Forbidden(f"{file} 已存在", remedy="换一个文件名，或加 --force 覆盖。")
    if recipient or file.suffix == backups.WHOLE:
        backups.save(w.db, w.settings, file)
    else:
        save_backup(w.db, file)
    print_line(f"已备份到 {file}（{file.stat().st_size / 1e6:.1f} MB{'，已加密' if recipient else ''}）")
    if into is not None and keep is not None and (gone := backups.rotate(into, keep)):
        print_line(f"删去了 {len(gone)} 份旧的，留下最新的 {keep} 份。")


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="确认。")
@click.option(
    "--key", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="加密的备份的私钥。"
)
@click.option("--check", is_flag=True, help="只试试能不能恢复，什么也不改。")
@pass_command_context
def restore(context: CommandContext, file: Path | None, yes: bool, key: Path | None, check: bool) -> None:
    """用备份覆盖现在的数据库；未完成的推送全部暂停，由您逐个决定。

    备份里有、这里没有的文件（content/ 和 config/）写回原处；两边不同的不覆盖，放在 var/restored/。
    不写 FILE：数据库已用别的工具（例如 pg_restore）恢复，只做后一半。
    """
    if file is None:
        _restore(context.services, None, None, yes=yes, drafts=context.settings.state)
        return
    state = context.settings.state
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="restore-", dir=state) as folder:
        found = backups.unpack(file, Path(folder), key)
        if check:
            _check_backup(found.database, Path(folder) / "tried.db", file)
        else:
            _restore(context.services, file, found, yes=yes, drafts=Path(folder))


def _check_backup(database: Path, draft: Path, file: Path) -> None:
    """Restore a backup into a database of its own, and say what it holds."""
    tried = Database.open(f"sqlite:///{draft}")
    try:
        restore_backup(tried, database)
        with tried.read() as session:
            articles = library.count_articles(session)
    finally:
        tried.close()
    print_line(f"{file} 能恢复：有 {articles} 篇公开的文章。什么也没有改。")


def _restore(
    w: Services, file: Path | None, found: backups.UnpackedBackup | None, *, yes: bool, drafts: Path
) -> None:
    _ = worker.run  # with the worker every subject's tables are imported
    what = f"用 {file} 覆盖现在的数据库，并" if file else ""
    confirm_or_refuse(f"将{what}暂停所有未完成的推送", "恢复吗？", given=yes)
    paused: list[Campaign] = []
    unplanned: list[str] = []

    def ask_first(restored: Database) -> None:
        paused.extend(pause_all(restored, w.now(), PAUSED))
        unplanned.extend(_ingest_without_plans(w, restored))
        _drop_orders(restored, w.now())
        _renew_library(restored, w.db)

    if found is None:
        ask_first(w.db)
    else:
        if found.files is not None:
            _put_files_back(w, found.files)
        # Before the backup is in place: a worker that runs meanwhile, or a kill, must not find unpaused campaigns.
        restore_backup(w.db, found.database, ask_first, drafts)
        print_line(f"已从 {file} 恢复。")
    for campaign in paused:
        print_line(f"计划 {campaign.id}（{campaign.number}）已暂停：请核实后 wxbot push resume 或 cancel。")
    for number in unplanned:
        print_line(f"{number} 不会自动推送：备份之后可能已经推送过；确实没有的话，wxbot push plan {number}。")


def _put_files_back(w: Services, files: Path) -> None:
    aside = w.settings.state / "restored"
    written, laid_aside = backups.put_back(files, w.settings, aside)
    if written:
        print_line(f"写回了 {len(written)} 个这里没有的文件，例如 {written[0]}")
    if laid_aside:
        print_line(f"{len(laid_aside)} 个文件与备份里的不同，没有覆盖；备份里的在 {aside}/")


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


def _renew_library(restored: Database, current: Database) -> None:
    """Let servers that run on drop the index and the answers of the library before the restore."""
    with current.read() as session:
        version = library.version(session)
    with restored.begin() as session:
        library.renew_identity(session, above=version)


def _drop_orders(db: Database, now: dt.datetime) -> None:
    """Drop editors' phone orders from before the backup: they were carried out since, or will be given again."""
    while order := editor_orders.claim(db, now):
        editor_orders.finish(db, order.id, "从备份恢复，没有执行", now)
