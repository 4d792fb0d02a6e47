"""`wxbot serve` and `wxbot worker`: the two processes of the Procfile."""

import logging
import os

import click

from wxbot import web
from wxbot import worker as worker_process
from wxbot.cli.context import CommandContext, pass_command_context, print_notes
from wxbot.settings import PREFIX, SERVER_SETTINGS

__all__ = ["serve", "worker"]


@click.command()
@click.option("--host", help="监听的地址；默认见 config/wxbot.toml。")
@click.option("--port", type=click.IntRange(0, 65_535), help="监听的端口。")
@click.option("--workers", type=click.IntRange(1, 64), help="进程数。")
@pass_command_context
def serve(context: CommandContext, host: str | None, port: int | None, workers: int | None) -> None:
    """启动网页和消息服务（生产用的服务器）。"""
    settings = context.settings
    settings.require(SERVER_SETTINGS)
    host, port = host or settings.host, settings.port if port is None else port
    if not settings.public_url:
        local = f"http://{host}:{port}"
        os.environ[f"{PREFIX}PUBLIC_URL"] = local  # the server's own processes read the settings anew
        print_notes(f"没有设置 WXBOT_PUBLIC_URL：卡片的链接将是 {local}，只有本机打得开")
    _ = context.services.db  # the schema is brought up, or refused, here: once, and in words
    web.serve(
        settings,
        host=host,
        port=port,
        workers=workers or settings.workers,
    )


@click.command()
@click.option("--once", is_flag=True, help="做完现在该做的就结束（供 cron 和测试）。")
@pass_command_context
def worker(context: CommandContext, once: bool) -> None:
    """启动后台：到时推送、收取结果、发现新简报。"""
    logging.getLogger("wxbot").setLevel(logging.INFO)
    worker_process.run(context.services, once=once)
