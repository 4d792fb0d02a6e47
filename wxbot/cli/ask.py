"""`wxbot ask`: what a member would see, with no network."""

import click

from wxbot import bot
from wxbot.cli.context import CommandContext, pass_command_context, print_line

__all__ = ["ask"]


@click.command()
@click.argument("text")
@click.option("--as", "openid", default="o_editor_at_the_desk", help="以哪位粉丝的身份（openid）。")
@click.option("--xml", is_flag=True, help="原样给出发往微信的 XML。")
@pass_command_context
def ask(context: CommandContext, text: str, openid: str, xml: bool) -> None:
    """看公众号会怎样回答一句话。

    \b
    $ wxbot ask 比亚迪
    """
    w = context.services
    w.sync_index()
    said = bot.ask(w.bot, w.db, text, openid=openid, now=w.now())
    print_line(said.xml if xml else bot.terminal_text(said.reply))
