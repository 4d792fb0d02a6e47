"""`wxbot serve` and `wxbot worker`: the two processes of the Procfile, which run until they are stopped."""

import logging
import os

import click

from wxbot import log_format, web
from wxbot import worker as worker_process
from wxbot.cli.child_process import end_without_reader
from wxbot.cli.context import CommandContext, pass_command_context, print_notes
from wxbot.cli.listening import inherited_socket, open_socket
from wxbot.errors import UsageError
from wxbot.settings import PREFIX, SERVER_SETTINGS, demo_settings

__all__ = ["serve", "worker"]


@click.command()
@click.option("--host", help="监听的地址；默认见 config/wxbot.toml。")
@click.option("--port", type=click.IntRange(0, 65_535), help="监听的端口。")
@click.option("--workers", type=click.IntRange(1, 64), help="进程数。")
@pass_command_context
def serve(context: CommandContext, host: str | None, port: int | None, workers: int | None) -> None:
    """启动网页和消息服务（生产用的服务器）。"""
    end_without_reader()
    settings = context.settings
    settings.require(SERVER_SETTINGS)
    host, port = host or settings.host, settings.port if port is None else port
    listening = inherited_socket() or open_socket(host, port)
    listening.listen(web.BACKLOG)  # whoever connects from here on waits until a process is ready
    host, port = listening.getsockname()[:2]
    if not settings.public_url:
        local = f"http://{host}:{port}"
        os.environ[f"{PREFIX}PUBLIC_URL"] = (
            local  # the server's processes read the settings from the environment
        )
        print_notes(f"没有设置 WXBOT_PUBLIC_URL：卡片的链接将是 {local}，只有本机打得开")
    _ = context.services.db  # upgrades the schema, or refuses to start, once and before the processes start
    context.services.close()  # an open database must not be carried over a fork: SQLite's locks belong to a process
    web.serve(settings, listening, workers=workers or settings.workers)


@click.command()
@click.option("--once", is_flag=True, help="做完现在该做的就结束（供 cron 和测试）。")
@pass_command_context
def worker(context: CommandContext, once: bool) -> None:
    """启动后台：到时推送、收取结果、发现新简报。"""
    if demo_settings():
        raise UsageError(
            "这个文件夹里正在运行演示，它有自己的后台",
            remedy="不必再启动一个；放进文件夹的简报、到时的推送，它会处理。",
        )
    if not once:
        end_without_reader()
    logging.getLogger("wxbot").setLevel(logging.INFO)
    log_format.use(context.settings.log_format)
    worker_process.run(context.services, once=once)
