"""`wxbot demo`: the simulated platform, server and worker with the sample bulletin, all in one folder."""

import fcntl
import json
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import click
from click.core import ParameterSource

from wxbot import samples
from wxbot.cli.child_process import start_child
from wxbot.cli.context import print_line, print_notes
from wxbot.cli.demo_account import DemoAccount, PreparedAccount
from wxbot.cli.listening import free_port, require_free_port
from wxbot.errors import Exit, TryLater, UsageError, WxbotError
from wxbot.rendering import issue_path
from wxbot.settings import DEMO_CLOCK, DEMO_FILE, PREFIX, load
from wxbot.wiring import Services

__all__ = ["demo"]

SIMULATOR_PORT, WEB_PORT = 8900, 8901
FOLLOWERS = 1200
READY_WITHIN = 120.0  # seconds that a started process has until it answers, even on a small or busy machine


@dataclass
class _Demo:
    """A running demo: the addresses of its pages, its settings as environment variables, its processes."""

    folder: Path
    simulator_url: str
    public_url: str
    account: dict[str, str]
    content: Path = Path("content")
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
@click.pass_context
def demo(ctx: click.Context, host: str, port: int, web_port: int) -> None:
    """在本机演示整条线：模拟平台、消息服务、后台、样例简报；Ctrl-C 全部结束。"""
    with suppress(KeyboardInterrupt), ExitStack() as closing:
        closing.enter_context(_locked_folder())
        for name, given in (("port", port), ("web_port", web_port)):
            if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                require_free_port(host, given)
        _interrupt_at_signals()
        port = free_port(host, port)
        closing.callback(DEMO_FILE.unlink, missing_ok=True)
        running = _write_demo_settings(host, port, free_port(host, web_port, not_this=port))
        os.environ.update(running.environ)
        closing.enter_context(_running_children(running))
        services = Services(load())
        closing.callback(services.close)
        account = DemoAccount(services, running.simulator_url)
        account.add_followers(FOLLOWERS)
        prepared = account.prepare()
        _start_child(running, "worker", "worker")
        _print_pages(running, prepared)
        closing.callback(print_notes, "", "演示结束，正在关闭…")
        _follow(running, account)


@contextmanager
def _locked_folder() -> Generator[None]:
    """Lock the demo's folder while this demo runs, so that a second one does not empty it."""
    DEMO_FILE.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(DEMO_FILE.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise UsageError(
            "这个文件夹里已经有一个演示在运行", remedy="先在它的终端按 Ctrl-C 结束；或换一个文件夹。"
        ) from None
    finally:
        os.close(folder)


def _interrupt_at_signals() -> None:
    """Raise KeyboardInterrupt at the first signal to end, also while the demo still starts; ignore those after it."""
    numbers = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup: a closed terminal does not end the demo
        numbers.append(signal.SIGHUP)

    def interrupt(*_: object) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in numbers:
        signal.signal(number, interrupt)


def _write_demo_settings(host: str, port: int, web_port: int) -> _Demo:
    """Empty the demo's folder and make up credentials: the simulator starts empty, so the database must too.

    The demo's own bulletins, rules and reply texts stay: an editor may have written them.
    """
    folder = DEMO_FILE.parent
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.name in {"content", "config"}:
            continue
        shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
    account = {
        "app_id": f"wx{secrets.token_hex(8)}",
        "app_secret": secrets.token_hex(16),
        "token": secrets.token_hex(10),
        "encoding_aes_key": secrets.token_hex(22)[:43],
    }
    content, config = _own_or_sample(folder)
    made = _Demo(folder, f"http://{host}:{port}", f"http://{host}:{web_port}", account)
    given = account | {
        "database_url": f"sqlite:///{(folder / 'wxbot.db').resolve()}",
        "platform_url": made.simulator_url,
        "public_url": made.public_url,
        "state": str(folder.resolve()),
        "content": str(content),
        "config": str(config / "wxbot.toml"),
        "account_name": "长风联盟",
        "host": host,
        "port": str(web_port),
        "workers": "1",
    }
    made.content = content
    made.environ = {f"{PREFIX}{name.upper()}": value for name, value in given.items()}
    temporary = DEMO_FILE.with_suffix(".tmp")
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(given | {"pid": os.getpid()}, ensure_ascii=False), encoding="utf-8")
    temporary.replace(DEMO_FILE)
    return made


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
            "--clock",
            "movable",
            "--clock-file",
            str(running.folder / DEMO_CLOCK),
            "--button",
            "推送最新一期",
            shlex.join([sys.executable, "-m", "wxbot.cli.demo_push"]),
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
    running.children[name] = start_child(list(words), running.folder / f"{name}.log")


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


def _own_or_sample(folder: Path) -> tuple[Path, Path]:
    """Return the folders of content and configuration: those of the working directory, else copies of the samples."""
    content, config = Path("content"), Path("config")
    if not (content / "bulletins").is_dir():
        content = folder / "content"
        samples.copy_missing(samples.CONTENT, content)
    if not (config / "rules.toml").is_file():
        config = folder / "config"
        samples.copy_missing(samples.CONFIG, config)
    return content.resolve(), config.resolve()


def _print_pages(running: _Demo, prepared: PreparedAccount) -> None:
    command = (
        "wxbot"
        if _is_this_installation(shutil.which("wxbot"))
        else os.path.relpath(Path(sys.executable).parent / "wxbot")
    )
    number = prepared.numbers[-1] if prepared.numbers else "2021-02"
    print_line(f"\n  打开 {running.simulator_url}/  （手机里的聊天：先关注，再发「芯片」或「比亚迪」）")
    print_line(f"  文章页面 {running.public_url}{issue_path(number)}")
    print_line(
        f"  编辑的后台 {running.public_url}/console/  名字 {prepared.editor}，密码 {prepared.password}"
    )
    print_line("\n  推送这一期：按模拟平台页面上的「推送最新一期」，或在另一个终端的这个文件夹里")
    print_line(f"\n      {command} push start {number}\n")
    print_line("  想看定在周一 09:00 的推送：在模拟平台页面的「时钟」里快进到那时，它就会发出。")
    print_line(f"  新的简报放进 {os.path.relpath(running.content / 'bulletins')}/ 就会上架。")
    print_line(f"  已有 {FOLLOWERS} 位粉丝。日志在 {running.folder}/。按 Ctrl-C 全部结束。")
    sys.stdout.flush()


def _is_this_installation(found: str | None) -> bool:
    return found is not None and Path(found).resolve() == (Path(sys.executable).parent / "wxbot").resolve()


def _follow(running: _Demo, account: DemoAccount) -> None:
    """Keep the account as the simulator has it until a signal or the end of a process; then exit with its reason."""
    while True:
        time.sleep(0.5)
        try:
            _raise_if_ended(running)
            account.catch_up()
        except WxbotError as ended:
            print_notes(ended.message, ended.remedy)
            raise click.exceptions.Exit(Exit.PROBLEMS) from None
