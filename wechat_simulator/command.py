"""The command that runs the simulator until SIGINT, SIGTERM or SIGHUP."""

__all__ = ["simulator"]

import random
import shlex
import signal
import threading
from pathlib import Path

import click

from wechat_simulator.account import Identity, make_identity
from wechat_simulator.platform_clock import PlatformClock
from wechat_simulator.rights import KINDS
from wechat_simulator.simulator import RunningSimulator, create_world
from wechat_simulator.state import load_from_file, save_to_file
from wechat_simulator.world import World

SAVE_SECONDS = 5.0
MODES = {"plain": "明文模式", "compat": "兼容模式", "safe": "安全模式"}


# Set here as well as on the wxbot group, because the command also runs on its own (python -m wechat_simulator)
# and click keeps the help option that it creates first.
@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--host", default="127.0.0.1", show_default=True, help="监听的地址")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8100,
    show_default=True,
    help="监听的端口；0 为任意空闲端口",
)
@click.option(
    "--account", "kind", type=click.Choice(list(KINDS)), default="svc", show_default=True, help="账号类型"
)
@click.option("--name", default="模拟公众号", show_default=True, help="公众号的名称")
@click.option("--app-id", envvar="WXBOT_APP_ID", help="AppID；不给则自动生成")
@click.option("--app-secret", "secret", envvar="WXBOT_APP_SECRET", help="AppSecret；不给则自动生成")
@click.option("--token", envvar="WXBOT_TOKEN", help="回调的 Token；不给则自动生成")
@click.option("--aes-key", envvar="WXBOT_ENCODING_AES_KEY", help="43 位的 EncodingAESKey；不给则自动生成")
@click.option("--callback", default="", help="公众号服务器的网址，消息和事件推送到这里")
@click.option(
    "--clock",
    type=click.Choice(["real", "virtual", "movable"]),
    default="real",
    show_default=True,
    help="时钟：real 照这台机器；virtual 只在调整时前进；movable 照常走，也可以快进",
)
@click.option(
    "--clock-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="写下时钟比这台机器快多少秒的文件，公众号的程序可以照它走；只用于 movable",
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="保存状态的文件：结束时保存，下次启动时恢复",
)
@click.option("--seed", type=int, help="随机数的种子：种子相同，生成的账号也相同")
@click.option(
    "--mode", type=click.Choice(list(MODES)), default="plain", show_default=True, help="消息加解密方式"
)
@click.option(
    "--button",
    "buttons",
    nargs=2,
    multiple=True,
    metavar="名字 命令",
    help="在页面上放一个按钮，按下时运行这条命令；可以放几个",
)
def simulator(  # noqa: PLR0917 - click passes each option as an argument
    host: str,
    port: int,
    kind: str,
    name: str,
    app_id: str | None,
    secret: str | None,
    token: str | None,
    aes_key: str | None,
    callback: str,
    clock: str,
    clock_file: Path | None,
    state: Path | None,
    seed: int | None,
    mode: str,
    buttons: tuple[tuple[str, str], ...],
) -> None:
    """离线的微信公众平台：按真实平台的规则响应请求。

    \b
    $ wxbot simulator --callback http://127.0.0.1:8000/wechat
    """
    if callback and not callback.startswith(("http://", "https://")):
        raise click.BadParameter("网址以 http:// 或 https:// 开头", param_hint="--callback")
    if clock_file and clock != "movable":
        raise click.BadParameter("要和 --clock movable 一起用", param_hint="--clock-file")
    rng = random.SystemRandom() if seed is None else random.Random(seed)
    given_options = {"secret": secret or None, "token": token or None, "aes_key": aes_key or None}
    try:
        identity = make_identity(
            rng, kind=kind, name=name, app_id=app_id or None, callback=callback, mode=mode, **given_options
        )
    except ValueError:  # click has checked all other values
        raise click.BadParameter("EncodingAESKey 是 43 位字母和数字", param_hint="--aes-key") from None
    running_clock = PlatformClock(clock == "virtual", movable=clock == "movable", shared=clock_file)
    world = create_world([identity], clock=running_clock, seed=seed)
    world.buttons = {label: shlex.split(command) for label, command in buttons}
    if state is not None:
        _resume(world, state, **given_options, callback=callback)
    try:
        running = RunningSimulator(world, host, port)
    except OSError as error:
        raise click.ClickException(f"{host}:{port} 用不了：{error.strerror}") from None
    stop = _install_stop_signals()  # before the start is announced, so that no signal is missed
    with running:
        click.echo(_startup_text(running.account, running.url))
        _wait_until_stopped(stop, world, state)


def _resume(world: World, state: Path, **given_options: str | None) -> None:
    """Load the state file if it exists; options given on the command line override what it holds."""
    try:
        if load_from_file(world, state):
            for name, value in given_options.items():
                if value:
                    setattr(world.account.identity, name, value)
        save_to_file(world, state)  # report an unwritable file now, not at the end
    except ValueError as error:
        raise click.ClickException(f"{state} 不是模拟器的状态文件：{error}") from None
    except OSError as error:
        raise click.ClickException(f"{state} 用不了：{error.strerror}") from None


def _startup_text(identity: Identity, url: str) -> str:
    """Return the text that lists the page, the addresses and the account's credentials."""
    lines = {
        "页面": f"{url}/",
        "接口地址": url,
        "账号类型": f"{KINDS[identity.kind]}（{identity.kind}）",
        "AppID": identity.app_id,
        "AppSecret": identity.secret,
        "Token": identity.token,
        "EncodingAESKey": identity.aes_key,
        "加解密方式": f"{MODES[identity.mode]}（{identity.mode}）",
        "回调地址": identity.callback or "（没有：粉丝的消息不会推出去）",
        "原始ID": identity.original_id,
    }
    return "\n".join(
        ["模拟的微信公众平台已启动，按 Ctrl-C 结束。", *(f"  {key}：{value}" for key, value in lines.items())]
    )


def _install_stop_signals() -> threading.Event:
    """Return an event that SIGINT, SIGTERM and SIGHUP (a closed terminal) set."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup: a closed terminal does not end it
            signal.signal(number, lambda *_: stop.set())
    return stop


def _wait_until_stopped(stop: threading.Event, world: World, state: Path | None) -> None:
    """Wait for a stop signal; save a changed state to the state file every few seconds and at the end."""
    if state is None:
        stop.wait()
        return
    listener = world.changes.subscribe()
    while not stop.wait(SAVE_SECONDS):
        if listener.wait_for_changes(0):
            save_to_file(world, state)
    save_to_file(world, state)
