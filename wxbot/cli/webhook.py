"""`wxbot webhook`: accept unencrypted pushes for a while, when the platform's mode is switched."""

import click

from wxbot import plain_pushes
from wxbot.cli.context import CommandContext, current_user, pass_command_context, print_line
from wxbot.errors import Forbidden
from wxbot.local_time import moment_label

__all__ = ["webhook"]


@click.group()
def webhook() -> None:
    """收微信消息的地址：换加密方式时，暂时也收未加密的消息。"""


@webhook.command("allow-plain")
@click.option(
    "--minutes",
    type=click.IntRange(1, plain_pushes.MAX_MINUTES),
    default=plain_pushes.MAX_MINUTES,
    show_default=True,
    help="多少分钟，之后自己结束。",
)
@pass_command_context
def allow_command(context: CommandContext, minutes: int) -> None:
    """设了密钥，也暂时收未加密的消息：它们只得到回答，不能指挥推送，也不能退订。"""
    w = context.services
    if not w.settings.encoding_aes_key.get_secret_value():
        raise Forbidden("没有设置 encoding_aes_key，未加密的消息本来就收", remedy="不必运行这个命令。")
    until = plain_pushes.allow(w.db, minutes, by=current_user(), now=w.now())
    print_line(f"未加密的消息收到 {moment_label(until, w.settings.tz)} 为止。")
    print_line("现在去公众平台把加解密方式改为安全模式；改好后：wxbot webhook refuse-plain")


@webhook.command("refuse-plain")
@pass_command_context
def refuse_command(context: CommandContext) -> None:
    """不再收未加密的消息；不运行它，到时也会自己结束。"""
    w = context.services
    plain_pushes.refuse(w.db, by=current_user(), now=w.now())
    print_line("从现在起拒绝未加密的消息。")
