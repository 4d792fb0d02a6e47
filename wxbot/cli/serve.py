"""`wxbot serve`, `worker` and `demo`: commands that run until they are stopped.

`serve` and `worker` are the two processes of the Procfile; `demo` starts both, and the simulated platform beside them.
"""

import json
import logging
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from wxbot import library, web
from wxbot import worker as worker_process
from wxbot.cli.context import CommandContext, pass_command_context, print_line, print_notes
from wxbot.errors import Exit, Forbidden, TryLater, WxbotError
from wxbot.rendering import issue_path
from wxbot.settings import DEMO_FILE, PREFIX, SERVER_SETTINGS, demo_settings, load
from wxbot.wiring import Services

__all__ = ["demo", "serve", "worker"]

SIMULATOR_PORT, WEB_PORT = 8900, 8901
FOLLOWERS = 1200
READY_WITHIN = 30.0  # seconds that a started process has until it answers


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
        os.environ[f"{PREFIX}PUBLIC_URL"] = (
            local  # the server's processes read the settings from the environment
        )
        print_notes(f"没有设置 WXBOT_PUBLIC_URL：卡片的链接将是 {local}，只有本机打得开")
    _ = context.services.db  # upgrades the schema, or refuses to start, once and before the processes start
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


@dataclass
class _Demo:
    """A running demo: the addresses of its pages, its settings as environment variables, its processes."""

    folder: Path
    simulator_url: str
    public_url: str
    account: dict[str, str]
    environ: dict[str, str] = field(default_factory=dict)
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="两个页面监听的地址。")
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    default=SIMULATOR_PORT,
    show_default=True,
    help="模拟平台页面的端口。",
)
@click.option(
    "--web-port", type=click.IntRange(1, 65_535), default=WEB_PORT, show_default=True, help="文章页面的端口。"
)
def demo(host: str, port: int, web_port: int) -> None:
    """在本机演示整条线：模拟平台、消息服务、后台、样例简报；Ctrl-C 全部结束。"""
    if demo_settings({}):
        raise Forbidden("这个文件夹里已经有一个演示在运行", remedy="先在它的终端按 Ctrl-C 结束。")
    with ExitStack() as closing:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        running = _write_demo_settings(
            host, _free_port(host, port), _free_port(host, web_port, not_this=port)
        )
        os.environ.update(running.environ)
        closing.callback(DEMO_FILE.unlink, missing_ok=True)
        closing.enter_context(_running_children(running))
        numbers = _ingest_bulletins()
        _start_child(running, "worker", "worker")
        _add_followers(running)
        _print_pages(running, numbers)
        _wait_for_stop(running, stop)
        print_notes("", "演示结束，正在关闭…")


def _write_demo_settings(host: str, port: int, web_port: int) -> _Demo:
    """Create an empty folder and random credentials: the simulator starts empty, so the database must too."""
    folder = DEMO_FILE.parent
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    account = {
        "app_id": f"wx{secrets.token_hex(8)}",
        "app_secret": secrets.token_hex(16),
        "token": secrets.token_hex(10),
        "encoding_aes_key": secrets.token_hex(22)[:43],
    }
    made = _Demo(folder, f"http://{host}:{port}", f"http://{host}:{web_port}", account)
    given = account | {
        "database_url": f"sqlite:///{(folder / 'wxbot.db').resolve()}",
        "platform_url": made.simulator_url,
        "public_url": made.public_url,
        "state": str(folder.resolve()),
        "account_name": "长风联盟",
        "host": host,
        "port": str(web_port),
        "workers": "1",
    }
    made.environ = {f"{PREFIX}{name.upper()}": value for name, value in given.items()}
    temporary = DEMO_FILE.with_suffix(".tmp")
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(given | {"pid": os.getpid()}, ensure_ascii=False), encoding="utf-8")
    temporary.replace(DEMO_FILE)
    return made


def _free_port(host: str, port: int, not_this: int | None = None) -> int:
    """Return `port` if it is free and is not `not_this`, else any free port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port if port != not_this else 0))
        except OSError:
            probe.bind((host, 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running_children(running: _Demo) -> Generator[None]:
    try:
        port = running.simulator_url.rpartition(":")[2]
        host = running.environ[f"{PREFIX}HOST"]
        words = [
            "--host",
            host,
            "--port",
            port,
            "--callback",
            f"{running.public_url}/wechat",
            "--mode",
            "safe",
            "--name",
            "长风联盟",
        ]
        _start_child(running, "simulator", "simulator", *words)
        _start_child(running, "web", "serve")
        _wait_until_ready(running, "simulator", f"{running.simulator_url}/_sim/clock")
        _wait_until_ready(running, "web", f"{running.public_url}/readyz")
        yield
    finally:
        for child in reversed(running.children.values()):
            child.terminate()
        for child in running.children.values():
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()


def _start_child(running: _Demo, name: str, *words: str) -> None:
    """Start a wxbot command as a child process; its output goes to a log file, its secrets come by the environment."""
    with (running.folder / f"{name}.log").open("wb") as log:
        running.children[name] = subprocess.Popen(  # noqa: S603  wxbot itself, no words from outside
            [sys.executable, "-m", "wxbot", *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the demo alone, which then ends its children in order
        )


def _wait_until_ready(running: _Demo, name: str, url: str) -> None:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        _raise_if_ended(running)
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310  our own address, made above
                return
        except OSError:
            time.sleep(0.05)
    raise TryLater(f"{name} 在 {READY_WITHIN:.0f} 秒内没有就绪", remedy=f"看 {running.folder / name}.log")


def _raise_if_ended(running: _Demo) -> None:
    for name, child in running.children.items():
        if child.poll() is not None:
            log = running.folder / f"{name}.log"
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
            raise WxbotError(f"{name} 意外结束：{' '.join(last)}", remedy=f"看 {log}")


def _ingest_bulletins() -> list[str]:
    """Ingest the bulletins of content/ and return their numbers; the worker then plans their pushes."""
    w = Services(load())
    try:
        results = list(
            library.ingest(
                w.db,
                [w.bulletin_folder],
                w.now(),
                to_plan=True,
                readers=w.readers,
                policy=library.PublishPolicy(w.settings.publish),
                by="demo",
            )
        )
        w.sync_index()
    finally:
        w.close()
    for done in results:
        if done.says:
            print_notes(f"没有上架 {done.file}：{done.says}")
    return [done.key for done in results if done.key]


def _add_followers(running: _Demo) -> None:
    request = urllib.request.Request(  # noqa: S310  our own address, made above
        f"{running.simulator_url}/_sim/followers",
        data=json.dumps({"count": FOLLOWERS}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310  as above
        return


def _print_pages(running: _Demo, numbers: list[str]) -> None:
    command = (
        "wxbot"
        if _is_this_installation(shutil.which("wxbot"))
        else os.path.relpath(Path(sys.executable).parent / "wxbot")
    )
    number = numbers[-1] if numbers else "2021-02"
    print_line(f"\n  打开 {running.simulator_url}/  （手机里的聊天：先关注，再发「芯片」或「比亚迪」）")
    print_line(f"  文章页面 {running.public_url}{issue_path(number)}")
    print_line("\n  在另一个终端的这个文件夹里，推送这一期：")
    print_line(f"\n      {command} push start {number}\n")
    print_line(f"  已有 {FOLLOWERS} 位粉丝。日志在 {running.folder}/。按 Ctrl-C 全部结束。")
    sys.stdout.flush()


def _is_this_installation(found: str | None) -> bool:
    return found is not None and Path(found).resolve() == (Path(sys.executable).parent / "wxbot").resolve()


def _wait_for_stop(running: _Demo, stop: threading.Event) -> None:
    while not stop.wait(0.5):
        try:
            _raise_if_ended(running)
        except WxbotError as ended:
            print_notes(ended.message, ended.remedy)
            raise click.exceptions.Exit(Exit.PROBLEMS) from None
